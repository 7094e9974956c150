/** Keys on nodes: published answers of each scheme, laws of the ring, and what goes wrong while a slot of Redis Cluster moves. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hashText } from '../../src/base/random.ts'
import { byHand } from '../../src/exercise/byHand.ts'
import { capOf, firstFrom, multiProbe, preferenceList, ringPoints } from '../../src/protocols/hashRing.ts'
import { hashSlots } from '../../src/protocols/hashSlots.ts'
import { jumpHash, maglevTable, preferenceOf, rendezvous } from '../../src/protocols/hashWithoutRing.ts'
import { keyPlacement } from '../../src/protocols/keyPlacement.ts'
import { commonSlot, crc16, hashTag, keySlot } from '../../src/protocols/keySlots.ts'
import { SCHEMES } from '../../src/protocols/placementSchemes.ts'
import { begin } from '../../src/world/apply.ts'
import { makeModel } from '../../src/world/protocol.ts'
import { reading, searched } from './stories.ts'

const named = (n: number) => Array.from({ length: n }, (_, i) => `n${i + 1}`)

describe('the slot of a key, by the specification of Redis Cluster', () => {
  test('CRC16 of 123456789 is 0x31C3', () => {
    expect(crc16([...new TextEncoder().encode('123456789')])).toBe(0x31c3)
  })

  test.each([
    ['foo', 12182],
    ['bar', 5061],
    ['hello', 866],
    ['somekey', 11058],
    ['a', 15495],
    ['b', 3300],
    ['123456789', 12739],
    ['foo{hash_tag}', 2515],
    ['bar{hash_tag}', 2515],
    ['{user1000}.following', 3443],
    ['{user1000}.followers', 3443],
    ['foo{}{bar}', 8363],
    ['foo{{bar}}zap', 4015],
    ['foo{bar}{zap}', 5061],
  ])('%s is in slot %i', (key, slot) => {
    expect(keySlot(key)).toBe(slot)
  })

  test.each([
    ['foo{}{bar}', 'foo{}{bar}'],
    ['foo{{bar}}zap', '{bar'],
    ['foo{bar}{zap}', 'bar'],
    ['}foo{bar}', 'bar'],
    ['foo{bar', 'foo{bar'],
  ])('the tag of %s is %s', (key, tag) => {
    expect(hashTag(key)).toBe(tag)
  })
})

test.each<[bigint, number, number]>([
  [1n, 1, 0],
  [42n, 57, 43],
  [0xdead10ccn, 666, 361],
  [256n, 1024, 520],
])('jump: key %d of %d buckets is in %d', (key, buckets, bucket) => {
  expect(jumpHash(key, buckets)).toBe(bucket)
})

/** Of the package jump-consistent-hash for Python, which agrees on 2,000 drawn keys. */
test.each<[bigint, number, number]>([
  [15970126346341786989n, 73371, 49822],
  [17048676065844354987n, 61034, 33414],
  [9368018003224643702n, 76990, 44610],
  [3406382097061735289n, 67097, 46132],
])('jump: key %d of %d buckets is in %d, as another program says', (key, buckets, bucket) => {
  expect(jumpHash(key, buckets)).toBe(bucket)
})

test('jump: with one more bucket a key stays or goes to the new one', () => {
  const keyAndBuckets = fc.tuple(
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    fc.integer({ min: 1, max: 500 }),
  )
  fc.assert(
    fc.property(keyAndBuckets, ([key, n]) => {
      expect([jumpHash(key, n), n]).toContain(jumpHash(key, n + 1))
    }),
    { seed: 1 },
  )
})

/** Table 1 of the paper: three nodes and a table of seven, then without the second. */
test('Maglev: the table of the paper, before and after B1 is removed', () => {
  const [b0, b1, b2] = [
    { offset: 3, skip: 4 },
    { offset: 0, skip: 2 },
    { offset: 3, skip: 1 },
  ]
  expect(maglevTable([b0!, b1!, b2!], 7)).toEqual([1, 0, 1, 0, 2, 2, 0])
  expect(maglevTable([b0!, b2!], 7)).toEqual([0, 0, 0, 0, 1, 1, 1])
})

