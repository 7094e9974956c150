/** The explorer's view of a model: worlds as rows of interned ids, and memoised successors of a row. */
import { canonicalText, type Value } from '../base/canonical.ts'
import type { Operation } from '../base/operation.ts'
import type { Event } from '../node/node.ts'
import type { HandlerError } from '../node/step.ts'
import { answeredBy, nextRequest, outcomeOf } from '../world/apply.ts'
import type { Choice, Course, Parcel } from '../world/choice.ts'
import type { Budgets } from '../world/choices.ts'
import { CALM } from '../world/choices.ts'
import { allOutcomes, survivor } from '../world/local.ts'
import type { Disturbance, Observation } from '../world/property.ts'
import type { Model } from '../world/protocol.ts'
import {
  type Envelope,
  envelopeText,
  linkText,
  NOTHING_SPENT,
  type NodeSlot,
  type Spent,
  slotText,
  type World,
} from '../world/world.ts'
import { Interner } from './intern.ts'

/** How one event at one node goes, in ids. */
interface PackedOutcome {
  readonly course: Course
  readonly slot: number
  readonly sent: readonly number[]
  readonly seen: readonly number[]
  readonly threw: HandlerError | null
}

/** What a reply makes of a client: its history, what is seen of it, and its next request. */
interface Answer {
  readonly history: number
  readonly seen: readonly number[]
  readonly sent: number | null
}

/** What is left of the budgets, and whether everything has been repaired for good. */
interface Phase {
  readonly spent: Spent
  readonly calm: boolean
}

const SPENDABLE: readonly (keyof Spent)[] = ['crashes', 'drops', 'duplicates', 'timeouts']

/** Called once for every choice. `row` is reused: copy what you keep. */
export type Visit = (row: readonly number[], choice: () => Choice, threw: HandlerError | null) => void

/**
 * Rows are: one slot id per node, one history id per client, one fold id per property, one phase id, then
 * the ids of the messages in flight in the order of their texts.
 */
export class Space {
  readonly fixed: number
  private readonly names: readonly string[]
  private readonly clients: readonly string[]
  private readonly slots = new Interner<NodeSlot>(slotText)
  private readonly histories = new Interner<readonly Operation[]>(canonicalText)
  private readonly parcels = new Interner<Parcel>(envelopeText)
  private readonly phases = new Interner<Phase>(canonicalText)
  private readonly events = new Interner<Event>((event) => canonicalText(event))
  private readonly seen = new Interner<Observation>(canonicalText)
  private readonly folds: readonly Interner<Value>[]
  private readonly outcomes: Map<number, readonly PackedOutcome[]>[]
  private readonly foldSteps: Map<number, number>[]
  /** Memos of what would otherwise be interned anew at every step. */
  private readonly slotTimers: (readonly number[])[] = []
  private readonly slotCrashes: (readonly number[])[] = []
  private readonly spentPhases = new Map<number, number>()
  private readonly answers = new Map<string, Answer>()
  private readonly disturbances: { readonly [what in 'crash' | 'loss' | 'duplicate' | 'timeout']: number }
  private readonly receivers: number[] = []
  private readonly receiveEvents: number[] = []
  private readonly restart: number
  private readonly first: number
  private readonly scratch: number[] = []
  /** How often a handler really ran; everything else came from memory. */
  handlerCalls = 0

  constructor(
    readonly model: Model,
    private readonly budgets: Budgets,
    private readonly cutLinks: readonly string[],
    clients: readonly string[],
  ) {
    this.names = model.cluster.names
    this.clients = clients
    this.folds = model.properties.map(() => new Interner<Value>(canonicalText))
    this.foldSteps = model.properties.map(() => new Map())
    this.outcomes = this.names.map(() => new Map())
    this.fixed = this.names.length + clients.length + model.properties.length + 1
    this.restart = this.events.id({ kind: 'start', boot: 'restart' })
    this.first = this.names.length + clients.length
    const disturbance = (what: Disturbance) => this.seen.id({ kind: 'disturbance', what })
    this.disturbances = {
      crash: disturbance('crash'),
      loss: disturbance('loss'),
      duplicate: disturbance('duplicate'),
      timeout: disturbance('timeout'),
    }
  }

