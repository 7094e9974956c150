/** timelineOf: what happened, as rows of arrows and marks. */
import { canonicalText } from '../base/canonical.ts'
import type { TimelineRow, TimelineView } from '../base/view.ts'
import { bodyText, type Choice, choiceText } from '../world/choice.ts'
import type { Moment } from '../world/draft.ts'
import type { Model } from '../world/protocol.ts'
import type { World } from '../world/world.ts'

export interface TimelineOptions {
  /** Labels rows by virtual time, or by the number of the step. */
  readonly labels: 'time' | 'step'
  /** The world after the last moment: what is still in flight is shown at the end. */
  readonly last?: World
  /** Nodes marked at the end, with a word for their state: `in doubt`. */
  readonly doubts?: readonly { readonly node: string; readonly state: string }[]
}

type What = TimelineRow['what']

/** One lane a client, in order of appearance, then one a node. */
export function timelineOf(model: Model, moments: readonly Moment[], options: TimelineOptions): TimelineView {
  const rows: TimelineRow[] = []
  moments.forEach((moment, step) => {
    const label = options.labels === 'time' ? `${moment.timeUs / 1000} ms` : String(step + 1)
    whatHappened(model, moment, options.labels).forEach((what, i) =>
      rows.push({ label: i === 0 ? label : '', step, what }),
    )
  })
  const last = moments.length - 1
  for (const { node, state } of options.doubts ?? [])
    rows.push({ label: '', step: last, what: { kind: 'mark', lane: node, mark: 'doubt', text: state } })
  const clients = moments
    .flatMap((moment) => namesIn(moment.choice))
    .filter((name) => !model.cluster.names.includes(name))
  return { kind: 'timeline', lanes: [...new Set([...clients, ...model.cluster.names])], rows }
}

/** The words on an arrow. */
export function labelOf(model: Model, body: Moment['outputs'][number]['body']): string {
  const { label } = model.protocol
  if (label === undefined) return body.type
  return label(body, (by, value, signature) => {
    if (typeof signature !== 'string' || !model.cluster.names.includes(by)) return false
    return model.signatures.verify(by, canonicalText(value), signature)
  })
}

function whatHappened(model: Model, moment: Moment, labels: TimelineOptions['labels']): What[] {
  const rows: What[] = [...theChoice(model, moment, labels)]
  for (const { node, text } of moment.logs) rows.push({ kind: 'mark', lane: node, mark: 'log', text })
  if (moment.threw !== null)
    rows.push({ kind: 'mark', lane: whereIs(moment.choice), mark: 'throw', text: moment.threw.message })
  for (const { node, text } of shownOutputs(model, moment))
    rows.push({ kind: 'mark', lane: node, mark: 'output', text })
  for (const node of moment.crashed)
    rows.push({
      kind: 'mark',
      lane: node,
      mark: 'crash',
      text: moment.lostWrites ? 'crash, unsynced writes lost' : 'crash',
    })
  return rows
}

/** The outputs of a step that no arrow shows already, in words. */
export function shownOutputs(model: Model, { outputs, sent }: Moment): { node: string; text: string }[] {
  return outputs.flatMap(({ node, body }) => {
    const text = outputText(model, body)
    const saidByMessage = sent.some((envelope) => envelope.from === node && envelope.body.type === body.type)
    return saidByMessage || text === '' ? [] : [{ node, text }]
  })
}

