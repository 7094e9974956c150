/** explore: published counts, and agreement with the plain-object explorer on everything both can say. */
import { describe, expect, test } from 'vitest'
import { randomStream } from '../../src/base/random.ts'
import { singleCopyRegister } from '../../src/protocols/singleCopyRegister.ts'
import { tCommit } from '../../src/protocols/tCommit.ts'
import { twoPhase } from '../../src/protocols/twoPhase.ts'
import { explore } from '../../src/run/explore.ts'
import { exploreNaively } from '../../src/run/naive.ts'
import type { Budgets } from '../../src/world/budgets.ts'
import { choiceText } from '../../src/world/choice.ts'
import { makeModel } from '../../src/world/protocol.ts'
import { naiveTwoPhaseCommit, randomProtocol } from './models.ts'
import { sameOnRandomProtocols, sameTwoPhaseCommit, started } from './sameSearch.ts'

const ANY_TIME = { timeouts: Number.POSITIVE_INFINITY }

describe('published counts', () => {
  // tlaplus/Examples, transaction_commit: TCommit and TwoPhase with three resource managers, no symmetry.
  test.each([
    [
      'TCommit: one node, one timer that picks manager and action',
      tCommit,
      { distinct: 34, generated: 94, depth: 7 },
    ],
    [
      'TwoPhase: set wire, internal actions as timers, unchanged events handled',
      twoPhase,
      { distinct: 288, generated: 1146, depth: 11 },
    ],
  ])('%s', (_cut, protocol, counts) => {
    const model = makeModel(protocol)
    for (const exact of [false, true]) {
      const seen = explore(model, { budgets: ANY_TIME, exact })
      expect(seen).toMatchObject(counts)
      expect(seen.verdicts).toMatchObject([
        { kind: 'held', property: 'AC1' },
        { kind: 'held', property: 'SomeCommit' },
      ])
    }
    expect(exploreNaively(model, ANY_TIME)).toMatchObject(counts)
  })

  // Stateright's example single-copy-register with two clients and one server. Histories count: each
  // request remembers how many operations of the other client had been answered.
  test('single-copy register: bag wire, refused events stay, eager clients that put and then get', () => {
    const client = (value: string) => [
      { to: 's1', body: { type: 'put', value } },
      { to: 's1', body: { type: 'get' } },
    ]
    const model = makeModel(singleCopyRegister, { clients: { c1: client('A'), c2: client('B') } })
    const counts = { distinct: 93, generated: 121, depth: 9 }
    for (const exact of [false, true]) expect(explore(model, { exact })).toMatchObject(counts)
    expect(exploreNaively(model)).toMatchObject(counts)
  })
})

describe('naive two-phase commit, prepares in flight in the first world', () => {
  const verdictOf = (property: string, budgets: Partial<Budgets>, doubt = false) =>
    explore(makeModel(naiveTwoPhaseCommit, { params: { doubt } }), { properties: [property], budgets })
      .verdicts[0]

  // The core's table of counts: judged where nothing more can happen without repair.
  test('blocked at rest in 3 steps: yes, yes, crash', () => {
    const verdict = verdictOf('BlockedAtRest', { crashes: 1, mayCrash: ['c'] })
    expect(verdict?.kind === 'broken' && verdict.trace.map(choiceText)).toEqual([
      'p0 receives prepare from c',
      'p1 receives prepare from c',
      'c crashes',
    ])
  })

  // Judged by what can still be reached, the second participant's vote changes nothing.
  test('in doubt in 2 steps: yes, crash', () => {
    const verdict = verdictOf('NonBlocking', { crashes: 1 })
    expect(verdict?.kind === 'broken' && verdict.trace.length).toBe(2)
  })

  test('never blocked while nobody crashes', () => {
    expect(verdictOf('NonBlocking', { timeouts: 0 })?.kind).toBe('held')
    expect(verdictOf('BlockedAtRest', { timeouts: 0 })?.kind).toBe('held')
  })

  // 5 steps, not 4: here each vote is read in a step of its own.
  test('aborting what is in doubt breaks AC1 in 5 steps', () => {
    const verdict = verdictOf('AC1', { timeouts: 1 }, true)
    expect(verdict?.kind === 'broken' && verdict.trace.length).toBe(5)
  })

  test('a budget that decides is named: a world that a timer could still leave is not a blocked one', () => {
    const model = makeModel(naiveTwoPhaseCommit, { params: { doubt: true } })
    const verdict = explore(model, { properties: ['NonBlocking'], budgets: { crashes: 1, timeouts: 0 } })
      .verdicts[0]
    expect(verdict).toMatchObject({ kind: 'gaveUp', budget: 'timeouts 0' })
  })
})

