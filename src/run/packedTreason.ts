/** The treason of a search: what traitors do to messages of theirs, what they say unasked, and what they hear. */
import { heardToo } from '../world/lies.ts'
import { PackedLies, WITHHELD } from './packedLies.ts'
import type { PackedWorlds } from './packedWorlds.ts'
import type { Row } from './rows.ts'
import { NO_COURSE, type Tried, type Visit } from './tried.ts'

export class PackedTreason {
  private readonly lies: PackedLies
  private readonly most: number

  constructor(
    private readonly worlds: PackedWorlds,
    private readonly tried: Tried,
  ) {
    this.lies = new PackedLies(worlds.model, worlds.parcels)
    this.most = worlds.budgets.lies
  }

  /** Every lie that the budget still allows, in canonical order. */
  successors(row: Row, visit: Visit): void {
    if (!this.mayLie(row)) return
    this.instead(row, visit)
    this.unasked(row, visit)
  }

  /** What a traitor receives can be repeated, as long as there are lies left. */
  hear(row: Row, node: number, parcel: number): void {
    if (!this.mayLie(row)) return
    const phase = this.worlds.phaseOf(row)
    if (!phase.traitors.includes(this.worlds.names[node]!)) return
    const heard = heardToo(phase.heard, this.worlds.parcels.value(parcel).body)
    if (heard !== phase.heard) this.worlds.setPhase(row, { ...phase, heard })
  }

  private mayLie(row: Row): boolean {
    if (this.most === 0) return false
    const { traitors, spent, calm } = this.worlds.phaseOf(row)
    return !calm && traitors.length > 0 && spent.lies < this.most
  }

  private instead(row: Row, visit: Visit): void {
    const { worlds } = this
    const phase = worlds.phaseOf(row)
    for (let at = worlds.fixed; at < row.length; at++) {
      const meant = row.cells[at]!
      if (worlds.isCopy(row, at) || !phase.traitors.includes(worlds.parcels.value(meant).from)) continue
      for (const told of this.lies.instead(phase, meant)) {
        const next = worlds.copy(row)
        if (told === WITHHELD) worlds.takeOut(next, at)
        else {
          // At the same place of its link.
          next.remove(at)
          worlds.insert(next, told)
        }
        this.lied(next, told, meant, visit)
      }
    }
  }

  private unasked(row: Row, visit: Visit): void {
    const { worlds } = this
    const phase = worlds.phaseOf(row)
    for (const name of phase.traitors) {
      const node = worlds.names.indexOf(name)
      if (!worlds.nodes.runs[row.cells[node]!]) continue
      for (const told of this.lies.unasked(phase, node)) {
        const next = worlds.copy(row)
        worlds.put(next, told)
        this.lied(next, told, -1, visit)
      }
    }
  }

  /** After the last lie nobody repeats anything: what was heard is forgotten. */
  private lied(row: Row, told: number, meant: number, visit: Visit): void {
    const { worlds } = this
    worlds.spend(row, 'lies')
    const phase = worlds.phaseOf(row)
    if (phase.spent.lies >= this.most && phase.heard.length > 0) worlds.setPhase(row, { ...phase, heard: [] })
    this.tried.note('lie', told, meant, NO_COURSE)
    visit(row, null)
  }
}
