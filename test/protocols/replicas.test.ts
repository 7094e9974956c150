/** Replicas that answer at once: what makes them agree, what they lose, and what each missing condition breaks. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { growingCounter, mergeCounts, upAndDownCounter } from '../../src/protocols/counters.ts'
import { fallback } from '../../src/protocols/fallback.ts'
import { isLater, lastWriterWins } from '../../src/protocols/lastWriterWins.ts'
import { elements, mergeTagged, orSet, type Tagged } from '../../src/protocols/orSet.ts'
import { readRepair } from '../../src/protocols/readRepair.ts'
import type { Update } from '../../src/protocols/replica.ts'
import { standing } from '../../src/protocols/replicaProperties.ts'
import { mergeRows, tombstones } from '../../src/protocols/tombstones.ts'
import { apply, begin } from '../../src/world/apply.ts'
import type { Budgets } from '../../src/world/budgets.ts'
import type { Protocol, Wire } from '../../src/world/protocol.ts'
import type { World } from '../../src/world/world.ts'
import { lead, reading, searched } from './stories.ts'

const ANY_TIME = { timeouts: Number.POSITIVE_INFINITY }

/** `a add by=1`, as a client says it: the node, what it asks, and with what. */
type Asked = readonly [string, { readonly type: string; readonly [field: string]: string | number }]

const PUTS: readonly Asked[] = [
  ['a', { type: 'put', value: 'A' }],
  ['b', { type: 'put', value: 'B' }],
]
const ADDS: readonly Asked[] = [
  ['a', { type: 'add', by: 1 }],
  ['b', { type: 'add', by: 1 }],
]
const UP_AND_DOWN: readonly Asked[] = [...ADDS, ['a', { type: 'subtract', by: 1 }]]
const MILK: readonly Asked[] = [
  ['a', { type: 'add', element: 'milk' }],
  ['b', { type: 'add', element: 'milk' }],
  ['a', { type: 'remove', element: 'milk' }],
]
const REMOVE: readonly Asked[] = [['a', { type: 'remove', element: 'milk' }]]
const CHECKOUT: readonly Asked[] = [['shop', { type: 'checkout', order: 'o1' }]]

interface Cut {
  readonly flaw?: string
  readonly asks: readonly Asked[]
  readonly budgets?: Partial<Budgets>
  readonly wire?: Wire
  readonly mayCrash?: readonly string[]
}

/** What a search says once the clients have asked, each a client of its own. */
function verdict(protocol: Protocol, property: string, { flaw, asks, budgets = {}, wire }: Cut): string {
  const model = reading(protocol, flaw === undefined ? [] : [flaw], wire ? { options: { wire } } : {})
  const from = asks.reduce<World>((world, [to, body], i) => {
    const applied = apply(model, world, { kind: 'request', client: `c${i + 1}`, to, body })
    if (applied.kind === 'refused') throw new Error(applied.why)
    return applied.world
  }, begin(model).world)
  return searched(model, property, { from, budgets })
}

const SET = { wire: 'set' as const }
const CRASH = { ...ANY_TIME, crashes: 1 }

describe('replicas agree', () => {
  test.each<[string, Protocol, Cut]>([
    ['last writer wins', lastWriterWins, { asks: PUTS, budgets: CRASH, ...SET }],
    ['a counter', growingCounter, { asks: ADDS, budgets: CRASH, ...SET }],
    ['a counter up and down', upAndDownCounter, { asks: UP_AND_DOWN, budgets: ANY_TIME, ...SET }],
    ['a set', orSet, { asks: MILK, budgets: ANY_TIME, ...SET }],
  ])('%s: at once where they have heard the same, and in the end', (_, protocol, cut) => {
    expect(verdict(protocol, 'StrongConvergence', cut)).toBe('held')
    expect(verdict(protocol, 'Convergence', cut)).toBe('held')
  })

  test.each<[string, string, Cut]>([
    ['wins=last-to-arrive', 'StrongConvergence', { asks: PUTS }],
    ['wins=no-tie-break', 'StrongConvergence', { asks: PUTS }],
    ['wins=first-come', 'StrongConvergence', { asks: PUTS }],
  ])('%s breaks %s in 4 steps: two writes, and one message each way', (flaw, property, cut) => {
    expect(verdict(lastWriterWins, property, { ...cut, flaw })).toBe('broken in 4')
  })

  test.each(['wins=no-tie-break', 'wins=first-come'])(
    '%s never converges, however often all is told: two writes, and a repair',
    (flaw) => {
      const cut = { asks: PUTS, budgets: ANY_TIME, ...SET, flaw }
      expect(verdict(lastWriterWins, 'Convergence', cut)).toBe('broken in 3')
    },
  )

  test.each<[string, Cut, string]>([
    ['a crash before it is sent', { asks: PUTS.slice(0, 1), budgets: CRASH, ...SET }, 'broken in 2'],
    ['a message that is lost', { asks: PUTS.slice(0, 1), budgets: { drops: 1 } }, 'broken in 3'],
  ])('where a state is sent once, %s is enough', (_, cut, said) => {
    expect(verdict(lastWriterWins, 'Convergence', { ...cut, flaw: 'again=never' })).toBe(said)
  })
})

