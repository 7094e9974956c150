/** Three ways to place keys without a ring: rendezvous, jump, and the lookup table of Maglev. */
import { hashText } from '../base/random.ts'

/**
 * Highest random weight (Thaler & Ravishankar 1998): of all nodes the one whose hash with the key is largest. Where nodes
 * differ in size, `weightOf` says how much each should get beside the others: with the hash as a part u of the whole, the
 * least -ln(u)/w wins (the logarithmic method of Schindelhauer & Schomaker 2005), which for equal w is the largest hash.
 */
export function rendezvous(
  nodes: readonly string[],
  key: string,
  weightOf?: (node: string) => number,
): string {
  let best = nodes[0]!
  let most = Number.NEGATIVE_INFINITY
  for (const node of nodes) {
    const hash = hashText(`${key}@${node}`)
    const score = weightOf === undefined ? hash : Math.log((hash + 0.5) / 2 ** 32) / weightOf(node)
    if (score <= most) continue
    most = score
    best = node
  }
  return best
}

const MULTIPLIER = 2862933555777941757n
const SHIFTED = 2 ** 31

/** The bucket, 0 up to `buckets`, of a key of 64 bits (Lamping & Veach 2014, figure 1). */
export function jumpHash(key: bigint, buckets: number): number {
  let state = BigInt.asUintN(64, key)
  let bucket = -1
  let next = 0
  while (next < buckets) {
    bucket = next
    state = BigInt.asUintN(64, state * MULTIPLIER + 1n)
    next = Math.floor((bucket + 1) * (SHIFTED / Number((state >> 33n) + 1n)))
  }
  return bucket
}

/** In which order a node wants the places of a table: offset, offset + skip, and so on, modulo its size. */
export interface Preference {
  readonly offset: number
  readonly skip: number
}

/** The index of the node at each place; nodes take turns, each takes the first free place that it wants. `size` is prime. */
export function maglevTable(preferences: readonly Preference[], size: number): readonly number[] {
  const table = new Array<number>(size).fill(-1)
  const tried = preferences.map(() => 0)
  for (let filled = 0; filled < size; )
    for (const [node, { offset, skip }] of preferences.entries()) {
      if (filled === size) break
      let place: number
      do place = (offset + tried[node]!++ * skip) % size
      while (table[place] !== -1)
      table[place] = node
      filled++
    }
  return table
}

/** Offset and skip of a node from two hashes of its name (Eisenbud and others 2016, section 3.4). */
export function preferenceOf(node: string, size: number): Preference {
  return {
    offset: hashText(`${node} offset`) % size,
    skip: (hashText(`${node} skip`) % (size - 1)) + 1,
  }
}
