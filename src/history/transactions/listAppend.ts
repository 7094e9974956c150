/** Evidence of lists: the longest that was read shows the order of all that it holds. */
import type { Json } from '../../base/canonical.ts'
import { type Evidence, type KeyEvidence, type Order, stopAt, type Version } from './evidence.ts'
import { bareText, type Transaction, type ValueKey, valueKey } from './transaction.ts'
import { intermediate, type Writer, Writers } from './writers.ts'

interface Found {
  readonly reader: Transaction
  /** Without what the reader had appended itself. */
  readonly list: readonly Json[]
}

/** Values that were appended and never read come after those that were, in an order that nobody saw. Throws `Stop`. */
export function evidenceOfLists(all: readonly Transaction[]): Evidence {
  const writers = new Writers(all, true)
  const foundIn = new Map<string, Found[]>()
  for (const { steps } of all) for (const { key } of steps) if (!foundIn.has(key)) foundIn.set(key, [])
  for (const reader of all)
    if (reader.operation.outcome === 'ok')
      for (const [key, list] of readsOf(reader)) foundIn.get(key)!.push({ reader, list })
  const chains = [...foundIn].map(([key, found]) => ({ key, found, chain: chainOf(key, found, writers) }))
  const seen = new Set(chains.flatMap(({ chain }) => chain.map(({ transaction }) => transaction)))
  const transactions = all.filter(
    (one) => one.operation.outcome === 'ok' || (one.operation.outcome === 'info' && seen.has(one)),
  )
  const place = new Map(transactions.map((one, i) => [one, i]))
  const keys = chains.map(({ key, found, chain }) => keyEvidence(key, found, chain, writers, place))
  return { transactions, keys }
}

/** What a transaction read of others. */
function readsOf(reader: Transaction): readonly (readonly [string, readonly Json[]])[] {
  const own = new Map<string, Json[]>()
  return reader.steps.flatMap(({ verb, key, value = null }): (readonly [string, readonly Json[]])[] => {
    const appended = own.get(key) ?? []
    if (verb !== 'read') {
      own.set(key, [...appended, value])
      return []
    }
    const list = (value ?? []) as readonly Json[]
    const others = list.slice(0, Math.max(0, list.length - appended.length))
    if (!same(list.slice(others.length), appended))
      throw stopAt(
        'internal',
        `${reader.name} reads ${key}=${bareText(list as Json)} after it appended ${appended.map(bareText).join(', ')} itself`,
        reader,
      )
    return [[key, others]]
  })
}

function same(a: readonly Json[], b: readonly Json[]): boolean {
  return a.length === b.length && isPrefix(a, b)
}

function isPrefix(short: readonly Json[], long: readonly Json[]): boolean {
  return short.every((value, i) => value === long[i] || valueKey(value) === valueKey(long[i] ?? null))
}

/** The writers of the longest list, in its order; all others are the beginning of it. */
function chainOf(key: string, found: readonly Found[], writers: Writers): readonly Writer[] {
  if (found.length === 0) return []
  const longest = found.reduce((a, b) => (b.list.length > a.list.length ? b : a))
  const chain = writersOf(key, longest, writers)
  for (const one of found) {
    if (isPrefix(one.list, longest.list)) continue
    writersOf(key, one, writers)
    throw stopAt(
      'incompatible-order',
      `${one.reader.name} reads ${key}=${bareText(one.list as Json)} and ${longest.reader.name} reads ${key}=${bareText(longest.list as Json)}: no order of the appends shows both`,
      ...new Set([one.reader, longest.reader]),
    )
  }
  const firstOf = new Map<Transaction, number>()
  chain.forEach(({ transaction }, i) => firstOf.set(transaction, Math.min(i, firstOf.get(transaction) ?? i)))
  for (const { reader, list } of found) {
    const own = firstOf.get(reader)
    if (own !== undefined && own < list.length) throw tooEarly(key, list[own]!, reader)
    const last = chain[list.length - 1]
    if (last?.last === false) throw intermediate(key, last, reader)
  }
  return chain
}

function writersOf(key: string, { reader, list }: Found, writers: Writers): readonly Writer[] {
  const seen = new Set<ValueKey>()
  return list.map((value) => {
    const writer = writers.of(key, value, reader)
    if (seen.has(valueKey(value)))
      throw stopAt(
        'duplicate-elements',
        `${reader.name} finds ${bareText(value)} twice in key ${key}, and ${writer.transaction.name} appended it once`,
        writer.transaction,
        reader,
      )
    seen.add(valueKey(value))
    return writer
  })
}

function tooEarly(key: string, value: Json, reader: Transaction) {
  const why = `${reader.name} finds ${bareText(value)} in key ${key} before it appends that itself`
  return stopAt('internal', why, reader)
}

function keyEvidence(
  key: string,
  found: readonly Found[],
  chain: readonly Writer[],
  writers: Writers,
  place: ReadonlyMap<Transaction, number>,
): KeyEvidence {
  const versionOf = ({ transaction, value }: Writer): Version => ({
    key,
    value,
    writer: place.get(transaction)!,
    readers: [],
  })
  const first: Version = { key, value: null, writer: -1, readers: [] }
  const read = chain.map(versionOf)
  for (const { reader, list } of found) (read[list.length - 1] ?? first).readers.push(place.get(reader)!)
  const inChain = new Set(chain)
  const unread = writers
    .lastOf(key)
    .filter((writer) => !inChain.has(writer) && place.has(writer.transaction))
    .map(versionOf)
  const last = read.at(-1)
  const order: Order[] = [
    ...read.slice(1).map((later, i): Order => ({ earlier: read[i]!, later, known: 'list' })),
    ...(last === undefined ? [] : unread.map((later): Order => ({ earlier: last, later, known: 'list' }))),
  ]
  return { key, first, versions: [...read, ...unread], order, unordered: unread }
}
