/** Isolation by cycles: the anomalies by name, the smallest cycle of each, and random histories against an oracle that tries every order. */
import { describe, expect, test } from 'vitest'
import { isolated } from '../../src/history/transactions/isolated.ts'
import { LEVELS, type LevelName } from '../../src/history/transactions/levels.ts'
import type { TransactionModel } from '../../src/history/transactions/transaction.ts'
import { type Recipe, randomTransactions } from './randomTransactions.ts'
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
