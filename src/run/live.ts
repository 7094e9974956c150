/** A world that changes in place, for long runs: the very draft that `apply` fills, kept from choice to choice. */
import type { Operation } from '../base/operation.ts'
import type { StepInput } from '../node/input.ts'
import type { Event } from '../node/node.ts'
import type { Stepping } from '../node/sharedStep.ts'
import type { StepResult } from '../node/step.ts'
import type { Choice, Course, Parcel } from '../world/choice.ts'
import { Draft, NONE, sameParcel, sortedByName } from '../world/draft.ts'
import { type Arm, checkReceivers, finish, identityOf } from '../world/local.ts'
import type { Disturbance } from '../world/property.ts'
import type { Model } from '../world/protocol.ts'
import { take } from '../world/take.ts'
import { type Envelope, localUs, type NodeSlot, type Spent, type Timer, type World } from '../world/world.ts'
import { type Due, dueInOrder, lossOrArrival } from './due.ts'
import { DueHeap, type HeapEntry } from './dueHeap.ts'
import { QuietlyTaken, type Taken, takenAs } from './taken.ts'

/** Where a run takes place. */
export interface Ground {
  readonly timeUs: number
  readonly folds: World['folds']
  /** Who may lie, and what they know. */
  readonly treason: Pick<World, 'traitors' | 'heard'>
  /** Null where the choice is not possible now; then nothing has changed. */
  take(choice: Choice): Taken | null
  /** True where the last choice was refused by a handler that had picked: with other picks it may be possible. */
  readonly refusedPicks: boolean
  /** The first of `dueInOrder`. */
  earliest(): Due | undefined
  /** Everything that is due, in order. */
  due(): readonly Due[]
  /** All that exists now. Costs as much as the world is large. */
  finish(): World
}

/** A message on its way, or the timer of a node that fires first. */
type Entry = HeapEntry & (Arrival | Alarm)
interface Arrival {
  readonly kind: 'arrival'
  readonly envelope: Envelope
}
interface Alarm {
  readonly kind: 'alarm'
  readonly node: string
  timer: Timer
}

type OwnSlot = { -readonly [Field in keyof NodeSlot]: NodeSlot[Field] }

const NO_PICKS: readonly number[] = []

export class Live extends Draft implements Ground {
  refusedPicks = false
  protected override readonly step: (input: StepInput) => StepResult
  /** Nobody else has these objects. */
  protected readonly slots: Record<string, OwnSlot> = {}
  private readonly heap = new DueHeap<Entry>()
  private readonly alarms = new Map<string, HeapEntry & Alarm>()
  private readonly asked: Record<string, Operation[]> = {}
  private readonly counts: Record<string, number>
  /** The streams that gave a number during the choice that is being carried out, and the picks made. */
  private drawn: string[] = []
  protected picks: number[] = []
  protected mayPick = false
  protected readonly drawPick: (arity: number) => number
  protected readonly mayBeTakenBack: boolean
  private readonly spent: { -readonly [Thing in keyof Spent]: Spent[Thing] }

  /** `draw` gives an index for each `ctx.pick`, by the length of its list. */
  constructor(model: Model, first: World, stepping: Stepping, draw: (arity: number) => number) {
    super(model, first)
    this.drawPick = (arity: number) => {
      const index = draw(arity)
      this.picks.push(index)
      return index
    }
    this.mayBeTakenBack = model.options.refusals === 'stay'
    this.spent = { ...first.spent }
    this.world.spent = this.spent
    this.step = stepping.step
    this.counts = { ...first.draws }
    for (const [client, asked] of Object.entries(first.clients)) this.asked[client] = [...asked]
    this.world.clients = sortedByName(this.asked)
    for (const [name, slot] of Object.entries(first.nodes))
      this.setSlot(name, { ...slot, state: slot.state === null ? null : stepping.hold(slot.state) })
    this.world.nodes = this.slots
    for (const envelope of first.wire) this.put(envelope)
  }

  get timeUs(): number {
    return this.world.timeUs
  }