describe('what is lost', () => {
  test('the last writer wins, and one of two increments is gone: 3 steps', () => {
    expect(verdict(lastWriterWins, 'NoLostUpdate', { asks: ADDS })).toBe('broken in 3')
  })

  test.each<[Protocol, readonly Asked[], string, string]>([
    [growingCounter, ADDS, 'own=shared', 'broken in 3'],
    [growingCounter, ADDS, 'both=sum', 'broken in 4'],
    [upAndDownCounter, UP_AND_DOWN, 'own=shared', 'broken in 3'],
    [upAndDownCounter, UP_AND_DOWN, 'both=sum', 'broken in 4'],
  ])('$name: a number of its own for each replica counts all, $2 does not', (protocol, asks, flaw, said) => {
    const cut = { asks, budgets: { crashes: 1, timeouts: 1 } }
    expect(verdict(protocol, 'NoLostUpdate', cut)).toBe('held')
    expect(verdict(protocol, 'NoLostUpdate', { asks, flaw, budgets: { timeouts: 1 } })).toBe(said)
  })

  test.each(['StrongConvergence', 'NoLostUpdate', 'NoResurrection'])('the set keeps %s', (property) => {
    expect(verdict(orSet, property, { asks: MILK })).toBe('held')
  })

  test.each<[string, string, string]>([
    ['tag=by-value', 'NoLostUpdate', 'broken in 4'],
    ['remove=forget', 'NoResurrection', 'broken in 4'],
    ['remove=forget', 'StrongConvergence', 'broken in 4'],
  ])('the set: %s breaks %s', (flaw, property, said) => {
    expect(verdict(orSet, property, { asks: MILK, flaw })).toBe(said)
  })
})

describe('tombstones', () => {
  const cut = { asks: REMOVE, budgets: { timeouts: 5, crashes: 1 } }

  test('what was deleted stays deleted, where a tombstone goes when all have it, on a wire in order', () => {
    expect(verdict(tombstones, 'NoResurrection', cut)).toBe('held')
  })

  test('collected by age, before the other has heard of it: 4 steps', () => {
    expect(verdict(tombstones, 'NoResurrection', { ...cut, flaw: 'mayGo=by-age' })).toBe('broken in 4')
  })

  test('an old copy that overtakes it is enough, where messages may: 5 steps', () => {
    expect(verdict(tombstones, 'NoResurrection', { ...cut, wire: 'bag' })).toBe('broken in 5')
  })
})

describe('read repair', () => {
  /** `c` has missed the write, and a client reads. */
  const missed = (readings: readonly string[]) => {
    const model = reading(readRepair, readings)
    const from = lead(model, [
      { kind: 'request', client: 'w', to: 'a', body: { type: 'put', value: 'A' } },
      'a receives put',
      'b receives write',
      'the network loses write..c',
      { kind: 'request', client: 'r', to: 'a', body: { type: 'get' } },
    ])
    return searched(model, 'Convergence', { from })
  }

  test('a read brings up the one that is behind; without it, it stays behind', () => {
    expect(missed([])).toBe('held')
    expect(missed(['behind=answer-only'])).toBe('broken in 1')
  })
})

describe('a fallback', () => {
  const budgets = { crashes: 1, ...ANY_TIME, mayCrash: ['advice'] }

  test('costs harvest and keeps the yield', () => {
    expect(verdict(fallback, 'Yield', { asks: CHECKOUT, budgets })).toBe('held')
    expect(verdict(fallback, 'Harvest', { asks: CHECKOUT, budgets })).toBe('broken in 3')
  })

  test('without it all of the yield is lost when the other is down', () => {
    const cut = { asks: CHECKOUT, budgets, flaw: 'late=wait' }
    expect(verdict(fallback, 'Yield', cut)).toBe('broken in 1')
  })
})