  /** The row of a world, as if nothing had been spent yet. */
  rowOf(world: World): number[] {
    const wire = world.wire.map((envelope) =>
      this.parcelId({ from: envelope.from, to: envelope.to, body: envelope.body, op: envelope.op }),
    )
    return [
      ...this.names.map((name) => this.slots.id(withoutTimes(world.nodes[name]!))),
      ...this.clients.map((name) => this.histories.id(world.clients[name] ?? [])),
      ...world.folds.map((fold, i) => this.folds[i]!.id(fold)),
      this.phases.id({ spent: NOTHING_SPENT, calm: false }),
      ...wire.sort((a, b) => this.byText(a, b)),
    ]
  }

  /** The world of a row; times are zero. */
  worldOf(row: readonly number[]): World {
    const phase = this.phaseOf(row)
    const wire = row
      .slice(this.fixed)
      .map((id, i): Envelope => ({ ...this.parcels.value(id), id: i + 1, sentUs: 0, dueUs: 0 }))
    return {
      timeUs: 0,
      next: wire.length + 1,
      nodes: Object.fromEntries(this.names.map((name, i) => [name, this.slots.value(row[i]!)])),
      clients: Object.fromEntries(
        this.clients.map((name, i) => [name, this.histories.value(row[this.names.length + i]!)]),
      ),
      wire,
      cut: phase.calm ? [] : this.cutLinks,
      folds: this.model.properties.map((_, i) => this.folds[i]!.value(row[this.first + i]!)),
      spent: phase.spent,
      draws: {},
    }
  }

  foldId(row: readonly number[], property: number): number {
    return row[this.first + property]!
  }

  foldPosition(property: number): number {
    return this.first + property
  }

  fold(property: number, id: number): Value {
    return this.folds[property]!.value(id)
  }

  isUp(row: readonly number[], node: string): boolean {
    return this.slots.value(row[this.names.indexOf(node)]!).up
  }

  /** True where a timer could still fire if its budget allowed it. */
  isCut(row: readonly number[]): boolean {
    const phase = this.phaseOf(row)
    if (phase.calm || phase.spent.timeouts < this.budgets.timeouts) return false
    return this.names.some((_, i) => this.slots.value(row[i]!).timers.length > 0)
  }

  /** The repaired world of a row: no more faults, all links whole, all nodes up. */
  repaired(row: readonly number[]): number[] {
    const next = [...row]
    next[this.fixed - 1] = this.phases.id({ spent: NOTHING_SPENT, calm: true })
    for (let node = 0; node < this.names.length; node++) {
      const slot = this.slots.value(next[node]!)
      if (slot.paused) next[node] = this.slots.id({ ...slot, paused: false })
      if (slot.up) continue
      const outcome = this.outcomesOf(node, next[node]!, this.restart, false)[0]
      if (outcome !== undefined) this.settle(next, node, outcome)
    }
    return next
  }

  /** Deliveries and timers that go without a fault: what can happen if the world is left alone. */
  calmSuccessors(row: readonly number[], visit: Visit): void {
    this.deliveries(row, false, visit)
    this.timers(row, false, visit)
  }

  /** Every choice within the budgets, in canonical order. */
  successors(row: readonly number[], visit: Visit): void {
    const { spent, calm } = this.phaseOf(row)
    const crashes = !calm && spent.crashes < this.budgets.crashes
    this.deliveries(row, crashes, visit)
    this.timers(row, crashes, visit)
    if (calm) return
    if (crashes) this.crashes(row, visit)
    this.restarts(row, crashes, visit)
    if (this.model.options.wire === 'set') return
    if (spent.drops < this.budgets.drops) this.losses(row, visit)
    if (spent.duplicates < this.budgets.duplicates) this.copies(row, visit)
  }

