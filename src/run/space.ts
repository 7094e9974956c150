/** The explorer's view of a model: the memoised successors of a row, each with the choice that leads there. */

import type { Budgets } from '../world/budgets.ts'
import { CALM } from '../world/budgets.ts'
import type { Choice } from '../world/choice.ts'
import type { Model } from '../world/protocol.ts'
import { turnOf } from '../world/rounds.ts'
import { NOTHING_SPENT, type World } from '../world/world.ts'
import { PackedClocks } from './packedClocks.ts'
import { PackedFaults } from './packedFaults.ts'
import { PackedTreason } from './packedTreason.ts'
import { PackedWorlds } from './packedWorlds.ts'
import type { Row } from './rows.ts'
import { NO_COURSE, Tried, type Visit } from './tried.ts'

export class Space extends PackedWorlds {
  private readonly tried = new Tried(this)
  private readonly faults: PackedFaults
  private readonly treason: PackedTreason
  private readonly clocks: PackedClocks
  /** The round that each node is in; written anew for every row. */
  private readonly rounds: (number | null)[] = []

  constructor(model: Model, budgets: Budgets, root: World) {
    super(model, budgets, root)
    this.faults = new PackedFaults(this, this.tried)
    this.treason = new PackedTreason(this, this.tried)
    this.clocks = new PackedClocks(this, this.tried, root)
  }

  /**
   * True where something could still happen but for a budget: a timer fire, or, where ticks are used up, a timer
   * come due or a message be read later than it can be now.
   */
  isCut(row: Row): boolean {
    const { spent, calm } = this.phaseOf(row)
    if (this.timed && spent.ticks >= this.budgets.ticks && this.isPending(row)) return true
    if (calm || spent.timeouts < this.budgets.timeouts) return false
    for (let node = 0; node < this.names.length; node++)
      if (this.nodes.timesOut[row.cells[node]!]) return true
    return false
  }

  /** True where something waits for time to pass, or may do otherwise when it has. */
  private isPending(row: Row): boolean {
    if (row.length > this.fixed) return true
    for (let node = 0; node < this.names.length; node++) if (this.nodes.waits[row.cells[node]!]) return true
    return false
  }

  /** The repaired world of a row: no more faults, all links whole, all nodes up. The row is reused. */
  repaired(row: Row): Row {
    const next = this.copy(row)
    const { traitors, timeUs } = this.phaseOf(row)
    this.setPhase(next, { spent: NOTHING_SPENT, calm: true, cut: [], timeUs, traitors, heard: [] })
    for (let node = 0; node < this.names.length; node++) {
      const slot = this.nodes.value(next.cells[node]!)
      if (slot.paused) next.set(node, this.nodes.id({ ...slot, paused: false }))
      if (slot.up) continue
      const outcome = this.nodes.outcomesOf(node, next.cells[node]!, this.restart, false)[0]
      if (outcome !== undefined) this.settle(next, node, outcome)
    }
    return next
  }

  /**
   * What can happen if the world is left alone: deliveries and timers that go without a fault, time that something
   * waits for, and nodes that go on. A pause ends by itself, while a restart and a heal are somebody's doing.
   */
  calmSuccessors(row: Row, visit: Visit): void {
    if (this.timed) this.tried.at(this.phaseOf(row).timeUs)
    this.happenings(row, false, visit)
    if (this.timed && this.isPending(row)) this.clocks.calmSuccessors(row, visit)
    this.resumes(row, visit)
  }

  /** Every choice within the budgets, in canonical order. */
  successors(row: Row, visit: Visit): void {
    const { spent, calm } = this.phaseOf(row)
    const crashes = !calm && spent.crashes < this.budgets.crashes
    if (this.timed) this.tried.at(this.phaseOf(row).timeUs)
    this.happenings(row, crashes, visit)
    if (this.timed) this.clocks.ticks(row, visit)
    this.resumes(row, visit)
    if (calm) return
    this.faults.successors(row, visit)
    if (this.budgets.clockSteps > 0) this.clocks.jumps(row, visit)
    if (this.budgets.corruptions > 0) this.faults.corruptions(row, visit)
    this.treason.successors(row, visit)
  }

  /** The choice that led to the row being visited. */
  choice(): Choice {
    return this.tried.choice()
  }

