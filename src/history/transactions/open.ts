/** Open orders: writes that nothing puts in an order. Is there one without a forbidden cycle? */
import type { Budget } from '../budget.ts'
import { eitherWay, type OpenVersion } from './eitherWay.ts'
import type { Evidence, Order, Version } from './evidence.ts'
import { findOrder, type Patience } from './findOrder.ts'
import { type Edge, edgesOf, type Graph } from './graph.ts'
import type { Level } from './levels.ts'
import { type Ends, Precedence } from './precedence.ts'

/**
 * `some`: there is an order without a cycle. `none`: every order has one; `graph` shows it once either of two orders is
 * added, or, where `either` is null, in one order that is likely. `unknown`: so many pairs of writes were tried.
 */
export type Openness =
  | { readonly kind: 'some' }
  | { readonly kind: 'none'; readonly graph: Graph; readonly either: readonly [Order, Order] | null }
  | { readonly kind: 'unknown'; readonly pairs: number }

/** Enough for what takes about a minute. */
const PATIENCE: Patience = { clashes: 50_000, edges: 400_000_000 }
/** Among so many transactions two writes are looked for of which neither can be first. */
const FEW = 60

/** `graph` has no cycle that `level` forbids, and all that is known is in it. Depends on its arguments only. */
export function openOrders(
  { keys, transactions }: Evidence,
  level: Level,
  graph: Graph,
  budget: Budget,
  patience = PATIENCE,
): Openness {
  const groups = keys.map(({ unordered }) => unordered).filter((group) => group.length > 1)
  if (level.rw === 'never' || groups.length === 0) return { kind: 'some' }
  const apart = level.rw === 'apart'
  // Half way between question and answer: only a guess, so that most of it is right at once.
  const middle = transactions.map(({ operation: { invoke, return: end } }) => invoke + (end ?? invoke))
  const rank = (transaction: number) => middle[transaction]!
  const found = findOrder(graph, groups, apart, rank, patience, budget)
  switch (found.kind) {
    case 'some':
      return found
    case 'unknown':
      return { kind: 'unknown', pairs: found.pairs }
    case 'none': {
      const why = found.among.length > FEW ? null : whyNone(graph, found.among, groups, apart)
      return why ?? { kind: 'none', graph: likely(graph, groups, apart, rank), either: null }
    }
  }
}

/** Two writes of which neither can be first, by what some transactions alone did. */
function whyNone(
  graph: Graph,
  members: readonly number[],
  groups: readonly (readonly Version[])[],
  apart: boolean,
): Openness | null {
  const place = new Map(members.map((transaction, i) => [transaction, i]))
  const among = (transaction: number) => place.get(transaction) ?? -1
  const ends = members.map((from, i) =>
    graph[from]!.flatMap(({ to, kind }): Ends[] => (place.has(to) ? [{ from: i, to: among(to), kind }] : [])),
  )
  const open = groups.map((group) =>
    group
      .filter(({ writer }) => place.has(writer))
      .map((of): OpenVersion<Version> => {
        const readers = of.readers.map(among).filter((reader) => reader >= 0)
        return { of, writer: among(of.writer), readers }
      }),
  )
  const found = eitherWay(ends, open, apart)
  if (found === null) return null
  const order = (known: Order['known'], earlier: Version, later: Version): Order => ({
    earlier,
    later,
    known,
  })
  const [a, b] = found.either
  return {
    kind: 'none',
    graph: withOrders(
      graph,
      found.forced.map(([earlier, later]) => order('forced', earlier, later)),
    ),
    either: [order('assumed', a, b), order('assumed', b, a)],
  }
}

export function withOrders(graph: Graph, orders: readonly Order[]): Edge[][] {
  const copy = graph.map((edges) => [...edges])
  for (const order of orders)
    for (const edge of edgesOf(order)) if (edge.from !== edge.to) copy[edge.from]!.push(edge)
  return copy
}

/** The graph with, of each key, the order of some order of all transactions that keeps what is known. */
function likely(
  graph: Graph,
  groups: readonly (readonly Version[])[],
  apart: boolean,
  rank: (transaction: number) => number,
): Graph {
  const place = new Map(new Precedence(graph, apart).sorted(rank)!.map((node, i) => [node, i]))
  const inTurn = (group: readonly Version[]) =>
    [...group].sort((a, b) => place.get(a.writer)! - place.get(b.writer)!)
  const orders = groups
    .map(inTurn)
    .flatMap((group) =>
      group.slice(1).map((later, i): Order => ({ earlier: group[i]!, later, known: 'assumed' })),
    )
  return withOrders(graph, orders)
}
