/** LiveOrder: nodes in one order that keeps all edges, while edges come and go; and why an edge cannot come. */

/** An edge that is always there: nobody is to blame for it. */
export const ALWAYS = -1

/** Two lists of each node, and places in both and in `added` of each edge. */
const NODE_BYTES = 150
const EDGE_BYTES = 60

/** A circle that an edge would close: whose edges are in it, each once, and the nodes on it. */
export interface Circle {
  readonly whose: readonly number[]
  readonly nodes: readonly number[]
}

/**
 * Pearce and Kelly ("A Dynamic Topological Sort Algorithm for Directed Acyclic Graphs", 2006): an edge that the order
 * already keeps costs nothing, any other moves the nodes between its two ends only. What is taken back needs no move.
 */
export class LiveOrder {
  /** Where each node stands. */
  readonly place: Int32Array
  /** Edges looked at so far. */
  looked = 0
  /** Of each node: whither, whose, whither, whose, ... */
  private readonly next: number[][]
  private readonly before: number[][]
  /** Edges that may be taken back: from, to, from, to, ... */
  private readonly added: number[] = []
  private readonly seen: Int32Array
  private readonly cameFrom: Int32Array
  private readonly cameBy: Int32Array
  private readonly always: number
  private round = 0

  /** `order` keeps all edges of `edges`, which are there always; `moved` is told of each node that gets another place. */
  constructor(
    edges: readonly (readonly number[])[],
    order: readonly number[],
    private readonly moved: (node: number) => void,
  ) {
    const size = order.length
    this.place = new Int32Array(size)
    for (const [i, node] of order.entries()) this.place[node] = i
    this.next = edges.map((all) => all.flatMap((to) => [to, ALWAYS]))
    this.before = Array.from({ length: size }, () => [])
    for (const [from, all] of edges.entries()) for (const to of all) this.before[to]!.push(from)
    this.always = edges.reduce((sum, all) => sum + all.length, 0)
    this.seen = new Int32Array(size)
    this.cameFrom = new Int32Array(size)
    this.cameBy = new Int32Array(size)
  }

  /** The memory for all of it, rounded up. */
  get bytes(): number {
    return this.place.length * NODE_BYTES + (this.always + this.length) * EDGE_BYTES
  }

  /** How many edges may be taken back. */
  get length(): number {
    return this.added.length / 2
  }

  /** Adds an edge of `whose`; or says which circle it would close, and leaves it out. */
  add(from: number, to: number, whose: number): Circle | null {
    if (this.place[from]! > this.place[to]!) {
      const circle = this.move(from, to, whose)
      if (circle !== null) return circle
    }
    this.next[from]!.push(to, whose)
    this.before[to]!.push(from)
    this.added.push(from, to)
    return null
  }

  /** What `add` would say, without adding. */
  test(from: number, to: number, whose: number): Circle | null {
    if (this.place[from]! < this.place[to]!) return null
    return this.reachedFrom(to, from) === null ? this.circle(from, to, whose) : null
  }

  /** Takes back all but the first `length` of the edges added. */
  backTo(length: number): void {
    while (this.length > length) {
      this.before[this.added.pop()!]!.pop()
      this.next[this.added.pop()!]!.length -= 2
    }
  }

  /** Brings `from` before `to`, which stands before it now. */
  private move(from: number, to: number, whose: number): Circle | null {
    const after = this.reachedFrom(to, from)
    if (after === null) return this.circle(from, to, whose)
    const { place } = this
    const first = this.reaching(from, place[to]!)
    const byPlace = (a: number, b: number) => place[a]! - place[b]!
    const moved = [...first.sort(byPlace), ...after.sort(byPlace)]
    const places = moved.map((node) => place[node]!).sort((a, b) => a - b)
    for (const [i, node] of moved.entries()) {
      place[node] = places[i]!
      this.moved(node)
    }
    return null
  }

  /** What comes after `start`, not later than `end`; null where `end` does. Over as few edges that somebody added as possible. */
  private reachedFrom(start: number, end: number): number[] | null {
    const { place, next, seen, cameFrom, cameBy } = this
    const last = place[end]!
    const round = ++this.round
    const reached: number[] = []
    let later: number[] = [start, start, ALWAYS]
    while (later.length > 0) {
      const now = later
      later = []
      for (let i = 0; i < now.length; i += 3) {
        if (seen[now[i]!] === round) continue
        const stack = [now[i]!]
        this.note(now[i]!, now[i + 1]!, now[i + 2]!)
        while (stack.length > 0) {
          const node = stack.pop()!
          if (node === end) return null
          reached.push(node)
          const edges = next[node]!
          this.looked += edges.length / 2
          for (let e = 0; e < edges.length; e += 2) {
            const to = edges[e]!
            if (place[to]! > last || seen[to] === round) continue
            if (edges[e + 1] !== ALWAYS) later.push(to, node, edges[e + 1]!)
            else {
              seen[to] = round
              cameFrom[to] = node
              cameBy[to] = ALWAYS
              stack.push(to)
            }
          }
        }
      }
    }
    return reached
  }

  private note(node: number, from: number, whose: number): void {
    this.seen[node] = this.round
    this.cameFrom[node] = from
    this.cameBy[node] = whose
  }

  /** What comes before `end`, not earlier than `first`. */
  private reaching(end: number, first: number): number[] {
    const { place, before, seen } = this
    const round = ++this.round
    const reached = [end]
    seen[end] = round
    for (let i = 0; i < reached.length; i++) {
      const edges = before[reached[i]!]!
      this.looked += edges.length
      for (const from of edges) {
        if (place[from]! < first || seen[from] === round) continue
        seen[from] = round
        reached.push(from)
      }
    }
    return reached
  }

  private circle(from: number, to: number, whose: number): Circle {
    const nodes = [from]
    const all = new Set(whose === ALWAYS ? [] : [whose])
    for (let node = from; node !== to; node = this.cameFrom[node]!) {
      if (this.cameBy[node] !== ALWAYS) all.add(this.cameBy[node]!)
      nodes.push(this.cameFrom[node]!)
    }
    return { whose: [...all], nodes }
  }
}
