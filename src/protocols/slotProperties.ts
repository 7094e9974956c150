/** Found: whoever reads a key that is there gets it, wherever it is. */
import { property } from '../world/property.ts'

/**
 * For runs in which every key that is asked for is there from the beginning. Needs returns `get_ok` with key and value,
 * or `mget_ok` with keys and values; a command that is refused tells nothing wrong.
 */
export const found = property<{ readonly missed: string | null }>({
  name: 'Found',
  says: 'Found: a key that is there, and is never deleted, is found by every read',
  first: { missed: null },
  see(fold, seen) {
    if (seen.kind !== 'return') return fold
    const { type, key, value, keys, values } = seen.body as { readonly [field: string]: unknown }
    if (type === 'get_ok' && value === null) return { missed: String(key) }
    const at = type === 'mget_ok' ? (values as readonly unknown[]).indexOf(null) : -1
    return at < 0 ? fold : { missed: (keys as readonly string[])[at]! }
  },
  judge: {
    kind: 'always',
    broken: ({ missed }) =>
      missed === null ? null : `a client was told that there is no ${missed}, and there is`,
  },
})
