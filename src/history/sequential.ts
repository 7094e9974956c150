/** Sequential consistency: one order explains all answers and keeps each process's own, whatever the real time. */
import { Budget, type SearchLimits } from './budget.ts'
import type { History } from './history.ts'
import { judgeParts } from './linearizable.ts'
import { mustFit, type SequentialModel } from './models.ts'
import { programOrder, realTime } from './order.ts'
import { relevant } from './relevant.ts'
import { Search } from './search.ts'
import type { HistoryVerdict } from './verdict.ts'
import { explain } from './witness.ts'

/**
 * Judges `SequentiallyConsistent` (Lamport 1979). Unlike linearizability it is not local: each key alone may
 * be sequentially consistent and the map not. So three searches share the limits: a linearizable history is
 * sequentially consistent; one with a key that is not, is not; else one search runs over everything.
 *
 * An operation of unknown outcome comes after what its process had finished before, and holds up nothing.
 * Throws `HistoryProblem` for operations that the model does not know.
 */
export function sequential(
  history: History,
  model: SequentialModel,
  limits: SearchLimits = {},
): HistoryVerdict {
  const property = 'SequentiallyConsistent'
  mustFit(history, model)
  const held: HistoryVerdict = { kind: 'held', property, operations: history.length }
  const all = Budget.of(limits)
  const quick = () => new Budget(all.maxConfigurations / 4, all.maxBytes)

  if (judgeParts(history, model, realTime, quick()).kind === 'held') return held
  const keys = judgeParts(history, model, programOrder, quick())
  if (keys.kind === 'broken') return { kind: 'broken', property, ...keys.reason }
  if (keys.kind === 'held' && model.part === undefined) return held

  const budget = new Budget(all.maxConfigurations / 2, all.maxBytes)
  const result = new Search(programOrder(relevant(history, model)), model, budget).run(
    Number.POSITIVE_INFINITY,
  )
  if (result === 'held') return held
  if (result === 'broken') return { kind: 'broken', property, ...explain(history, model, programOrder) }
  return { kind: 'gaveUp', property, why: `${budget.outOfMemory ? budget.text : all.text} were not enough` }
}