test('Maglev: no two nodes have shares that differ by more than one place', () => {
  const table = maglevTable(
    named(10).map((node) => preferenceOf(node, 1009)),
    1009,
  )
  const shares = named(10).map((_, i) => table.filter((node) => node === i).length)
  expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1)
})

test('rendezvous: without a node only its keys go elsewhere', () => {
  for (let i = 0; i < 500; i++) {
    const before = rendezvous(named(6), `key ${i}`)
    const after = rendezvous(
      named(6).filter((node) => node !== 'n4'),
      `key ${i}`,
    )
    if (before !== 'n4') expect(after).toBe(before)
  }
})

/** Names and keys are drawn: what holds of one set of names may be luck. */
describe('of any names and keys', () => {
  const words = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 8 }), { minLength: 2, maxLength: 9 })
  const cases = fc.record({
    names: words,
    keys: fc.array(fc.string({ maxLength: 12 }), { minLength: 40, maxLength: 40 }),
    points: fc.integer({ min: 1, max: 20 }),
    weights: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 9, maxLength: 9 }),
  })

  test.each<[string, { readonly scheme: string; readonly probes?: number; readonly weighted?: boolean }]>([
    ['the ring', { scheme: 'ring' }],
    ['the ring with weights', { scheme: 'ring', weighted: true }],
    ['the ring with 21 probes', { scheme: 'ring', probes: 21 }],
    ['rendezvous', { scheme: 'rendezvous' }],
    ['rendezvous with weights', { scheme: 'rendezvous', weighted: true }],
  ])('%s: a key that moves when a node joins moves to it', (_, { scheme, probes = 1, weighted = false }) => {
    fc.assert(
      fc.property(cases, ({ names, keys, points, weights }) => {
        const weightOf = (node: string) => (weighted ? weights[names.indexOf(node)]! : 1)
        const place = (nodes: readonly string[]) =>
          SCHEMES[scheme]!({ nodes, points, weightOf, probes, next: (index, size) => index % size })
        // Read the other way round it is the law of a node that leaves: only its keys move.
        const [before, after] = [place(names.slice(0, -1)), place(names)]
        for (const key of keys) expect([before(key), names.at(-1)]).toContain(after(key))
      }),
      { seed: 1, numRuns: 60 },
    )
  })

  test('the wrong rule, modulo: of n nodes with one more, about n of n + 1 keys move, most of them in vain', () => {
    for (const n of [3, 4, 10]) {
      const place = (size: number) =>
        SCHEMES['modulo']!({ nodes: named(size), points: 1, weightOf: () => 1, probes: 1, next: () => 0 })
      const [before, after] = [place(n), place(n + 1)]
      const moved = Array.from({ length: 20_000 }, (_, i) => `key ${i}`).filter(
        (key) => before(key) !== after(key),
      )
      expect(moved.length / 20_000).toBeCloseTo(n / (n + 1), 1.7)
      const inVain = moved.filter((key) => after(key) !== `n${n + 1}`)
      expect(inVain.length / moved.length).toBeGreaterThan(0.6)
    }
  })

  test('a walk meets the nodes in the order of their distance clockwise, past the end as well', () => {
    const place = fc.oneof(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.constantFrom(0, 2 ** 32 - 1))
    const rings = fc.tuple(words, fc.integer({ min: 1, max: 5 }), place, fc.integer({ min: 1, max: 9 }))
    fc.assert(
      fc.property(rings, ([names, each, at, most]) => {
        const points = ringPoints(names, each)
        const far = (point: { readonly at: number }) => (point.at - at + 2 ** 32) % 2 ** 32
        const byDistance = [...points].sort((a, b) => far(a) - far(b) || (a.owner < b.owner ? -1 : 1))
        const met = [...new Set(byDistance.map(({ owner }) => owner))].slice(0, most)
        expect(preferenceList(points, at, most)).toEqual(met)
      }),
      { seed: 1 },
    )
  })

  test('Maglev: each place is the one that the pseudocode of the paper gives', () => {
    const sizes = fc.constantFrom(7, 11, 13, 101)
    const tables = sizes.chain((size) =>
      fc.tuple(
        fc.constant(size),
        fc.array(
          fc.record({
            offset: fc.integer({ min: 0, max: size - 1 }),
            skip: fc.integer({ min: 1, max: size - 1 }),
          }),
          { minLength: 1, maxLength: 7 },
        ),
      ),
    )
    fc.assert(
      fc.property(tables, ([size, preferences]) => {
        // Whole permutations, written down first, as the paper has them.
        const lists = preferences.map(({ offset, skip }) =>
          Array.from({ length: size }, (_, j) => (offset + j * skip) % size),
        )
        const entry = new Map<number, number>()
        for (let turn = 0; entry.size < size; turn++) {
          const node = turn % lists.length
          entry.set(lists[node]!.find((place) => !entry.has(place))!, node)
        }
        expect(maglevTable(preferences, size)).toEqual(
          Array.from({ length: size }, (_, place) => entry.get(place)),
        )
      }),
      { seed: 1 },
    )
  })

  test('keys have one slot together only if each has it', () => {
    expect(commonSlot(['{ann}name', '{ann}town'])).toBe(keySlot('ann'))
    expect(commonSlot(['{ann}name', '{bob}name'])).toBe(null)
    expect(commonSlot(['foo'])).toBe(12182)
  })
})

