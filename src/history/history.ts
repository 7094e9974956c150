/** A history: what clients asked, what they were told, and which answers came before which questions. */
import { byText, canonicalText, type Json } from '../base/canonical.ts'
import { grouped } from '../base/verdict.ts'

/**
 * One operation. `invoke` and `return` are places in one sequence of events, so that `a` came before `b` in
 * real time exactly when `a.return < b.invoke`; only their order counts.
 *
 * - `ok`: it took effect once, between `invoke` and `return`.
 * - `fail`: it definitely did not take effect. Checkers drop it.
 * - `info`: unknown. It takes effect once at some time after `invoke`, or never; `return` is null and `result` means nothing.
 */
export interface HistoryOperation {
  readonly process: string
  /** The process's own count, from 1. `process` and `n` together name the operation. */
  readonly n: number
  readonly invoke: number
  readonly return: number | null
  readonly outcome: 'ok' | 'fail' | 'info'
  /** What was asked: `read`, `write`, `cas`, `enqueue`, `dequeue`, `add`. */
  readonly f: string
  /** Which register of a map; null where there is only one object. */
  readonly key: string | null
  /** What was handed in: the value, `[from, to]` for `cas`, null for `read` and `dequeue`. */
  readonly value: Json
  /** What came back from `read` and `dequeue`; null otherwise. */
  readonly result: Json
}

export type History = readonly HistoryOperation[]

/** A history that makes no sense: which operation, what is wrong, and what would be right. */
export class HistoryProblem extends Error {
  override readonly name = 'HistoryProblem'
  constructor(
    readonly where: string,
    readonly problem: string,
  ) {
    super(`${where}: ${problem}`)
  }
}

/** `c1.3`, as operations are called in messages about histories. */
export function operationName(operation: Pick<HistoryOperation, 'process' | 'n'>): string {
  return `${operation.process}.${operation.n}`
}

const VERBS: { readonly [f: string]: string } = {
  read: 'reads',
  write: 'writes',
  enqueue: 'enqueues',
  dequeue: 'dequeues',
  add: 'adds',
}

/** The operation in words: `c1 writes x=1`, `c2 reads 1`, `c3 changes 1 to 2`. */
export function operationText(operation: HistoryOperation): string {
  const { process: who, f, key, value, result, outcome } = operation
  const of = key === null ? '' : `${key}=`
  const doubt = outcome === 'info' ? ' (outcome unknown)' : ''
  if (f === 'cas' && Array.isArray(value)) {
    const [from, to] = [valueText(value[0]), valueText(value[1])]
    return `${who} changes ${key === null ? '' : `${key} from `}${from} to ${to}${doubt}`
  }
  const verb = VERBS[f] ?? f
  if (f !== 'read' && f !== 'dequeue') return `${who} ${verb} ${of}${valueText(value)}${doubt}`
  return outcome === 'info'
    ? `${who} ${verb} ${key ?? ''}`.trim() + doubt
    : `${who} ${verb} ${of}${valueText(result)}`
}

/** A value as sentences show it: `1`, `"a"`, `nothing` for null; of what is long the two ends. */
export function valueText(value: Json | undefined): string {
  if (value === null || value === undefined) return 'nothing'
  const text = canonicalText(value)
  if (text.length <= LONGEST || !Array.isArray(value) || value.length <= 2 * ENDS) return shortText(text)
  const some = (items: readonly Json[]) => items.map((item) => shortText(canonicalText(item))).join(',')
  return `[${some(value.slice(0, ENDS))},… ${value.length - 2 * ENDS} more …,${some(value.slice(-ENDS))}]`
}

/** A sentence shows this many letters of a text, and of a long list so many items from either end. */
const LONGEST = 80
const ENDS = 3

/** One half of a sign of two. */
const HALF = /[\ud800-\udbff]$/

/** Of a long text the beginning, and how long it is. */
export function shortText(text: string): string {
  if (text.length <= LONGEST) return text
  return `${text.slice(0, LONGEST / 2).replace(HALF, '')}… (${grouped(text.length)} letters)`
}

/** In the order of asking; equal places by name. */
export function byInvoke(a: HistoryOperation, b: HistoryOperation): number {
  return a.invoke - b.invoke || byText(a.process, b.process) || a.n - b.n
}
