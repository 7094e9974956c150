/** Long histories, hard ones, and the limits that end a search. */
import { describe, expect, test } from 'vitest'
import type { History } from '../../src/history/history.ts'
import { linearizable } from '../../src/history/linearizable.ts'
import { keyValue, queue, register } from '../../src/history/models.ts'
import { type HistoryEvent, historyOfEvents } from '../../src/history/read.ts'
import { sequential } from '../../src/history/sequential.ts'
import { RECIPES, type Recipe, randomHistory } from './random.ts'

/** 10,000 operations of 10 clients; few outcomes unknown; no lies. */
function long(keys: number): History {
  const names = Array.from({ length: keys }, (_, i) => `k${i}`)
  const shape = { operations: 10_000, clients: 10, lies: 0, infos: 0.005 }
  return randomHistory({ ...RECIPES.keyValue, ...shape, keys: names }, 1)
}

/**
 * `n` clients write at once, the last two of them the same, so that a read of it does not tell which; one that reads
 * meanwhile sees the first value again after the second.
 */
function hopeless(n: number, key: string): HistoryEvent[] {
  const call = (type: 'invoke' | 'ok', process: string, f: string, value: number | null): HistoryEvent => ({
    ...{ type, process: `${key}-${process}`, f },
    value: [key, value],
  })
  const clients = Array.from({ length: n }, (_, i) => i + 1)
  const writes = (type: 'invoke' | 'ok') =>
    clients.map((i) => call(type, `w${i}`, 'write', Math.min(i, n - 1)))
  return [
    ...writes('invoke'),
    ...[1, 2, 1].flatMap((i) => [call('invoke', 'r', 'read', null), call('ok', 'r', 'read', i)]),
    ...writes('ok'),
  ]
}

const stale: HistoryEvent[] = [1, 2]
  .flatMap((value): HistoryEvent[] => [
    { type: 'invoke', process: 'z', f: 'write', value: ['z', value] },
    { type: 'ok', process: 'z', f: 'write', value: ['z', value] },
  ])
  .concat([
    { type: 'invoke', process: 'y', f: 'read', value: ['z', null] },
    { type: 'ok', process: 'y', f: 'read', value: ['z', 1] },
  ])

describe('long histories', () => {
  test.each([1, 10, 100])('10,000 operations on a map of %i keys take few configurations', (n) => {
    expect(linearizable(long(n), keyValue(), { maxConfigurations: 40_000 }).kind).toBe('held')
  })

  test('an honest queue of 10 clients takes few configurations', () => {
    let items = 0
    const { ask } = RECIPES.queue
    const recipe: Recipe = {
      ...RECIPES.queue,
      ...{ operations: 2_000, clients: 10, lies: 0, infos: 0 },
      ask(random) {
        const { f, value } = ask(random)
        return { f, value: f === 'enqueue' ? ++items : value }
      },
    }
    expect(linearizable(randomHistory(recipe, 1), queue(), { maxConfigurations: 10_000 }).kind).toBe('held')
  })

  test('a broken one is shown with few operations', () => {
    const history = long(100)
    const at = history.findLastIndex((o) => o.f === 'read' && o.outcome === 'ok')
    const broken = history.map((o, i) => (i === at ? { ...o, result: null } : o))
    const verdict = linearizable(broken, keyValue())
    expect(verdict).toMatchObject({ kind: 'broken' })
    if (verdict.kind === 'broken') expect(verdict.witness.length).toBeLessThan(10)
  })
})

describe('limits', () => {
  test('a search that is too long ends, and says what it would have needed', () => {
    const history = historyOfEvents(hopeless(24, 'x'), true)
    expect(linearizable(history, keyValue(), { maxConfigurations: 50_000 })).toMatchObject({
      kind: 'gaveUp',
      why: '50,000 configurations were not enough with 1 of 1 key undecided',
    })
    expect(linearizable(history, keyValue(), { maxMegabytes: 2 })).toMatchObject({
      kind: 'gaveUp',
      why: '2 MB of memory were not enough with 1 of 1 key undecided',
    })
    expect(sequential(history, keyValue(), { maxConfigurations: 20_000 }).kind).toBe('gaveUp')
  })

  test('memory runs out at every size without a wrong verdict', () => {
    const history = historyOfEvents(hopeless(5, 'x'), true)
    const kinds = new Set<string>()
    for (let kilobytes = 1; kilobytes <= 120; kilobytes++)
      kinds.add(linearizable(history, keyValue(), { maxMegabytes: kilobytes / 1024 }).kind)
    expect([...kinds]).toEqual(['gaveUp', 'broken'])
  })

  test('a key that cannot be decided does not starve one that can', () => {
    const history = historyOfEvents([...hopeless(24, 'x'), ...stale], true)
    const verdict = linearizable(history, keyValue(), { maxConfigurations: 20_000 })
    expect(verdict.kind).toBe('broken')
    if (verdict.kind === 'broken') expect(verdict.witness.map((o) => o.key)).toEqual(['z', 'z'])
  })

  test('a key that takes longer is refuted in a later round', () => {
    const history = historyOfEvents([...hopeless(24, 'x'), ...hopeless(8, 'z')], true)
    expect(linearizable(history, keyValue(), { maxConfigurations: 1_500 }).kind).toBe('gaveUp')
    expect(linearizable(history, keyValue(), { maxConfigurations: 60_000 }).kind).toBe('broken')
  })

  test('a history of nothing holds', () => {
    expect(linearizable([], register()).kind).toBe('held')
    expect(linearizable([], keyValue()).kind).toBe('held')
    expect(sequential([], keyValue()).kind).toBe('held')
  })
})