  private deliveries(row: readonly number[], crashes: boolean, visit: Visit): void {
    const calm = this.phaseOf(row).calm
    for (let at = this.fixed; at < row.length; at++) {
      const parcel = row[at]!
      if (at > this.fixed && row[at - 1] === parcel) continue
      const node = this.receivers[parcel]!
      if (node < 0) {
        this.answer(row, at, visit)
        continue
      }
      if (!this.isRunning(row[node]!) || (!calm && this.isLinkCut(parcel))) continue
      this.deliver(row, at, node, crashes, visit)
    }
  }

  private deliver(row: readonly number[], at: number, node: number, crashes: boolean, visit: Visit): void {
    const parcel = row[at]!
    const outcomes = this.outcomesOf(
      node,
      row[node]!,
      this.receiveEvents[parcel]!,
      crashes && this.mayCrash(node),
    )
    const consume = this.model.options.wire === 'bag'
    for (const outcome of outcomes) {
      const next = this.copy(row)
      if (consume) next.splice(at, 1)
      this.settle(next, node, outcome)
      visit(
        next,
        () => ({ kind: 'deliver', parcel: this.parcels.value(parcel), ...outcome.course }),
        outcome.threw,
      )
    }
    if (outcomes.length > 0 || this.model.options.refusals === 'stay') return
    const next = this.copy(row)
    if (consume) next.splice(at, 1)
    visit(next, () => ({ kind: 'deliver', parcel: this.parcels.value(parcel) }), null)
  }

  private answer(row: readonly number[], at: number, visit: Visit): void {
    const id = row[at]!
    const parcel = this.parcels.value(id)
    const position = this.names.length + this.clients.indexOf(parcel.to)
    const next = this.copy(row)
    next.splice(at, 1)
    if (position >= this.names.length) {
      const { history, seen, sent } = this.answered(row, position, id)
      next[position] = history
      for (const one of seen) this.see(next, one)
      if (sent !== null) this.put(next, sent)
    }
    visit(next, () => ({ kind: 'deliver', parcel }), null)
  }

  /** A history after a reply and the client's next request; one that nobody waits for changes nothing. */
  private answered(row: readonly number[], position: number, parcelId: number): Answer {
    const after = this.answeredByOthers(row, position)
    const key = `${row[position]} ${parcelId} ${canonicalText(after)}`
    const known = this.answers.get(key)
    if (known !== undefined) return known
    const operations = this.histories.value(row[position]!)
    const answer = this.takeAnswer(operations, this.parcels.value(parcelId), after) ?? {
      history: row[position]!,
      seen: [],
      sent: null,
    }
    this.answers.set(key, answer)
    return answer
  }

  private answeredByOthers(row: readonly number[], position: number): Operation['after'] {
    if (this.clients.length === 1) return {}
    const all = this.clients.map(
      (name, i) => [name, this.histories.value(row[this.names.length + i]!)] as const,
    )
    return answeredBy(Object.fromEntries(all), this.clients[position - this.names.length]!)
  }

  private takeAnswer(
    operations: readonly Operation[],
    { to: client, op, body }: Parcel,
    after: Operation['after'],
  ): Answer | null {
    if (op === null || !operations.some((o) => o.n === op.n && o.outcome === 'open')) return null
    const settled = operations.map((o) =>
      o.n === op.n ? { ...o, outcome: outcomeOf(body), answer: body } : o,
    )
    const seen = [this.seen.id({ kind: 'return', op, body })]
    const request = nextRequest(this.model, client, settled)
    if (request === null) return { history: this.histories.id(settled), seen, sent: null }
    const next = { client, n: settled.length + 1 }
    const asked: Operation = {
      ...next,
      to: request.to,
      request: request.body,
      outcome: 'open',
      answer: null,
      after,
    }
    seen.push(this.seen.id({ kind: 'invoke', op: next, to: request.to, body: request.body }))
    return {
      history: this.histories.id([...settled, asked]),
      seen,
      sent: this.parcelId({ from: client, to: request.to, body: request.body, op: next }),
    }
  }

