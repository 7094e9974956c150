/** everyWorld: visits each world that a model can get into, without judging it. */
import { begin } from '../world/apply.ts'
import { type Budgets, budgetsOf } from '../world/budgets.ts'
import type { Model } from '../world/protocol.ts'
import type { World } from '../world/world.ts'
import { rootsOf } from './roots.ts'
import { Row, RowSet } from './rows.ts'
import { Space } from './space.ts'

export interface EveryWorldOptions {
  /** Where to begin; the first world of the model by default. */
  readonly from?: World
  readonly budgets?: Partial<Budgets>
  /** Stops beyond this many. Default: 200,000. */
  readonly maxWorlds?: number
}

/** Calls back once a world, in the order of a search by breadth. `whole` is false where the limit stopped it. */
export function everyWorld(
  model: Model,
  options: EveryWorldOptions,
  visit: (world: World) => void,
): { readonly worlds: number; readonly whole: boolean } {
  const { maxWorlds = 200_000 } = options
  // Nothing is judged: without folds worlds that differ only in what was announced are one.
  const bare = { ...model, properties: [] }
  const from = { ...(options.from ?? begin(bare).world), folds: [] }
  const budgets = budgetsOf(bare, options.budgets)
  const space = new Space(bare, budgets, from)
  const rows = new RowSet(false)
  for (const { world } of rootsOf(bare, from, budgets)) rows.add(space.rowOf(world), -1)
  const row = new Row(space.fixed)
  for (let index = 0; index < rows.size; index++) {
    if (rows.size > maxWorlds) return { worlds: index, whole: false }
    rows.read(index, row)
    visit(space.worldOf(row))
    space.successors(row, (next) => void rows.add(next, index))
  }
  return { worlds: rows.size, whole: true }
}
