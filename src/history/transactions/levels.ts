/** LEVELS: what a database promises of its transactions, as the cycles of dependencies that it forbids. */

/**
 * Dependencies between transactions, as Adya names them ("Weak Consistency", 1999): `ww` overwrote, `wr` was read, `rw` read
 * what the other overwrote; and two that come from outside: `process`, the same client asked later, and `realtime`,
 * asked when the other had been answered.
 */
export type Kind = 'ww' | 'wr' | 'rw' | 'process' | 'realtime'

export interface Level {
  readonly property: string
  /** What `held` says. */
  readonly says: string
  /**
   * Which cycles with `rw` are forbidden: none; those in which no two `rw` are neighbours (Fekete and others,
   * "Making Snapshot Isolation Serializable", 2005; Cerone and Gotsman, "Analysing Snapshot Isolation", 2016); all.
   */
  readonly rw: 'never' | 'apart' | 'all'
  /** What else is known of the order. */
  readonly order: 'process' | 'realtime' | null
}

const SNAPSHOTS = 'snapshots explain every read, and no two transactions that overlap write one key'
const ORDER = 'one order of the transactions explains every read'

export const LEVELS = {
  'read-committed': {
    property: 'ReadCommitted',
    says: 'nobody read what was not committed',
    rw: 'never',
    order: null,
  },
  'snapshot-isolation': { property: 'SnapshotIsolated', says: SNAPSHOTS, rw: 'apart', order: null },
  'strong-session-snapshot-isolation': {
    property: 'StrongSessionSnapshotIsolated',
    says: `${SNAPSHOTS}; each client sees what it did before`,
    rw: 'apart',
    order: 'process',
  },
  'strong-snapshot-isolation': {
    property: 'StrongSnapshotIsolated',
    says: `${SNAPSHOTS}; each sees what was answered before it was asked`,
    rw: 'apart',
    order: 'realtime',
  },
  serializable: { property: 'Serializable', says: ORDER, rw: 'all', order: null },
  'strong-session-serializable': {
    property: 'StrongSessionSerializable',
    says: `${ORDER}, and each client's own order is kept`,
    rw: 'all',
    order: 'process',
  },
  'strict-serializable': {
    property: 'StrictSerializable',
    says: `${ORDER}, and real time allows it`,
    rw: 'all',
    order: 'realtime',
  },
} as const satisfies { readonly [name: string]: Level }

export type LevelName = keyof typeof LEVELS