  private timers(row: readonly number[], crashes: boolean, visit: Visit): void {
    const { calm, spent } = this.phaseOf(row)
    const limit = calm ? CALM.timeouts : this.budgets.timeouts
    if (spent.timeouts >= limit) return
    for (let node = 0; node < this.names.length; node++) {
      for (const event of this.timersOf(row[node]!)) {
        for (const outcome of this.outcomesOf(node, row[node]!, event, crashes && this.mayCrash(node))) {
          const next = this.copy(row)
          this.settle(next, node, outcome)
          this.spend(next, 'timeouts', limit)
          this.see(next, this.disturbances.timeout)
          visit(next, () => this.fireChoice(node, event, outcome.course), outcome.threw)
        }
      }
    }
  }

  private fireChoice(node: number, event: number, course: Course): Choice {
    const { timer, arg } = this.events.value(event) as Event & { kind: 'timer' }
    return { kind: 'fire', node: this.names[node]!, timer, arg, ...course }
  }

  /** Up and not paused. */
  private isRunning(slot: number): boolean {
    const { up, paused } = this.slots.value(slot)
    return up && !paused
  }

  private timersOf(slot: number): readonly number[] {
    if (!this.isRunning(slot)) return []
    this.slotTimers[slot] ??= this.slots
      .value(slot)
      .timers.map(({ timer, arg }) => this.events.id({ kind: 'timer', timer, arg }))
    return this.slotTimers[slot]
  }

  /** What a loss of power makes of a slot: one slot for each thing its disk may be left with. */
  private crashesOf(slot: number): readonly number[] {
    if (this.slotCrashes[slot] === undefined) {
      const before = this.slots.value(slot)
      const { disk } = before
      this.slotCrashes[slot] = disk.survivors.map((_, i) =>
        this.slots.id({
          ...before,
          up: false,
          paused: false,
          state: null,
          timers: [],
          disk: survivor(disk, i),
        }),
      )
    }
    return this.slotCrashes[slot]
  }

  private crashes(row: readonly number[], visit: Visit): void {
    for (let node = 0; node < this.names.length; node++) {
      if (!this.slots.value(row[node]!).up || !this.mayCrash(node)) continue
      this.crashesOf(row[node]!).forEach((down, disk) => {
        const next = this.copy(row)
        next[node] = down
        this.crashed(next)
        visit(next, () => ({ kind: 'crash', node: this.names[node]!, disk }), null)
      })
    }
  }

  private restarts(row: readonly number[], crashes: boolean, visit: Visit): void {
    for (let node = 0; node < this.names.length; node++) {
      if (this.slots.value(row[node]!).up) continue
      for (const outcome of this.outcomesOf(node, row[node]!, this.restart, crashes && this.mayCrash(node))) {
        const next = this.copy(row)
        this.settle(next, node, outcome)
        visit(next, () => ({ kind: 'restart', node: this.names[node]!, ...outcome.course }), outcome.threw)
      }
    }
  }

  private losses(row: readonly number[], visit: Visit): void {
    this.eachParcel(row, (at) => {
      const parcel = this.parcels.value(row[at]!)
      const next = this.copy(row)
      next.splice(at, 1)
      this.spend(next, 'drops', this.budgets.drops)
      this.see(next, this.disturbances.loss)
      visit(next, () => ({ kind: 'drop', parcel }), null)
    })
  }

  private copies(row: readonly number[], visit: Visit): void {
    this.eachParcel(row, (at) => {
      const parcel = this.parcels.value(row[at]!)
      const next = this.copy(row)
      next.splice(at, 0, row[at]!)
      this.spend(next, 'duplicates', this.budgets.duplicates)
      this.see(next, this.disturbances.duplicate)
      visit(next, () => ({ kind: 'duplicate', parcel }), null)
    })
  }

  private eachParcel(row: readonly number[], use: (at: number) => void): void {
    for (let at = this.fixed; at < row.length; at++) if (at === this.fixed || row[at - 1] !== row[at]) use(at)
  }

  /** Puts an outcome of a node into a row: its slot, what it sent, what was seen of it. */
  private settle(row: number[], node: number, outcome: PackedOutcome): void {
    row[node] = outcome.slot
    for (const seen of outcome.seen) this.see(row, seen)
    for (const parcel of outcome.sent) this.put(row, parcel)
    if (outcome.course.crash !== undefined) this.crashed(row)
  }

