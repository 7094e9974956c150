/** The nodes of a search as integers: their slots, and every way an event can go at one, remembered. */
import { canonicalText } from '../base/canonical.ts'
import type { Event } from '../node/node.ts'
import type { HandlerError } from '../node/step.ts'
import type { Course } from '../world/choice.ts'
import { allOutcomes, allPicks, type Picked, survivor } from '../world/local.ts'
import type { Observation } from '../world/property.ts'
import type { Model } from '../world/protocol.ts'
import { roundOf } from '../world/rounds.ts'
import { localUs, type NodeSlot, slotText, timedSlotText, trueSpanUs } from '../world/world.ts'
import { Interner } from './intern.ts'
import type { PackedParcels } from './packedParcels.ts'
import { Pairs } from './pairs.ts'

/** How one event at one node goes, in ids. */
export interface PackedOutcome {
  readonly course: Course
  readonly slot: number
  readonly sent: readonly number[]
  readonly seen: readonly number[]
  readonly threw: HandlerError | null
}

export class PackedNodes {
  /** By slot: whether the node takes steps. */
  readonly runs: boolean[] = []
  /** By slot: whether a timer is armed that may time out. */
  readonly timesOut: boolean[] = []
  /** By slot: the round that its node is in. */
  readonly rounds: (number | null)[] = []
  /** By slot: the events of those of its armed timers that may fire. */
  readonly timers: (readonly number[])[] = []
  /** By slot: whether a timer is armed that may not fire yet. */
  readonly waits: boolean[] = []
  /** How often handlers were called for an event that was new to them; everything else came from memory. */
  handlerCalls = 0
  private readonly slots: Interner<NodeSlot>
  /** By what a handler can see of a node apart from its clock. */
  private readonly insides = new Interner<Pick<NodeSlot, 'state' | 'disk'>>(insideText)
  private readonly insideOf: number[] = []
  /** Per node, by inside and event: what its handler did, or, where it read the clock, what it did by what it read. */
  private readonly ranAt: readonly Pairs[]
  private readonly ran: (readonly Picked[] | Map<number, readonly Picked[]>)[] = []
  private readonly afterCrash: (readonly number[] | undefined)[] = []
  /** Per node, by slot and event: where its outcomes lie in `outcomes`. */
  private readonly outcomesAt: readonly Pairs[]
  private readonly outcomes: (readonly PackedOutcome[])[] = []

  constructor(
    private readonly model: Model,
    private readonly events: Interner<Event>,
    private readonly parcels: PackedParcels,
    private readonly seen: Interner<Observation>,
    /** Whether time passes: slots are then kept as at time 0, and their clocks show what they show. */
    private readonly timed: boolean,
  ) {
    this.slots = new Interner<NodeSlot>(timed ? (slot) => timedSlotText(slot, 0) : slotText)
    this.ranAt = model.cluster.names.map(() => new Pairs())
    this.outcomesAt = model.cluster.names.map(() => new Pairs())
  }

  value(slot: number): NodeSlot {
    return this.slots.value(slot)
  }

  id(slot: NodeSlot): number {
    const id = this.slots.id(slot)
    if (id === this.runs.length) {
      this.runs.push(slot.up && !slot.paused)
      this.rounds.push(roundOf(this.model, slot))
      this.timesOut.push(slot.timers.some(({ timer }) => timer !== this.model.protocol.rounds))
      const nowUs = slot.clock.localUs
      const due = slot.timers.filter((t) => !this.timed || t.fromUs <= nowUs)
      this.timers.push(due.map(({ timer, arg }) => this.events.id({ kind: 'timer', timer, arg })))
      this.waits.push(due.length < slot.timers.length)
      this.insideOf.push(this.insides.id(slot))
    }
    return id
  }

  /** Whether a timer is the one that ends rounds. */
  endsRound(event: number): boolean {
    const { rounds } = this.model.protocol
    if (rounds === undefined) return false
    const what = this.events.value(event)
    return what.kind === 'timer' && what.timer === rounds
  }

