/** Isolation by cycles: the anomalies by name, the smallest cycle of each, and random histories against an oracle that tries every order. */
import { describe, expect, test } from 'vitest'
import { isolated } from '../../src/history/transactions/isolated.ts'
import { LEVELS, type LevelName } from '../../src/history/transactions/levels.ts'
import type { TransactionModel } from '../../src/history/transactions/transaction.ts'
import { type Recipe, randomTransactions } from './randomTransactions.ts'
import { strangeTransactions } from './strangeTransactions.ts'
import { explains } from './transactionOracle.ts'

const levels = Object.keys(LEVELS) as LevelName[]

const RECIPES: { readonly [name: string]: Omit<Recipe, 'model'> } = {
  'few keys, many clashes': {
    ...{ transactions: [2, 5], keys: 2, steps: [1, 3], behind: 2 },
    ...{ torn: 0.15, unknown: 0.1, failed: 0.1, halfMs: 14 },
  },
  'more transactions, little goes wrong': {
    ...{ transactions: [5, 8], keys: 3, steps: [1, 3], behind: 1 },
    ...{ torn: 0.05, unknown: 0.05, failed: 0.05, halfMs: 12 },
  },
  'writes that nobody reads': {
    ...{ transactions: [4, 7], keys: 2, steps: [1, 2], behind: 1 },
    ...{ torn: 0.15, unknown: 0.05, failed: 0.05, halfMs: 9 },
  },
}

describe.each(Object.keys(RECIPES))('random histories: %s', (name) => {
  test.each<TransactionModel>(['list-append', 'rw-register'])(
    'of %s are judged as by trying every order',
    (model) => {
      const seen = new Map(levels.map((level) => [level, { held: 0, broken: 0, gaveUp: 0 }]))
      for (let seed = 1; seed <= 250; seed++) {
        const history = randomTransactions({ ...RECIPES[name]!, model }, seed)
        for (const level of levels) {
          const { kind } = isolated(history, { model, level })
          expect([seed, level, kind]).toEqual([seed, level, explains(level, history) ? 'held' : 'broken'])
          seen.get(level)![kind]++
        }
      }
      // Both verdicts came up often enough for the comparison to mean something.
      for (const { held, broken } of seen.values()) expect(Math.min(held, broken)).toBeGreaterThan(2)
    },
  )
})

/** The weakest level that forbids what a code names. */
function forbiddenBy(code: string): LevelName {
  const outside = code.endsWith('-realtime') ? 'realtime' : code.endsWith('-process') ? 'process' : null
  const class_ = code.replace(/-(realtime|process)$/, '')
  const rw = class_ === 'G2-item' ? 'all' : /^G-/.test(class_) || outside !== null ? 'apart' : 'never'
  return levels.find((level) => LEVELS[level].rw === rw && LEVELS[level].order === outside)!
}

describe('random histories in which reads go astray', () => {
  test.each<[TransactionModel, number]>([
    ['rw-register', 300],
    ['list-append', 100],
  ])('of %s are judged as by trying every order, and a name claims no more than is true', (model, seeds) => {
    const seen = { held: 0, broken: 0, gaveUp: 0 }
    const codes = new Set<string>()
    for (let seed = 1; seed <= seeds; seed++) {
      const history = strangeTransactions(model, seed)
      const explained = new Map(levels.map((level) => [level, explains(level, history)]))
      for (const level of levels) {
        const verdict = isolated(history, { model, level })
        expect([seed, level, verdict.kind]).toEqual([seed, level, explained.get(level) ? 'held' : 'broken'])
        seen[verdict.kind]++
        if (verdict.kind !== 'broken' || verdict.anomaly.cycles.length === 0) continue
        const { code } = verdict.anomaly
        codes.add(code)
        expect([seed, level, code, explained.get(forbiddenBy(code))]).toEqual([seed, level, code, false])
      }
    }
    expect(Math.min(seen.held, seen.broken)).toBeGreaterThan(seeds)
    expect(codes.size).toBeGreaterThan(7)
  })
})
