/** The explorer's view of a model: worlds as rows of interned ids, and memoised successors of a row. */
import { canonicalText, type Value } from '../base/canonical.ts'
import type { Event } from '../node/node.ts'
import type { HandlerError } from '../node/step.ts'
import { type Choice, type Course, parcelOf } from '../world/choice.ts'
import type { Budgets } from '../world/choices.ts'
import { CALM, splitsOf } from '../world/choices.ts'
import type { Disturbance, Observation } from '../world/property.ts'
import type { Model } from '../world/protocol.ts'
import { type Envelope, linkText, NOTHING_SPENT, placesOf, type Spent, type World } from '../world/world.ts'
import { Interner } from './intern.ts'
import { PackedClients } from './packedClients.ts'
import { PackedNodes, type PackedOutcome, withoutTimes } from './packedNodes.ts'
import { PackedParcels } from './packedParcels.ts'
import { Pairs } from './pairs.ts'
import { Row } from './rows.ts'

/** The choices that a search makes. */
type TriedKind =
  | 'deliver'
  | 'fire'
  | 'restart'
  | 'crash'
  | 'drop'
  | 'duplicate'
  | 'pause'
  | 'resume'
  | 'cut'
  | 'heal'

/** What was used of the budgets, what is cut, and whether everything has been repaired for good. */
interface Phase {
  readonly spent: Spent
  readonly calm: boolean
  /** Cut links, sorted. */
  readonly cut: readonly string[]
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
  private readonly phases = new Interner<Phase>(canonicalText)
  private readonly events = new Interner<Event>((event) => canonicalText(event))
  private readonly seen = new Interner<Observation>(canonicalText)
  private readonly folds: readonly Interner<Value>[]
  /** Per property, by fold and observation. */
  private readonly foldSteps: readonly Pairs[]
  private readonly parcels: PackedParcels
  private readonly nodes: PackedNodes
  private readonly answers: PackedClients
  private readonly spentPhases: { readonly [what in keyof Spent]: number[] }
  private readonly disturbances: {
    readonly [what in 'crash' | 'loss' | 'duplicate' | 'timeout' | 'partition' | 'pause']: number
  }
  private readonly restart: number
  private readonly first: number
  private readonly mayCrash: readonly boolean[]
  /** By phase and message. */
  private readonly overCut: boolean[][] = []
  private readonly splits: readonly (readonly string[])[]
  private readonly consumes: boolean
  private readonly ordered: boolean
  private readonly scratch: Row
  /** The choice being visited, in parts; nearly nobody asks for the whole. */
  private readonly tried = { kind: 'deliver' as TriedKind, what: 0, detail: 0, course: NO_COURSE }

  constructor(
    readonly model: Model,
    private readonly budgets: Budgets,
    clients: readonly string[],
  ) {
    this.names = model.cluster.names
    this.clients = clients
    this.parcels = new PackedParcels(this.names, this.events)
    this.nodes = new PackedNodes(model, this.events, this.parcels, this.seen)
    this.answers = new PackedClients(model, clients, this.names.length, this.parcels, this.seen)
    this.folds = model.properties.map(() => new Interner<Value>(canonicalText))
    this.foldSteps = model.properties.map(() => new Pairs())
    this.fixed = this.names.length + clients.length + model.properties.length + 1
    this.scratch = new Row(this.fixed)
    this.restart = this.events.id({ kind: 'start', boot: 'restart' })
    this.first = this.names.length + clients.length
    this.mayCrash = this.names.map((name) => budgets.mayCrash?.includes(name) ?? true)
    this.consumes = model.options.wire !== 'set'
    this.ordered = model.options.wire === 'fifo'
    this.spentPhases = {
      crashes: [],
      drops: [],
      duplicates: [],
      timeouts: [],
      processCrashes: [],
      partitions: [],
      pauses: [],
    }
    this.splits = (budgets.partitions ?? 0) > 0 ? splitsOf(this.names) : []
    const disturbance = (what: Disturbance) => this.seen.id({ kind: 'disturbance', what })
    this.disturbances = {
      crash: disturbance('crash'),
      loss: disturbance('loss'),
      duplicate: disturbance('duplicate'),
      timeout: disturbance('timeout'),
      partition: disturbance('partition'),
      pause: disturbance('pause'),
    }
  }