  /** What a loss of power makes of a slot: one slot for each thing its disk may be left with. */
  crashesOf(slot: number): readonly number[] {
    const known = this.afterCrash[slot]
    if (known !== undefined) return known
    const before = this.slots.value(slot)
    const { disk } = before
    const after = disk.survivors.map((_, i) =>
      this.id({
        ...before,
        up: false,
        paused: false,
        state: null,
        timers: [],
        disk: survivor(disk, i),
      }),
    )
    this.afterCrash[slot] = after
    return after
  }

  /** Every way the event can go at the node, each with its crash points where `mayCrash`. */
  outcomesOf(node: number, slot: number, event: number, mayCrash: boolean): readonly PackedOutcome[] {
    const way = event * 2 + (mayCrash ? 1 : 0)
    const known = this.outcomesAt[node]!.get(slot, way)
    if (known >= 0) return this.outcomes[known]!
    const name = this.model.cluster.names[node]!
    const value = this.slots.value(slot)
    const nowUs = this.timed ? value.clock.localUs : null
    const happened = this.events.value(event)
    const all = this.picksOf(node, slot, event, nowUs)
    const packed = allOutcomes(this.model, name, value, happened, nowUs, mayCrash, all).map((outcome) => ({
      course: outcome.course,
      slot: this.id(outcome.slot),
      sent: outcome.sent.map((parcel) => this.parcels.id(parcel)),
      seen: outcome.outputs.map((body) => this.seen.id({ kind: 'output', node: name, body })),
      threw: outcome.threw,
    }))
    this.outcomesAt[node]!.add(slot, way, this.outcomes.push(packed) - 1)
    return packed
  }

  /** The slot when its clock has gone on, or jumped: a jump takes the timers along. */
  clockMoved(slot: number, byUs: number, jumps: boolean): number {
    const before = this.slots.value(slot)
    const { clock } = before
    const timers = jumps ? before.timers.map((t) => ({ ...t, fromUs: t.fromUs + byUs })) : before.timers
    return this.id({ ...before, clock: { ...clock, localUs: clock.localUs + byUs }, timers })
  }

  /** What the handler does: the same whatever the clock shows, unless it reads it. */
  private picksOf(node: number, slot: number, event: number, nowUs: number | null): readonly Picked[] {
    const inside = this.insideOf[slot]!
    const at = this.ranAt[node]!.get(inside, event)
    const known = at < 0 ? undefined : this.ran[at]
    const ran = known instanceof Map ? known.get(nowUs!) : known
    if (ran !== undefined) return ran
    this.handlerCalls++
    const { model } = this
    const name = model.cluster.names[node]!
    const all = allPicks(model, name, this.slots.value(slot), this.events.value(event), nowUs)
    const reads = nowUs !== null && all.some(({ result }) => result.readClock)
    if (known instanceof Map) known.set(nowUs!, all)
    else this.ranAt[node]!.add(inside, event, this.ran.push(reads ? new Map([[nowUs, all]]) : all) - 1)
    return all
  }
}

function insideText({ state, disk }: Pick<NodeSlot, 'state' | 'disk'>): string {
  return `${canonicalText(state)} ${canonicalText(disk.current)}`
}

/** The slot in a search in which no time passes. */
export function withoutTimes(slot: NodeSlot): NodeSlot {
  return { ...slot, timers: slot.timers.map((timer) => ({ ...timer, dueUs: 0, fromUs: 0, order: 0 })) }
}

/** The slot as it is at a time, as if that were time 0. */
export function atZero(slot: NodeSlot, timeUs: number): NodeSlot {
  const clock = { ...slot.clock, sinceUs: 0, localUs: localUs(slot.clock, timeUs) }
  return { ...slot, clock, timers: slot.timers.map((timer) => ({ ...timer, dueUs: 0, order: 0 })) }
}

/** The slot of which `slot` is `atZero`. */
export function fromZero(slot: NodeSlot, timeUs: number): NodeSlot {
  const { clock } = slot
  const timers = slot.timers.map((timer) => ({
    ...timer,
    dueUs: timeUs + trueSpanUs(clock, Math.max(0, timer.fromUs - clock.localUs)),
  }))
  return { ...slot, clock: { ...clock, sinceUs: timeUs }, timers }
}
