/** How a key finds its node, by one scheme or another: a ring, or one of the ways without a ring. */
import { hashText } from '../base/random.ts'
import { firstFrom, multiProbe, type RingPoint, ringPoints } from './hashRing.ts'
import { jumpHash, maglevTable, preferenceOf, rendezvous } from './hashWithoutRing.ts'

/** The node of a key; null where there is none. */
export type Place = (key: string) => string | null

export interface SchemeInput {
  readonly nodes: readonly string[]
  /** Points of a node of weight 1 on the ring. */
  readonly points: number
  /** Of each node: how much it should get, beside the others; left out where all are of one size. */
  readonly weightOf?: (node: string) => number
  /** How many places of a key are tried on the ring. */
  readonly probes: number
  /** Which point takes a key, given the index of the first one at or after it; null for none. */
  next(index: number, size: number): number | null
}

/** A prime, more than 100 times as large as the clusters of the lesson, as the paper advises. */
const TABLE = 10_007

/** The points of a ring, as many of a node as its weight says. */
export function pointsOf({ nodes, points, weightOf }: SchemeInput): readonly RingPoint[] {
  return ringPoints(nodes, weightOf === undefined ? points : (node) => Math.round(points * weightOf(node)))
}

export const SCHEMES: { readonly [scheme: string]: (input: SchemeInput) => Place } = {
  modulo:
    ({ nodes }) =>
    (key) =>
      nodes[hashText(key) % nodes.length]!,
  ring(input) {
    const points = pointsOf(input)
    if (input.probes > 1) return (key) => multiProbe(points, key, input.probes)
    return (key) => {
      const index = input.next(firstFrom(points, hashText(key)), points.length)
      return index === null ? null : points[index]!.owner
    }
  },
  rendezvous:
    ({ nodes, weightOf }) =>
    (key) =>
      rendezvous(nodes, key, weightOf),
  jump:
    ({ nodes }) =>
    (key) =>
      nodes[jumpHash(BigInt(hashText(key)), nodes.length)]!,
  maglev({ nodes }) {
    const table = maglevTable(
      nodes.map((node) => preferenceOf(node, TABLE)),
      TABLE,
    )
    return (key) => nodes[table[hashText(key) % TABLE]!]!
  },
}

/** Schemes that know weights. */
export const WEIGHTED: readonly string[] = ['ring', 'rendezvous']
