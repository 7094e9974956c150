/** Registers whose values were all written once: judged without a search, and as by one. */
import { describe, expect, test } from 'vitest'
import { randomStream } from '../../src/base/random.ts'
import type { History, HistoryOperation } from '../../src/history/history.ts'
import { linearizable } from '../../src/history/linearizable.ts'
import { casRegister, keyValue, register } from '../../src/history/models.ts'
import { relevant, unwritten } from '../../src/history/relevant.ts'
import { zones } from '../../src/history/zones.ts'
import { explainable, inRealTime } from './oracle.ts'
import { RECIPES, randomHistory } from './random.ts'

/** Writes of 1, 2, 3 ...; reads that find any of them, or what was there at first. No two places are the same. */
function distinctWrites(seed: number): History {
  const dice = randomStream(seed, 'zones')
  const count = dice.integer(2, 7)
  const writes = dice.integer(1, count - 1)
  const wide = dice.integer(2, 14)
  return Array.from({ length: count }, (_, i): HistoryOperation => {
    const asked = dice.integer(0, 2 * count) + i / 100
    const isWrite = i < writes
    const unknown = isWrite && dice.chance(0.15)
    const found = dice.chance(0.15) ? null : dice.integer(1, writes)
    return {
      ...{ process: `p${i}`, n: 1, invoke: asked, key: null },
      return: unknown ? null : asked + dice.integer(0, wide) + 0.5 + i / 100,
      outcome: unknown ? 'info' : 'ok',
      f: isWrite ? 'write' : 'read',
      value: isWrite ? i + 1 : null,
      result: isWrite ? null : found,
    }
  })
}

test('say what trying every order says; and the few operations that they blame are enough', () => {
  const seen = { held: 0, broken: 0 }
  const model = register()
  for (let seed = 1; seed <= 3000; seed++) {
    const history = distinctWrites(seed)
    expect(unwritten(history, model)).toBeNull()
    const blamed = zones(relevant(history, model), model)!
    const held = explainable(history, model, inRealTime)
    expect([seed, blamed.length === 0]).toEqual([seed, held])
    seen[held ? 'held' : 'broken']++
    if (held) continue
    expect(blamed.length).toBeLessThanOrEqual(6)
    expect([seed, explainable(blamed, model, inRealTime)]).toEqual([seed, false])
  }
  expect(Math.min(seen.held, seen.broken)).toBeGreaterThan(1000)
})

test.each([
  ['a value written twice', [1, 1], 'write'],
  ['the first value written again', [1, null], 'write'],
  ['a compare-and-set', [1, [1, 2]], 'cas'],
] as const)('%s takes a search', (_what, values, last) => {
  const history = values.map(
    (value, i): HistoryOperation => ({
      ...{ process: `p${i}`, n: 1, invoke: 2 * i, return: 2 * i + 1, outcome: 'ok', key: null, result: null },
      f: i === 0 ? 'write' : last,
      value: value as HistoryOperation['value'],
    }),
  )
  expect(zones(history, casRegister())).toBeNull()
})

describe('10,000 operations of 20 clients on one register', () => {
  let last = 0
  const recipe = {
    ...RECIPES.keyValue,
    ...{ operations: 10_000, clients: 20, keys: ['x'], infos: 0.005, lies: 0 },
    ask: (dice: { chance(chance: number): boolean }) =>
      dice.chance(0.5) ? { f: 'read', value: null } : { f: 'write', value: ++last },
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
    expect(verdict).toMatchObject({ kind: 'broken', why: expect.stringContaining('fits nowhere') })
    if (verdict.kind === 'broken') expect(verdict.witness.length).toBeLessThanOrEqual(6)
  })
})
