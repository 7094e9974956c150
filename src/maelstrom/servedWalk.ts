/** servedWalk: the life of a served node again, event by event, on the program as it is now. */
import { byText, canonicalJson } from '../base/canonical.ts'
import type { TimelineRow, TimelineView } from '../base/view.ts'
import { type Sight, saysOf, sightOf } from '../draw/sight.ts'
import { type Step, stepsOf } from '../draw/steps.ts'
import { labelOf, timelineOf } from '../draw/timeline.ts'
import type { Event } from '../node/node.ts'
import type { Choice } from '../world/choice.ts'
import type { Moment } from '../world/draft.ts'
import { isDiskEffect } from '../world/local.ts'
import type { Model } from '../world/protocol.ts'
import { type Envelope, NOTHING_SPENT, type World } from '../world/world.ts'
import { ServedNode } from './servedNode.ts'
import type { TracedEvent } from './server.ts'

export interface ServedWalk {
  readonly picture: TimelineView
  readonly steps: readonly Step[]
  /** All there is to see of the node at a place: 0 is before the first step. */
  sightAt(at: number): Sight
  /** What `sightAt` says of the step that led there. */
  saysAt(at: number): string
  /** The first event, from 1, at which the program does something else than it did; null where it does the same. */
  readonly changedAt: number | null
}

/**
 * Only this node is there: what it was sent stands in the trace, and what it sends goes nowhere. The same
 * `ServedNode` that was served gets the same events, times and seeds. Where `places` are given it can be looked at only
 * there: a long life with a long log is more than fits into memory at every place.
 */
export function servedWalk(
  model: Model,
  name: string,
  events: readonly TracedEvent[],
  places: readonly number[] | null = null,
): ServedWalk {
  const alone: Model = { ...model, cluster: { names: [name], roleOf: model.cluster.roleOf }, properties: [] }
  const node = new ServedNode(model, name)
  const worlds = new Map<number, World>()
  const seen = places && new Set(places.flatMap((at) => [at - 1, at]))
  const keep = (at: number, atUs: number) => {
    if (seen?.has(at) ?? true) worlds.set(at, worldOf(node, atUs))
  }
  keep(0, 0)
  const moments: Moment[] = []
  let changedAt: number | null = null
  for (const [i, { atUs, seed, event, hash, disk }] of events.entries()) {
    const step =
      event.kind === 'start' && disk !== undefined
        ? node.start(event.boot, disk, atUs, seed)
        : node.take(frozen(event), atUs, seed)
    if (step.hash !== hash) changedAt ??= i + 1
    moments.push(momentOf(node, event, atUs))
    keep(i + 1, atUs)
  }
  const saysAt = (at: number) =>
    isFirst(events[at - 1]) ? `${name} starts for the first time` : saysOf(moments[at - 1] ?? null)
  return {
    picture: withSent(
      model,
      name,
      withStarts(timelineOf(alone, moments, { labels: 'time' }), events),
      moments,
    ),
    steps: stepsOf(alone, moments),
    sightAt(at) {
      const sight = sightOf(alone, worlds.get(at)!, worlds.get(at - 1) ?? null, moments[at - 1] ?? null)
      return { ...sight, says: saysAt(at) }
    },
    saysAt,
    changedAt,
  }
}

function isFirst(traced: TracedEvent | undefined): boolean {
  return traced?.event.kind === 'start' && traced.event.boot === 'first'
}

/** To a world every start is one after a crash. */
function withStarts(view: TimelineView, events: readonly TracedEvent[]): TimelineView {
  const rows = view.rows.map((row): TimelineRow => {
    const { step, what } = row
    const begins = isFirst(events[step]) && what.kind === 'mark' && what.mark === 'restart'
    return begins ? { ...row, what: { ...what, text: 'first start' } } : row
  })
  return { ...view, rows }
}

/** As a handler gets it: in canonical order, and frozen. */
function frozen(event: Event): Event {
  return event.kind === 'receive' ? { ...event, body: canonicalJson(event.body) as typeof event.body } : event
}

function worldOf({ name, slot }: ServedNode, timeUs: number): World {
  return {
    timeUs,
    next: 0,
    nodes: { [name]: slot },
    clients: {},
    wire: [],
    cut: [],
    traitors: [],
    heard: [],
    folds: [],
    spent: NOTHING_SPENT,
    draws: {},
  }
}

function momentOf({ name, outcome }: ServedNode, event: Event, timeUs: number): Moment {
  const effects = outcome?.effects ?? []
  const sent = (outcome?.sent ?? []).map(
    (parcel, i): Envelope => ({ ...parcel, id: i, sentUs: timeUs, dueUs: timeUs }),
  )
  return {
    timeUs,
    choice: choiceOf(name, event),
    envelope: null,
    sent,
    outputs: (outcome?.outputs ?? []).map((body) => ({ node: name, body })),
    logs: effects.flatMap((effect) => (effect.kind === 'log' ? [{ node: name, text: effect.text }] : [])),
    wrote: effects.flatMap((effect) => (isDiskEffect(effect) ? [{ node: name, effect }] : [])),
    threw: outcome?.threw ?? null,
    crashed: [],
    lostWrites: false,
    arities: outcome?.arities ?? [],
  }
}

function choiceOf(name: string, event: Event): Choice {
  switch (event.kind) {
    case 'start':
      return { kind: 'restart', node: name }
    case 'receive':
      return { kind: 'deliver', parcel: { from: event.from, to: name, body: event.body, op: event.op } }
    case 'timer':
      return { kind: 'fire', node: name, timer: event.timer, arg: event.arg }
  }
}

/** More clients than these share a lane. */
const MOST_CLIENTS = 2
const CLIENTS = 'clients'

/**
 * The same with an arrow for each message that the node sent, which nobody is there to receive, and in whole
 * milliseconds. The node has the first lane.
 */
function withSent(model: Model, name: string, view: TimelineView, moments: readonly Moment[]): TimelineView {
  const sentIn = (step: number) =>
    moments[step]!.sent.map(({ from, to, body }): TimelineRow => {
      return {
        label: '',
        step,
        what: { kind: 'message', from, to, text: labelOf(model, body), fate: 'sent' },
      }
    })
  const all = view.rows.flatMap((row, i) =>
    view.rows[i + 1]?.step === row.step ? [row] : [row, ...sentIn(row.step)],
  )
  const others = new Set(all.flatMap(({ what }) => (what.kind === 'message' ? [what.from, what.to] : [])))
  const { names } = model.cluster
  const clients = [...others].filter((other) => !names.includes(other)).sort(byText)
  const lane = (of: string) => (clients.length > MOST_CLIENTS && clients.includes(of) ? CLIENTS : of)
  const rows = all.map(({ label, step, what }): TimelineRow => {
    const inWhole = label === '' ? '' : `${Math.round(moments[step]!.timeUs / 1000)} ms`
    const moved = what.kind === 'message' ? { ...what, from: lane(what.from), to: lane(what.to) } : what
    return { label: inWhole, step, what: moved }
  })
  const lanes = [name, ...names.filter((other) => other !== name && others.has(other)), ...clients.map(lane)]
  return { ...view, lanes: [...new Set(lanes)], rows }
}