describe('nodes of different size', () => {
  const weights: { readonly [node: string]: number } = { n1: 1, n2: 2, n3: 4 }
  const shares = (scheme: string, points: number) => {
    const keys = 20_000
    const input = { nodes: named(3), points, weightOf: (node: string) => weights[node]!, probes: 1 }
    const place = SCHEMES[scheme]!({ ...input, next: (index, size) => index % size })
    const counts = new Map(named(3).map((node) => [node, 0]))
    for (let i = 0; i < keys; i++) counts.set(place(`key ${i}`)!, counts.get(place(`key ${i}`)!)! + 1)
    return named(3).map((node) => counts.get(node)! / keys)
  }

  /** By rendezvous the standard deviation of a share is below 0.0035 here; of a ring of 1,000 points and more below 0.02. */
  test.each([
    ['rendezvous', 1, 0.012],
    ['ring', 1000, 0.05],
  ])('%s gives each its part of the weights: 1, 2 and 4 of 7', (scheme, points, within) => {
    for (const [i, share] of shares(scheme, points).entries())
      expect(Math.abs(share - [1, 2, 4][i]! / 7)).toBeLessThan(within)
  })

  test('with one size for all, the largest hash wins, as without weights', () => {
    const node = fc.constantFrom(1, 2.5, 1000)
    fc.assert(
      fc.property(fc.string(), node, (key, weight) => {
        expect(rendezvous(named(9), key, () => weight)).toBe(rendezvous(named(9), key))
      }),
      { seed: 1 },
    )
  })
})

/** Appleton & O'Reilly 2015: with k probes the fullest of many nodes has about 1 + 1/(k-1) times the mean of the ring. */
test('probes make a ring of one point each even: the fullest node of fifty, with 1, 2, 5 and 21', () => {
  const fullest = [1, 2, 5, 21].map((probes) => {
    const all = Array.from({ length: 6 }, (_, ring) => {
      const points = ringPoints(
        named(50).map((node) => `${node} of ring ${ring}`),
        1,
      )
      const counts = new Map<string, number>()
      for (let i = 0; i < 20_000; i++) {
        const owner = multiProbe(points, `key ${i}`, probes)
        counts.set(owner, (counts.get(owner) ?? 0) + 1)
      }
      return Math.max(...counts.values()) / 400
    })
    return all.reduce((sum, one) => sum + one, 0) / all.length
  })
  expect(fullest[0]).toBeGreaterThan(3.5)
  expect(fullest[1]).toBeLessThan(2.2)
  expect(fullest[2]).toBeLessThan(1.5)
  expect(fullest[3]).toBeLessThan(1.25)
})

