/** stepsOf: what each step of a story is about: whose it is, what it carries, whether something went wrong. */
import type { Mark } from '../base/view.ts'
import type { Body } from '../node/node.ts'
import { bodyText, type Choice } from '../world/choice.ts'
import type { DiskEffect } from '../world/disk.ts'
import type { Moment } from '../world/draft.ts'
import type { Model } from '../world/protocol.ts'
import { brief } from './state.ts'
import { labelOf, shownOutputs } from './timeline.ts'

export interface Step {
  /** Whose event it is; null for the network and for time. */
  readonly node: string | null
  /** The nodes that take part. */
  readonly who: readonly string[]
  /** The types of the messages it is about. */
  readonly types: readonly string[]
  /** Something goes wrong, or is put right again. */
  readonly isFault: boolean
  /** The outside sees something: an output, a mistake, a crash, a client's answer. */
  readonly isSeen: boolean
  /** What a node did in it that no arrow shows: sends, writes, syncs. */
  readonly did: readonly { readonly node: string; readonly mark: Mark; readonly text: string }[]
}

export function stepsOf(model: Model, moments: readonly Moment[]): Step[] {
  return moments.map((moment) => {
    const { choice, threw, crashed } = moment
    const parcel = 'parcel' in choice ? choice.parcel : null
    const node = actorOf(choice)
    const people = parcel === null ? [] : [parcel.from, parcel.to]
    const asked = choice.kind === 'request' ? [choice.to] : []
    const links = choice.kind === 'cut' ? choice.links.flatMap((link) => link.split('>')) : []
    const who = new Set([...(node === null ? [] : [node]), ...people, ...asked, ...links])
    const toClient = parcel !== null && model.nodes[parcel.to] === undefined
    return {
      node,
      who: [...who].filter((name) => model.nodes[name] !== undefined),
      types: parcel === null ? (choice.kind === 'request' ? [choice.body.type] : []) : [parcel.body.type],
      isFault: isFault(choice),
      isSeen: shownOutputs(model, moment).length > 0 || threw !== null || crashed.length > 0 || toClient,
      did: didIn(model, moment, node),
    }
  })
}

/** Whose handler runs, or who is struck. */
function actorOf(choice: Choice): string | null {
  if (choice.kind === 'deliver') return choice.parcel.to
  return 'node' in choice ? choice.node : null
}

function isFault(choice: Choice): boolean {
  switch (choice.kind) {
    case 'deliver':
    case 'fire':
      return choice.crash !== undefined
    case 'request':
      return false
    case 'wait':
      return choice.rates !== undefined
    case 'restart':
    case 'crash':
    case 'drop':
    case 'duplicate':
    case 'cut':
    case 'heal':
    case 'delay':
    case 'corrupt':
    case 'traitor':
    case 'lie':
    case 'pause':
    case 'resume':
    case 'clock':
    case 'repair':
      return true
  }
}

function didIn(model: Model, { sent, wrote }: Moment, actor: string | null): Step['did'] {
  const writes = wrote.map(({ node, effect }) => ({ node, mark: 'write' as const, text: effectText(effect) }))
  const groups = new Map<string, { node: string; body: Body; to: string[] }>()
  for (const { from, to, body } of sent) {
    const key = `${from} ${bodyText(body)}`
    const group = groups.get(key) ?? { node: from, body, to: [] }
    group.to.push(to)
    groups.set(key, group)
  }
  const sends = [...groups.values()]
    .filter(({ node }) => node === actor || model.nodes[node] !== undefined)
    .map(({ node, body, to }) => ({
      node,
      mark: 'log' as const,
      text: `sends ${labelOf(model, body)} to ${to.join(', ')}`,
    }))
  return [...writes, ...sends]
}

function effectText(effect: DiskEffect): string {
  switch (effect.kind) {
    case 'write':
      return shortened(`writes ${effect.key}=${brief(effect.value)}`)
    case 'append':
      return shortened(`appends to ${effect.log}: ${brief(effect.record)}`)
    case 'truncate':
      return `cuts ${effect.log} back to ${effect.length}`
    case 'sync':
      return 'syncs its disk'
  }
}

/** A step is told in one line; the disk at its place has all of it. Else a story of big values grows with its square. */
const LONGEST = 500

function shortened(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`
}
