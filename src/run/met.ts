/** Whether what is owed can still be met: reachability over stored worlds, whose successors are taken again. */
import type { Obligation } from '../world/property.ts'
import type { Model } from '../world/protocol.ts'
import { Row, type RowSet } from './rows.ts'
import type { Space } from './space.ts'

export interface Region {
  readonly model: Model
  readonly space: Space
  readonly rows: RowSet
  /** The worlds `first..end - 1`, closed under calm successors. */
  readonly first: number
  readonly end: number
  /** Index of the property whose obligations are looked at. */
  readonly property: number
  /** Called for every world that is looked at; throws to leave the search. */
  look(): void
}

export type Met =
  | { readonly kind: 'held' }
  | { readonly kind: 'broken'; readonly index: number; readonly why: string }
  /** A world that was cut short by a budget decides it. */
  | { readonly kind: 'unknown' }

/**
 * Finds the first world in which a node that is up owes something that no calm successor, however far,
 * lets it deliver. Without strongly connected components: a debt that is met is never owed again, so a
 * bottom component without the meeting is a world that cannot reach it.
 */
export function judgeMet(region: Region): Met {
  const debts = new Debts(region)
  const met = new Int32Array(region.end - region.first)
  const perhaps = new Int32Array(region.end - region.first)
  while (spread(region, debts, met, perhaps)) {
    // Backwards over breadth-first order: a pass carries a meeting all the way up most paths.
  }
  return firstUnmet(region, debts, met, perhaps)
}

function spread(region: Region, debts: Debts, met: Int32Array, perhaps: Int32Array): boolean {
  const { space, rows, first, end } = region
  const row = new Row(space.fixed)
  let changed = false
  for (let index = end - 1; index >= first; index--) {
    region.look()
    const at = index - first
    rows.read(index, row)
    const open = debts.openIn(row)
    let metHere = met[at]! | ~open
    let perhapsHere = perhaps[at]! | metHere | (space.isCut(row) ? -1 : 0)
    space.calmSuccessors(row, (next) => {
      const after = rows.add(next, index) - first
      if (after < 0 || after >= met.length) return
      metHere |= met[after]!
      perhapsHere |= perhaps[after]!
    })
    if (metHere !== met[at] || perhapsHere !== perhaps[at]) changed = true
    met[at] = metHere
    perhaps[at] = perhapsHere
  }
  return changed
}

function firstUnmet(region: Region, debts: Debts, met: Int32Array, perhaps: Int32Array): Met {
  const { space, rows, first, end } = region
  const row = new Row(space.fixed)
  let unknown = false
  for (let index = first; index < end; index++) {
    region.look()
    rows.read(index, row)
    for (const { bit, obligation } of debts.owedIn(row)) {
      if (!space.isUp(row, obligation.node) || (met[index - first]! & bit) !== 0) continue
      if ((perhaps[index - first]! & bit) === 0) return { kind: 'broken', index, why: obligation.why }
      unknown = true
    }
  }
  return unknown ? { kind: 'unknown' } : { kind: 'held' }
}

/** Obligations as bits of an integer. */
class Debts {
  private readonly bits = new Map<string, number>()
  private readonly byFold: {
    readonly open: number
    readonly owed: readonly { bit: number; obligation: Obligation }[]
  }[] = []

  constructor(private readonly region: Region) {}

  openIn(row: Row): number {
    return this.ofFold(row).open
  }

  owedIn(row: Row): readonly { bit: number; obligation: Obligation }[] {
    return this.ofFold(row).owed
  }

  private ofFold(row: Row) {
    const { space, model, property } = this.region
    const id = space.foldId(row, property)
    const known = this.byFold[id]
    if (known !== undefined) return known
    const judge = model.properties[property]!.judge
    if (judge.kind !== 'nonBlocking' && judge.kind !== 'afterRepair')
      throw new Error('only obligations can be met')
    const owed = judge
      .open(space.fold(property, id), model.cluster)
      .map((obligation) => ({ bit: this.bitOf(obligation.what), obligation }))
    const entry = { open: owed.reduce((mask, { bit }) => mask | bit, 0), owed }
    this.byFold[id] = entry
    return entry
  }

  private bitOf(what: string): number {
    const known = this.bits.get(what)
    if (known !== undefined) return known
    if (this.bits.size === 31)
      throw new RangeError('more than 31 different obligations in one model: use fewer nodes or transactions')
    const bit = 1 << this.bits.size
    this.bits.set(what, bit)
    return bit
  }
}