/** Each request for itself, to the first node clockwise with room, by distances. */
function boundedOneByOne(keys: number, skew: number, factor: number): { readonly [node: string]: number } {
  const points = ringPoints(named(5), 10)
  const weights = Array.from({ length: keys }, (_, i) => (i + 1) ** -skew)
  const whole = weights.reduce((sum, weight) => sum + weight, 0)
  const wanted = weights.map((weight) => Math.round((2 * keys * weight) / whole))
  const room = Math.ceil((factor * wanted.reduce((sum, one) => sum + one, 0)) / 5)
  const load = Object.fromEntries(named(5).map((node) => [node, 0]))
  for (const [i, requests] of wanted.entries())
    for (let request = 0; request < requests; request++)
      load[preferenceList(points, hashText(`key ${i}`), 5).find((node) => load[node]! < room)!]!++
  return load
}

test.each([1, 1.1, 1.25, 2])(
  'bounded loads with %f times the mean: as request by request, and all have room',
  (cap) => {
    const model = makeModel(keyPlacement, { params: { nodes: 5, points: 10, keys: 400, skew: 1.2, cap } })
    const { requestsAt } = begin(model).world.nodes['ring']!.state as never
    const oneByOne = boundedOneByOne(400, 1.2, cap)
    expect(requestsAt).toEqual(oneByOne)
    const all = Object.values(oneByOne).reduce((sum, one) => sum + one, 0)
    expect(Math.max(...Object.values(oneByOne))).toBeLessThanOrEqual(capOf(all, 5, cap))
  },
)

describe('the ring', () => {
  test('the place behind the last point is found by nobody, and the list goes round', () => {
    const points = ringPoints(named(3), 4)
    const last = points.at(-1)!
    expect(firstFrom(points, last.at)).toBe(points.length - 1)
    expect(firstFrom(points, last.at + 1)).toBe(points.length)
    expect(preferenceList(points, last.at + 1, 1)).toEqual([points[0]!.owner])
    expect([...preferenceList(points, 0, 3)].sort()).toEqual(named(3))
  })

  /** Beta(v, v(n-1)): the standard deviation of a share in parts of its mean is sqrt((n-1)/(vn+1)). Names are the dice. */
  test.each([
    [1, 0.905],
    [10, 0.2985],
    [100, 0.0948],
  ])('%i points for each of ten nodes: shares spread by %f of the mean', (each, spread) => {
    const shares = Array.from({ length: 200 }, (_, ring) => {
      const points = ringPoints(
        named(10).map((node) => `${node} of ring ${ring}`),
        each,
      )
      const gaps = points.map(({ at }, i) => at - (points[i - 1]?.at ?? points.at(-1)!.at - 2 ** 32))
      const own = points.flatMap(({ owner }, i) => (owner.startsWith('n1 ') ? gaps[i]! / 2 ** 32 : []))
      return 10 * own.reduce((a, b) => a + b, 0)
    })
    const square = shares.reduce((sum, share) => sum + (share - 1) ** 2, 0) / shares.length
    expect(Math.sqrt(square) / spread).toBeGreaterThan(0.8)
    expect(Math.sqrt(square) / spread).toBeLessThan(1.2)
  })

  test('the bound of a load is rounded up: rounded down, not all may have room', () => {
    expect(capOf(10, 3, 1)).toBe(4)
    expect(capOf(10_000, 10, 1.25)).toBe(1250)
    const sums = fc.tuple(
      fc.integer({ min: 0, max: 100_000 }),
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 100, max: 300 }),
    )
    fc.assert(
      fc.property(sums, ([items, nodes, percent]) => {
        expect(capOf(items, nodes, percent / 100) * nodes).toBeGreaterThanOrEqual(items)
      }),
      { seed: 1 },
    )
  })
})