function theChoice(model: Model, { choice }: Moment, labels: TimelineOptions['labels']): What[] {
  switch (choice.kind) {
    case 'deliver':
    case 'drop':
      return [
        {
          kind: 'message',
          from: choice.parcel.from,
          to: choice.parcel.to,
          text: labelOf(model, choice.parcel.body),
          fate: choice.kind === 'deliver' ? 'received' : 'lost',
        },
      ]
    case 'duplicate':
      return [
        {
          kind: 'note',
          text: `the network copies ${labelOf(model, choice.parcel.body)} to ${choice.parcel.to}`,
        },
      ]
    case 'fire':
      return [{ kind: 'mark', lane: choice.node, mark: 'timer', text: choice.timer }]
    case 'restart':
      return [{ kind: 'mark', lane: choice.node, mark: 'restart', text: 'restart' }]
    case 'crash':
      return []
    case 'wait':
      // Times show that time has passed; among numbered steps no number may be missing.
      return labels === 'time' && choice.rates === undefined
        ? []
        : [{ kind: 'note', text: choiceText(choice) }]
    case 'request':
      // Among times the arrow of its delivery is enough; among numbered steps no number may be missing.
      return labels === 'time'
        ? []
        : [
            {
              kind: 'mark',
              lane: choice.client,
              mark: 'log',
              text: `asks ${choice.to}: ${labelOf(model, choice.body)}`,
            },
          ]
    case 'delay':
      return [
        {
          kind: 'note',
          text: `${labelOf(model, choice.parcel.body)} to ${choice.parcel.to} is delayed by ${choice.byUs / 1000} ms`,
        },
      ]
    case 'corrupt':
      return [
        {
          kind: 'note',
          text: `${labelOf(model, choice.parcel.body)} to ${choice.parcel.to} turns into ${bodyText(choice.into)}`,
        },
      ]
    case 'traitor':
      return [{ kind: 'mark', lane: choice.node, mark: 'lie', text: 'is a traitor' }]
    case 'lie':
      return [{ kind: 'mark', lane: choice.node, mark: 'lie', text: lieWords(model, choice) }]
    case 'pause':
    case 'resume':
      return [
        {
          kind: 'mark',
          lane: choice.node,
          mark: choice.kind,
          text: choice.kind === 'pause' ? 'paused' : 'goes on',
        },
      ]
    case 'clock':
      return [{ kind: 'note', text: choiceText(choice) }]
    case 'cut':
      return [{ kind: 'note', text: `partition: ${sides(model, choice.links)}` }]
    case 'heal':
      return [{ kind: 'note', text: 'the partition heals' }]
    case 'repair':
      return [{ kind: 'note', text: 'everything is repaired' }]
  }
}

/** What is said, and what should have been: the arrow of its arrival shows only the lie. */
function lieWords(model: Model, { to, instead, body }: Choice & { kind: 'lie' }): string {
  const said = body === null ? '' : labelOf(model, body)
  if (instead === null) return `tells ${to} unasked: ${said}`
  const meant = labelOf(model, instead.body)
  if (body === null) return `withholds ${meant} from ${to}`
  if (said !== meant) return `tells ${to} ${said} instead of ${meant}`
  return `tells ${to} ${bodyText(body)} instead of ${bodyText(instead.body)}`
}

/** `tm rm1 | rm2`: nodes between which nothing is cut stand together. */
function sides(model: Model, links: readonly string[]): string {
  const groups: string[][] = []
  for (const name of model.cluster.names) {
    const group = groups.find((g) => !links.includes(`${g[0]}>${name}`) && !links.includes(`${name}>${g[0]}`))
    if (group) group.push(name)
    else groups.push([name])
  }
  return groups.map((group) => group.join(' ')).join(' | ')
}

/** A protocol may hide an output from pictures by labelling it with nothing. */
function outputText(model: Model, body: Moment['outputs'][number]['body']): string {
  const label = labelOf(model, body)
  return label === body.type ? bodyText(body) : label
}

function namesIn(choice: Choice): string[] {
  if (choice.kind === 'request') return [choice.client]
  if (choice.kind === 'deliver' || choice.kind === 'drop') return [choice.parcel.from, choice.parcel.to]
  return []
}

function whereIs(choice: Choice): string {
  if (choice.kind === 'deliver') return choice.parcel.to
  return 'node' in choice ? choice.node : ''
}
