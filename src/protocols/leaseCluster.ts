/** What the protocols with leases are set up with: a server, and those who hold leases of it. */
import type { Json } from '../base/canonical.ts'
import type { Assignment } from '../world/protocol.ts'
import { safeLeaseMs } from './leaseDuration.ts'

type Params = { readonly [name: string]: Json }

export const leaseParams = {
  termMs: { default: 40, says: 'how long a lease lasts by the clock of the server' },
  maxDrift: {
    default: 0.1,
    says: 'how far the rate of a clock is taken to be off at most: 0.1 is a tenth',
  },
}

/**
 * The first name is the server, all others hold leases; `missing` says what is needed where there are none. Throws
 * `RangeError` then, and for a drift that is no fraction.
 */
export function leaseCluster(
  names: readonly string[],
  params: Params,
  missing: string,
): { readonly [name: string]: Assignment } {
  const [server, ...holders] = names
  if (server === undefined || holders.length === 0) throw new RangeError(missing)
  const { termMs = 40, maxDrift = 0.1, retryMs = 100 } = params
  safeLeaseMs(Number(termMs), Number(maxDrift))
  const holder = (own: string): Assignment => {
    const others = holders.filter((name) => name !== own)
    return {
      role: 'holder',
      peers: [server],
      config: { server, others, termMs, drift: maxDrift, retryMs },
    }
  }
  return {
    [server]: { role: 'server', peers: holders, config: { termMs } },
    ...Object.fromEntries(holders.map((name) => [name, holder(name)])),
  }
}
