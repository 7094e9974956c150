/** Writers: which transaction wrote a value to a key, and whether it committed. */
import type { Json } from '../../base/canonical.ts'
import { Stop, stopAt } from './evidence.ts'
import { keyed, type Transaction, type ValueKey, valueKey } from './transaction.ts'

export interface Writer {
  readonly transaction: Transaction
  readonly value: Json
  /** Whether it is the last that the transaction wrote to the key. */
  last: boolean
}

export class Writers {
  private readonly byKey = new Map<string, Map<ValueKey, Writer>>()
  private readonly aborted = new Map<string, Map<ValueKey, Writer>>()

  /** Throws `Stop` where two transactions wrote the same: a read of it would say nothing. `lists`: nor may one write it twice. */
  constructor(
    all: readonly Transaction[],
    private readonly lists: boolean,
  ) {
    for (const transaction of all) this.take(transaction)
  }

  private take(transaction: Transaction): void {
    const failed = transaction.operation.outcome === 'fail'
    const before = new Map<string, Writer>()
    for (const { verb, key, value = null } of transaction.steps) {
      if (verb === 'read') continue
      if (value === null && !this.lists && !failed)
        throw new Stop({
          unclear: `${transaction.name} writes nothing to key ${key}: that is what it held at first, and a read of it would not tell which`,
        })
      const values = valuesOf(failed ? this.aborted : this.byKey, key)
      const known = values.get(valueKey(value))
      const twice = known !== undefined && (known.transaction !== transaction || this.lists)
      if (twice && !failed)
        throw new Stop({
          unclear: `${known.transaction.name} and ${transaction.name} both write ${keyed(key, value)}: a read of it would not tell whose it is`,
        })
      const earlier = before.get(key)
      if (earlier !== undefined) earlier.last = false
      const writer = { transaction, value, last: true }
      values.set(valueKey(value), writer)
      before.set(key, writer)
    }
  }

  /** Who wrote what `reader` found. Throws `Stop` where that is not committed, or nobody did. */
  of(key: string, value: Json, reader: Transaction): Writer {
    const writer = this.byKey.get(key)?.get(valueKey(value))
    if (writer !== undefined) return writer
    const found = this.lists
      ? `${reader.name} finds ${bare(value)} in key ${key}`
      : `${reader.name} reads ${keyed(key, value)}`
    const aborted = this.aborted.get(key)?.get(valueKey(value))
    if (aborted === undefined) throw stopAt('unwritten', `${found}, which nobody wrote`, reader)
    throw stopAt(
      'G1a',
      `${found}, which ${aborted.transaction.name} wrote and took back`,
      aborted.transaction,
      reader,
    )
  }

  /** The last writes of a key, in the order of the history. */
  lastOf(key: string): readonly Writer[] {
    return [...(this.byKey.get(key)?.values() ?? [])].filter(({ last }) => last)
  }
}

function bare(value: Json): string {
  return keyed('', value).slice(1)
}

function valuesOf(of: Map<string, Map<ValueKey, Writer>>, key: string): Map<ValueKey, Writer> {
  let values = of.get(key)
  if (values === undefined) {
    values = new Map()
    of.set(key, values)
  }
  return values
}

/** The error of a read that saw what its writer wrote over before it committed. */
export function intermediate(key: string, { transaction, value }: Writer, reader: Transaction): Stop {
  const why = `${reader.name} reads key ${key} with ${bare(value)}, after which ${transaction.name} wrote it again before it committed`
  return stopAt('G1b', why, transaction, reader)
}
