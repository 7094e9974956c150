/** The faults of a search: crashes and restarts, losses and copies, pauses, partitions, each within its budget. */
import type { Body } from '../node/node.ts'
import { corruptionsOf } from '../world/budgets.ts'
import { splitsOf } from '../world/choices.ts'
import type { PackedWorlds } from './packedWorlds.ts'
import type { Row } from './rows.ts'
import { NO_COURSE, type Tried, type Visit } from './tried.ts'

export class PackedFaults {
  private readonly splits: readonly (readonly string[])[]
  /** By message: what it may turn into. */
  private readonly corruptedTo: (readonly { readonly body: Body; readonly id: number }[])[] = []

  constructor(
    private readonly worlds: PackedWorlds,
    private readonly tried: Tried,
  ) {
    const { budgets, names } = worlds
    this.splits = budgets.partitions > 0 ? splitsOf(names) : []
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
    if (spent.processCrashes < budgets.processCrashes) this.processCrashes(row, visit)
    if (spent.pauses < budgets.pauses) this.pauses(row, visit)
    if (budgets.partitions > 0) this.partitions(row, visit)
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

  /** Messages that turn into others on the way. */
  corruptions(row: Row, visit: Visit): void {
    const { worlds } = this
    if (worlds.phaseOf(row).spent.corruptions >= worlds.budgets.corruptions) return
    for (let at = worlds.fixed; at < row.length; at++) {
      if (worlds.isCopy(row, at)) continue
      const parcel = row.cells[at]!
      for (const { body, id } of this.corrupted(parcel)) {
        const next = worlds.copy(row)
        next.remove(at)
        worlds.insert(next, id)
        worlds.spend(next, 'corruptions')
        this.tried.noteCorrupt(parcel, body)
        visit(next, null)
      }
    }
  }

  private corrupted(parcel: number): readonly { readonly body: Body; readonly id: number }[] {
    const known = this.corruptedTo[parcel]
    if (known !== undefined) return known
    const { model, parcels } = this.worlds
    const into = corruptionsOf(model, parcels.value(parcel)).map((body) => ({
      body,
      id: parcels.id({ ...parcels.value(parcel), body }, parcels.places[parcel]),
    }))
    this.corruptedTo[parcel] = into
    return into
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
    for (let node = 0; node < worlds.names.length; node++) {
      const slot = nodes.value(row.cells[node]!)
      if (!slot.up || slot.paused) continue
      const next = worlds.copy(row)
      next.set(node, nodes.id({ ...slot, paused: true }))
      worlds.spend(next, 'pauses')
      this.tried.note('pause', node, 0, NO_COURSE)
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
    } else if (phase.spent.partitions < worlds.budgets.partitions)
      for (const links of this.splits) {
        const next = worlds.copy(row)
        worlds.setPhase(next, { ...phase, cut: links })
        worlds.spend(next, 'partitions')
        this.tried.noteCut(links)
        visit(next, null)
      }
  }
}
