/** Cycles in a graph of dependencies: whether there are any of a kind, and a smallest one. */
import type { Edge, Graph } from './graph.ts'
import type { Kind } from './levels.ts'

/**
 * What a walk may take. `step` says what the walk remembers after an edge, 0 or 1, or null where it must not take it;
 * it begins with 0 and is a cycle of this class when it is back with `goal`.
 */
export interface CycleClass {
  readonly code: 'G0' | 'G1c' | 'G-single' | 'G-nonadjacent' | 'G2-item'
  readonly goal: 0 | 1
  step(memory: 0 | 1, kind: Kind): 0 | 1 | null
}

/** The worst first: each is looked for where those before it are absent. */
export const CLASSES: readonly CycleClass[] = [
  { code: 'G0', goal: 0, step: (_, kind) => (kind === 'rw' || kind === 'wr' ? null : 0) },
  { code: 'G1c', goal: 0, step: (_, kind) => (kind === 'rw' ? null : 0) },
  { code: 'G-single', goal: 1, step: (used, kind) => (kind !== 'rw' ? used : used === 1 ? null : 1) },
  { code: 'G-nonadjacent', goal: 0, step: (last, kind) => (kind !== 'rw' ? 0 : last === 1 ? null : 1) },
  { code: 'G2-item', goal: 0, step: () => 0 },
]

/** The weakest class that is forbidden: a graph without it has none of the others. */
export const FORBIDDEN = { never: CLASSES[1]!, apart: CLASSES[3]!, all: CLASSES[4]! } as const

/**
 * The transactions that lie on a closed walk of the class, in groups that reach each other. None: there is no such
 * cycle. For the classes of `FORBIDDEN` only, whose walks are closed wherever they meet themselves.
 */
export function knots(graph: Graph, { step }: CycleClass): readonly (readonly number[])[] {
  const groups = components(graph.length * 2, (state, visit) => {
    for (const { to, kind } of graph[state >> 1]!) {
      const memory = step((state & 1) as 0 | 1, kind)
      if (memory !== null) visit(to * 2 + memory)
    }
  })
  return groups.map((states) => [...new Set(states.map((state) => state >> 1))].sort((a, b) => a - b))
}

/** Strongly connected components of more than one state (Tarjan 1972), without recursion. */
function components(
  size: number,
  each: (state: number, visit: (next: number) => void) => void,
): readonly (readonly number[])[] {
  const found: number[][] = []
  const index = new Int32Array(size).fill(-1)
  const low = new Int32Array(size)
  const onStack = new Uint8Array(size)
  const stack: number[] = []
  let count = 0
  const open: { state: number; next: number[]; at: number }[] = []
  const enter = (state: number) => {
    index[state] = low[state] = count++
    stack.push(state)
    onStack[state] = 1
    const next: number[] = []
    each(state, (other) => next.push(other))
    open.push({ state, next, at: 0 })
  }
  for (let root = 0; root < size; root++) {
    if (index[root] !== -1) continue
    enter(root)
    while (open.length > 0) {
      const top = open.at(-1)!
      if (top.at < top.next.length) {
        const other = top.next[top.at++]!
        if (index[other] === -1) enter(other)
        else if (onStack[other] === 1) low[top.state] = Math.min(low[top.state]!, index[other]!)
        continue
      }
      open.pop()
      const below = open.at(-1)
      if (below !== undefined) low[below.state] = Math.min(low[below.state]!, low[top.state]!)
      if (low[top.state] !== index[top.state]) continue
      const group = stack.splice(stack.lastIndexOf(top.state))
      for (const state of group) onStack[state] = 0
      if (group.length > 1) found.push(group)
    }
  }
  return found
}

/** How many edges a search for a smallest cycle looks at; then it is content with the smallest so far. */
const MOST_EDGES = 20_000_000

/** A smallest cycle of a class among some transactions, or null. `edgesFrom` lists what leaves one. Of equal ones the first in the order of the history. */
export function smallestCycle(
  edgesFrom: (transaction: number) => readonly Edge[],
  among: readonly number[],
  { step, goal }: CycleClass,
): readonly Edge[] | null {
  const inside = new Set(among)
  let best: readonly Edge[] | null = null
  let looked = 0
  for (const start of among) {
    if (best !== null && (best.length === 2 || looked > MOST_EDGES)) break
    const came = new Map<number, { readonly edge: Edge; readonly state: number }>()
    let layer = [start * 2]
    let found: readonly Edge[] | null = null
    for (let depth = 1; layer.length > 0 && found === null && depth < (best?.length ?? Infinity); depth++) {
      const next: number[] = []
      for (const state of layer) {
        for (const edge of edgesFrom(state >> 1)) {
          looked++
          const memory = inside.has(edge.to) ? step((state & 1) as 0 | 1, edge.kind) : null
          if (memory === null) continue
          const to = edge.to * 2 + memory
          if (came.has(to)) continue
          came.set(to, { edge, state })
          next.push(to)
        }
      }
      if (came.has(start * 2 + goal)) found = walkBack(came, start * 2, start * 2 + goal)
      layer = next
    }
    best = found ?? best
  }
  return best
}

function walkBack(
  came: ReadonlyMap<number, { readonly edge: Edge; readonly state: number }>,
  start: number,
  end: number,
): readonly Edge[] {
  const edges: Edge[] = []
  let at = end
  do {
    const { edge, state } = came.get(at)!
    edges.unshift(edge)
    at = state
  } while (at !== start)
  return edges
}
