/** Linearizability: every operation takes effect at once, at some moment between its question and its answer. */
import { count } from '../base/verdict.ts'
import { Budget, type SearchLimits } from './budget.ts'
import { type History, type HistoryOperation, operationText } from './history.ts'
import { mustFit, type SequentialModel } from './models.ts'
import { type Order, realTime } from './order.ts'
import { relevant, unwritten } from './relevant.ts'
import { Search } from './search.ts'
import type { HistoryVerdict } from './verdict.ts'
import { type Explanation, explain, type Shortcut } from './witness.ts'
import { zones } from './zones.ts'

/** How many configurations each search looks at in the first round; every round doubles it. */
const FIRST_TURN = 1_000

/**
 * Judges `Linearizable` (Herlihy & Wing 1990) by the search of Wing & Gong (1993) with the memo of Lowe
 * ("Testing for linearizability", 2017). An object made of independent ones is linearizable exactly when each
 * of them is, so each key is judged alone (P-compositionality: Horn & Kroening 2015). Keys take turns with
 * growing budgets: one that no search can decide does not keep the others from being refuted.
 *
 * The problem is NP-complete; a history that is too hard ends as `gaveUp` within its limits.
 * Throws `HistoryProblem` for operations that the model does not know.
 */
export function linearizable(
  history: History,
  model: SequentialModel,
  limits: SearchLimits = {},
): HistoryVerdict {
  const property = 'Linearizable'
  mustFit(history, model)
  const found = judgeParts(history, model, realTime, Budget.of(limits), zones)
  switch (found.kind) {
    case 'held':
      return { kind: 'held', property, operations: history.length }
    case 'gaveUp':
      return { kind: 'gaveUp', property, why: found.why }
    case 'broken':
      return { kind: 'broken', property, ...found.reason }
  }
}

type Parts =
  | { readonly kind: 'held' }
  | { readonly kind: 'gaveUp'; readonly why: string }
  | { readonly kind: 'broken'; readonly reason: Explanation }

/** Judges each independent object alone, all of them in turns. Broken as soon as one is. */
export function judgeParts(
  history: readonly HistoryOperation[],
  model: SequentialModel,
  orderOf: (history: readonly HistoryOperation[]) => Order,
  budget: Budget,
  shortcut: Shortcut = () => null,
): Parts {
  const single = model.part ?? model
  const parts = model.part === undefined ? [history] : [...byKey(history).values()]
  for (const part of parts) {
    const odd = unwritten(part, single)
    if (odd !== null) return { kind: 'broken', reason: unheardOf(odd) }
  }
  let open: { readonly part: readonly HistoryOperation[]; readonly search: Search }[] = []
  for (const part of parts) {
    const left = relevant(part, single)
    const held = shortcut(left, single)
    if (held === null) open.push({ part, search: new Search(orderOf(left), single, budget) })
    else if (!held) return { kind: 'broken', reason: explain(part, single, orderOf, shortcut) }
  }
  for (let turn = FIRST_TURN; open.length > 0 && budget.left; turn *= 2) {
    const undecided: typeof open = []
    for (const each of open) {
      const result = each.search.run(turn)
      if (result === 'broken')
        return { kind: 'broken', reason: explain(each.part, single, orderOf, shortcut) }
      if (result === null) undecided.push(each)
    }
    open = undecided
  }
  if (open.length === 0) return { kind: 'held' }
  const which =
    model.part === undefined ? '' : ` with ${open.length} of ${count(parts.length, 'key')} undecided`
  return { kind: 'gaveUp', why: `${budget.text} were not enough${which}` }
}

function unheardOf(operation: HistoryOperation): Explanation {
  return { why: `${operationText(operation)}, but nobody wrote what it found`, witness: [operation] }
}

function byKey(history: readonly HistoryOperation[]): Map<string | null, HistoryOperation[]> {
  const parts = new Map<string | null, HistoryOperation[]>()
  for (const operation of history) {
    const part = parts.get(operation.key)
    if (part === undefined) parts.set(operation.key, [operation])
    else part.push(operation)
  }
  return parts
}