  get folds(): World['folds'] {
    return this.world.folds
  }

  get treason(): Pick<World, 'traitors' | 'heard'> {
    return this.world
  }

  take(choice: Choice): Taken | null {
    const { timeUs, next } = this.world
    const hasCourse = choice.kind === 'deliver' || choice.kind === 'fire' || choice.kind === 'restart'
    this.mayPick = hasCourse
    if (this.drawn.length > 0) this.drawn = []
    const given = hasCourse ? (choice.picks ?? NO_PICKS) : NO_PICKS
    if (this.picks.length > 0 || given.length > 0) this.picks = [...given]
    const result = take(this, choice)
    const { picks } = this
    this.refusedPicks = typeof result === 'string' && picks.length > given.length
    if (typeof result === 'string') {
      this.world.timeUs = timeUs
      this.world.next = next
      for (const stream of this.drawn) this.counts[stream]!--
      return null
    }
    const taken = picks.length > given.length ? { ...choice, picks } : choice
    return this.takenNow(taken, result.envelope)
  }

  /** What is kept of a choice that was just carried out. */
  protected takenNow(choice: Choice, envelope: Envelope | null): Taken {
    if (!this.isQuiet()) return takenAs(this.moment(choice, envelope))
    const { arities } = this
    this.arities = NONE
    return new QuietlyTaken(choice, this.world.timeUs, envelope, this.takeSent(), arities)
  }

  /** What was sent during the choice; from now on nothing. */
  protected takeSent(): readonly Envelope[] {
    const { sent } = this
    if (sent.length === 0) return NONE
    const taken = sent.slice()
    sent.length = 0
    return taken
  }

  private isQuiet(): boolean {
    return (
      this.threw === null &&
      this.crashed.length === 0 &&
      this.outputs.length === 0 &&
      this.logs.length === 0 &&
      this.wrote.length === 0
    )
  }

  override run(name: string, event: Event, course: Course): boolean {
    const { model } = this
    const slot = this.slots[name]!
    const result = this.call(this.inputOf(name, slot, event))
    const arm: Arm = (delayMs) => this.deadline(name, delayMs)
    const outcome = finish(model, name, slot, event, course, result, arm)
    if (outcome.kind === 'refused') return false
    this.settle(name, outcome)
    return true
  }

  private inputOf(name: string, slot: NodeSlot, event: Event): StepInput {
    const { model } = this
    return {
      node: model.nodes[name]!,
      identity: identityOf(name, model.assignment[name]!),
      state: slot.state,
      disk: slot.disk.current,
      event,
      nowMs: localUs(slot.clock, this.world.timeUs) / 1000,
      signatures: model.signatures,
      picks: this.mayPick ? this.picks : NONE,
      draw: this.mayPick ? this.drawPick : undefined,
    }
  }

  protected call(input: StepInput): StepResult {
    return checkReceivers(this.model, this.step(input), input.event)
  }

  /** What the world outside is told of a node. */
  protected slotNow(name: string): NodeSlot {
    return { ...this.slots[name]! }
  }

  override spend(what: keyof Spent, disturbance: Disturbance | null): void {
    this.spent[what]++
    if (disturbance !== null) this.see({ kind: 'disturbance', what: disturbance })
  }

  earliest(): Due | undefined {
    const entry = this.heap.first()
    if (entry === undefined) return undefined
    if (entry.kind === 'arrival') return lossOrArrival(this.world, entry.envelope)
    const { timer, arg } = entry.timer
    return { dueUs: entry.dueUs, choice: { kind: 'fire', node: entry.node, timer, arg } }
  }

  due(): readonly Due[] {
    return dueInOrder({ wire: this.inFlight(), nodes: this.slots, cut: this.world.cut })
  }

