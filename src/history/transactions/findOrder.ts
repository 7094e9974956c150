/** findOrder: whether writes that nothing puts in an order have one that a level allows, for as many as there are. */
import type { Budget } from '../budget.ts'
import { type Clash, type Clause, Clauses, type Theory, type Way } from './clauses.ts'
import type { Version } from './evidence.ts'
import { edgesOf, type Graph } from './graph.ts'
import { type Circle, LiveOrder } from './liveOrder.ts'
import { Precedence } from './precedence.ts'

/**
 * `some`: there is one. `none`: there is none, and that shows among the transactions `among` alone. `unknown`: patience or
 * memory ran out, after so many pairs of writes.
 */
export type Found =
  | { readonly kind: 'some' }
  | { readonly kind: 'none'; readonly among: readonly number[] }
  | { readonly kind: 'unknown'; readonly pairs: number }

/** How often choices may not go together, and how many edges may be looked at. */
export interface Patience {
  readonly clashes: number
  readonly edges: number
}

/**
 * `graph` has no forbidden cycle; `groups` are the versions of each key that it leaves open; `rank` is where to begin.
 *
 * Of two versions of a key one came first, and so did all who read it: a choice with two ways, as in Cobra (Tan and others,
 * 2020) and PolySI (Huang and others, 2023). Here a choice is made where it matters only: transactions stand in one order
 * that keeps all that is known, and where a read in it does not find what was written last before it, one of the two
 * writes is put before the other, and the order follows. When no such read is left, the order explains them all.
 */
export function findOrder(
  graph: Graph,
  groups: readonly (readonly Version[])[],
  apart: boolean,
  rank: (transaction: number) => number,
  patience: Patience,
  budget: Budget,
): Found {
  const precedence = new Precedence(graph, apart)
  const sorted = precedence.sorted(rank)
  if (sorted === null) throw new Error('findOrder takes a graph without cycles')
  return new Finding(graph.length, precedence, sorted, groups, apart).run(patience, budget)
}

/** Two versions of a key: by their numbers. */
type Pair = readonly [number, number]

class Finding implements Theory {
  private readonly versions: readonly Version[]
  private readonly keyOf: Int32Array
  /** Of each transaction: the versions that it wrote, and those that it read. */
  private readonly wrote: number[][]
  private readonly read: number[][]
  private readonly order: LiveOrder
  private readonly ofKey: readonly number[][]
  /** Keys that are to be looked at, and which these are. */
  private readonly keys: number[]
  private readonly waits: Uint8Array
  private readonly clauses = new Clauses(this)
  private readonly pairs: Pair[] = []
  private readonly choices = new Map<number, number>()
  /** How many edges there were before each way that is taken. */
  private readonly lengths: number[] = []

  constructor(
    private readonly count: number,
    private readonly precedence: Precedence,
    sorted: readonly number[],
    groups: readonly (readonly Version[])[],
    private readonly apart: boolean,
  ) {
    this.order = new LiveOrder(precedence.edges, sorted, (node) => this.look(node % count))
    this.keys = groups.map((_, key) => key)
    this.waits = new Uint8Array(groups.length).fill(1)
    this.versions = groups.flat()
    let next = 0
    this.ofKey = groups.map((group) => group.map(() => next++))
    this.keyOf = Int32Array.from(groups.flatMap((group, key) => group.map(() => key)))
    this.wrote = Array.from({ length: count }, () => [])
    this.read = Array.from({ length: count }, () => [])
    for (const [version, { writer, readers }] of this.versions.entries()) {
      this.wrote[writer]!.push(version)
      for (const reader of new Set(readers)) this.read[reader]!.push(version)
    }
  }

  run({ clashes, edges }: Patience, budget: Budget): Found {
    let bytes = this.order.bytes
    let left = budget.take(bytes)
    for (let key = this.keys.shift(); key !== undefined && left; key = this.keys.shift()) {
      this.waits[key] = 0
      for (const pair of this.wrongPairs(key)) {
        const choice = this.choiceOf(pair)
        if (!this.clauses.isOpen(choice) || !this.isWrong(pair)) continue
        const why = this.clauses.decide(this.nearer(choice))
        if (why !== null) return { kind: 'none', among: this.amongOf(why) }
        left &&= budget.take(this.order.bytes + this.clauses.bytes - bytes)
        bytes = this.order.bytes + this.clauses.bytes
        if (!left || this.clauses.clashes > clashes || this.order.looked > edges)
          return { kind: 'unknown', pairs: this.pairs.length }
      }
    }
    return left ? { kind: 'some' } : { kind: 'unknown', pairs: this.pairs.length }
  }