  /** Deliveries and timers; where nodes go in rounds, in the order that rounds allow. */
  private happenings(row: Row, crashes: boolean, visit: Visit): void {
    if (this.model.protocol.rounds === undefined) {
      this.deliveries(row, crashes, visit)
      this.timers(row, crashes, -1, visit)
      return
    }
    for (let node = 0; node < this.names.length; node++)
      this.rounds[node] = this.nodes.rounds[row.cells[node]!] ?? null
    const turn = turnOf(this.rounds)
    const mayEnd = turn?.node ?? -1
    if (turn?.ending) return this.timers(row, crashes, mayEnd, visit)
    const moved = this.deliveries(row, crashes, visit)
    this.timers(row, crashes, moved ? -1 : mayEnd, visit)
  }

  /** True if there was a message that can be delivered. */
  private deliveries(row: Row, crashes: boolean, visit: Visit): boolean {
    let any = false
    const phaseId = row.cells[this.fixed - 1]!
    const anyCut = this.phaseOf(row).cut.length > 0
    for (let at = this.fixed; at < row.length; at++) {
      const parcel = row.cells[at]!
      if (at > this.fixed && row.cells[at - 1] === parcel) continue
      if (this.ordered && this.parcels.places[parcel] !== 0) continue
      const node = this.parcels.receivers[parcel]!
      if (node < 0) {
        if (this.answer(row, at, visit)) any = true
        continue
      }
      if (!this.nodes.runs[row.cells[node]!] || (anyCut && this.isOverCut(phaseId, parcel))) continue
      if (this.deliver(row, at, node, crashes, visit)) any = true
    }
    return any
  }

  private deliver(row: Row, at: number, node: number, crashes: boolean, visit: Visit): boolean {
    const parcel = row.cells[at]!
    const event = this.parcels.events[parcel]!
    const outcomes = this.nodes.outcomesOf(node, row.cells[node]!, event, crashes && this.mayCrash[node]!)
    for (let i = 0; i < outcomes.length; i++) {
      const outcome = outcomes[i]!
      const next = this.copy(row)
      if (this.consumes) this.takeOut(next, at)
      this.settle(next, node, outcome)
      this.treason.hear(next, node, parcel)
      this.tried.note('deliver', parcel, event, outcome.course)
      visit(next, outcome.threw)
    }
    if (outcomes.length > 0) return true
    if (this.model.options.refusals === 'stay') return false
    const next = this.copy(row)
    if (this.consumes) this.takeOut(next, at)
    this.treason.hear(next, node, parcel)
    this.tried.note('deliver', parcel, event, NO_COURSE)
    visit(next, null)
    return true
  }

  private answer(row: Row, at: number, visit: Visit): boolean {
    const id = row.cells[at]!
    const position = this.names.length + this.clients.indexOf(this.parcels.value(id).to)
    const answer = position >= this.names.length ? this.answers.answered(row, position, id) : null
    const waits = answer !== null && answer.history !== row.cells[position]
    if (!waits && this.model.options.refusals === 'stay') return false
    const next = this.copy(row)
    this.takeOut(next, at)
    if (waits) {
      next.set(position, answer.history)
      for (const one of answer.seen) this.see(next, one)
      if (answer.sent !== null) this.put(next, answer.sent)
    }
    this.tried.note('deliver', id, 0, NO_COURSE)
    visit(next, null)
    return true
  }

  /** The timers that may fire; one that ends a round only at the node `ending`. */
  private timers(row: Row, crashes: boolean, ending: number, visit: Visit): void {
    const { calm, spent } = this.phaseOf(row)
    const limit = calm ? CALM.timeouts : this.budgets.timeouts
    const mayTimeOut = spent.timeouts < limit
    if (!mayTimeOut && ending < 0) return
    for (let node = 0; node < this.names.length; node++) {
      const slot = row.cells[node]!
      if (!this.nodes.runs[slot]) continue
      const events = this.nodes.timers[slot]!
      for (let t = 0; t < events.length; t++) {
        const event = events[t]!
        const ends = this.nodes.endsRound(event)
        if (ends ? node !== ending : !mayTimeOut) continue
        const outcomes = this.nodes.outcomesOf(node, slot, event, crashes && this.mayCrash[node]!)
        for (let i = 0; i < outcomes.length; i++) {
          const outcome = outcomes[i]!
          const next = this.copy(row)
          this.settle(next, node, outcome)
          if (!ends) this.spend(next, 'timeouts', limit)
          this.tried.note('fire', node, event, outcome.course)
          visit(next, outcome.threw)
        }
      }
    }
  }

  private resumes(row: Row, visit: Visit): void {
    for (let node = 0; node < this.names.length; node++) {
      const slot = this.nodes.value(row.cells[node]!)
      if (!slot.paused) continue
      const next = this.copy(row)
      next.set(node, this.nodes.id({ ...slot, paused: false }))
      this.tried.note('resume', node, 0, NO_COURSE)
      visit(next, null)
    }
  }
}
