/** The nodes of a search as integers: their slots, and every way an event can go at one, remembered. */
import type { Event } from '../node/node.ts'
import type { HandlerError } from '../node/step.ts'
import type { Course } from '../world/choice.ts'
import { allOutcomes, survivor } from '../world/local.ts'
import type { Observation } from '../world/property.ts'
import type { Model } from '../world/protocol.ts'
import { type NodeSlot, slotText } from '../world/world.ts'
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
  /** By slot: the events of its armed timers. */
  readonly timers: (readonly number[])[] = []
  /** How often a handler really ran; everything else came from memory. */
  handlerCalls = 0
  private readonly slots = new Interner<NodeSlot>(slotText)
  private readonly afterCrash: (readonly number[] | undefined)[] = []
  /** Per node, by slot and event: where its outcomes lie in `outcomes`. */
  private readonly outcomesAt: readonly Pairs[]
  private readonly outcomes: (readonly PackedOutcome[])[] = []

  constructor(
    private readonly model: Model,
    private readonly events: Interner<Event>,
    private readonly parcels: PackedParcels,
    private readonly seen: Interner<Observation>,
  ) {
    this.outcomesAt = model.cluster.names.map(() => new Pairs())
  }

  value(slot: number): NodeSlot {
    return this.slots.value(slot)
  }

  id(slot: NodeSlot): number {
    const id = this.slots.id(slot)
    if (id === this.runs.length) {
      this.runs.push(slot.up && !slot.paused)
      this.timesOut.push(slot.timers.some(({ timer }) => timer !== this.model.protocol.rounds))
      this.timers.push(slot.timers.map(({ timer, arg }) => this.events.id({ kind: 'timer', timer, arg })))
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
    this.handlerCalls++
    const name = this.model.cluster.names[node]!
    const packed = allOutcomes(
      this.model,
      name,
      this.slots.value(slot),
      this.events.value(event),
      0,
      mayCrash,
    ).map((outcome) => ({
      course: outcome.course,
      slot: this.id(outcome.slot),
      sent: outcome.sent.map((parcel) => this.parcels.id(parcel)),
      seen: outcome.outputs.map((body) => this.seen.id({ kind: 'output', node: name, body })),
      threw: outcome.threw,
    }))
    this.outcomesAt[node]!.add(slot, way, this.outcomes.push(packed) - 1)
    return packed
  }
}

/** A search knows no times. */
export function withoutTimes(slot: NodeSlot): NodeSlot {
  return { ...slot, timers: slot.timers.map((timer) => ({ ...timer, dueUs: 0, order: 0 })) }
}