  /** A transaction has another place: what was right of its keys is looked at again. */
  private look(transaction: number): void {
    for (const list of [this.wrote[transaction]!, this.read[transaction]!])
      for (const version of list) {
        const key = this.keyOf[version]!
        if (this.waits[key] === 1) continue
        this.waits[key] = 1
        this.keys.push(key)
      }
  }

  /** Versions of a key next to each other, where somebody reads the earlier after the later was written, or both writers overlap. */
  private wrongPairs(key: number): readonly Pair[] {
    const { place } = this.order
    const ends = (version: number) => place[this.versions[version]!.writer]!
    const inTurn = this.ofKey[key]!.sort((a, b) => ends(a) - ends(b))
    const pairs: Pair[] = []
    for (let i = 1; i < inTurn.length; i++) {
      const [earlier, later] = [inTurn[i - 1]!, inTurn[i]!]
      const end = ends(later)
      const begins = (transaction: number) => place[this.begin(transaction)]!
      if (
        (this.apart && begins(this.versions[later]!.writer) < ends(earlier)) ||
        this.versions[earlier]!.readers.some((reader) => begins(reader) > end)
      )
        pairs.push([earlier, later])
    }
    return pairs
  }

  /** The node at which a transaction reads. */
  private begin(transaction: number): number {
    return this.apart ? transaction + this.count : transaction
  }

  /** Whether the order still has another write between a write and one who read it, or writers that overlap. */
  private isWrong([a, b]: Pair): boolean {
    return !this.keeps(a, b) && !this.keeps(b, a)
  }

  /** Whether the order has one version, and all who read it, before another. */
  private keeps(earlier: number, later: number): boolean {
    const { place } = this.order
    return this.edgesOf(earlier, later).every(([from, to]) => place[from]! < place[to]!)
  }

  private edgesOf(earlier: number, later: number): readonly (readonly [number, number])[] {
    const order = {
      earlier: this.versions[earlier]!,
      later: this.versions[later]!,
      known: 'assumed',
    } as const
    return edgesOf(order).map((edge) => this.precedence.pairOf(edge))
  }

  /** The way of a choice that moves less. */
  private nearer(choice: number): Way {
    const [a, b] = this.pairs[choice]!
    return this.distance(a, b) <= this.distance(b, a) ? 2 * choice : 2 * choice + 1
  }

  private distance(earlier: number, later: number): number {
    const { place } = this.order
    return this.edgesOf(earlier, later).reduce(
      (sum, [from, to]) => Math.max(sum, place[from]! - place[to]!),
      0,
    )
  }

  private choiceOf([a, b]: Pair): number {
    const [low, high] = a < b ? [a, b] : [b, a]
    const name = low * this.versions.length + high
    const known = this.choices.get(name)
    if (known !== undefined) return known
    const choice = this.clauses.choice()
    this.choices.set(name, choice)
    this.pairs.push([low, high])
    return choice
  }

  private versionsOf(way: Way): Pair {
    const [low, high] = this.pairs[way >> 1]!
    return (way & 1) === 0 ? [low, high] : [high, low]
  }

  test(way: Way): Clash | null {
    return this.clashOf(way, (from, to) => this.order.test(from, to, way))
  }

  take(way: Way): Clash | null {
    this.lengths.push(this.order.length)
    return this.clashOf(way, (from, to) => this.order.add(from, to, way))
  }

  /** The first circle that an edge of a way closes. */
  private clashOf(way: Way, circleOf: (from: number, to: number) => Circle | null): Clash | null {
    for (const [from, to] of this.edgesOf(...this.versionsOf(way))) {
      const circle = circleOf(from, to)
      if (circle !== null) return { ways: circle.whose, said: this.saidBy(circle) }
    }
    return null
  }

  keep(count: number): void {
    const length = this.lengths[count]
    if (length === undefined) return
    this.order.backTo(length)
    this.lengths.length = count
  }

  /** The transactions of a circle, and those whose writes are in a choice. */
  private saidBy({ whose, nodes }: Circle): readonly number[] {
    const writers = whose.flatMap((way) =>
      this.versionsOf(way).map((version) => this.versions[version]!.writer),
    )
    return [...nodes.map((node) => node % this.count), ...writers]
  }

  private amongOf(why: Clause): readonly number[] {
    return [...this.clauses.groundsOf(why)].sort((a, b) => a - b)
  }
}
