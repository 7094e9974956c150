/** EffectOnce: at most one durable effect for each request, at each node, always. */
import { property } from '../world/property.ts'

/**
 * Protocols announce `{ type: 'effect', id, times }`: how often the effect of a request is now durable. The
 * count comes from the disk, so that an announcement made again after a crash is not a second effect.
 */
export const effectOnce = property<{ readonly [idAndNode: string]: number }>({
  name: 'EffectOnce',
  says: 'Effect once: a request takes effect at most once at each node, however often it is delivered',
  first: {},
  see(fold, seen) {
    if (seen.kind !== 'output' || seen.body.type !== 'effect') return fold
    const key = `${String(seen.body['id'])} at ${seen.node}`
    const times = Math.max(fold[key] ?? 0, Number(seen.body['times']))
    return fold[key] === times ? fold : { ...fold, [key]: times }
  },
  judge: {
    kind: 'always',
    broken(fold) {
      const key = Object.keys(fold).find((k) => fold[k]! > 1)
      return key === undefined ? null : `${key} took effect ${fold[key]} times`
    },
  },
})
