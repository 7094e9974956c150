/** A world: all that exists at one moment, as plain data. Worlds are never changed, only succeeded. */
import { byText, canonicalText, type Json, type Value } from '../base/canonical.ts'
import type { Operation } from '../base/operation.ts'
import type { Body, OperationId } from '../node/node.ts'
import type { Disk } from './disk.ts'

/** A message in flight. `id`, `sentUs` and `dueUs` matter only where time counts. */
export interface Envelope {
  readonly from: string
  readonly to: string
  readonly body: Body
  readonly op: OperationId | null
  readonly id: number
  readonly sentUs: number
  readonly dueUs: number
}

export interface Timer {
  readonly timer: string
  readonly arg: Json
  readonly dueUs: number
  /** What the node's own clock shows when it may fire at the earliest: where time passes by ticks, it is what counts. */
  readonly fromUs: number
  /** Breaks ties between equal deadlines. */
  readonly order: number
}

/** A node's own clock: it showed `localUs` at `sinceUs` and runs at `rate[0] / rate[1]` of true time. */
export interface Clock {
  readonly rate: readonly [number, number]
  readonly sinceUs: number
  readonly localUs: number
}

export const TRUE_CLOCK: Clock = { rate: [1, 1], sinceUs: 0, localUs: 0 }

/** What a clock shows at a true time, in whole microseconds. */
export function localUs(clock: Clock, timeUs: number): number {
  if (clock === TRUE_CLOCK) return timeUs
  const [up, down] = clock.rate
  return clock.localUs + Math.floor(((timeUs - clock.sinceUs) * up) / down)
}

/** How long a stretch of a clock's own time takes in true time, in whole microseconds. */
export function trueSpanUs(clock: Clock, spanUs: number): number {
  const [up, down] = clock.rate
  return Math.ceil((spanUs * down) / up)
}

/** One node: what it holds in memory, its armed timers in canonical order, and its disk. */
export interface NodeSlot {
  readonly up: boolean
  /** A process that is paused takes no step, while its clock and everybody else go on. */
  readonly paused: boolean
  readonly clock: Clock
  /** Null while the node is down. */
  readonly state: Value
  readonly timers: readonly Timer[]
  readonly disk: Disk
}

/** How often each limited thing has happened. */
export interface Spent {
  readonly crashes: number
  readonly drops: number
  readonly duplicates: number
  readonly timeouts: number
  readonly processCrashes: number
  readonly partitions: number
  readonly pauses: number
  readonly lies: number
  readonly ticks: number
  readonly clockSteps: number
  readonly corruptions: number
}

export interface World {
  /** Virtual time in microseconds. */
  readonly timeUs: number
  /** The next sequence number, for envelopes and timers. */
  readonly next: number
  readonly nodes: { readonly [name: string]: NodeSlot }
  /** What each client has asked so far, oldest first. */
  readonly clients: { readonly [name: string]: readonly Operation[] }
  /** In the order of sending. */
  readonly wire: readonly Envelope[]
  /** Cut links as `from>to`, sorted. */
  readonly cut: readonly string[]
  /** Nodes that may lie, sorted. They act as one: each can sign for all of them. */
  readonly traitors: readonly string[]
  /** What traitors have received, each body once, in canonical order: they may repeat it. */
  readonly heard: readonly Body[]
  /** One fold a property of the model, in its order. */
  readonly folds: readonly Value[]
  readonly spent: Spent
  /** How many numbers each named random stream has given. */
  readonly draws: { readonly [stream: string]: number }
}

export const NOTHING_SPENT: Spent = {
  crashes: 0,
  drops: 0,
  duplicates: 0,
  timeouts: 0,
  processCrashes: 0,
  partitions: 0,
  pauses: 0,
  lies: 0,
  ticks: 0,
  clockSteps: 0,
  corruptions: 0,
}

/** The text of an envelope without its number and times: equal copies have equal texts. Sorts by receiver first. */
export function envelopeText(envelope: Pick<Envelope, 'from' | 'to' | 'body' | 'op'>): string {
  const op = envelope.op === null ? '' : ` #${envelope.op.client}.${envelope.op.n}`
  return `${envelope.to}<${envelope.from} ${canonicalText(envelope.body)}${op}`
}

/** The text of a node's slot without times. */
export function slotText(slot: NodeSlot): string {
  const clock = slot.clock === TRUE_CLOCK ? '' : canonicalText(slot.clock)
  return textOfSlot(slot, clock, () => '')
}

/** The text of a node's slot at a time: what its clock shows, and how much longer each timer takes by that clock. */
export function timedSlotText(slot: NodeSlot, timeUs: number): string {
  const nowUs = localUs(slot.clock, timeUs)
  return textOfSlot(slot, ` at ${nowUs}`, ({ fromUs }) =>
    fromUs <= nowUs ? ' due' : ` in ${fromUs - nowUs}`,
  )
}

function textOfSlot(slot: NodeSlot, clock: string, when: (timer: Timer) => string): string {
  const timers = slot.timers.map((t) => `${t.timer}(${canonicalText(t.arg)})${when(t)}`).join(' ')
  return `${slot.up ? 'up' : 'down'}${slot.paused ? ' paused' : ''}${clock} ${canonicalText(slot.state)} [${timers}] ${canonicalText(slot.disk)}`
}

/** On a fifo wire: how many messages of the same sender to the same receiver come before each. */
export function placesOf(wire: readonly Pick<Envelope, 'from' | 'to'>[]): number[] {
  const sent = new Map<string, number>()
  return wire.map(({ from, to }) => {
    const link = linkText(from, to)
    const place = sent.get(link) ?? 0
    sent.set(link, place + 1)
    return place
  })
}

/** The text of a message that has others before it. Sorts just behind that of one that has none. */
export function placedText(parcel: Pick<Envelope, 'from' | 'to' | 'body' | 'op'>, place: number): string {
  return place === 0 ? envelopeText(parcel) : `${envelopeText(parcel)}\0${String.fromCharCode(place)}`
}

/**
 * One text per world, for searches; `ordered` where the order of sending counts, `timed` where time does: what
 * clocks show, that is, and not when a message was sent.
 */
export function worldText(world: World, ordered = false, timed = false): string {
  const places = ordered ? placesOf(world.wire) : []
  const textOf = (slot: NodeSlot) => (timed ? timedSlotText(slot, world.timeUs) : slotText(slot))
  const nodes = Object.keys(world.nodes).map((name) => `${name} ${textOf(world.nodes[name]!)}`)
  return [
    ...nodes,
    canonicalText(world.clients),
    ...world.wire.map((envelope, i) => placedText(envelope, places[i] ?? 0)).sort(byText),
    world.cut.join(),
    world.traitors.join(),
    canonicalText(world.heard),
    canonicalText(world.folds),
    canonicalText(world.spent),
  ].join('\n')
}

/** Sorts timers by name, then argument. */
export function byTimer(a: Timer, b: Timer): number {
  return byText(a.timer, b.timer) || byText(canonicalText(a.arg), canonicalText(b.arg))
}

export function linkText(from: string, to: string): string {
  return `${from}>${to}`
}