  /** How often a handler really ran; everything else came from memory. */
  get handlerCalls(): number {
    return this.nodes.handlerCalls
  }

  /** The row of a world, as if nothing had been spent yet. */
  rowOf(world: World): Row {
    const places = this.ordered ? placesOf(world.wire) : []
    const wire = world.wire.map((envelope, i) => this.parcels.id(parcelOf(envelope), places[i]))
    const row = new Row(this.fixed)
    row.fill([
      ...this.names.map((name) => this.nodes.id(withoutTimes(world.nodes[name]!))),
      ...this.clients.map((name) => this.answers.histories.id(world.clients[name] ?? [])),
      ...world.folds.map((fold, i) => this.folds[i]!.id(fold)),
      this.phases.id({ spent: NOTHING_SPENT, calm: false, cut: world.cut }),
      ...wire.sort((a, b) => this.parcels.ranks[a]! - this.parcels.ranks[b]!),
    ])
    return row
  }

  /** The world of a row; times are zero. */
  worldOf(row: Row): World {
    const phase = this.phaseOf(row)
    const ids = [...row.cells.subarray(0, row.length)]
    const { places } = this.parcels
    const wire = ids
      .slice(this.fixed)
      .sort((a, b) => (this.ordered ? places[a]! - places[b]! : 0))
      .map((id, i): Envelope => ({ ...this.parcels.value(id), id: i + 1, sentUs: 0, dueUs: 0 }))
    return {
      timeUs: 0,
      next: wire.length + 1,
      nodes: Object.fromEntries(this.names.map((name, i) => [name, this.nodes.value(ids[i]!)])),
      clients: Object.fromEntries(
        this.clients.map((name, i) => [name, this.answers.histories.value(ids[this.names.length + i]!)]),
      ),
      wire,
      cut: phase.cut,
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
    return this.nodes.value(row.cells[this.names.indexOf(node)]!).up
  }

  /** True where a timer could still fire if its budget allowed it. */
  isCut(row: Row): boolean {
    const phase = this.phaseOf(row)
    if (phase.calm || phase.spent.timeouts < this.budgets.timeouts) return false
    for (let node = 0; node < this.names.length; node++)
      if (this.nodes.value(row.cells[node]!).timers.length > 0) return true
    return false
  }

  /** The repaired world of a row: no more faults, all links whole, all nodes up. The row is reused. */
  repaired(row: Row): Row {
    const next = this.copy(row)
    next.set(this.fixed - 1, this.phases.id({ spent: NOTHING_SPENT, calm: true, cut: [] }))
    for (let node = 0; node < this.names.length; node++) {
      const slot = this.nodes.value(next.cells[node]!)
      if (slot.paused) next.set(node, this.nodes.id({ ...slot, paused: false }))
      if (slot.up) continue
      const outcome = this.nodes.outcomesOf(node, next.cells[node]!, this.restart, false)[0]
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
    if (this.consumes && spent.drops < this.budgets.drops) this.losses(row, visit)
    if (this.consumes && !this.ordered && spent.duplicates < this.budgets.duplicates) this.copies(row, visit)
    this.processCrashes(row, visit)
    this.pauses(row, visit)
    this.partitions(row, visit)
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
        return { kind, node: this.names[what]!, disk: detail < 0 ? 'cache' : detail }
      case 'pause':
      case 'resume':
        return { kind, node: this.names[what]! }
      case 'cut':
        return { kind, links: this.splits[what]! }
      case 'heal':
        return { kind }
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
    const phaseId = row.cells[this.fixed - 1]!
    const anyCut = this.phases.value(phaseId).cut.length > 0
    for (let at = this.fixed; at < row.length; at++) {
      const parcel = row.cells[at]!
      if (at > this.fixed && row.cells[at - 1] === parcel) continue
      if (this.parcels.places[parcel] !== 0) continue
      const node = this.parcels.receivers[parcel]!
      if (node < 0) {
        this.answer(row, at, visit)
        continue
      }
      if (!this.nodes.runs[row.cells[node]!] || (anyCut && this.isOverCut(phaseId, parcel))) continue
      this.deliver(row, at, node, crashes, visit)
    }
  }

  private deliver(row: Row, at: number, node: number, crashes: boolean, visit: Visit): void {
    const parcel = row.cells[at]!
    const event = this.parcels.events[parcel]!
    const outcomes = this.nodes.outcomesOf(node, row.cells[node]!, event, crashes && this.mayCrash[node]!)
    for (let i = 0; i < outcomes.length; i++) {
      const outcome = outcomes[i]!
      const next = this.copy(row)
      if (this.consumes) this.takeOut(next, at)
      this.settle(next, node, outcome)
      this.note('deliver', parcel, event, outcome.course)
      visit(next, outcome.threw)
    }
    if (outcomes.length > 0 || this.model.options.refusals === 'stay') return
    const next = this.copy(row)
    if (this.consumes) this.takeOut(next, at)
    this.note('deliver', parcel, event, NO_COURSE)
    visit(next, null)
  }

  private answer(row: Row, at: number, visit: Visit): void {
    const id = row.cells[at]!
    const position = this.names.length + this.clients.indexOf(this.parcels.value(id).to)
    const answer = position >= this.names.length ? this.answers.answered(row, position, id) : null
    const waits = answer !== null && answer.history !== row.cells[position]
    if (!waits && this.model.options.refusals === 'stay') return
    const next = this.copy(row)
    this.takeOut(next, at)
    if (waits) {
      next.set(position, answer.history)
      for (const one of answer.seen) this.see(next, one)
      if (answer.sent !== null) this.put(next, answer.sent)
    }
    this.note('deliver', id, 0, NO_COURSE)
    visit(next, null)
  }

  private timers(row: Row, crashes: boolean, visit: Visit): void {
    const { calm, spent } = this.phaseOf(row)
    const limit = calm ? CALM.timeouts : this.budgets.timeouts
    if (spent.timeouts >= limit) return
    for (let node = 0; node < this.names.length; node++) {
      const slot = row.cells[node]!
      if (!this.nodes.runs[slot]) continue
      const events = this.nodes.timers[slot]!
      for (let t = 0; t < events.length; t++) {
        const event = events[t]!
        const outcomes = this.nodes.outcomesOf(node, slot, event, crashes && this.mayCrash[node]!)
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

  private crashes(row: Row, visit: Visit): void {
    for (let node = 0; node < this.names.length; node++) {
      if (!this.nodes.value(row.cells[node]!).up || !this.mayCrash[node]) continue
      const after = this.nodes.crashesOf(row.cells[node]!)
      for (let disk = 0; disk < after.length; disk++) {
        const next = this.copy(row)
        next.set(node, after[disk]!)
        this.crashed(next)
        this.note('crash', node, disk, NO_COURSE)
        visit(next, null)
      }
    }
  }

  private processCrashes(row: Row, visit: Visit): void {
    const { processCrashes = 0 } = this.budgets
    if (this.phaseOf(row).spent.processCrashes >= processCrashes) return
    for (let node = 0; node < this.names.length; node++) {
      const slot = this.nodes.value(row.cells[node]!)
      if (!slot.up || !this.mayCrash[node]) continue
      const next = this.copy(row)
      next.set(node, this.nodes.id({ ...slot, up: false, paused: false, state: null, timers: [] }))
      this.spend(next, 'processCrashes', processCrashes)
      this.see(next, this.disturbances.crash)
      this.note('crash', node, -1, NO_COURSE)
      visit(next, null)
    }
  }

  private pauses(row: Row, visit: Visit): void {
    const { pauses = 0 } = this.budgets
    if (pauses === 0) return
    const may = this.phaseOf(row).spent.pauses < pauses
    for (let node = 0; node < this.names.length; node++) {
      const slot = this.nodes.value(row.cells[node]!)
      if (!slot.up || !(slot.paused || may)) continue
      const next = this.copy(row)
      next.set(node, this.nodes.id({ ...slot, paused: !slot.paused }))
      if (!slot.paused) {
        this.spend(next, 'pauses', pauses)
        this.see(next, this.disturbances.pause)
      }
      this.note(slot.paused ? 'resume' : 'pause', node, 0, NO_COURSE)
      visit(next, null)
    }
  }

  private partitions(row: Row, visit: Visit): void {
    const { partitions = 0 } = this.budgets
    if (partitions === 0) return
    const { spent, cut } = this.phaseOf(row)
    if (cut.length > 0) {
      const next = this.copy(row)
      this.setCut(next, [])
      this.note('heal', 0, 0, NO_COURSE)
      visit(next, null)
    } else if (spent.partitions < partitions)
      for (let split = 0; split < this.splits.length; split++) {
        const next = this.copy(row)
        this.setCut(next, this.splits[split]!)
        this.spend(next, 'partitions', partitions)
        this.see(next, this.disturbances.partition)
        this.note('cut', split, 0, NO_COURSE)
        visit(next, null)
      }
  }

  private setCut(row: Row, cut: readonly string[]): void {
    row.set(this.fixed - 1, this.phases.id({ ...this.phaseOf(row), cut }))
  }

  private isOverCut(phaseId: number, parcel: number): boolean {
    this.overCut[phaseId] ??= []
    const known = this.overCut[phaseId]
    if (known[parcel] === undefined) {
      const { from, to } = this.parcels.value(parcel)
      known[parcel] = this.phases.value(phaseId).cut.includes(linkText(from, to))
    }
    return known[parcel]
  }

  private restarts(row: Row, crashes: boolean, visit: Visit): void {
    for (let node = 0; node < this.names.length; node++) {
      const slot = row.cells[node]!
      if (this.nodes.value(slot).up) continue
      for (const outcome of this.nodes.outcomesOf(
        node,
        slot,
        this.restart,
        crashes && this.mayCrash[node]!,
      )) {
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
      this.takeOut(next, at)
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
    if (!this.ordered) return at > this.fixed && row.cells[at - 1] === row.cells[at]
    const { parcels } = this
    const first = parcels.at(row.cells[at]!, 0)
    for (let i = this.fixed; i < at; i++) if (parcels.at(row.cells[i]!, 0) === first) return true
    return false
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

  /** Takes a message off the wire; on a fifo wire those behind it move up. */
  private takeOut(row: Row, at: number): void {
    const taken = row.cells[at]!
    row.remove(at)
    if (!this.ordered) return
    const { links, places } = this.parcels
    const behind: number[] = []
    for (let i = row.length - 1; i >= this.fixed; i--) {
      const id = row.cells[i]!
      if (links[id] !== links[taken] || places[id]! < places[taken]!) continue
      behind.push(this.parcels.at(id, places[id]! - 1))
      row.remove(i)
    }
    for (const id of behind) this.insert(row, id)
  }

  /** Sends a message; on a fifo wire behind all others of its link. */
  private put(row: Row, parcel: number): void {
    if (!this.ordered) return this.insert(row, parcel)
    const { links } = this.parcels
    let before = 0
    for (let i = this.fixed; i < row.length; i++) if (links[row.cells[i]!] === links[parcel]) before++
    this.insert(row, this.parcels.at(parcel, before))
  }

  /** Inserts a message where its text belongs; on a set wire a message that is there already stays one. */
  private insert(row: Row, parcel: number): void {
    const { ranks } = this.parcels
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
      const { spent, calm, cut } = this.phases.value(before)
      known[before] = this.phases.id({ spent: { ...spent, [what]: spent[what] + 1 }, calm, cut })
    }
    row.set(this.fixed - 1, known[before])
  }

  private phaseOf(row: Row): Phase {
    return this.phases.value(row.cells[this.fixed - 1]!)
  }

  private copy(row: Row): Row {
    this.scratch.copy(row)
    return this.scratch
  }
}
