/** Plans of faults: the same for the same seed, of every kind that was asked for, and over before the end. */
import { describe, expect, test } from 'vitest'
import { FAULTS, faultText, planFaults } from '../../src/maelstrom/faults.ts'
import { grid } from '../../src/maelstrom/workloads.ts'

const NAMES = ['n1', 'n2', 'n3', 'n4', 'n5']
const seeds = Array.from({ length: 200 }, (_, i) => i)

test('the same seed gives the same plan, and another seed another', () => {
  const plan = (seed: number) => JSON.stringify(planFaults(FAULTS, NAMES, seed, 10_000))
  expect(plan(7)).toBe(plan(7))
  expect(new Set(seeds.map(plan)).size).toBe(seeds.length)
})

test('another kind does not change when the others come', () => {
  const kills = (plan: ReturnType<typeof planFaults>) => plan.filter(({ kind }) => kind === 'kill')
  expect(kills(planFaults(FAULTS, NAMES, 3, 10_000))).toEqual(planFaults(['kill'], NAMES, 3, 10_000))
})

test.each([500, 1000, 3000, 20_000])(
  'in %d ms every kind comes, ends, and never overlaps itself',
  (forMs) => {
    for (const seed of seeds)
      for (const kind of FAULTS) {
        const plan = planFaults([kind], NAMES, seed, forMs)
        expect(plan.length).toBeGreaterThan(0)
        let free = 0
        for (const { fromMs, untilMs } of plan) {
          expect(fromMs).toBeGreaterThanOrEqual(free)
          expect(untilMs).toBeGreaterThan(fromMs)
          free = untilMs
        }
        expect(free).toBeLessThanOrEqual(0.8 * forMs)
      }
  },
)

describe('whom they meet', () => {
  const all = seeds.flatMap((seed) => planFaults(FAULTS, NAMES, seed, 10_000))

  test('a partition has two sides, and everybody is on one', () => {
    for (const fault of all)
      if (fault.kind === 'partition') {
        expect(fault.groups.flat().sort()).toEqual(NAMES)
        expect(fault.groups.map((group) => group.length)).not.toContain(0)
      }
  })

  test('a kill hits a minority, or all; a pause a minority', () => {
    const sizes = (kind: 'kill' | 'pause') =>
      new Set(all.flatMap((fault) => (fault.kind === kind ? [fault.nodes.length] : [])))
    expect([...sizes('kill')].sort()).toEqual([1, 2, 5])
    expect([...sizes('pause')].sort()).toEqual([1, 2])
  })

  test('one node alone can be met by all of them', () => {
    expect(planFaults(FAULTS, ['n1'], 1, 5000).map(({ kind }) => kind)).toContain('kill')
  })
})

test('a plan in words', () => {
  const times = { fromMs: 1, untilMs: 2 }
  expect(faultText({ ...times, kind: 'partition', groups: [['n1'], ['n2', 'n3']] })).toBe(
    'partition n1 | n2 n3',
  )
  expect(faultText({ ...times, kind: 'loss', chance: 0.07 })).toBe('loss of 7 in 100 messages')
  expect(faultText({ ...times, kind: 'kill', nodes: ['n1', 'n2'] })).toBe('kill n1 n2')
})

test('a topology is a grid: neighbours are neighbours of each other, and all are reached', () => {
  for (let n = 1; n <= 25; n++) {
    const names = Array.from({ length: n }, (_, i) => `n${i + 1}`)
    const topology = grid(names)
    for (const name of names) {
      expect(topology[name]!.length).toBeLessThanOrEqual(4)
      for (const other of topology[name]!) expect(topology[other]).toContain(name)
    }
    const reached = new Set(['n1'])
    for (const name of reached) for (const other of topology[name]!) reached.add(other)
    expect(reached.size).toBe(n)
  }
})
