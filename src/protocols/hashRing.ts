/** Consistent hashing: points of nodes on a ring of 2^32 places, and who takes a key (Karger and others 1997). */
import { hashText } from '../base/random.ts'

/** A point on the ring: `at` is 0 up to 2^32. A node with several has several virtual nodes. */
export interface RingPoint {
  readonly at: number
  readonly owner: string
}

/**
 * The points of every node, in the order of the ring; where two fall on one place, in the order of names. `each` is how
 * many a node has: a number for all of them, or by name, where a larger node is to get more (DeCandia and others 2007).
 */
export function ringPoints(
  nodes: readonly string[],
  each: number | ((node: string) => number),
): readonly RingPoint[] {
  const all = nodes.flatMap((owner) =>
    Array.from({ length: typeof each === 'number' ? each : each(owner) }, (_, i) => ({
      at: hashText(`${owner}#${i}`),
      owner,
    })),
  )
  return all.sort((a, b) => a.at - b.at || (a.owner < b.owner ? -1 : 1))
}

/** The index of the first point at or after a place; the number of points if there is none. */
export function firstFrom(points: readonly RingPoint[], at: number): number {
  let low = 0
  let high = points.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (points[middle]!.at < at) low = middle + 1
    else high = middle
  }
  return low
}

/** After the last point comes the first: the ring has no end. */
export function wrapped(index: number, size: number): number {
  return index % size
}

/** The nodes that a walk clockwise from a place meets, each once, the first `most` of them. */
export function preferenceList(points: readonly RingPoint[], at: number, most: number): readonly string[] {
  const met = new Set<string>()
  const from = firstFrom(points, at)
  for (let i = 0; i < points.length && met.size < most; i++)
    met.add(points[wrapped(from + i, points.length)]!.owner)
  return [...met]
}

/**
 * The node of a key on a ring with few points: of `probes` places of the key, the one takes it that is nearest to the
 * point after it (Appleton & O'Reilly 2015). Of two that are equally near, the earlier one.
 */
export function multiProbe(points: readonly RingPoint[], key: string, probes: number): string {
  let nearest = 2 ** 32
  let owner = points[0]!.owner
  for (let i = 0; i < probes; i++) {
    const at = hashText(`${key}?${i}`)
    const point = points[wrapped(firstFrom(points, at), points.length)]!
    const far = (point.at - at + 2 ** 32) % 2 ** 32
    if (far < nearest) {
      nearest = far
      owner = point.owner
    }
  }
  return owner
}

/** What no node may hold more of with bounded loads: `factor` times the mean, rounded up (Mirrokni and others 2018). */
export function capOf(items: number, nodes: number, factor: number): number {
  return Math.ceil((factor * items) / nodes)
}
