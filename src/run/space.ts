/** The explorer's view of a model: the memoised successors of a row, each with the choice that leads there. */

import type { Choice } from '../world/choice.ts'
import type { Budgets } from '../world/choices.ts'
import { CALM } from '../world/choices.ts'
import type { Model } from '../world/protocol.ts'
import { NOTHING_SPENT } from '../world/world.ts'
import { PackedFaults } from './packedFaults.ts'
import { PackedWorlds } from './packedWorlds.ts'
import type { Row } from './rows.ts'
import { NO_COURSE, Tried, type Visit } from './tried.ts'

export class Space extends PackedWorlds {
  private readonly tried = new Tried(this)
  private readonly faults: PackedFaults

  constructor(model: Model, budgets: Budgets, clients: readonly string[]) {
    super(model, budgets, clients)
    this.faults = new PackedFaults(this, this.tried)
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
    this.setPhase(next, { spent: NOTHING_SPENT, calm: true, cut: [] })
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
    if (!calm) this.faults.successors(row, visit)
  }

  /** The choice that led to the row being visited. */
  choice(): Choice {
    return this.tried.choice()
  }

  private deliveries(row: Row, crashes: boolean, visit: Visit): void {
    const phaseId = row.cells[this.fixed - 1]!
    const anyCut = this.phaseOf(row).cut.length > 0
    for (let at = this.fixed; at < row.length; at++) {
      const parcel = row.cells[at]!
      if (at > this.fixed && row.cells[at - 1] === parcel) continue
      if (this.ordered && this.parcels.places[parcel] !== 0) continue
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
      this.tried.note('deliver', parcel, event, outcome.course)
      visit(next, outcome.threw)
    }
    if (outcomes.length > 0 || this.model.options.refusals === 'stay') return
    const next = this.copy(row)
    if (this.consumes) this.takeOut(next, at)
    this.tried.note('deliver', parcel, event, NO_COURSE)
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
    this.tried.note('deliver', id, 0, NO_COURSE)
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
          this.tried.note('fire', node, event, outcome.course)
          visit(next, outcome.threw)
        }
      }
    }
  }
}
