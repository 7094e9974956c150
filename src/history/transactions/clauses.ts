/** Clauses: choices between two ways, and what is learned from those that do not go together. */

/** A way is `2 * choice` or `2 * choice + 1`; the other way of the same choice is `way ^ 1`. */
export type Way = number

/** At least one of `ways` is taken. */
export interface Clause {
  /** The first two are watched. */
  readonly ways: Way[]
  /** What it follows from: other clauses, and what the theory said. */
  readonly from: readonly Clause[]
  readonly said: readonly number[]
}

const CHOICE_BYTES = 300
const CLAUSE_BYTES = 400
const WAY_BYTES = 16

/** Ways that do not go together, and more about it. */
export interface Clash {
  readonly ways: readonly Way[]
  readonly said: readonly number[]
}

/** What ways mean, told from outside. Ways are taken and given back last in, first out. */
export interface Theory {
  /** What `take` would say, without taking anything. */
  test(way: Way): Clash | null
  /** Null where the way goes with all that were taken before; otherwise which do not go together, this one among them. */
  take(way: Way): Clash | null
  /** Gives back all but the first `count` ways. */
  keep(count: number): void
}

/**
 * Conflict-driven clause learning (Marques-Silva and Sakallah, "GRASP", 1999) with two watched ways a clause (Moskewicz
 * and others, "Chaff", 2001). What is chosen, and in which order, is up to the caller.
 */
export class Clauses {
  /** How many times ways did not go together. */
  clashes = 0
  /** The memory for choices and clauses, rounded up. */
  bytes = 0
  /** Of each choice: the way taken, or -1. */
  private readonly taken: Way[] = []
  private readonly depth: number[] = []
  private readonly reason: (Clause | null)[] = []
  private readonly watching: Clause[][] = []
  /** Ways in the order in which they were taken, and where each depth begins. */
  private readonly trail: Way[] = []
  private readonly starts: number[] = []
  private done = 0

  constructor(private readonly theory: Theory) {}

  /** A new choice; its first way is `2 *` what comes back. */
  choice(): number {
    this.bytes += CHOICE_BYTES
    this.depth.push(0)
    this.reason.push(null)
    this.watching.push([], [])
    return this.taken.push(-1) - 1
  }

  isTaken(way: Way): boolean {
    return this.taken[way >> 1] === way
  }

  isOpen(choice: number): boolean {
    return this.taken[choice] === -1
  }

  /** Takes a way, and all that follows; null where that is possible, after some of what was taken before was given back. Otherwise why nothing is. */
  decide(way: Way): Clause | null {
    const not = this.theory.test(way)
    if (not === null) {
      this.starts.push(this.trail.length)
      this.enter(way, null)
    } else {
      const { ways, ...why } = this.excluding(not)
      const clause = { ...why, ways: [way ^ 1, ...ways.filter((one) => one !== (way ^ 1))] }
      this.keep(clause)
      this.enter(way ^ 1, clause)
    }
    for (;;) {
      const clash = this.follow()
      if (clash === null) return null
      this.clashes++
      if (this.starts.length === 0) return clash
      const { clause, depth } = this.learn(clash)
      this.backTo(depth)
      this.keep(clause)
      this.enter(clause.ways[0]!, clause)
    }
  }

  /** The clause that says so of a clash; what was taken last comes first. */
  private excluding({ ways, said }: Clash): Clause {
    const depthOf = (way: Way) => this.depth[way >> 1]!
    const excluded = ways.map((way) => way ^ 1)
    return { ways: excluded.sort((a, b) => depthOf(b) - depthOf(a) || a - b), from: [], said }
  }

  private keep(clause: Clause): void {
    this.bytes += CLAUSE_BYTES + clause.ways.length * WAY_BYTES
    if (clause.ways.length > 1) for (const one of clause.ways.slice(0, 2)) this.watching[one]!.push(clause)
  }

