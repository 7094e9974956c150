/** Precedence: which transaction must commit before which, where a level forbids the other way round. */
import type { Edge } from './graph.ts'

/**
 * Where all cycles are forbidden, every edge says that one comes first. Where `rw` edges may be neighbours, an edge other than `rw` does, and such
 * an edge followed by one `rw`. For this each transaction has a second node, "reached by an edge other than `rw`",
 * which comes before itself and before whatever overwrote what it read: no cycle among these nodes means that no
 * cycle without neighbouring `rw` is in the graph, and the other way round.
 */
export class Precedence {
  readonly size: number
  /** Of each node what comes after it. */
  readonly edges: number[][]

  constructor(
    graph: readonly (readonly Ends[])[],
    private readonly apart: boolean,
  ) {
    this.size = apart ? graph.length * 2 : graph.length
    this.edges = Array.from({ length: this.size }, () => [])
    if (apart) for (let i = 0; i < graph.length; i++) this.edges[this.reached(i)]!.push(i)
    for (const edges of graph) for (const edge of edges) this.add(edge)
  }

  /** The node of a transaction that was reached by an edge other than `rw`. */
  private reached(transaction: number): number {
    return this.apart ? transaction + this.size / 2 : transaction
  }

  /** The pair of nodes that an edge puts in an order. */
  pairOf({ from, to, kind }: Ends): readonly [number, number] {
    return kind === 'rw' ? [this.reached(from), to] : [from, this.reached(to)]
  }

  add(edge: Ends): void {
    const [from, to] = this.pairOf(edge)
    this.edges[from]!.push(to)
  }

  /** All nodes so that what comes first is first, of those that could be next the one of least `rank`; null where there is a cycle. */
  sorted(rank: (transaction: number) => number): readonly number[] | null {
    const missing = new Int32Array(this.size)
    for (const all of this.edges) for (const to of all) missing[to]!++
    const count = this.apart ? this.size / 2 : this.size
    const ready = new Heap((node) => rank(node % count))
    for (let node = 0; node < this.size; node++) if (missing[node] === 0) ready.push(node)
    const order: number[] = []
    for (let node = ready.pop(); node !== null; node = ready.pop()) {
      order.push(node)
      for (const to of this.edges[node]!) if (--missing[to]! === 0) ready.push(to)
    }
    return order.length === this.size ? order : null
  }

  /** Which nodes come before which; null where there is a cycle. Takes the square of their number in bits. */
  closure(): ComesBefore | null {
    const order = this.sorted((transaction) => transaction)
    if (order === null) return null
    const width = (this.size + 31) >> 5
    const rows = new Uint32Array(this.size * width)
    for (const node of [...order].reverse())
      for (const to of this.edges[node]!) {
        rows[node * width + (to >> 5)]! |= 1 << (to & 31)
        for (let i = 0; i < width; i++) rows[node * width + i]! |= rows[to * width + i]!
      }
    return (from, to) => from === to || (rows[from * width + (to >> 5)]! & (1 << (to & 31))) !== 0
  }

  /** Whether one of some edges would close a cycle. */
  forbids(edges: readonly Ends[], comesBefore: ComesBefore): boolean {
    return edges.some((edge) => {
      if (edge.from === edge.to) return false
      const [from, to] = this.pairOf(edge)
      return comesBefore(to, from)
    })
  }
}

/** What counts of an edge here. */
export type Ends = Pick<Edge, 'from' | 'to' | 'kind'>

/** Whether a node comes before another, or is the same. */
export type ComesBefore = (from: number, to: number) => boolean

/** The least first; of equals the one of the least number. */
class Heap {
  private readonly items: number[] = []

  constructor(private readonly rank: (item: number) => number) {}

  private less(a: number, b: number): boolean {
    const [ra, rb] = [this.rank(a), this.rank(b)]
    return ra < rb || (ra === rb && a < b)
  }

  push(item: number): void {
    let at = this.items.push(item) - 1
    while (at > 0) {
      const above = (at - 1) >> 1
      if (!this.less(item, this.items[above]!)) break
      this.items[at] = this.items[above]!
      at = above
    }
    this.items[at] = item
  }

  pop(): number | null {
    const top = this.items[0]
    const last = this.items.pop()
    if (top === undefined || last === undefined) return null
    if (this.items.length === 0) return top
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= this.items.length) break
      if (below + 1 < this.items.length && this.less(this.items[below + 1]!, this.items[below]!)) below++
      if (!this.less(this.items[below]!, last)) break
      this.items[at] = this.items[below]!
      at = below
    }
    this.items[at] = last
    return top
  }
}
