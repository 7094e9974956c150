/**
 * Rows of which the last write wins, where a delete is a write as well: a tombstone. Tombstones are collected when
 * nobody can have the row any more. (The way of Cassandra, which collects by age; see its documentation, Tombstones.)
 */
import { defineProtocol } from '../world/protocol.ts'
import { isLater } from './lastWriterWins.ts'
import { type GossipRules, gossipRules, type Kind, replica, replicas } from './replica.ts'
import { convergence, noResurrection, strongConvergence } from './replicaProperties.ts'

/** A row, or the tombstone of one. */
export type Row = { readonly isDead: boolean; readonly at: number; readonly by: string }
export type Rows = { readonly [element: string]: Row }

export interface TombstoneRules extends GossipRules {
  /** Whether a tombstone may go. `has` says of each of the others whether the last that came from it had it. */
  mayGo(has: readonly boolean[]): boolean
}

const rules: TombstoneRules = { ...gossipRules, mayGo: (has) => has.every(Boolean) }

const wins = (theirs: Row, mine: Row) => isLater({ value: null, ...theirs }, { value: null, ...mine })

export function mergeRows(mine: Rows, theirs: Rows): Rows {
  const merged: { [element: string]: Row } = { ...mine }
  for (const [element, row] of Object.entries(theirs)) {
    const own = merged[element]
    if (own === undefined || wins(row, own)) merged[element] = row
  }
  return merged
}

/** `milk` is there from the beginning, everywhere. */
const BEFORE = { id: 'before', f: 'add', what: 'milk', seen: [] }

const kind = (rule: TombstoneRules): Kind<Rows> => ({
  first: () => ({ milk: { isDead: false, at: 1, by: '' } }),
  before: [BEFORE],
  // A count of the row would begin again when its tombstone has gone, and a new row would lose to an old tombstone.
  change: (rows, body, { self, after }) => ({
    ...rows,
    [String(body['element'])]: { isDead: body.type === 'remove', at: after + 1, by: self },
  }),
  merge: mergeRows,
  shows: living,
  collect(rows, knows, ctx) {
    // This very tombstone, or a later one: that of an earlier delete says nothing.
    const isOn = (element: string, row: Row, peer: string) => {
      const theirs = knows[peer]?.[element]
      return theirs?.isDead === true && !wins(row, theirs)
    }
    const stays = ([element, row]: [string, Row]) =>
      !row.isDead || !rule.mayGo(ctx.peers.map((peer) => isOn(element, row, peer)))
    return Object.fromEntries(Object.entries(rows).filter(stays))
  },
})

function living(rows: Rows): readonly string[] {
  return Object.keys(rows)
    .filter((element) => !rows[element]!.isDead)
    .sort()
}

export const tombstones = defineProtocol({
  name: 'tombstones',
  source: 'Apache Cassandra documentation: Tombstones',
  says: 'rows at every replica; a delete writes a tombstone, which is collected in the end',
  cluster: ['a', 'b'],
  rules,
  roles: (rule) => ({ replica: replica(kind(rule), rule) }),
  ...replicas(living, { collectMs: { default: 250, says: 'how often tombstones are collected' } }),
  // What one replica sends another arrives in order: otherwise an old copy may come when the tombstone has gone.
  wire: 'fifo',
  requests: {
    add: { to: 'replica', fields: { element: 'milk' }, says: 'writes the row, here' },
    remove: { to: 'replica', fields: { element: 'milk' }, says: 'deletes the row, here' },
    get: { to: 'replica', fields: {}, says: 'reads the rows, here' },
  },
  properties: [strongConvergence, convergence, noResurrection],
})