describe('keys that move', () => {
  const model = (params: { readonly [name: string]: string | number }, type: string, node: string) =>
    makeModel(keyPlacement, {
      params: { keys: 1000, nodes: 5, ...params },
      clients: { operator: [{ to: 'ring', body: { type, node } }] },
    })

  test.each([
    ['ring', 'held', 'held'],
    ['rendezvous', 'held', 'held'],
    ['jump', 'held', 'broken in 1'],
    ['maglev', 'broken in 1', 'broken in 1'],
    ['modulo', 'broken in 1', 'broken in 1'],
  ])('%s: a join is %s, a leave %s', (scheme, join, leave) => {
    expect(searched(model({ scheme }, 'join', 'n6'), 'Monotone')).toBe(join)
    expect(searched(model({ scheme }, 'leave', 'n2'), 'Monotone')).toBe(leave)
  })

  test.each<[{ readonly [name: string]: string | number }, readonly string[], string, string]>([
    [{ points: 1 }, [], 'Placed', 'held'],
    [{ points: 1 }, ['next=no-wrap'], 'Placed', 'broken in 0'],
    [{ points: 1 }, [], 'EvenKeys', 'broken in 0'],
    [{ points: 1000 }, [], 'EvenKeys', 'held'],
    [{ points: 1000, skew: 1.2 }, [], 'EvenRequests', 'broken in 0'],
    [{ points: 1000, skew: 1.2, cap: 1.25 }, [], 'EvenRequests', 'held'],
  ])('%o with %s: %s is %s', (params, readings, property, verdict) => {
    expect(searched(reading(keyPlacement, readings, { params }), property)).toBe(verdict)
  })

  test.each([
    [{ scheme: 'circle' }, /there is no scheme circle/],
    [{ points: 0 }, /points is a whole number from 1 on, not 0/],
    [{ skew: -1 }, /skew is a number from 0 on/],
    [{ cap: 0.5 }, /with less there is no room for all/],
    [{ cap: 2, scheme: 'jump' }, /cap bounds the load of a ring/],
    [{ cap: 2, probes: 2 }, /leave weights and probes out/],
    [{ probes: 0 }, /probes is a whole number from 1 on, not 0/],
    [{ probes: 2, scheme: 'maglev' }, /maglev has none/],
    [{ sets: 0 }, /sets is a whole number from 1 on, not 0/],
    [{ weights: [1, 2], scheme: 'jump' }, /jump knows no weights: ring and rendezvous do/],
    [{ weights: [1, 0] }, /weights are numbers above 0/],
  ])('%o makes no sense', (params, why) => {
    expect(() => makeModel(keyPlacement, { params })).toThrow(why)
  })
})

describe('a slot that moves', () => {
  const read = (key: string) => ({ to: 'app', body: { type: 'get', key } })
  const clients = {
    operator: [{ to: 'a', body: { type: 'move', key: '{ann}name', to: 'b' } }],
    ann: [read('{ann}name')],
    bob: [read('{ann}town')],
  }

  test.each<[readonly string[], string]>([
    [[], 'held'],
    [['askIsMoved=always'], 'held'],
    [['servesImporting=always'], 'held'],
    [['onMoved=computed'], 'broken in 13'],
    [['askIsMoved=always', 'servesImporting=always'], 'broken in 12'],
    [['servesHalf=always'], 'held'],
  ])('with %s every read is %s', (readings, verdict) => {
    expect(searched(reading(hashSlots, readings, { clients }), 'Found')).toBe(verdict)
  })

  test('and what comes twice moves nothing anew', () => {
    const once = { operator: clients.operator, ann: clients.ann }
    const model = reading(hashSlots, [], { clients: once })
    expect(searched(model, 'Found', { budgets: { duplicates: 1 } })).toBe('held')
  })

  const both = { to: 'app', body: { type: 'mget', key: '{ann}name', other: '{ann}town' } }

  test.each<[readonly string[], string]>([
    [[], 'held'],
    [['servesHalf=always'], 'broken in 9'],
  ])('with %s a command with both keys is %s', (readings, verdict) => {
    const clients = {
      operator: [{ to: 'a', body: { type: 'move', key: '{ann}name', to: 'b' } }],
      ann: [both],
    }
    expect(searched(reading(hashSlots, readings, { clients }), 'Found')).toBe(verdict)
  })

  test('two keys of two slots are refused, two of one slot are told', () => {
    const told = (other: string) => {
      const run = byHand(makeModel(hashSlots, {}))
      run.request('app', { type: 'mget', key: '{ann}name', other }, 'ann').deliverAll()
      return run.sent.filter(({ to }) => to === 'ann').map(({ body }) => body)
    }
    expect(told('{bob}name')).toMatchObject([{ type: 'error', code: 12, text: 'CROSSSLOT' }])
    expect(told('{ann}town')).toMatchObject([{ type: 'mget_ok', values: ['Ann', 'Rome'] }])
  })
})
