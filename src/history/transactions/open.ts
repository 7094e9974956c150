/** Open orders: writes that nothing puts in an order. Is there one without a forbidden cycle? */
import { FORBIDDEN, knots } from './cycles.ts'
import type { Evidence, Order, Version } from './evidence.ts'
import { type Edge, edgesOf, type Graph } from './graph.ts'
import type { Level } from './levels.ts'
import { type Ends, Precedence } from './precedence.ts'
import { type OpenVersion, type Tried, tryOrders } from './tryOrders.ts'

/**
 * `some`: there is an order without a cycle. `none`: every order has one; `graph` shows it once either of two orders is
 * added, or as it is where `either` is null. `unknown`: too many orders are possible of the writes of so many transactions.
 */
export type Openness =
  | { readonly kind: 'some' }
  | { readonly kind: 'none'; readonly graph: Graph; readonly either: readonly [Order, Order] | null }
  | { readonly kind: 'unknown'; readonly transactions: number }

/** Of so many transactions all orders are tried at once. Of more an order is guessed so often, and others are tried in tangles of so many. */
const FEW = 60
const ROUNDS = 8
const MOST_IN_A_TANGLE = 60
/** How many orders are tried of few, and of each tangle of many. */
const TRIES = { few: 2000, tangle: 100 } as const

/**
 * `graph` has no cycle that `level` forbids, and all that is known is in it. Depends on its arguments only.
 *
 * An order is guessed. Where it has no cycle it is the proof that there is one. Otherwise its cycles lie in tangles,
 * mostly small, and in each of these all orders are tried: if none fits, none fits the whole; if one does, it is
 * taken, and what has cycles now is looked at again, together with what it meets.
 */
export function openOrders(evidence: Evidence, level: Level, graph: Graph): Openness {
  const groups = evidence.keys.map(({ unordered }) => unordered).filter((group) => group.length > 1)
  if (level.rw === 'never' || groups.length === 0) return { kind: 'some' }
  const apart = level.rw === 'apart'
  let taken: readonly Order[] = []
  let areas: readonly (readonly number[])[] = []
  let most = 0
  for (let round = 0; round < ROUNDS; round++) {
    const guess = guessed(evidence, graph, taken, groups, apart)
    const tangles = knots(guess, FORBIDDEN[level.rw])
    if (tangles.length === 0) return { kind: 'some' }
    areas = graph.length <= FEW ? [graph.map((_, i) => i)] : grown(areas, tangles)
    const now = areas.filter((area) => tangles.some(([one]) => area.includes(one!)))
    most = Math.max(...now.map(({ length }) => length))
    if (most > MOST_IN_A_TANGLE) break
    const tried = now.map((members) => triedAmong(graph, members, groups, apart))
    const none = tried.find((one) => one.kind === 'none')
    if (none !== undefined) return shownBy(none, graph, guess)
    const found = tried.flatMap((one) => (one.kind === 'some' ? one.groups.flatMap(inTurn) : []))
    if (tried.some(({ kind }) => kind === 'many')) break
    taken = [...taken.filter((order) => !isWithin(order, now)), ...found]
  }
  return { kind: 'unknown', transactions: most }
}

/** Each tangle with the areas that it meets, as one: a way out of the one was a way into the other. */
function grown(
  areas: readonly (readonly number[])[],
  tangles: readonly (readonly number[])[],
): readonly (readonly number[])[] {
  const areaOf = new Map<number, Set<number>>()
  for (const members of [...areas, ...tangles]) {
    const met = new Set(members.flatMap((one) => areaOf.get(one) ?? []))
    const all = new Set([...members, ...[...met].flatMap((area) => [...area])])
    for (const one of all) areaOf.set(one, all)
  }
  return [...new Set(areaOf.values())].map((area) => [...area].sort((a, b) => a - b))
}

/** All orders of the writes of some transactions. */
function triedAmong(
  graph: Graph,
  members: readonly number[],
  groups: readonly (readonly Version[])[],
  apart: boolean,
): Tried<Version> {
  const place = new Map(members.map((transaction, i) => [transaction, i]))
  const among = (transaction: number) => place.get(transaction) ?? -1
  const ends = members.map((from, i) =>
    graph[from]!.flatMap(({ to, kind }): Ends[] => (place.has(to) ? [{ from: i, to: among(to), kind }] : [])),
  )
  const open = groups
    .map((group) => group.filter(({ writer }) => place.has(writer)))
    .filter((group) => group.length > 1)
    .map((group) =>
      group.map((of): OpenVersion<Version> => {
        const readers = of.readers.map(among).filter((reader) => reader >= 0)
        return { of, writer: among(of.writer), readers }
      }),
    )
  return tryOrders(ends, open, apart, graph.length <= FEW ? TRIES.few : TRIES.tangle)
}

function shownBy(
  { forced, either }: Tried<Version> & { kind: 'none' },
  graph: Graph,
  guess: Graph,
): Openness {
  const known = withOrders(
    graph,
    forced.map(([earlier, later]) => ({ earlier, later, known: 'forced' })),
  )
  if (either !== null) {
    const [a, b] = either
    const way = (earlier: Version, later: Version): Order => ({ earlier, later, known: 'assumed' })
    return { kind: 'none', graph: known, either: [way(a, b), way(b, a)] }
  }
  return { kind: 'none', graph: guess, either: null }
}

function inTurn(group: readonly Version[]): readonly Order[] {
  return group.slice(1).map((later, i): Order => ({ earlier: group[i]!, later, known: 'assumed' }))
}

function isWithin({ earlier, later }: Order, tangles: readonly (readonly number[])[]): boolean {
  return tangles.some((members) => members.includes(earlier.writer) && members.includes(later.writer))
}

export function withOrders(graph: Graph, orders: readonly Order[]): Edge[][] {
  const copy = graph.map((edges) => [...edges])
  for (const order of orders)
    for (const edge of edgesOf(order)) if (edge.from !== edge.to) copy[edge.from]!.push(edge)
  return copy
}

/** The graph with what was taken and, of each key, the order of some order of all transactions that agrees with it. */
function guessed(
  { transactions }: Evidence,
  graph: Graph,
  taken: readonly Order[],
  groups: readonly (readonly Version[])[],
  apart: boolean,
): Graph {
  const base = withOrders(graph, taken)
  // Half way between question and answer: only a guess, so that most of it is right at once.
  const middle = transactions.map(({ operation: { invoke, return: end } }) => invoke + (end ?? invoke))
  const sorted = new Precedence(base, apart).sorted((transaction) => middle[transaction]!)
  if (sorted === null) return base
  const place = new Int32Array(sorted.length)
  sorted.forEach((node, i) => {
    place[node] = i
  })
  return withOrders(
    base,
    groups.flatMap((group) => inTurn([...group].sort((a, b) => place[a.writer]! - place[b.writer]!))),
  )
}
