/** What must hold of a payment: what was confirmed is kept, and what is booked can be traced to who asked. */
import { property } from '../world/property.ts'

/**
 * Needs outputs `effect` with an id, `opens` with the ids that are `booked` after a restart, and requests and
 * replies that carry the id.
 */
export const confirmedIsKept = property<{
  readonly kept: readonly string[]
  readonly told: readonly string[]
}>({
  name: 'ConfirmedIsKept',
  says: 'Confirmed is kept: what a client was told is booked stands in the books, also after a crash',
  first: { kept: [], told: [] },
  see(fold, seen) {
    if (seen.kind === 'return') return { ...fold, told: withOne(fold.told, String(seen.body['id'])) }
    if (seen.kind !== 'output') return fold
    if (seen.body.type === 'effect') return { ...fold, kept: withOne(fold.kept, String(seen.body['id'])) }
    if (seen.body.type === 'opens') return { ...fold, kept: seen.body['booked'] as readonly string[] }
    return fold
  },
  judge: {
    kind: 'always',
    broken({ kept, told }) {
      const lost = told.find((id) => !kept.includes(id))
      return lost === undefined ? null : `a client was told that ${lost} is paid, and it is not in the books`
    },
  },
})

export const attributed = property<{ readonly asked: readonly string[]; readonly stray: string | null }>({
  name: 'Attributed',
  says: 'Attributed: every effect names the request that asked for it',
  first: { asked: [], stray: null },
  see(fold, seen) {
    if (seen.kind === 'invoke') return { ...fold, asked: withOne(fold.asked, String(seen.body['id'])) }
    if (seen.kind !== 'output' || seen.body.type !== 'effect' || fold.stray !== null) return fold
    const id = String(seen.body['id'])
    return fold.asked.includes(id)
      ? fold
      : { ...fold, stray: `${seen.node} booked "${id}", and no client asked for that: it cannot be traced` }
  },
  judge: { kind: 'always', broken: (fold) => fold.stray },
})

function withOne(list: readonly string[], one: string): readonly string[] {
  return list.includes(one) ? list : [...list, one].sort()
}
