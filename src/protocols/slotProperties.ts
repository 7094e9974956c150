/** Found: whoever reads a key that is there gets it, wherever it is. */
import { property } from '../world/property.ts'

/** For runs in which every key that is asked for is there from the beginning. Needs returns `get_ok` with key and value. */
export const found = property<{ readonly missed: string | null }>({
  name: 'Found',
  says: 'Found: a key that is there, and is never deleted, is found by every read',
  first: { missed: null },
  see: (fold, seen) =>
    seen.kind === 'return' && seen.body.type === 'get_ok' && seen.body['value'] === null
      ? { missed: String(seen.body['key']) }
      : fold,
  judge: {
    kind: 'always',
    broken: ({ missed }) =>
      missed === null ? null : `a client was told that there is no ${missed}, and there is`,
  },
})
