/** Evidence of registers: each read names one version, and little is known of the order of versions. */
import type { Json } from '../../base/canonical.ts'
import { type Evidence, type KeyEvidence, type Order, stopAt, type Version } from './evidence.ts'
import { keyed, type Transaction, valueKey } from './transaction.ts'
import { intermediate, type Writer, Writers } from './writers.ts'

interface Found {
  readonly reader: Transaction
  readonly key: string
  /** Null: what was there at first. */
  readonly writer: Writer | null
}

/**
 * A version is later than the one that its own transaction read before; nothing else is taken for granted. `repeatable`: a
 * transaction that finds two values in a key, and wrote none, is a fault. Throws `Stop`.
 */
export function evidenceOfRegisters(all: readonly Transaction[], repeatable: boolean): Evidence {
  const writers = new Writers(all, false)
  const found = all
    .filter(({ operation }) => operation.outcome === 'ok')
    .flatMap((reader) => readsOf(reader, writers, repeatable))
  const seen = new Set(found.map(({ writer }) => writer?.transaction))
  const transactions = all.filter(
    (one) => one.operation.outcome === 'ok' || (one.operation.outcome === 'info' && seen.has(one)),
  )
  const place = new Map(transactions.map((one, i) => [one, i]))
  const keys = new Set(all.flatMap(({ steps }) => steps.map(({ key }) => key)))
  const foundIn = new Map<string, Found[]>([...keys].map((key) => [key, []]))
  for (const one of found) foundIn.get(one.key)!.push(one)
  return { transactions, keys: [...keys].map((key) => keyEvidence(key, foundIn.get(key)!, writers, place)) }
}

/** What a transaction read of others. */
function readsOf(reader: Transaction, writers: Writers, repeatable: boolean): readonly Found[] {
  const own = new Map<string, Json>()
  const before = new Map<string, Json>()
  return reader.steps.flatMap(({ verb, key, value = null }): readonly Found[] => {
    if (verb !== 'read') {
      own.set(key, value)
      return []
    }
    if (own.has(key)) {
      if (valueKey(own.get(key)!) === valueKey(value)) return []
      const why = `${reader.name} reads ${keyed(key, value)} after it wrote ${keyed(key, own.get(key))} itself`
      throw stopAt('internal', why, reader)
    }
    const earlier = before.get(key)
    if (earlier !== undefined && valueKey(earlier) === valueKey(value)) return []
    before.set(key, value)
    const writer = value === null ? null : writers.of(key, value, reader)
    if (writer?.transaction === reader)
      throw stopAt(
        'internal',
        `${reader.name} reads ${keyed(key, value)} before it writes that itself`,
        reader,
      )
    if (writer?.last === false) throw intermediate(key, writer, reader)
    if (repeatable && earlier !== undefined)
      throw stopAt(
        'internal',
        `${reader.name} reads first ${keyed(key, earlier)}, then ${keyed(key, value)}`,
        reader,
      )
    return [{ reader, key, writer }]
  })
}

function keyEvidence(
  key: string,
  found: readonly Found[],
  writers: Writers,
  place: ReadonlyMap<Transaction, number>,
): KeyEvidence {
  const first: Version = { key, value: null, writer: -1, readers: [] }
  const versionOf = new Map<Writer, Version>()
  const written = new Map<Transaction, Version>()
  for (const writer of writers.lastOf(key)) {
    const at = place.get(writer.transaction)
    if (at === undefined) continue
    const version: Version = { key, value: writer.value, writer: at, readers: [] }
    versionOf.set(writer, version)
    written.set(writer.transaction, version)
  }
  const order: Order[] = []
  for (const { reader, writer } of found) {
    const version = writer === null ? first : versionOf.get(writer)!
    version.readers.push(place.get(reader)!)
    const later = written.get(reader)
    if (later !== undefined && version !== first) order.push({ earlier: version, later, known: 'read' })
  }
  const versions = [...versionOf.values()]
  return { key, first, versions, order, unordered: versions }
}
