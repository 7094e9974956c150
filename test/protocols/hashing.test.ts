/** Keys on nodes: published answers of each scheme, laws of the ring, and what goes wrong while a slot of Redis Cluster moves. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { capOf, firstFrom, preferenceList, ringPoints } from '../../src/protocols/hashRing.ts'
import { hashSlots } from '../../src/protocols/hashSlots.ts'
import { jumpHash, maglevTable, preferenceOf, rendezvous } from '../../src/protocols/hashWithoutRing.ts'
import { keyPlacement } from '../../src/protocols/keyPlacement.ts'
import { crc16, hashTag, keySlot } from '../../src/protocols/keySlots.ts'
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
  ])('with %s every read is %s', (readings, verdict) => {
    expect(searched(reading(hashSlots, readings, { clients }), 'Found')).toBe(verdict)
  })
})