  override finish(): World {
    const nodes: Record<string, NodeSlot> = {}
    for (const name of Object.keys(this.slots)) nodes[name] = this.slotNow(name)
    const draws = Object.fromEntries(Object.entries(this.counts).filter(([, n]) => n > 0))
    const wire = this.inFlight()
    const clients = Object.entries(this.world.clients).map(([name, asked]) => [name, [...asked]] as const)
    return {
      ...this.world,
      spent: { ...this.spent },
      nodes,
      clients: Object.fromEntries(clients),
      wire,
      draws,
    }
  }

  override find(parcel: Parcel): Envelope | null {
    // What is due first is first among its copies as well.
    const first = this.heap.first()
    if (first?.kind === 'arrival' && sameParcel(first.envelope, parcel)) return first.envelope
    let found: Envelope | null = null
    for (const entry of this.heap.all())
      if (entry.kind === 'arrival' && (found === null || isDueBefore(entry.envelope, found)))
        if (sameParcel(entry.envelope, parcel)) found = entry.envelope
    return found
  }

  /** By number, which is the order of sending. */
  private inFlight(): Envelope[] {
    const found: Envelope[] = []
    for (const entry of this.heap.all()) if (entry.kind === 'arrival') found.push(entry.envelope)
    return found.sort((a, b) => a.id - b.id)
  }

  protected override onLink(from: string, to: string): readonly Envelope[] {
    return this.inFlight().filter((envelope) => envelope.from === from && envelope.to === to)
  }

  override put(envelope: Envelope): void {
    const { id, dueUs } = envelope
    this.heap.push({ kind: 'arrival', dueUs, order: id, place: -1, envelope })
  }

  override remove(envelope: Envelope): void {
    const first = this.heap.first()!
    const isFirst = first.kind === 'arrival' && first.envelope === envelope
    this.heap.remove(
      isFirst ? first : this.heap.all().find((e) => e.kind === 'arrival' && e.envelope === envelope)!,
    )
  }

  override replace(old: Envelope, now: Envelope): void {
    this.remove(old)
    this.put(now)
  }

  override setSlot(name: string, slot: NodeSlot): void {
    const before = this.slots[name]
    this.slots[name] = slot
    if (before?.timers !== slot.timers) this.setAlarm(name, firstToFire(slot.timers))
  }

  protected setTimers(name: string, timers: readonly Timer[]): void {
    this.slots[name]!.timers = timers
    this.setAlarm(name, firstToFire(timers))
  }

  protected override setLast(client: string, operation: Operation): void {
    const asked = this.asked[client]!
    asked[asked.length - 1] = operation
  }

  protected override addOperation(client: string, operation: Operation): void {
    if (this.asked[client] === undefined) {
      this.asked[client] = []
      this.world.clients = sortedByName(this.asked)
    }
    this.asked[client]!.push(operation)
  }

  protected override count(stream: string): number {
    const n = this.counts[stream] ?? 0
    this.counts[stream] = n + 1
    if (this.mayBeTakenBack) this.drawn.push(stream)
    return n
  }

  /** A timer that is armed again moves a deadline; it leaves nothing stale behind. */
  private setAlarm(node: string, timer: Timer | undefined): void {
    const alarm = this.alarms.get(node)
    if (timer === undefined) {
      if (alarm !== undefined) this.heap.remove(alarm)
      this.alarms.delete(node)
    } else if (alarm === undefined) {
      const made = { kind: 'alarm', dueUs: timer.dueUs, order: timer.order, place: -1, node, timer } as const
      this.alarms.set(node, made)
      this.heap.push(made)
    } else {
      alarm.dueUs = timer.dueUs
      alarm.order = timer.order
      alarm.timer = timer
      this.heap.moved(alarm)
    }
  }
}

function isDueBefore(a: Envelope, b: Envelope): boolean {
  return a.dueUs < b.dueUs || (a.dueUs === b.dueUs && a.id < b.id)
}

function firstToFire(timers: readonly Timer[]): Timer | undefined {
  let first = timers[0]
  for (const timer of timers)
    if (timer.dueUs < first!.dueUs || (timer.dueUs === first!.dueUs && timer.order < first!.order))
      first = timer
  return first
}
