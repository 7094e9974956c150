/** Evidence: who wrote and who read which version of each key, and what is known of the order of versions. */
import type { Json } from '../../base/canonical.ts'
import type { Transaction } from './transaction.ts'

/** What a key held after one transaction. Transactions are places in a list; -1 stands for the first state. */
export interface Version {
  readonly key: string
  readonly value: Json
  readonly writer: number
  readonly readers: number[]
}

/** One version came before another. */
export interface Order {
  readonly earlier: Version
  readonly later: Version
  /** How that is known: one list shows both; who wrote the later read the earlier; or from outside. */
  readonly known: 'list' | 'read' | 'process' | 'realtime' | 'assumed' | 'forced'
}

export interface KeyEvidence {
  readonly key: string
  readonly first: Version
  readonly versions: readonly Version[]
  /** Enough of what is known of the order: the rest follows. Of versions without an entry only `first` is known to be earlier. */
  readonly order: readonly Order[]
  /** Groups of versions that nothing puts in an order, by what is here alone. */
  readonly unordered: readonly Version[]
}

export interface Evidence {
  /** Those that took effect: all that were told so, and those of unknown outcome whose writes were seen. */
  readonly transactions: readonly Transaction[]
  readonly keys: readonly KeyEvidence[]
}

/** Something wrong that no order of transactions is needed to see. Names as in Adya's thesis and Elle where there are any. */
export interface Fault {
  readonly code: 'G1a' | 'G1b' | 'internal' | 'unwritten' | 'duplicate-elements' | 'incompatible-order'
  readonly why: string
  readonly witness: readonly Transaction[]
}

/** Thrown while evidence is gathered, and caught where it is asked for: nothing more is to be found then. */
export class Stop extends Error {
  constructor(readonly reason: { readonly fault: Fault } | { readonly unclear: string }) {
    super('fault' in reason ? reason.fault.why : reason.unclear)
  }
}

export function stopAt(code: Fault['code'], why: string, ...witness: readonly Transaction[]): Stop {
  return new Stop({ fault: { code, why, witness } })
}
