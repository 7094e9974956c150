/** Registers whose values were all written once: judged without a search, and as by one. */
import { describe, expect, test } from 'vitest'
import { randomStream } from '../../src/base/random.ts'
import type { History, HistoryOperation } from '../../src/history/history.ts'
import { linearizable } from '../../src/history/linearizable.ts'
import { casRegister, keyValue, queue } from '../../src/history/models.ts'
import { relevant } from '../../src/history/relevant.ts'
import { zones } from '../../src/history/zones.ts'
import { explainable, inRealTime } from './oracle.ts'
import { RECIPES, randomHistory } from './random.ts'

/** Writes of 1, 2, 3 ..., some of them by `cas` of any of these; reads that find any, or what was there at first. No two places are the same. */
function distinctWrites(seed: number): History {
  const dice = randomStream(seed, 'zones')
  const count = dice.integer(2, 7)
  const writes = dice.integer(1, count)
  const wide = dice.integer(2, 14)
  const cas = dice.integer(0, 5) / 10
  const any = () => (dice.chance(0.15) ? null : dice.integer(1, writes))
  return Array.from({ length: count }, (_, i): HistoryOperation => {
    const asked = dice.integer(0, 2 * count) + i / 100
    const isWrite = i < writes
    const isCas = isWrite && dice.chance(cas)
    const unknown = isWrite && dice.chance(0.15)
    return {
      ...{ process: `p${i}`, n: 1, invoke: asked, key: null },
      return: unknown ? null : asked + dice.integer(0, wide) + 0.5 + i / 100,
      outcome: unknown ? 'info' : 'ok',
      f: isCas ? 'cas' : isWrite ? 'write' : 'read',
      value: isCas ? [any(), i + 1] : isWrite ? i + 1 : null,
      result: isWrite ? null : any(),
    }
  })
}

test('say what trying every order says', () => {
  const seen = { held: 0, broken: 0, cas: 0 }
  const model = casRegister()
  for (let seed = 1; seed <= 5000; seed++) {
    const history = distinctWrites(seed)
    const held = explainable(history, model, inRealTime)
    expect([seed, zones(relevant(history, model), model)]).toEqual([seed, held])
    seen[held ? 'held' : 'broken']++
    if (held && history.some(({ f, outcome }) => f === 'cas' && outcome === 'ok')) seen.cas++
  }
  expect(Math.min(seen.held, seen.broken)).toBeGreaterThan(1000)
  expect(seen.cas).toBeGreaterThan(200)
})

test.each([
  ['a value written twice', casRegister(), [1, 1], 'write'],
  ['the first value written again', casRegister(), [1, null], 'write'],
  ['a value written twice, once by a compare-and-set', casRegister(), [1, [1, 1]], 'cas'],
  ['a queue', queue(), [1, 2], 'write'],
] as const)('%s takes a search', (_what, model, values, last) => {
  const history = values.map(
    (value, i): HistoryOperation => ({
      ...{ process: `p${i}`, n: 1, invoke: 2 * i, return: 2 * i + 1, outcome: 'ok', key: null, result: null },
      f: i === 0 ? 'write' : last,
      value: value as HistoryOperation['value'],
    }),
  )
  expect(zones(history, model)).toBeNull()
})

describe.each([0, 0.4])(
  '10,000 operations of 20 clients on one register, compare-and-set %d of the writes',
  (cas) => {
    let last = 0
    const recipe = {
      ...RECIPES.keyValue,
      ...{ operations: 10_000, clients: 20, keys: ['x'], infos: 0.005, lies: 0 },
      ask(dice: { chance(chance: number): boolean }) {
        if (dice.chance(0.5)) return { f: 'read', value: null }
        const value = ++last
        return dice.chance(cas) ? { f: 'cas', value: [value - 1, value] } : { f: 'write', value }
      },
    }
    const history = randomHistory(recipe, 1)

    test('are judged at once', () => {
      expect(linearizable(history, keyValue(), { maxConfigurations: 1 }).kind).toBe('held')
    })

    test('and shown to be broken by few', () => {
      const at = history.findLastIndex(({ f, outcome }) => f === 'read' && outcome === 'ok')
      const old = history.find(({ f, outcome }) => f === 'write' && outcome === 'ok')!
      const stale = history.map((one, i) => (i === at ? { ...one, result: old.value } : one))
      const verdict = linearizable(stale, keyValue(), { maxConfigurations: 1 })
      expect(verdict).toMatchObject({ kind: 'broken', why: expect.stringMatching(/fits? nowhere/) })
      if (verdict.kind === 'broken') expect(verdict.witness.length).toBeLessThanOrEqual(6)
    })
  },
)

test('one key with 3,000 operations, whose values come again, is shown to be broken by few as well', () => {
  const recipe = { ...RECIPES.keyValue, operations: 3_000, clients: 3, keys: ['x'], infos: 0, lies: 0 }
  const history = randomHistory(recipe, 1)
  const reads = history.flatMap(({ f, outcome }, i) => (f === 'read' && outcome === 'ok' ? [i] : []))
  // The last read of a value that is not there: the first one is no value that anybody writes.
  const broken = history.map((one, i) => (i === reads.at(-1) ? { ...one, result: null } : one))
  const verdict = linearizable(broken, keyValue())
  expect(verdict.kind).toBe('broken')
  if (verdict.kind === 'broken') expect(verdict.witness.length).toBeLessThan(12)
})
