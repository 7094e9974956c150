/** Random histories of transactions: of a store that keeps snapshots, and now and then forgets to. */
import type { Json } from '../../src/base/canonical.ts'
import { randomStream } from '../../src/base/random.ts'
import type { History, HistoryOperation } from '../../src/history/history.ts'
import type { TransactionModel } from '../../src/history/transactions/transaction.ts'

export interface Recipe {
  readonly model: TransactionModel
  readonly transactions: readonly [least: number, most: number]
  readonly keys: number
  readonly steps: readonly [least: number, most: number]
  /** How many commits a snapshot may be behind. */
  readonly behind: number
  /** Chances: that a read takes another snapshot than its transaction, that half of a commit can be seen, that the outcome is not known, that it was taken back though it may have been seen. */
  readonly torn: number
  readonly unknown: number
  readonly failed: number
  /** Half the time that a transaction takes, in steps of 10 a transaction. At most 14. */
  readonly halfMs: number
}

type Store = ReadonlyMap<string, Json>

export function randomTransactions(recipe: Recipe, seed: number): History {
  const dice = randomStream(seed, 'transactions')
  const [least, most] = recipe.transactions
  const count = least + dice.integer(0, most - least)
  const stores: Store[] = [new Map()]
  let next = 1
  const operations = Array.from({ length: count }, (_, i): HistoryOperation => {
    const base = Math.max(0, stores.length - 1 - dice.integer(0, recipe.behind))
    const outcome = dice.chance(recipe.unknown) ? 'info' : dice.chance(recipe.failed) ? 'fail' : 'ok'
    const own = new Map<string, Json[]>()
    const length = recipe.steps[0] + dice.integer(0, recipe.steps[1] - recipe.steps[0])
    const value = Array.from({ length }, (): Json => {
      const key = `k${dice.integer(1, recipe.keys)}`
      const mine = own.get(key) ?? []
      if (dice.chance(0.5)) {
        const written = next++
        own.set(key, [...mine, written])
        return [recipe.model === 'list-append' ? 'append' : 'write', key, written]
      }
      const from = dice.chance(recipe.torn) ? dice.integer(0, stores.length - 1) : base
      const held = stores[from]!.get(key) ?? null
      if (recipe.model === 'rw-register') return ['read', key, mine.at(-1) ?? held]
      return ['read', key, [...((held ?? []) as readonly Json[]), ...mine]]
    })
    // What failed is as if it had never been, and yet was in the store for a moment; of unknown outcome one half happened.
    if (outcome === 'ok' || dice.chance(0.5)) {
      const before = stores.at(-1)!
      const storeWith = (some: (mine: readonly Json[]) => readonly Json[]) =>
        new Map([
          ...before,
          ...[...own].map(([key, mine]): [string, Json] => [
            key,
            recipe.model === 'rw-register'
              ? some(mine).at(-1)!
              : [...((before.get(key) ?? []) as readonly Json[]), ...some(mine)],
          ]),
        ])
      if (dice.chance(recipe.torn)) stores.push(storeWith((mine) => mine.slice(0, 1)))
      stores.push(storeWith((mine) => mine))
      // Where no read takes any snapshot but its own, the old ones are not needed again.
      if (recipe.torn === 0 && stores.length > recipe.behind + 1) stores.shift()
    }
    const invoke = i * 10 - dice.integer(0, recipe.halfMs) + (i % 3) / 10
    return {
      process: `p${i % 3}`,
      n: Math.floor(i / 3) + 1,
      invoke,
      return: outcome === 'info' ? null : i * 10 + dice.integer(0, recipe.halfMs) + 0.5 + (i % 3) / 10,
      outcome,
      f: 'txn',
      key: null,
      value,
      result: null,
    }
  })
  return operations
}
