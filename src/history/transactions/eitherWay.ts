/** eitherWay: two writes of which neither can have come before the other, among few transactions. */
import { type Ends, Precedence } from './precedence.ts'

/** What counts of a version: `of` is handed back. Transactions are places in the graph. */
export interface OpenVersion<T> {
  readonly of: T
  readonly writer: number
  readonly readers: readonly number[]
}

/**
 * `forced` follows from the graph alone, one after the other: the other way round would close a cycle. With these, of the
 * two writes of `either` neither can be first.
 */
export interface EitherWay<T> {
  readonly forced: readonly (readonly [T, T])[]
  readonly either: readonly [T, T]
}

type Pair<T> = readonly [earlier: OpenVersion<T>, later: OpenVersion<T>]

/** Null where that takes more than one step after the other: something has to be assumed. */
export function eitherWay<T>(
  graph: readonly (readonly Ends[])[],
  groups: readonly (readonly OpenVersion<T>[])[],
  apart: boolean,
): EitherWay<T> | null {
  const edges = graph.map((all) => [...all])
  const plain = ([a, b]: Pair<T>) => [a.of, b.of] as const
  const forced: Pair<T>[] = []
  const there = new Set(edges.flatMap((all) => all.map(nameOf)))
  const isKnown = (pair: Pair<T>) => endsOf(pair).every((edge) => there.has(nameOf(edge)))
  let open = groups
    .flatMap((group) => group.flatMap((a, i) => group.slice(i + 1).map((b): Pair<T> => [a, b])))
    .filter(([a, b]) => !isKnown([a, b]) && !isKnown([b, a]))
  for (;;) {
    const precedence = new Precedence(edges, apart)
    const comesBefore = precedence.closure()!
    const closes = (pair: Pair<T>) => precedence.forbids(endsOf(pair), comesBefore)
    const ways = open.map((pair) => {
      const other: Pair<T> = [pair[1], pair[0]]
      return { pair, other, not: closes(pair), neither: closes(other) }
    })
    const clash = ways.find(({ not, neither }) => not && neither)
    if (clash !== undefined) return { forced: forced.map(plain), either: plain(clash.pair) }
    const next = ways.find(({ not, neither }) => not || neither)
    if (next === undefined) return null
    const taken = next.not ? next.other : next.pair
    forced.push(taken)
    open = open.filter((pair) => pair !== next.pair)
    for (const edge of endsOf(taken)) edges[edge.from]!.push(edge)
  }
}

/** What the order of two versions says of their writers and readers; see `edgesOf`. */
function endsOf([earlier, later]: Pair<unknown>): readonly Ends[] {
  const ends = (from: number, kind: 'ww' | 'rw'): Ends => ({ from, to: later.writer, kind })
  return [
    ends(earlier.writer, 'ww'),
    ...earlier.readers.filter((reader) => reader !== later.writer).map((reader) => ends(reader, 'rw')),
  ]
}

function nameOf({ from, to, kind }: Ends): string {
  return `${from} ${to} ${kind === 'rw'}`
}
