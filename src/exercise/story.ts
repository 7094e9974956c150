/** A story: a trace as it travels out of the fork, with its picture and the token that replays it. */
import { canonicalText, type Value } from '../base/canonical.ts'
import type { TimelineRow, TimelineView, View } from '../base/view.ts'
import { LOOK_AHEAD, type Sight, sightOf } from '../draw/sight.ts'
import { brief } from '../draw/state.ts'
import { type Step, stepsOf } from '../draw/steps.ts'
import { timelineOf } from '../draw/timeline.ts'
import { nextChoices } from '../run/next.ts'
import { replay } from '../run/replay.ts'
import { type Story as Told, tokenOf } from '../run/token.ts'
import { isAnother, metBy } from '../run/worldHash.ts'
import { apply, begin } from '../world/apply.ts'
import type { Choice } from '../world/choice.ts'
import type { DiskEffect } from '../world/disk.ts'
import type { Moment } from '../world/draft.ts'
import type { Model } from '../world/protocol.ts'
import type { World } from '../world/world.ts'

export interface Story {
  readonly steps: number
  readonly token: string
  readonly picture: View
}

/** A story to walk: the picture, and all there is to see at each place. Plain data: it was told in another process. */
export interface Walked {
  readonly picture: TimelineView
  readonly nodes: readonly string[]
  readonly steps: readonly Step[]
  /** `sights[0]` is before the first step. */
  readonly sights: readonly Sight[]
  /** What may happen after the last step. */
  readonly next: readonly Choice[]
  /** Why it could not go on, where the answer does something else now. */
  readonly stopped: string | null
  /** That it leads elsewhere than when it was told first, where it does; in one sentence. */
  readonly changed: string | null
}

/** Hands out the lines that the answer has logged since it was called last. */
export type Overheard = () => readonly string[]

/** So many lines of one step are shown beside it. */
const MOST_LINES = 4
const MOST_CHARACTERS = 60
/** So many worlds all places of a story may take together where a property looks ahead. */
const LOOK_AHEAD_IN_ALL = 40_000

/** The story of a trace that begins in the model's first world. */
export function storyOf(
  model: Model,
  trace: readonly Choice[],
  program: string,
  overhear: Overheard = () => [],
): Story {
  const { cluster, params, options } = model
  const met = metBy(model, trace)
  const token = tokenOf({ program, rules: [], names: cluster.names, params, options, trace, met })
  const { worlds, moments } = walk(model, trace, overhear)
  return { steps: trace.length, token, picture: pictureOf(model, worlds, moments) }
}

/** The same, to be walked with all there is to see at each step. */
export function walkedStory(
  model: Model,
  story: Pick<Told, 'trace' | 'met'>,
  overhear: Overheard = () => [],
): Walked {
  const { trace } = story
  const { worlds, moments, stopped } = walk(model, trace, overhear)
  const lookAhead = Math.min(LOOK_AHEAD, Math.ceil(LOOK_AHEAD_IN_ALL / worlds.length))
  const sights = worlds.map((world, i) =>
    sightOf(model, world, worlds[i - 1] ?? null, moments[i - 1] ?? null, lookAhead),
  )
  const next = nextChoices(model, worlds.at(-1)!)
  // What the answer logs while it is tried out is of no step.
  overhear()
  return {
    picture: pictureOf(model, worlds, moments),
    nodes: model.cluster.names,
    steps: stepsOf(model, moments),
    sights,
    next,
    stopped:
      stopped === null
        ? null
        : `The story goes another way now: step ${stopped.step} of ${trace.length} cannot happen, ${stopped.why}.`,
    changed:
      stopped === null && isAnother(story, worlds)
        ? 'The answer has changed since this story was told: the same choices lead elsewhere now.'
        : null,
  }
}

interface Walk {
  readonly worlds: readonly World[]
  readonly moments: readonly Moment[]
  readonly stopped: { readonly step: number; readonly why: string } | null
}

/** Step by step, so that what a step logs is known to be of that step. */
function walk(model: Model, trace: readonly Choice[], overhear: Overheard): Walk {
  const worlds = [begin(model).world]
  const moments: Moment[] = []
  overhear()
  for (const [i, choice] of trace.entries()) {
    const { moments: seen, worlds: next, stopped } = replay(model, worlds[i]!, [choice])
    if (stopped !== null) return { worlds, moments, stopped: { step: i + 1, why: stopped.why } }
    moments.push(withLines(seen[0]!, once(overhear())))
    worlds.push(next[1]!)
  }
  return { worlds, moments, stopped: null }
}