const names = fc.constantFrom('a', 'b', 'c')
const counts = fc.dictionary(names, fc.nat(5))
const tags = fc.constantFrom('a1', 'a2', 'b1', 'b2', 'c1')
/** A tag stands for the same element everywhere. */
const tagged: fc.Arbitrary<Tagged> = fc
  .record({ tags: fc.uniqueArray(tags), removed: fc.uniqueArray(tags) })
  .map((one) => ({
    added: Object.fromEntries(one.tags.map((tag) => [tag, tag[1] === '1' ? 'milk' : 'eggs'])),
    removed: [...one.removed].sort(),
  }))
/** What was written at a count by a replica is one thing. */
const stamp = fc.record({ at: fc.nat(3), by: names })
const stamped = stamp.map((one) => ({ ...one, value: `${one.at} ${one.by}` }))
const rows = fc.dictionary(
  fc.constantFrom('milk', 'eggs'),
  stamp.map((one) => ({ ...one, isDead: one.at % 2 === 1 })),
)

interface Lawful<T> {
  readonly states: fc.Arbitrary<T>
  merge(mine: T, theirs: T): T
}
const lawful = <T>(one: Lawful<T>) => one as unknown as Lawful<unknown>

test.each<[string, Lawful<unknown>]>([
  [
    'last writer wins',
    lawful({
      states: stamped,
      merge: (mine, theirs) => (isLater(theirs, mine) ? theirs : mine),
    }),
  ],
  ['counts', lawful({ states: counts, merge: (mine, theirs) => mergeCounts(mine, theirs) })],
  ['tagged elements', lawful({ states: tagged, merge: mergeTagged })],
  ['rows and tombstones', lawful({ states: rows, merge: mergeRows })],
])('the merge of %s is commutative, associative and idempotent', (_, { states, merge }) => {
  fc.assert(
    fc.property(states, states, states, (a, b, c) => {
      expect(merge(a, b)).toEqual(merge(b, a))
      expect(merge(merge(a, b), c)).toEqual(merge(a, merge(b, c)))
      expect(merge(a, a)).toEqual(a)
    }),
  )
})

test('a set by tags holds what the history of adds and removes leaves', () => {
  const step = fc.record({
    at: fc.constantFrom(0, 1, 2),
    what: fc.constantFrom('add', 'remove', 'merge'),
    element: fc.constantFrom('milk', 'eggs'),
    from: fc.constantFrom(0, 1, 2),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 14 }), (steps) => {
      const sets: Tagged[] = [0, 1, 2].map(() => ({ added: {}, removed: [] }))
      const heard: Update[][] = [[], [], []]
      steps.forEach(({ at, what, element, from }, i) => {
        const seen = heard[at]!.map((one) => one.id)
        if (what === 'merge') {
          sets[at] = mergeTagged(sets[at]!, sets[from]!)
          heard[at] = [...new Map([...heard[at]!, ...heard[from]!].map((one) => [one.id, one])).values()]
          return
        }
        heard[at] = [...heard[at]!, { id: `u${i}`, f: what, what: element, seen }]
        const { added, removed } = sets[at]!
        const gone = Object.keys(added).filter((tag) => added[tag] === element)
        sets[at] =
          what === 'add'
            ? { added: { ...added, [`u${i}`]: element }, removed }
            : { added, removed: [...new Set([...removed, ...gone])].sort() }
      })
      sets.forEach((set, i) => {
        expect(elements(set)).toEqual([...standing(heard[i]!)].sort())
      })
    }),
    { numRuns: 500 },
  )
})

/** Cut: two replicas, a fifo wire. */
test('a row that is written again when its tombstone has gone is newer than a tombstone that has not', () => {
  const asks = ['remove', 'add'].map((type) => ({ to: 'a', body: { type, element: 'milk' } }))
  const model = reading(tombstones, [], { clients: { ann: asks } })
  expect(searched(model, 'StrongConvergence', { budgets: { timeouts: 3 } })).toBe('held')
})

/** Cut: two replicas, a fifo wire; b has deleted the row, a has heard of that, and then of a new row. Steps are our own. */
test('a tombstone that a replica had of an earlier delete does not let a later one go', () => {
  const ask = (type: string, client: string) => [
    { kind: 'request', client, to: 'b', body: { type, element: 'milk' } } as const,
    `b receives ${type}`,
  ]
  const heard = (from: string, to: string) => `${to} receives state..from ${from}`
  const model = reading(tombstones, [])
  const deleted = [...ask('remove', 'ann'), heard('b', 'a'), "a's timer gossip", heard('a', 'b')]
  const from = lead(model, [...deleted, ...ask('add', 'bob'), heard('b', 'a'), ...ask('remove', 'carl')])
  const budgets = { drops: 1, timeouts: 2 }
  expect(searched(model, 'NoResurrection', { from, budgets })).toBe('held')
})
