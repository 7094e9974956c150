/** The graph of dependencies between transactions, from evidence. */
import type { Budget } from '../budget.ts'
import type { Evidence, KeyEvidence, Order, Version } from './evidence.ts'
import type { Kind, Level } from './levels.ts'
import { inProcessOrder, inRealTime } from './outside.ts'
import type { Transaction } from './transaction.ts'

/** `to` comes after `from`: places in `Evidence.transactions`. */
export interface Edge {
  readonly from: number
  readonly to: number
  readonly kind: Kind
  /** `ww`, `rw`: the version that was overwritten or read, and the later one. `wr`: `earlier` was read. */
  readonly order: Order | null
  /** What was read, for `wr`. */
  readonly version: Version | null
}

/** The order from outside without which nobody would know of an edge; null where reads alone show it. */
export function outsideOf({ kind, order }: Edge): 'process' | 'realtime' | null {
  const known = order?.known
  if (kind === 'process' || kind === 'realtime') return kind
  return known === 'process' || known === 'realtime' ? known : null
}

/** Edges by the place they leave. */
export type Graph = readonly (readonly Edge[])[]

/** Bytes that one edge takes, rounded up: an object of five fields and its place in a list. */
export const EDGE_BYTES = 80

/** Null where the budget does not suffice. */
export function graphOf(evidence: Evidence, level: Level, budget: Budget): Graph | null {
  const { transactions, keys } = evidence
  const graph: Edge[][] = transactions.map(() => [])
  const add = (edge: Edge): boolean => {
    if (edge.from === edge.to) return true
    graph[edge.from]!.push(edge)
    return budget.take(EDGE_BYTES)
  }
  const fits = keys.every((key) => edgesOfKey(key, ordersOf(key, transactions, level), add))
  if (!fits) return null
  const outside =
    level.order === 'process'
      ? inProcessOrder(transactions)
      : level.order === 'realtime'
        ? inRealTime(transactions)
        : []
  for (const [from, to] of outside)
    if (!add({ from, to, kind: level.order!, order: null, version: null })) return null
  return graph
}

/** What is known of the order of versions, and of registers also what follows from outside. */
export function ordersOf(
  { order, unordered }: KeyEvidence,
  transactions: readonly Transaction[],
  { order: known }: Level,
): readonly Order[] {
  if (known === null) return order
  const writers = unordered.map(({ writer }) => transactions[writer]!)
  const pairs = known === 'process' ? inProcessOrder(writers) : inRealTime(writers)
  return [
    ...order,
    ...pairs.map(([a, b]): Order => ({ earlier: unordered[a]!, later: unordered[b]!, known })),
  ]
}

/** False where there was no room. */
function edgesOfKey(
  { first, versions }: KeyEvidence,
  orders: readonly Order[],
  add: (edge: Edge) => boolean,
): boolean {
  for (const version of versions)
    for (const reader of version.readers)
      if (!add({ from: version.writer, to: reader, kind: 'wr', order: null, version })) return false
  for (const order of orders) for (const edge of edgesOf(order)) if (!add(edge)) return false
  const late = new Set(orders.map(({ later }) => later))
  for (const later of versions)
    if (!late.has(later))
      for (const edge of edgesOf({ earlier: first, later, known: 'list' })) if (!add(edge)) return false
  return true
}

/** What follows from the order of two versions. */
export function edgesOf(order: Order): readonly Edge[] {
  const { earlier, later } = order
  const edge = (from: number, kind: Kind): Edge => ({ from, to: later.writer, kind, order, version: null })
  return [
    ...(earlier.writer < 0 ? [] : [edge(earlier.writer, 'ww')]),
    ...earlier.readers.filter((reader) => reader !== later.writer).map((reader) => edge(reader, 'rw')),
  ]
}