  /** All that the theory said on which a clause rests. */
  groundsOf(clause: Clause): ReadonlySet<number> {
    const said = new Set<number>()
    const seen = new Set<Clause>()
    const open = [clause]
    for (let one = open.pop(); one !== undefined; one = open.pop()) {
      if (seen.has(one)) continue
      seen.add(one)
      for (const each of one.said) said.add(each)
      open.push(...one.from)
      for (const way of one.ways) {
        const reason = this.reason[way >> 1]
        if (this.isTaken(way ^ 1) && this.depth[way >> 1] === 0 && reason) open.push(reason)
      }
    }
    return said
  }

  private enter(way: Way, reason: Clause | null): void {
    const choice = way >> 1
    this.taken[choice] = way
    this.depth[choice] = this.starts.length
    this.reason[choice] = reason
    this.trail.push(way)
  }

  /** Tells the theory, and takes what follows from clauses. A clause whose ways are all excluded ends it. */
  private follow(): Clause | null {
    while (this.done < this.trail.length) {
      const way = this.trail[this.done++]!
      const clash = this.theory.take(way)
      if (clash !== null) return this.excluding(clash)
      const excluded = this.exclude(way ^ 1)
      if (excluded !== null) return excluded
    }
    return null
  }

  /** Each clause that watches this way watches another one, or its last way is taken. */
  private exclude(way: Way): Clause | null {
    const watching = this.watching[way]!
    let kept = 0
    for (let i = 0; i < watching.length; i++) {
      const clause = watching[i]!
      const { ways } = clause
      if (ways[0] === way) {
        ways[0] = ways[1]!
        ways[1] = way
      }
      const other = ways[0]!
      if (this.isTaken(other) || !this.moveWatch(clause)) {
        watching[kept++] = clause
        if (this.isTaken(other)) continue
        if (this.isTaken(other ^ 1)) {
          while (++i < watching.length) watching[kept++] = watching[i]!
          watching.length = kept
          return clause
        }
        this.enter(other, clause)
      }
    }
    watching.length = kept
    return null
  }

  private moveWatch(clause: Clause): boolean {
    const { ways } = clause
    for (let i = 2; i < ways.length; i++) {
      if (this.isTaken(ways[i]! ^ 1)) continue
      const free = ways[i]!
      ways[i] = ways[1]!
      ways[1] = free
      this.watching[free]!.push(clause)
      return true
    }
    return false
  }

  /** The first way at this depth from which the clash follows ("first unique implication point"), and what else it needs. */
  private learn(clash: Clause): { readonly clause: Clause; readonly depth: number } {
    const now = this.starts.length
    const from: Clause[] = [clash]
    const met = new Set<number>()
    const earlier: Way[] = []
    let open = 0
    let at = this.trail.length
    let ways: readonly Way[] = clash.ways
    for (;;) {
      for (const way of ways) {
        const choice = way >> 1
        if (met.has(choice) || this.isTaken(way)) continue
        met.add(choice)
        if (this.depth[choice] === now) open++
        else if (this.depth[choice]! > 0) earlier.push(way)
      }
      do at--
      while (!met.has(this.trail[at]! >> 1) || this.depth[this.trail[at]! >> 1] !== now)
      open--
      if (open === 0) break
      const reason = this.reason[this.trail[at]! >> 1]!
      from.push(reason)
      ways = reason.ways
    }
    const depthOf = (way: Way) => this.depth[way >> 1]!
    earlier.sort((a, b) => depthOf(b) - depthOf(a) || a - b)
    return {
      clause: { ways: [this.trail[at]! ^ 1, ...earlier], from, said: [] },
      depth: earlier.length === 0 ? 0 : depthOf(earlier[0]!),
    }
  }

  private backTo(depth: number): void {
    const length = this.starts[depth]
    if (length === undefined) return
    for (const way of this.trail.slice(length)) this.taken[way >> 1] = -1
    this.trail.length = length
    this.starts.length = depth
    this.done = Math.min(this.done, length)
    this.theory.keep(this.done)
  }
}
