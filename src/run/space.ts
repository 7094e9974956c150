/** The explorer's view of a model: worlds as rows of interned ids, and memoised successors of a row. */
import { canonicalText, type Value } from '../base/canonical.ts'
import type { Operation } from '../base/operation.ts'
import type { Event } from '../node/node.ts'
import type { HandlerError } from '../node/step.ts'
import type { Choice, Course, Parcel } from '../world/choice.ts'
import type { Budgets } from '../world/choices.ts'
import { CALM } from '../world/choices.ts'
import { answeredBy, nextRequest, outcomeOf } from '../world/clients.ts'
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
import { Pairs } from './pairs.ts'
import { Row } from './rows.ts'

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

/** The choices that a search makes. */
type TriedKind = 'deliver' | 'fire' | 'restart' | 'crash' | 'drop' | 'duplicate'

/** What is left of the budgets, and whether everything has been repaired for good. */
interface Phase {
  readonly spent: Spent
  readonly calm: boolean
}

/** Called once for every choice; `Space.choice` then tells which. `row` is reused: copy what you keep. */
export type Visit = (row: Row, threw: HandlerError | null) => void

const NO_COURSE: Course = {}

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
  /** Per node, by slot and event: where its outcomes lie in `outcomes`. */
  private readonly outcomesAt: readonly Pairs[]
  private readonly outcomes: (readonly PackedOutcome[])[] = []
  /** Per property, by fold and observation. */
  private readonly foldSteps: readonly Pairs[]
  /** Memos of what would otherwise be interned anew at every step, by the id of the slot or message. */
  private readonly slotRuns: boolean[] = []
  private readonly slotTimers: (readonly number[])[] = []
  private readonly slotCrashes: (readonly number[] | undefined)[] = []
  private readonly spentPhases: { readonly [what in keyof Spent]: number[] }
  private readonly receivers: number[] = []
  private readonly receiveEvents: number[] = []
  private readonly overCutLink: boolean[] = []
  /** Places of messages in the order of their texts: comparing two numbers beats comparing two texts. */
  private readonly ranks: number[] = []
  private readonly inOrder: number[] = []
  private readonly answers: Answer[] = []
  private readonly answersAt = new Pairs()
  private readonly replies = new Numbering()
  private readonly othersAnswered = new Numbering()
  private readonly historyAnswered: number[] = []
  private readonly disturbances: { readonly [what in 'crash' | 'loss' | 'duplicate' | 'timeout']: number }
  private readonly restart: number
  private readonly first: number
  private readonly mayCrash: readonly boolean[]
  private readonly consumes: boolean
  private readonly scratch: Row
  /** The choice being visited, in parts; nearly nobody asks for the whole. */
  private readonly tried = { kind: 'deliver' as TriedKind, what: 0, detail: 0, course: NO_COURSE }
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
    this.foldSteps = model.properties.map(() => new Pairs())
    this.outcomesAt = this.names.map(() => new Pairs())
    this.fixed = this.names.length + clients.length + model.properties.length + 1
    this.scratch = new Row(this.fixed)
    this.restart = this.events.id({ kind: 'start', boot: 'restart' })
    this.first = this.names.length + clients.length
    this.mayCrash = this.names.map((name) => budgets.mayCrash?.includes(name) ?? true)
    this.consumes = model.options.wire === 'bag'
    this.spentPhases = { crashes: [], drops: [], duplicates: [], timeouts: [] }
    const disturbance = (what: Disturbance) => this.seen.id({ kind: 'disturbance', what })
    this.disturbances = {
      crash: disturbance('crash'),
      loss: disturbance('loss'),
      duplicate: disturbance('duplicate'),
      timeout: disturbance('timeout'),
    }
  }

  /** The row of a world, as if nothing had been spent yet. */
  rowOf(world: World): Row {
    const wire = world.wire.map((envelope) =>
      this.parcelId({ from: envelope.from, to: envelope.to, body: envelope.body, op: envelope.op }),
    )
    const row = new Row(this.fixed)
    row.fill([
      ...this.names.map((name) => this.slotId(withoutTimes(world.nodes[name]!))),
      ...this.clients.map((name) => this.histories.id(world.clients[name] ?? [])),
      ...world.folds.map((fold, i) => this.folds[i]!.id(fold)),
      this.phases.id({ spent: NOTHING_SPENT, calm: false }),
      ...wire.sort((a, b) => this.ranks[a]! - this.ranks[b]!),
    ])
    return row
  }

  /** The world of a row; times are zero. */
  worldOf(row: Row): World {
    const phase = this.phaseOf(row)
    const ids = [...row.cells.subarray(0, row.length)]
    const wire = ids
      .slice(this.fixed)
      .map((id, i): Envelope => ({ ...this.parcels.value(id), id: i + 1, sentUs: 0, dueUs: 0 }))
    return {
      timeUs: 0,
      next: wire.length + 1,
      nodes: Object.fromEntries(this.names.map((name, i) => [name, this.slots.value(ids[i]!)])),
      clients: Object.fromEntries(
        this.clients.map((name, i) => [name, this.histories.value(ids[this.names.length + i]!)]),
      ),
      wire,
      cut: phase.calm ? [] : this.cutLinks,
      folds: this.model.properties.map((_, i) => this.folds[i]!.value(ids[this.first + i]!)),
      spent: phase.spent,
      draws: {},
    }
  }

  foldId(row: Row, property: number): number {
    return row.cells[this.first + property]!
  }

  fold(property: number, id: number): Value {
    return this.folds[property]!.value(id)
  }

  isUp(row: Row, node: string): boolean {
    return this.slots.value(row.cells[this.names.indexOf(node)]!).up
  }

  /** True where a timer could still fire if its budget allowed it. */
  isCut(row: Row): boolean {
    const phase = this.phaseOf(row)
    if (phase.calm || phase.spent.timeouts < this.budgets.timeouts) return false
    for (let node = 0; node < this.names.length; node++)
      if (this.slots.value(row.cells[node]!).timers.length > 0) return true
    return false
  }

  /** The repaired world of a row: no more faults, all links whole, all nodes up. The row is reused. */
  repaired(row: Row): Row {
    const next = this.copy(row)
    next.set(this.fixed - 1, this.phases.id({ spent: NOTHING_SPENT, calm: true }))
    for (let node = 0; node < this.names.length; node++) {
      const slot = this.slots.value(next.cells[node]!)
      if (slot.paused) next.set(node, this.slotId({ ...slot, paused: false }))
      if (slot.up) continue
      const outcome = this.outcomesOf(node, next.cells[node]!, this.restart, false)[0]
      if (outcome !== undefined) this.settle(next, node, outcome)
    }
    return next
  }

  /** Deliveries and timers that go without a fault: what can happen if the world is left alone. */
  calmSuccessors(row: Row, visit: Visit): void {
    this.deliveries(row, false, visit)
    this.timers(row, false, visit)
  }

  /** Every choice within the budgets, in canonical order. */
  successors(row: Row, visit: Visit): void {
    const { spent, calm } = this.phaseOf(row)
    const crashes = !calm && spent.crashes < this.budgets.crashes
    this.deliveries(row, crashes, visit)
    this.timers(row, crashes, visit)
    if (calm) return
    if (crashes) this.crashes(row, visit)
    this.restarts(row, crashes, visit)
    if (!this.consumes) return
    if (spent.drops < this.budgets.drops) this.losses(row, visit)
    if (spent.duplicates < this.budgets.duplicates) this.copies(row, visit)
  }

  /** The choice that led to the row being visited. */
  choice(): Choice {
    const { kind, what, detail, course } = this.tried
    switch (kind) {
      case 'deliver':
        return { kind, parcel: this.parcels.value(what), ...course }
      case 'fire': {
        const { timer, arg } = this.events.value(detail) as Event & { kind: 'timer' }
        return { kind, node: this.names[what]!, timer, arg, ...course }
      }
      case 'restart':
        return { kind, node: this.names[what]!, ...course }
      case 'crash':
        return { kind, node: this.names[what]!, disk: detail }
      case 'drop':
      case 'duplicate':
        return { kind, parcel: this.parcels.value(what) }
    }
  }

  private note(kind: TriedKind, what: number, detail: number, course: Course): void {
    const { tried } = this
    tried.kind = kind
    tried.what = what
    tried.detail = detail
    tried.course = course
  }

  private deliveries(row: Row, crashes: boolean, visit: Visit): void {
    const calm = this.phaseOf(row).calm
    for (let at = this.fixed; at < row.length; at++) {
      const parcel = row.cells[at]!
      if (at > this.fixed && row.cells[at - 1] === parcel) continue
      const node = this.receivers[parcel]!
      if (node < 0) {
        this.answer(row, at, visit)
        continue
      }
      if (!this.slotRuns[row.cells[node]!] || (!calm && this.overCutLink[parcel])) continue
      this.deliver(row, at, node, crashes, visit)
    }
  }

  private deliver(row: Row, at: number, node: number, crashes: boolean, visit: Visit): void {
    const parcel = row.cells[at]!
    const event = this.receiveEvents[parcel]!
    const outcomes = this.outcomesOf(node, row.cells[node]!, event, crashes && this.mayCrash[node]!)
    for (let i = 0; i < outcomes.length; i++) {
      const outcome = outcomes[i]!
      const next = this.copy(row)
      if (this.consumes) next.remove(at)
      this.settle(next, node, outcome)
      this.note('deliver', parcel, event, outcome.course)
      visit(next, outcome.threw)
    }
    if (outcomes.length > 0 || this.model.options.refusals === 'stay') return
    const next = this.copy(row)
    if (this.consumes) next.remove(at)
    this.note('deliver', parcel, event, NO_COURSE)
    visit(next, null)
  }

  private answer(row: Row, at: number, visit: Visit): void {
    const id = row.cells[at]!
    const position = this.names.length + this.clients.indexOf(this.parcels.value(id).to)
    const answer = position >= this.names.length ? this.answered(row, position, id) : null
    const waits = answer !== null && answer.history !== row.cells[position]
    if (!waits && this.model.options.refusals === 'stay') return
    const next = this.copy(row)
    next.remove(at)
    if (waits) {
      next.set(position, answer.history)
      for (const one of answer.seen) this.see(next, one)
      if (answer.sent !== null) this.put(next, answer.sent)
    }
    this.note('deliver', id, 0, NO_COURSE)
    visit(next, null)
  }

  /** A history after a reply and the client's next request; one that nobody waits for changes nothing. */
  private answered(row: Row, position: number, parcelId: number): Answer {
    const before = row.cells[position]!
    const others = this.othersOf(row, position)
    const reply = this.replies.of(before, parcelId)
    const known = this.answersAt.get(reply, others)
    if (known >= 0) return this.answers[known]!
    const after = this.answeredByOthers(row, position)
    const answer = this.takeAnswer(this.histories.value(before), this.parcels.value(parcelId), after) ?? {
      history: before,
      seen: [],
      sent: null,
    }
    this.answersAt.add(reply, others, this.answers.push(answer) - 1)
    return answer
  }

  /** A number for how much has been answered to each of the other clients. */
  private othersOf(row: Row, position: number): number {
    let number = 0
    for (let at = this.names.length; at < this.first; at++)
      number = this.othersAnswered.of(number, at === position ? 0 : this.answersIn(row.cells[at]!))
    return number
  }

  private answersIn(history: number): number {
    this.historyAnswered[history] ??= this.histories
      .value(history)
      .filter(({ outcome }) => outcome === 'ok' || outcome === 'fail').length
    return this.historyAnswered[history]
  }

  private answeredByOthers(row: Row, position: number): Operation['after'] {
    if (this.clients.length === 1) return {}
    const all = this.clients.map(
      (name, i) => [name, this.histories.value(row.cells[this.names.length + i]!)] as const,
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

  private timers(row: Row, crashes: boolean, visit: Visit): void {
    const { calm, spent } = this.phaseOf(row)
    const limit = calm ? CALM.timeouts : this.budgets.timeouts
    if (spent.timeouts >= limit) return
    for (let node = 0; node < this.names.length; node++) {
      const slot = row.cells[node]!
      if (!this.slotRuns[slot]) continue
      const events = this.slotTimers[slot]!
      for (let t = 0; t < events.length; t++) {
        const event = events[t]!
        const outcomes = this.outcomesOf(node, slot, event, crashes && this.mayCrash[node]!)
        for (let i = 0; i < outcomes.length; i++) {
          const outcome = outcomes[i]!
          const next = this.copy(row)
          this.settle(next, node, outcome)
          this.spend(next, 'timeouts', limit)
          this.see(next, this.disturbances.timeout)
          this.note('fire', node, event, outcome.course)
          visit(next, outcome.threw)
        }
      }
    }
  }

  /** What a loss of power makes of a slot: one slot for each thing its disk may be left with. */
  private crashesOf(slot: number): readonly number[] {
    const known = this.slotCrashes[slot]
    if (known !== undefined) return known
    const before = this.slots.value(slot)
    const { disk } = before
    const after = disk.survivors.map((_, i) =>
      this.slotId({
        ...before,
        up: false,
        paused: false,
        state: null,
        timers: [],
        disk: survivor(disk, i),
      }),
    )
    this.slotCrashes[slot] = after
    return after
  }

  private crashes(row: Row, visit: Visit): void {
    for (let node = 0; node < this.names.length; node++) {
      if (!this.slots.value(row.cells[node]!).up || !this.mayCrash[node]) continue
      const after = this.crashesOf(row.cells[node]!)
      for (let disk = 0; disk < after.length; disk++) {
        const next = this.copy(row)
        next.set(node, after[disk]!)
        this.crashed(next)
        this.note('crash', node, disk, NO_COURSE)
        visit(next, null)
      }
    }
  }

  private restarts(row: Row, crashes: boolean, visit: Visit): void {
    for (let node = 0; node < this.names.length; node++) {
      const slot = row.cells[node]!
      if (this.slots.value(slot).up) continue
      for (const outcome of this.outcomesOf(node, slot, this.restart, crashes && this.mayCrash[node]!)) {
        const next = this.copy(row)
        this.settle(next, node, outcome)
        this.note('restart', node, this.restart, outcome.course)
        visit(next, outcome.threw)
      }
    }
  }

  private losses(row: Row, visit: Visit): void {
    for (let at = this.fixed; at < row.length; at++) {
      if (this.isCopy(row, at)) continue
      const next = this.copy(row)
      next.remove(at)
      this.spend(next, 'drops', this.budgets.drops)
      this.see(next, this.disturbances.loss)
      this.note('drop', row.cells[at]!, 0, NO_COURSE)
      visit(next, null)
    }
  }

  private copies(row: Row, visit: Visit): void {
    for (let at = this.fixed; at < row.length; at++) {
      if (this.isCopy(row, at)) continue
      const next = this.copy(row)
      next.insert(at, row.cells[at]!)
      this.spend(next, 'duplicates', this.budgets.duplicates)
      this.see(next, this.disturbances.duplicate)
      this.note('duplicate', row.cells[at]!, 0, NO_COURSE)
      visit(next, null)
    }
  }

  /** True for a message that equals the one before it: equal copies are one choice. */
  private isCopy(row: Row, at: number): boolean {
    return at > this.fixed && row.cells[at - 1] === row.cells[at]
  }

  /** Puts an outcome of a node into a row: its slot, what it sent, what was seen of it. */
  private settle(row: Row, node: number, outcome: PackedOutcome): void {
    row.set(node, outcome.slot)
    const { seen, sent } = outcome
    for (let i = 0; i < seen.length; i++) this.see(row, seen[i]!)
    for (let i = 0; i < sent.length; i++) this.put(row, sent[i]!)
    if (outcome.course.crash !== undefined) this.crashed(row)
  }

  private crashed(row: Row): void {
    this.spend(row, 'crashes', this.budgets.crashes)
    this.see(row, this.disturbances.crash)
  }

  /** Inserts a message where its text belongs; on a set wire a message that is there already stays one. */
  private put(row: Row, parcel: number): void {
    const { ranks } = this
    const rank = ranks[parcel]!
    let at = row.length
    while (at > this.fixed && ranks[row.cells[at - 1]!]! > rank) at--
    if (!this.consumes && at > this.fixed && row.cells[at - 1] === parcel) return
    row.insert(at, parcel)
  }

  private see(row: Row, seen: number): void {
    for (let p = 0; p < this.foldSteps.length; p++) {
      const position = this.first + p
      const before = row.cells[position]!
      let after = this.foldSteps[p]!.get(before, seen)
      if (after < 0) {
        const fold = this.folds[p]!.value(before)
        after = this.folds[p]!.id(
          this.model.properties[p]!.see(fold, this.seen.value(seen), this.model.cluster),
        )
        this.foldSteps[p]!.add(before, seen, after)
      }
      row.set(position, after)
    }
  }

  /** Counts towards a budget. Without a limit nothing is counted, so that retries close into a loop. */
  private spend(row: Row, what: keyof Spent, limit: number): void {
    if (!Number.isFinite(limit)) return
    const before = row.cells[this.fixed - 1]!
    const known = this.spentPhases[what]
    if (known[before] === undefined) {
      const { spent, calm } = this.phases.value(before)
      known[before] = this.phases.id({ spent: { ...spent, [what]: spent[what] + 1 }, calm })
    }
    row.set(this.fixed - 1, known[before])
  }

  private outcomesOf(node: number, slot: number, event: number, mayCrash: boolean): readonly PackedOutcome[] {
    const way = event * 2 + (mayCrash ? 1 : 0)
    const known = this.outcomesAt[node]!.get(slot, way)
    if (known >= 0) return this.outcomes[known]!
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
      slot: this.slotId(outcome.slot),
      sent: outcome.sent.map((parcel) => this.parcelId(parcel)),
      seen: outcome.outputs.map((body) => this.seen.id({ kind: 'output', node: name, body })),
      threw: outcome.threw,
    }))
    this.outcomesAt[node]!.add(slot, way, this.outcomes.push(packed) - 1)
    return packed
  }

  private slotId(slot: NodeSlot): number {
    const id = this.slots.id(slot)
    if (id === this.slotRuns.length) {
      this.slotRuns.push(slot.up && !slot.paused)
      this.slotTimers.push(slot.timers.map(({ timer, arg }) => this.events.id({ kind: 'timer', timer, arg })))
    }
    return id
  }

  private parcelId(parcel: Parcel): number {
    const id = this.parcels.id(parcel)
    if (id === this.receivers.length) {
      const { from, to, body, op } = parcel
      this.receivers.push(this.names.indexOf(to))
      this.receiveEvents.push(this.events.id({ kind: 'receive', from, body, op }))
      this.overCutLink.push(this.cutLinks.includes(linkText(from, to)))
      this.rank(id)
    }
    return id
  }

  /** Gives a new message its place among the others; different messages are few. */
  private rank(id: number): void {
    const text = this.parcels.text(id)
    let low = 0
    for (let high = this.inOrder.length; low < high; ) {
      const middle = (low + high) >>> 1
      if (this.parcels.text(this.inOrder[middle]!) < text) low = middle + 1
      else high = middle
    }
    this.inOrder.splice(low, 0, id)
    for (let place = low; place < this.inOrder.length; place++) this.ranks[this.inOrder[place]!] = place
  }

  private phaseOf(row: Row): Phase {
    return this.phases.value(row.cells[this.fixed - 1]!)
  }

  private copy(row: Row): Row {
    this.scratch.copy(row)
    return this.scratch
  }
}

/** Numbers for pairs of numbers, from 1 in the order of first sight; two pairs never share one. */
class Numbering {
  private readonly pairs = new Pairs()
  private last = 0

  of(a: number, b: number): number {
    const known = this.pairs.get(a, b)
    if (known >= 0) return known
    this.pairs.add(a, b, ++this.last)
    return this.last
  }
}

function withoutTimes(slot: NodeSlot): NodeSlot {
  return { ...slot, timers: slot.timers.map((timer) => ({ ...timer, dueUs: 0, order: 0 })) }
}
