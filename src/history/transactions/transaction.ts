/** Transactions as their clients saw them: steps on keys, and what is known of the outcome. */
import { canonicalText, type Json } from '../../base/canonical.ts'
import {
  type History,
  type HistoryOperation,
  HistoryProblem,
  operationName,
  shortText,
  valueText,
} from '../history.ts'

/**
 * Of an operation `txn` the value lists the steps in order: `['read', key, what it found]`, and `['write', key, value]`
 * (`rw-register`) or `['append', key, value]` (`list-append`). Of unknown outcome: what it read is not known, and left out.
 */
export interface Step {
  readonly verb: 'read' | 'write' | 'append'
  readonly key: string
  /** Undefined for a read whose answer is not known. */
  readonly value: Json | undefined
}

export interface Transaction {
  readonly name: string
  readonly operation: HistoryOperation
  readonly steps: readonly Step[]
}

/** What keys hold: one value, null at first; or a list, empty at first, to which values are appended. */
export const TRANSACTION_MODELS = ['list-append', 'rw-register'] as const
export type TransactionModel = (typeof TRANSACTION_MODELS)[number]

const WRITES = { 'list-append': 'append', 'rw-register': 'write' } as const

/** Throws `HistoryProblem` where an operation is no transaction on such keys. */
export function transactionsOf(history: History, model: TransactionModel): readonly Transaction[] {
  const counts = new Map<string, number>()
  for (const { process: client } of history) counts.set(client, (counts.get(client) ?? 0) + 1)
  return history.map((operation) => ({
    // Where each client has one transaction, its name is that of the client.
    name: counts.get(operation.process) === 1 ? operation.process : operationName(operation),
    operation,
    steps: stepsOf(operation, model),
  }))
}

function stepsOf(operation: HistoryOperation, model: TransactionModel): readonly Step[] {
  const { f, value, outcome } = operation
  if (f !== 'txn' || !Array.isArray(value))
    throw new HistoryProblem(
      operationName(operation),
      `isolation is about transactions (txn with a list of steps), not ${f}`,
    )
  return value.map((step: Json): Step => {
    const [verb, key, given] = Array.isArray(step) ? step : []
    if ((verb !== 'read' && verb !== WRITES[model]) || typeof key !== 'string')
      throw new HistoryProblem(
        operationName(operation),
        `a step of ${model} is [read or ${WRITES[model]}, key, value], not ${canonicalText(step)}`,
      )
    if (verb === 'read' && model === 'list-append' && outcome === 'ok' && !isList(given ?? null))
      throw new HistoryProblem(
        operationName(operation),
        `a read of list-append finds a list, not ${canonicalText(given ?? null)}`,
      )
    return { verb, key, value: verb === 'read' && outcome !== 'ok' ? undefined : (given ?? null) }
  })
}

function isList(value: Json): boolean {
  return value === null || Array.isArray(value)
}

/** Equal exactly for equal values; cheap where they are numbers or short texts. */
export type ValueKey = string | number
export function valueKey(value: Json): ValueKey {
  return typeof value === 'number' ? value : canonicalText(value)
}

/** `x=1`, `x=nothing` */
export function keyed(key: string, value: Json | undefined): string {
  return `${key}=${bareText(value)}`
}

/** Words without quotation marks. */
export function bareText(value: Json | undefined): string {
  return typeof value === 'string' ? shortText(value) : valueText(value)
}