  private crashed(row: number[]): void {
    this.spend(row, 'crashes', this.budgets.crashes)
    this.see(row, this.disturbances.crash)
  }

  /** Inserts a message where its text belongs; on a set wire a message that is there already stays one. */
  private put(row: number[], parcel: number): void {
    let at = row.length
    while (at > this.fixed && this.byText(row[at - 1]!, parcel) > 0) at--
    if (this.model.options.wire === 'set' && at > this.fixed && row[at - 1] === parcel) return
    row.splice(at, 0, parcel)
  }

  private see(row: number[], seen: number): void {
    for (let p = 0; p < this.foldSteps.length; p++) {
      const position = this.first + p
      const key = row[position]! * 0x4000000 + seen
      let after = this.foldSteps[p]!.get(key)
      if (after === undefined) {
        const fold = this.folds[p]!.value(row[position]!)
        after = this.folds[p]!.id(
          this.model.properties[p]!.see(fold, this.seen.value(seen), this.model.cluster),
        )
        this.foldSteps[p]!.set(key, after)
      }
      row[position] = after
    }
  }

  /** Counts towards a budget. Without a limit nothing is counted, so that retries close into a loop. */
  private spend(row: number[], what: keyof Spent, limit: number): void {
    if (!Number.isFinite(limit)) return
    const before = row[this.fixed - 1]!
    const key = before * SPENDABLE.length + SPENDABLE.indexOf(what)
    let after = this.spentPhases.get(key)
    if (after === undefined) {
      const { spent, calm } = this.phases.value(before)
      after = this.phases.id({ spent: { ...spent, [what]: spent[what] + 1 }, calm })
      this.spentPhases.set(key, after)
    }
    row[this.fixed - 1] = after
  }

  private outcomesOf(node: number, slot: number, event: number, mayCrash: boolean): readonly PackedOutcome[] {
    const key = slot * 0x4000000 + event * 2 + (mayCrash ? 1 : 0)
    const known = this.outcomes[node]!.get(key)
    if (known !== undefined) return known
    this.handlerCalls++
    const name = this.names[node]!
    const packed = allOutcomes(
      this.model,
      name,
      this.slots.value(slot),
      this.events.value(event),
      0,
      mayCrash,
    ).map((outcome) => ({
      course: outcome.course,
      slot: this.slots.id(outcome.slot),
      sent: outcome.sent.map((parcel) => this.parcelId(parcel)),
      seen: outcome.outputs.map((body) => this.seen.id({ kind: 'output', node: name, body })),
      threw: outcome.threw,
    }))
    this.outcomes[node]!.set(key, packed)
    return packed
  }

  private parcelId(parcel: Parcel): number {
    const id = this.parcels.id(parcel)
    if (id === this.receivers.length) {
      this.receivers.push(this.names.indexOf(parcel.to))
      this.receiveEvents.push(
        this.events.id({ kind: 'receive', from: parcel.from, body: parcel.body, op: parcel.op }),
      )
    }
    return id
  }

  private phaseOf(row: readonly number[]): Phase {
    return this.phases.value(row[this.fixed - 1]!)
  }

  private mayCrash(node: number): boolean {
    return this.budgets.mayCrash?.includes(this.names[node]!) ?? true
  }

  private isLinkCut(parcel: number): boolean {
    if (this.cutLinks.length === 0) return false
    const { from, to } = this.parcels.value(parcel)
    return this.cutLinks.includes(linkText(from, to))
  }

  private byText(a: number, b: number): number {
    if (a === b) return 0
    return this.parcels.text(a) < this.parcels.text(b) ? -1 : 1
  }

  private copy(row: readonly number[]): number[] {
    const { scratch } = this
    scratch.length = row.length
    for (let i = 0; i < row.length; i++) scratch[i] = row[i]!
    return scratch
  }
}

function withoutTimes(slot: NodeSlot): NodeSlot {
  return { ...slot, timers: slot.timers.map((timer) => ({ ...timer, dueUs: 0, order: 0 })) }
}