/** Every step runs twice, to see whether it does the same: what it logs is heard twice. */
export function once(lines: readonly string[]): readonly string[] {
  const half = lines.length / 2
  const twice = lines.slice(0, half).every((line, i) => line === lines[half + i])
  return Number.isInteger(half) && twice ? lines.slice(0, half) : lines
}

function withLines(moment: Moment, lines: readonly string[]): Moment {
  const node = actorOf(moment.choice)
  if (node === null || lines.length === 0) return moment
  const shown =
    lines.length > MOST_LINES
      ? [...lines.slice(0, MOST_LINES - 1), `... ${lines.length - MOST_LINES + 1} lines more`]
      : lines
  const said = shown.map((text) => ({ node, text: cut(text) }))
  return { ...moment, logs: [...moment.logs, ...said] }
}

function actorOf(choice: Choice): string | null {
  if (choice.kind === 'deliver') return choice.parcel.to
  return choice.kind === 'fire' || choice.kind === 'restart' ? choice.node : null
}

/** The timeline, and at every crash and restart what the disk has to do with it. */
function pictureOf(model: Model, worlds: readonly World[], moments: readonly Moment[]): TimelineView {
  const view = timelineOf(model, moments, { labels: 'step' })
  const rows = view.rows.flatMap((row): TimelineRow[] => {
    if (row.what.kind !== 'mark') return [row]
    const { lane, mark } = row.what
    if (mark === 'crash') {
      const lost = notOnDisk(model, worlds, moments, row.step, lane)
      const what = { ...row.what, text: 'crash' }
      return lost === '' ? [row] : [{ ...row, what }, note(row, `not on the disk of ${lane}: ${lost}`)]
    }
    if (mark === 'restart')
      return [row, note(row, `on the disk of ${lane}: ${onDisk(worlds[row.step]!, lane)}`)]
    return [row]
  })
  return { ...view, rows }
}

function note({ step }: TimelineRow, text: string): TimelineRow {
  return { label: '', step, what: { kind: 'note', text: cut(text) } }
}

/** What the node had written without a sync, or was about to write, when the power went. */
function notOnDisk(
  model: Model,
  worlds: readonly World[],
  moments: readonly Moment[],
  step: number,
  node: string,
): string {
  const writes: DiskEffect[] = []
  const see = (effects: Moment['wrote']): void => {
    for (const { node: by, effect } of effects)
      if (by !== node) continue
      else if (effect.kind === 'sync') writes.length = 0
      else writes.push(effect)
  }
  for (const moment of moments.slice(0, step + 1)) see(moment.wrote)
  const reached = moments[step]!.wrote.length
  for (const one of neverReached(model, worlds[step]!, moments[step]!.choice).slice(reached))
    if (one.node === node && one.effect.kind !== 'sync') writes.push(one.effect)
  const { keys, logs } = worlds[step + 1]!.nodes[node]!.disk.current
  const lost = new Map<string, string>()
  for (const effect of writes) {
    if (effect.kind === 'write' && !same(keys[effect.key], effect.value))
      lost.set(effect.key, `${effect.key}=${brief(effect.value)}`)
    if (effect.kind === 'append' && !(logs[effect.log] ?? []).some((record) => same(record, effect.record)))
      lost.set(`${effect.log} ${canonicalText(effect.record)}`, `${effect.log}: ${brief(effect.record)}`)
  }
  return [...lost.values()].join(', ')
}

/** All that the handler in which the power went would have written. */
function neverReached(model: Model, world: World, choice: Choice): Moment['wrote'] {
  if (!('crash' in choice) || choice.crash === undefined) return []
  const { crash: _, ...whole } = choice
  const applied = apply(model, world, whole)
  return applied.kind === 'applied' ? applied.moment.wrote : []
}

function same(a: Value | undefined, b: Value): boolean {
  return a !== undefined && canonicalText(a) === canonicalText(b)
}

function onDisk(world: World, node: string): string {
  const { keys, logs } = world.nodes[node]!.disk.current
  const parts = [
    ...Object.entries(keys).map(([key, value]) => `${key}=${brief(value)}`),
    ...Object.entries(logs).map(([log, records]) => `${log}: ${records.map(brief).join(' ')}`),
  ]
  return parts.join(', ') || 'nothing'
}

function cut(text: string): string {
  const line = text.replace(/\s+/g, ' ')
  return line.length <= MOST_CHARACTERS ? line : `${line.slice(0, MOST_CHARACTERS - 1)}…`
}
