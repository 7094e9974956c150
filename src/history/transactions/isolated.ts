/** isolated: whether transactions kept an isolation level, by the cycles of their dependencies. */
import { count } from '../../base/verdict.ts'
import { Budget } from '../budget.ts'
import { byInvoke, type History, type HistoryOperation } from '../history.ts'
import type { HistoryVerdict } from '../verdict.ts'
import { FAULT_NAMES, type NamedCycle, nameOfAny } from './anomaly.ts'
import { type Evidence, type Order, Stop } from './evidence.ts'
import { type Graph, graphOf } from './graph.ts'
import { LEVELS, type Level, type LevelName } from './levels.ts'
import { evidenceOfLists } from './listAppend.ts'
import { openOrders, withOrders } from './open.ts'
import { evidenceOfRegisters } from './rwRegister.ts'
import { keyed, type Transaction, type TransactionModel, transactionsOf } from './transaction.ts'
import { worstCycle } from './worstCycle.ts'

export interface IsolatedOptions {
  readonly model: TransactionModel
  /** Default: `serializable`. */
  readonly level?: LevelName
  /** Memory for the graph. Default: 256. */
  readonly maxMegabytes?: number
}

/** What is wrong: its name, and its cycles. None for a fault that needs no cycle; two where either order of two writes closes one. */
export interface Anomaly {
  readonly code: string
  readonly called: string
  readonly cycles: readonly NamedCycle[]
}

export type IsolationVerdict =
  | Exclude<HistoryVerdict, { readonly kind: 'broken' }>
  | (Extract<HistoryVerdict, { readonly kind: 'broken' }> & { readonly anomaly: Anomaly })

/**
 * Judges as Elle does (Kingsbury and Alvaro, "Elle: Inferring Isolation Anomalies from Experimental Observations", 2020):
 * from what was read follows who came before whom, and some cycles a level forbids.
 *
 * `held`: there is an order of the versions of every key, and with it no forbidden cycle; so the level explains all reads.
 * `broken`: there is none. The cycle is a smallest of the worst kind that is there; among very many transactions, a small
 * one. `gaveUp`: the memory did not suffice, the order of some writes was left open by all that is known and too many
 * were possible, or one value was written twice. What was told to have failed did not happen; of unknown outcome
 * counts if somebody saw it. Throws `HistoryProblem` where an operation is no transaction of the model.
 */
export function isolated(history: History, options: IsolatedOptions): IsolationVerdict {
  const { model, level: name = 'serializable', maxMegabytes = 256 } = options
  const level: Level = LEVELS[name]
  const { property } = level
  const budget = new Budget(Number.POSITIVE_INFINITY, maxMegabytes * 1_048_576)
  const gaveUp = (why: string): IsolationVerdict => ({ kind: 'gaveUp', property, why })
  const evidence = evidenceOf(history, model, level)
  if (evidence instanceof Stop) {
    if ('unclear' in evidence.reason) return gaveUp(evidence.reason.unclear)
    const { code, why, witness } = evidence.reason.fault
    const anomaly = { code, called: FAULT_NAMES[code], cycles: [] }
    return { kind: 'broken', property, why, witness: inOrder(witness), anomaly }
  }
  const graph = graphOf(evidence, level, budget)
  if (graph === null) return gaveUp(`${budget.text} hold no graph of so many transactions`)

  const known = worstCycle(graph, evidence, level, model)
  if (known !== null) return broken(property, [known], known)
  const open = openOrders(evidence, level, graph, budget)
  switch (open.kind) {
    case 'some':
      return { kind: 'held', property, operations: history.length }
    case 'unknown':
      return gaveUp(
        `what is known has no cycle, but the order of many writes is open${budget.outOfMemory ? `, and ${budget.text} were not enough` : ''}: ${count(open.pairs, 'pair')} of them were tried either way`,
      )
    case 'none': {
      const { either, graph: shown } = open
      const cycleOf = (one: Graph) => worstCycle(one, evidence, level, model)!
      const cycles =
        either === null ? [cycleOf(shown)] : either.map((order) => cycleOf(withOrders(shown, [order])))
      const before = either === null ? EVERY_ORDER : eitherText(either[0])
      return broken(property, cycles, nameOfAny(cycles, level, either === null), before)
    }
  }
}

function broken(
  property: string,
  cycles: readonly NamedCycle[],
  { code, called }: Pick<NamedCycle, 'code' | 'called'>,
  before = '',
): IsolationVerdict {
  const told = cycles.find((cycle) => cycle.code === code) ?? cycles.at(-1)!
  const why = `${before}${called} (${code}): ${told.steps.map((step) => step.why).join('; ')}`
  const witness = inOrder(cycles.flatMap(({ steps }) => steps.map(({ from }) => from)))
  return { kind: 'broken', property, why, witness, anomaly: { code, called, cycles } }
}

const EVERY_ORDER = 'whatever the order of the writes was, there is a cycle; in the likeliest one, '

function eitherText({ earlier, later }: Order): string {
  return `whichever of ${keyed(earlier.key, earlier.value)} and ${keyed(later.key, later.value)} was first, there is a cycle: `
}

function evidenceOf(history: History, model: TransactionModel, { rw }: Level): Evidence | Stop {
  const all = transactionsOf([...history].sort(byInvoke), model)
  try {
    return model === 'list-append' ? evidenceOfLists(all) : evidenceOfRegisters(all, rw !== 'never')
  } catch (error) {
    if (error instanceof Stop) return error
    throw error
  }
}

function inOrder(all: readonly Transaction[]): readonly HistoryOperation[] {
  return [...new Set(all.map(({ operation }) => operation))].sort(byInvoke)
}
