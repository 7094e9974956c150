/** The faults of a search: crashes and restarts, losses and copies, pauses, partitions, each within its budget. */
import { splitsOf } from '../world/choices.ts'
import type { PackedWorlds } from './packedWorlds.ts'
import type { Row } from './rows.ts'
import { NO_COURSE, type Tried, type Visit } from './tried.ts'

export class PackedFaults {
  private readonly splits: readonly (readonly string[])[]

  constructor(
    private readonly worlds: PackedWorlds,
    private readonly tried: Tried,
  ) {
    const { budgets, names } = worlds
    this.splits = (budgets.partitions ?? 0) > 0 ? splitsOf(names) : []
  }

  /** Every fault that the budgets still allow, in canonical order. */
  successors(row: Row, visit: Visit): void {
    const { budgets, consumes, ordered } = this.worlds
    const { spent } = this.worlds.phaseOf(row)
    const crashes = spent.crashes < budgets.crashes
    if (crashes) this.crashes(row, visit)
    this.restarts(row, crashes, visit)
    if (consumes && spent.drops < budgets.drops) this.losses(row, visit)
    if (consumes && !ordered && spent.duplicates < budgets.duplicates) this.copies(row, visit)
    if (spent.processCrashes < (budgets.processCrashes ?? 0)) this.processCrashes(row, visit)
    if ((budgets.pauses ?? 0) > 0) this.pauses(row, visit)
    if ((budgets.partitions ?? 0) > 0) this.partitions(row, visit)
  }

  private crashes(row: Row, visit: Visit): void {
    const { worlds } = this
    const { nodes } = worlds
    for (let node = 0; node < worlds.names.length; node++) {
      if (!nodes.value(row.cells[node]!).up || !worlds.mayCrash[node]) continue
      const after = nodes.crashesOf(row.cells[node]!)
      for (let disk = 0; disk < after.length; disk++) {
        const next = worlds.copy(row)
        next.set(node, after[disk]!)
        worlds.spend(next, 'crashes')
        this.tried.note('crash', node, disk, NO_COURSE)
        visit(next, null)
      }
    }
  }

  private restarts(row: Row, crashes: boolean, visit: Visit): void {
    const { worlds } = this
    const { nodes } = worlds
    for (let node = 0; node < worlds.names.length; node++) {
      const slot = row.cells[node]!
      if (nodes.value(slot).up) continue
      const outcomes = nodes.outcomesOf(node, slot, worlds.restart, crashes && worlds.mayCrash[node]!)
      for (const outcome of outcomes) {
        const next = worlds.copy(row)
        worlds.settle(next, node, outcome)
        this.tried.note('restart', node, 0, outcome.course)
        visit(next, outcome.threw)
      }
    }
  }

  private losses(row: Row, visit: Visit): void {
    const { worlds } = this
    for (let at = worlds.fixed; at < row.length; at++) {
      if (worlds.isCopy(row, at)) continue
      const next = worlds.copy(row)
      worlds.takeOut(next, at)
      worlds.spend(next, 'drops')
      this.tried.note('drop', row.cells[at]!, 0, NO_COURSE)
      visit(next, null)
    }
  }

  private copies(row: Row, visit: Visit): void {
    const { worlds } = this
    for (let at = worlds.fixed; at < row.length; at++) {
      if (worlds.isCopy(row, at)) continue
      const next = worlds.copy(row)
      next.insert(at, row.cells[at]!)
      worlds.spend(next, 'duplicates')
      this.tried.note('duplicate', row.cells[at]!, 0, NO_COURSE)
      visit(next, null)
    }
  }

  private processCrashes(row: Row, visit: Visit): void {
    const { worlds } = this
    const { nodes } = worlds
    for (let node = 0; node < worlds.names.length; node++) {
      const slot = nodes.value(row.cells[node]!)
      if (!slot.up || !worlds.mayCrash[node]) continue
      const next = worlds.copy(row)
      next.set(node, nodes.id({ ...slot, up: false, paused: false, state: null, timers: [] }))
      worlds.spend(next, 'processCrashes')
      this.tried.note('crash', node, -1, NO_COURSE)
      visit(next, null)
    }
  }

  private pauses(row: Row, visit: Visit): void {
    const { worlds } = this
    const { nodes } = worlds
    const may = worlds.phaseOf(row).spent.pauses < (worlds.budgets.pauses ?? 0)
    for (let node = 0; node < worlds.names.length; node++) {
      const slot = nodes.value(row.cells[node]!)
      if (!slot.up || !(slot.paused || may)) continue
      const next = worlds.copy(row)
      next.set(node, nodes.id({ ...slot, paused: !slot.paused }))
      if (!slot.paused) worlds.spend(next, 'pauses')
      this.tried.note(slot.paused ? 'resume' : 'pause', node, 0, NO_COURSE)
      visit(next, null)
    }
  }

  private partitions(row: Row, visit: Visit): void {
    const { worlds } = this
    const phase = worlds.phaseOf(row)
    if (phase.cut.length > 0) {
      const next = worlds.copy(row)
      worlds.setPhase(next, { ...phase, cut: [] })
      this.tried.note('heal', 0, 0, NO_COURSE)
      visit(next, null)
    } else if (phase.spent.partitions < (worlds.budgets.partitions ?? 0))
      for (const links of this.splits) {
        const next = worlds.copy(row)
        worlds.setPhase(next, { ...phase, cut: links })
        worlds.spend(next, 'partitions')
        this.tried.noteCut(links)
        visit(next, null)
      }
  }
}
