/** Fair traps, compared with every set of worlds of small random graphs. */
import { describe, expect, test } from 'vitest'
import { type RandomStream, randomStream } from '../../src/base/random.ts'
import { fairTrap, type Graph } from '../../src/run/fair.ts'

type Edges = readonly (readonly { readonly to: number; readonly action: number }[])[]

const graphOf = (edges: Edges): Graph => ({
  size: edges.length,
  successors(at, visit) {
    for (const { to, action } of edges[at]!) visit(to, action)
  },
})

/** Slow and obvious: tries every set of worlds, connected or not the largest. */
function obviousTrap(edges: Edges, short: (at: number) => boolean): number | null {
  let least: number | null = null
  for (let bits = 1; bits < 2 ** edges.length; bits++) {
    const set = edges.map((_, i) => i).filter((i) => (bits >> i) & 1)
    if (!set.every(short) || !trapped(edges, set)) continue
    if (least === null || set[0]! < least) least = set[0]!
  }
  return least
}

function trapped(edges: Edges, set: readonly number[]): boolean {
  if (set.length === 1 && edges[set[0]!]!.length === 0) return true
  const inner = set.map((at) => edges[at]!.filter(({ to }) => set.includes(to)))
  if (inner.every((list) => list.length === 0)) return false
  if (!set.every((from) => set.every((to) => reaches(edges, set, from, to)))) return false
  const possible = set.map((at) => edges[at]!.map(({ action }) => action))
  const everywhere = possible[0]!.filter((action) => possible.every((list) => list.includes(action)))
  const taken = inner.flat().map(({ action }) => action)
  return everywhere.every((action) => taken.includes(action))
}

function reaches(edges: Edges, set: readonly number[], from: number, to: number): boolean {
  const seen = new Set([from])
  for (const at of seen) for (const edge of edges[at]!) if (set.includes(edge.to)) seen.add(edge.to)
  return seen.has(to)
}

function randomEdges(dice: RandomStream): Edges {
  const size = dice.integer(1, 6)
  return Array.from({ length: size }, () =>
    Array.from({ length: dice.integer(0, 3) }, () => ({
      to: dice.integer(0, size - 1),
      action: dice.integer(0, 3),
    })),
  )
}

test('agrees with every set of worlds on random graphs', () => {
  let traps = 0
  for (let seed = 1; seed <= 4000; seed++) {
    const dice = randomStream(seed, 'graphs')
    const edges = randomEdges(dice)
    const goal = edges.map(() => dice.chance(0.3))
    const short = (at: number) => !goal[at]
    const found = fairTrap(graphOf(edges), short)
    expect(found).toBe(obviousTrap(edges, short))
    if (found !== null) traps++
  }
  expect(traps).toBeGreaterThan(500)
  expect(traps).toBeLessThan(3500)
})

describe('stories', () => {
  test('a loop that always offers a way out is left by it', () => {
    const edges = [
      [
        { to: 0, action: 1 },
        { to: 1, action: 2 },
      ],
      [],
    ]
    expect(fairTrap(graphOf(edges), (at) => at === 0)).toBe(null)
  })

  test('a way out that is offered only now and then may be missed for ever', () => {
    const edges = [
      [{ to: 1, action: 1 }],
      [
        { to: 0, action: 3 },
        { to: 2, action: 2 },
      ],
      [],
    ]
    expect(fairTrap(graphOf(edges), (at) => at < 2)).toBe(0)
  })

  test('a world without a way on, short of the goal, is a trap', () => {
    expect(fairTrap(graphOf([[{ to: 1, action: 1 }], []]), () => true)).toBe(1)
  })
})

test('a trap of 300,000 worlds', () => {
  const size = 300_000
  const ring: Graph = { size, successors: (at, visit) => visit((at + 1) % size, 0) }
  expect(fairTrap(ring, () => true)).toBe(0)
})