describe("the course's two-phase commit", () => {
  test('agrees with the plain-object world, traces included', () => {
    sameTwoPhaseCommit({}, { crashes: 1, mayCrash: ['tm'], timeouts: 0 })
    sameTwoPhaseCommit({ inDoubt: () => 'abort' }, { timeouts: 1 })
  })

  test('ends after a repair, but can stand still without one', () => {
    const { model, from } = started({ options: { wire: 'set' } })
    const { verdicts } = explore(model, {
      from,
      properties: ['AC5', 'NonBlocking'],
      budgets: { crashes: 1, ...ANY_TIME },
    })
    expect(verdicts).toMatchObject([{ kind: 'held' }, { kind: 'broken', trace: { length: 2 } }])
  })

  test('a search that was stopped has not passed', () => {
    const { model, from } = started()
    for (const limit of [{ maxWorlds: 100 }, { maxDepth: 3 }, { maxBytes: 1000 }])
      expect(
        explore(model, { from, properties: ['AC1'], budgets: { crashes: 1 }, ...limit }).verdicts[0]?.kind,
      ).toBe('gaveUp')
    const stopped = explore(model, {
      from,
      properties: ['AC1'],
      budgets: { crashes: 2, drops: 1 },
      onProgress: () => false,
    })
    expect(stopped.verdicts[0]).toMatchObject({ kind: 'gaveUp', budget: 'stopped by hand' })
  })

  test('stopped while it looks ahead or repairs: what was judged before stands, the rest gave up', () => {
    const { model, from } = started({ options: { wire: 'set' } })
    const looked = (properties: readonly string[], until: number) => {
      let looks = 0
      const seen = explore(model, {
        from,
        properties,
        budgets: { crashes: 1, ...ANY_TIME },
        onProgress: () => ++looks < until,
      })
      return { looks, seen }
    }
    for (const ahead of ['NonBlocking', 'AC5']) {
      const all = looked([ahead, 'AC1'], Number.POSITIVE_INFINITY)
      const kinds: string[] = []
      for (let until = 1; until < all.looks; until += 7) {
        const { looks, seen } = looked([ahead, 'AC1'], until)
        expect(looks).toBe(until)
        expect(seen.verdicts[0]).toMatchObject({ kind: 'gaveUp', budget: 'stopped by hand' })
        kinds.push(seen.verdicts[1]!.kind)
      }
      // AC1 is judged by the first pass alone: most of the stops come after it.
      expect(kinds).toEqual(kinds.toSorted())
      expect(kinds.filter((kind) => kind === 'held').length).toBeGreaterThan(3)
      expect(kinds).toContain('gaveUp')
    }
  })
})

test.each([undefined, 'fifo' as const])('on random protocols the two explorers agree (wire %s)', (wire) => {
  const { broken, worlds } = sameOnRandomProtocols(wire === undefined ? 14 : 10, wire)
  // The comparison means something only if the random models do something.
  expect(broken).toBeGreaterThan(wire === undefined ? 4 : 2)
  expect(worlds).toBeGreaterThan(100)
})

test.each(['processCrashes', 'partitions', 'pauses'] as const)(
  'the two explorers count the same worlds with a budget for %s',
  (kind) => {
    let worlds = 0
    for (let seed = 1; seed <= 30 && worlds < 500; seed++) {
      const dice = randomStream(seed, `random protocols with ${kind}`)
      const model = { ...randomProtocol(dice, seed % 2 === 0 ? 'fifo' : undefined), properties: [] }
      const budgets = { timeouts: 1, [kind]: 1 }
      const packed = explore(model, { budgets, exact: true, maxWorlds: 800 })
      if (packed.distinct > 800 || packed.distinct < 5) continue
      const { distinct, generated, depth } = exploreNaively(model, budgets)
      expect(packed).toMatchObject({ distinct, generated, depth })
      worlds += distinct
    }
    expect(worlds).toBeGreaterThan(200)
  },
)
