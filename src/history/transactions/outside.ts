/** What is known of the order of transactions without looking at what they read: sessions and real time. */
import type { Transaction } from './transaction.ts'

type Pair = readonly [number, number]

/** Each after the latest of its client that had been answered, for transactions in the order of asking. */
export function inProcessOrder(all: readonly Transaction[]): readonly Pair[] {
  const last = new Map<string, number>()
  return byAsking(all).flatMap((i): readonly Pair[] => {
    const { process: client, outcome } = all[i]!.operation
    const before = last.get(client)
    if (outcome === 'ok') last.set(client, i)
    return before === undefined ? [] : [[before, i]]
  })
}

/** Each after the latest of those answered before it was asked; that the others come earlier follows from these. */
export function inRealTime(all: readonly Transaction[]): readonly Pair[] {
  const answered = all
    .map((_, i) => i)
    .filter((i) => all[i]!.operation.return !== null)
    .sort((a, b) => all[a]!.operation.return! - all[b]!.operation.return!)
  let count = 0
  let latest = Number.NEGATIVE_INFINITY
  return byAsking(all).flatMap((later) => {
    const { invoke } = all[later]!.operation
    for (; count < answered.length && all[answered[count]!]!.operation.return! < invoke; count++)
      latest = Math.max(latest, all[answered[count]!]!.operation.invoke)
    const pairs: Pair[] = []
    for (let i = count - 1; i >= 0 && all[answered[i]!]!.operation.return! >= latest; i--)
      pairs.push([answered[i]!, later])
    return pairs
  })
}

/** Whether the one had been answered when the other was asked. */
export function isBefore(a: Transaction, b: Transaction): boolean {
  return a.operation.return !== null && a.operation.return < b.operation.invoke
}

function byAsking(all: readonly Transaction[]): readonly number[] {
  return all.map((_, i) => i).sort((a, b) => all[a]!.operation.invoke - all[b]!.operation.invoke)
}
