/** tryOrders: orders of writes, one after the other, until one has no forbidden cycle. For few transactions. */
import { type Ends, Precedence } from './precedence.ts'

/** What counts of a version: `of` is handed back. Transactions are places in the graph. */
export interface OpenVersion<T> {
  readonly of: T
  readonly writer: number
  readonly readers: readonly number[]
}

type Pair<T> = readonly [earlier: OpenVersion<T>, later: OpenVersion<T>]

/**
 * `some`: each group in an order that fits. `none`: no order does; `forced` follows from the graph alone, and then of the
 * two writes of `either`, if there are such, neither can be first. `many`: more than `most` tries.
 */
export type Tried<T> =
  | { readonly kind: 'some'; readonly groups: readonly (readonly T[])[] }
  | {
      readonly kind: 'none'
      readonly forced: readonly (readonly [T, T])[]
      readonly either: readonly [T, T] | null
    }
  | { readonly kind: 'many' }

export function tryOrders<T>(
  graph: readonly (readonly Ends[])[],
  groups: readonly (readonly OpenVersion<T>[])[],
  apart: boolean,
  most: number,
): Tried<T> {
  return new Trying(groups, apart, most).run(graph)
}

/** What the order of two versions says of their writers and readers; see `edgesOf`. */
function endsOf<T>([earlier, later]: Pair<T>): readonly Ends[] {
  const ends = (from: number, kind: 'ww' | 'rw'): Ends => ({ from, to: later.writer, kind })
  return [
    ends(earlier.writer, 'ww'),
    ...earlier.readers.filter((reader) => reader !== later.writer).map((reader) => ends(reader, 'rw')),
  ]
}

/** A graph that grows, and which edges are there. */
class Growing {
  readonly edges: Ends[][]
  private readonly there = new Set<number>()

  constructor(graph: readonly (readonly Ends[])[]) {
    this.edges = graph.map((edges) => [...edges])
    for (const edges of graph) for (const edge of edges) this.there.add(this.keyOf(edge))
  }

  private keyOf({ from, to, kind }: Ends): number {
    return (from * this.edges.length + to) * 2 + (kind === 'rw' ? 1 : 0)
  }

  has(pair: Pair<unknown>): boolean {
    return endsOf(pair).every((edge) => this.there.has(this.keyOf(edge)))
  }

  add(pair: Pair<unknown>): void {
    for (const edge of endsOf(pair)) {
      this.edges[edge.from]!.push(edge)
      this.there.add(this.keyOf(edge))
    }
  }
}

class Trying<T> {
  private tries = 0
  private readonly pairs: readonly Pair<T>[]

  constructor(
    private readonly groups: readonly (readonly OpenVersion<T>[])[],
    private readonly apart: boolean,
    private readonly most: number,
  ) {
    this.pairs = groups.flatMap((group) =>
      group.flatMap((a, i) => group.slice(i + 1).map((b): Pair<T> => [a, b])),
    )
  }

  run(graph: readonly (readonly Ends[])[]): Tried<T> {
    const root = new Growing(graph)
    const forced: Pair<T>[] = []
    const clash = this.follow(root, forced)
    const plain = ([a, b]: Pair<T>) => [a.of, b.of] as const
    if (clash !== null)
      return { kind: 'none', forced: forced.map(plain), either: clash === 'cycle' ? null : plain(clash) }
    const found = this.fits(root)
    if (found === null) return { kind: 'many' }
    return found === false
      ? { kind: 'none', forced: forced.map(plain), either: null }
      : { kind: 'some', groups: found }
  }

  /** Adds what the graph forces; a pair of which neither can be first, or that there is a cycle, ends it. */
  private follow(graph: Growing, forced: Pair<T>[]): Pair<T> | 'cycle' | null {
    for (;;) {
      const precedence = new Precedence(graph.edges, this.apart)
      const comesBefore = precedence.closure()
      if (comesBefore === null) return 'cycle'
      const before = forced.length
      for (const pair of this.pairs) {
        const other: Pair<T> = [pair[1], pair[0]]
        if (graph.has(pair) || graph.has(other)) continue
        const not = precedence.forbids(endsOf(pair), comesBefore)
        const neither = precedence.forbids(endsOf(other), comesBefore)
        if (not && neither) return pair
        if (not || neither) forced.push(not ? other : pair)
      }
      if (forced.length === before) return null
      for (const pair of forced.slice(before)) graph.add(pair)
    }
  }

  /** The groups in an order that fits; false where none does, null where there were too many to try. The graph has all that it forces. */
  private fits(graph: Growing): readonly (readonly T[])[] | false | null {
    if (++this.tries > this.most) return null
    const open = this.pairs.find(([a, b]) => !graph.has([a, b]) && !graph.has([b, a]))
    if (open === undefined) return this.inOrder(graph)
    let many = false
    for (const pair of [open, [open[1], open[0]] as const]) {
      const other = new Growing(graph.edges)
      other.add(pair)
      const found = this.follow(other, []) === null ? this.fits(other) : false
      if (found === null) many = true
      else if (found !== false) return found
    }
    return many ? null : false
  }

  private inOrder(graph: Growing): readonly (readonly T[])[] {
    const sorted = new Precedence(graph.edges, this.apart).sorted((transaction) => transaction)!
    const place = new Map(sorted.map((node, i) => [node, i]))
    return this.groups.map((group) =>
      [...group].sort((a, b) => place.get(a.writer)! - place.get(b.writer)!).map(({ of }) => of),
    )
  }
}
