/** Random histories of up to eight transactions in which reads go astray: any mixture of anomalies, sessions and overlaps. */
import type { Json } from '../../src/base/canonical.ts'
import { type RandomStream, randomStream } from '../../src/base/random.ts'
import type { History, HistoryOperation } from '../../src/history/history.ts'
import type { TransactionModel } from '../../src/history/transactions/transaction.ts'

type Step = [verb: string, key: string, value: Json]

/** Everything about the history is rolled from the seed: how many, how blind, how often astray, how much they overlap. */
export function strangeTransactions(model: TransactionModel, seed: number): History {
  const dice = randomStream(seed, 'strange')
  const [count, keys] = [dice.integer(3, 8), dice.integer(1, 4)]
  const [blind, astray] = [dice.integer(1, 9) / 10, dice.integer(0, 6) / 10]
  const [clients, width] = [dice.integer(2, 4), dice.integer(1, 60)]
  const all = stepsOf(dice, model, { count, keys, blind, astray })
  const busyUntil = new Map<string, number>()
  const counts = new Map<string, number>()
  return all.map((value, i): HistoryOperation => {
    const outcome = dice.chance(0.06) ? 'info' : dice.chance(0.04) ? 'fail' : 'ok'
    const invoke = i * 10 - dice.integer(0, width) + i / 100
    const client = `c${dice.integer(1, clients)}`
    // Who still waits does not ask.
    const process = invoke > (busyUntil.get(client) ?? Number.NEGATIVE_INFINITY) ? client : `${client}x${i}`
    const end = outcome === 'info' ? null : Math.max(invoke, i * 10) + dice.integer(0, width) + 0.5 + i / 100
    busyUntil.set(process, end ?? Number.POSITIVE_INFINITY)
    const n = (counts.get(process) ?? 0) + 1
    counts.set(process, n)
    return {
      process,
      n,
      invoke,
      return: end,
      outcome,
      f: 'txn',
      key: null,
      value: value as Json,
      result: null,
    }
  })
}

/** One after the other; who goes astray reads what there was, or will be, at another place in the row. */
function stepsOf(
  dice: RandomStream,
  model: TransactionModel,
  { count, keys, blind, astray }: { count: number; keys: number; blind: number; astray: number },
): readonly (readonly Step[])[] {
  const lists = model === 'list-append'
  let last = 0
  const all = Array.from({ length: count }, () =>
    Array.from({ length: dice.integer(1, 3) }, (): Step => {
      const key = `k${dice.integer(1, keys)}`
      return dice.chance(blind) ? [lists ? 'append' : 'write', key, ++last] : ['read', key, null]
    }),
  )
  const added = (held: Json, value: Json) => (lists ? [...((held ?? []) as readonly Json[]), value] : value)
  const before = (place: number, own: number, key: string) =>
    all
      .slice(0, place)
      .filter((_, i) => i !== own)
      .flat()
      .reduce<Json>(
        (held, [verb, at, value]) => (verb !== 'read' && at === key ? added(held, value) : held),
        null,
      )
  for (const [i, steps] of all.entries())
    for (const [j, step] of steps.entries()) {
      if (step[0] !== 'read') continue
      const mine = steps.slice(0, j).filter(([verb, key]) => verb !== 'read' && key === step[1])
      const found = before(dice.chance(astray) ? dice.integer(0, count) : i, i, step[1])
      step[2] = mine.reduce<Json>((held, [, , value]) => added(held, value), found)
    }
  return all
}
