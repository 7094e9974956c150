/** NoFracturedRead: nobody sees one half of a transaction without the other. */
import { property } from '../world/property.ts'

/**
 * Looks at clients that read the same row at several nodes and are told which transaction wrote it last:
 * `{ type: 'read_ok', row, tx }`. One client is one reader, and its reads are one query.
 */
export const noFracturedRead = property<{ readonly [reader: string]: readonly string[] }>({
  name: 'NoFracturedRead',
  says: 'No fractured read: a reader sees the effect of a transaction at all nodes it reads, or at none',
  first: {},
  see(fold, seen) {
    if (seen.kind !== 'return' || seen.body.type !== 'read_ok') return fold
    const key = `${seen.op.client} reads ${String(seen.body['row'])}`
    const value = seen.body['tx'] === null ? 'nothing' : String(seen.body['tx'])
    return fold[key]?.includes(value) ? fold : { ...fold, [key]: [...(fold[key] ?? []), value].sort() }
  },
  judge: {
    kind: 'always',
    broken(fold) {
      const key = Object.keys(fold).find((k) => fold[k]!.length > 1)
      return key === undefined ? null : `${key}: it saw ${fold[key]!.join(' at one node and ')} at another`
    },
  },
})
