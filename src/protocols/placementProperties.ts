/** What can be asked of a map of keys to nodes: all placed, nothing moved without need, and an even load. */
import { type AnyProperty, property } from '../world/property.ts'

/** How many times the mean a node may have before its load is called uneven: 5/4. */
const EVEN = 1.25

/** Needs outputs `spread` with how many keys have no node: `nowhere`. */
export const placed = property<{ readonly nowhere: number }>({
  name: 'Placed',
  says: 'Placed: every key has a node',
  first: { nowhere: 0 },
  see: (fold, seen) =>
    seen.kind === 'output' && seen.body.type === 'spread' && fold.nowhere === 0
      ? { nowhere: Number(seen.body['nowhere']) }
      : fold,
  judge: {
    kind: 'always',
    broken: ({ nowhere }) => (nowhere === 0 ? null : `${nowhere} keys have no node`),
  },
})

/** Needs outputs `moved`: how many keys moved, and how many of them `needless`. */
export const monotone = property<{ readonly why: string | null }>({
  name: 'Monotone',
  says: 'Monotone: when a node joins, keys move to it only; when one leaves, only its keys move',
  first: { why: null },
  see(fold, seen) {
    if (seen.kind !== 'output' || seen.body.type !== 'moved' || fold.why !== null) return fold
    const { needless, moved, node } = seen.body
    return needless === 0
      ? fold
      : { why: `at ${seen.node} ${moved} keys move, ${needless} of them neither to ${node} nor from it` }
  },
  judge: { kind: 'always', broken: ({ why }) => why },
})

function even(name: string, what: 'keys' | 'requests'): AnyProperty {
  return property<{ readonly why: string | null }>({
    name,
    says: `no node has more than ${EVEN} times the mean of ${what}, rounded up`,
    first: { why: null },
    see(fold, seen) {
      if (seen.kind !== 'output' || seen.body.type !== 'spread' || fold.why !== null) return fold
      const { most, node, mean } = seen.body[what] as { most: number; node: string; mean: number }
      return most <= Math.ceil(EVEN * mean)
        ? fold
        : { why: `at ${seen.node}, ${node} has ${most} ${what}, ${(most / mean).toFixed(2)} times the mean` }
    },
    judge: { kind: 'always', broken: ({ why }) => why },
  })
}

export const evenKeys = even('EvenKeys', 'keys')
export const evenRequests = even('EvenRequests', 'requests')
