/** What a map of keys to nodes is found to be: the node of every key, how many keys and requests each node has. */
import { hashText } from '../base/random.ts'
import type { Context } from '../node/node.ts'
import { capOf, firstFrom, type RingPoint, wrapped } from './hashRing.ts'
import { pointsOf, SCHEMES, type SchemeInput } from './placementSchemes.ts'

type Rules = Pick<SchemeInput, 'next'>

/** More points than this no picture can show. */
const MOST_SHOWN = 60

/** Of one set of names and keys. */
export type Survey = {
  keysAt: { [node: string]: number }
  requestsAt: { [node: string]: number }
  /** Keys that have no node. */
  nowhere: number
  moved: number
}

/** The keys of a set. */
function keysOf(set: number, ctx: Context): readonly string[] {
  const end = mark(set)
  return Array.from({ length: Number(ctx.config['keys']) }, (_, i) => `key ${i}${end}`)
}

/** What makes names and keys of a set differ from those of the others. The first set has none. */
const mark = (set: number) => (set === 0 ? '' : ` of set ${set + 1}`)

/** The nodes as they are hashed in a set, and their weights. */
function schemeInput(is: Rules, nodes: readonly string[], set: number, ctx: Context): SchemeInput {
  const weights = ctx.config['weights'] as readonly number[]
  const hashed = nodes.map((node) => `${node}${mark(set)}`)
  const weight = new Map(hashed.map((name, i) => [name, weights[Number(nodes[i]!.slice(1)) - 1] ?? 1]))
  return {
    nodes: hashed,
    points: Number(ctx.config['points']),
    ...(weights.length > 0 && { weightOf: (name) => weight.get(name)! }),
    probes: Number(ctx.config['probes']),
    next: is.next,
  }
}

/** The node of every key of a set, in their order. */
export function placesOf(
  is: Rules,
  nodes: readonly string[],
  set: number,
  ctx: Context,
): readonly (string | null)[] {
  const input = schemeInput(is, nodes, set, ctx)
  const named = new Map(input.nodes.map((hashed, i) => [hashed, nodes[i]!]))
  const place = SCHEMES[String(ctx.config['scheme'])]!(input)
  return keysOf(set, ctx).map((key) => named.get(place(key) ?? '') ?? null)
}

/** How many requests each key gets: one, or by Zipf's law with the exponent `skew`, the i-th key 1/i^skew. */
function requestsOf(keys: number, skew: number): readonly number[] {
  if (skew === 0) return new Array<number>(keys).fill(1)
  const weights = Array.from({ length: keys }, (_, i) => (i + 1) ** -skew)
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => Math.round((2 * keys * weight) / all))
}

/** Counts the keys of a set, and the requests for them, given the node of each key. */
export function counted(
  is: Rules,
  nodes: readonly string[],
  places: readonly (string | null)[],
  set: number,
  ctx: Context,
): Survey {
  const zero = () => Object.fromEntries(nodes.map((node) => [node, 0]))
  const [keysAt, requestsAt] = [zero(), zero()]
  const requests = requestsOf(places.length, Number(ctx.config['skew']))
  const factor = Number(ctx.config['cap'])
  const sum = requests.reduce((a, b) => a + b, 0)
  const cap = factor === 0 ? Number.POSITIVE_INFINITY : capOf(sum, nodes.length, factor)
  const bounded = factor === 0 ? null : { keys: keysOf(set, ctx), points: namedPoints(is, nodes, set, ctx) }
  let nowhere = 0
  for (const [i, node] of places.entries()) {
    if (node === null) {
      nowhere++
      continue
    }
    keysAt[node]!++
    if (bounded === null) requestsAt[node]! += requests[i]!
    else spill(requestsAt, bounded.points, bounded.keys[i]!, requests[i]!, cap)
  }
  return { keysAt, requestsAt, nowhere, moved: 0 }
}

/** Gives each of a key's requests to the first node clockwise that has room. */
function spill(
  requestsAt: { [node: string]: number },
  points: readonly RingPoint[],
  key: string,
  requests: number,
  cap: number,
): void {
  const from = firstFrom(points, hashText(key))
  let left = requests
  for (let i = 0; i < points.length && left > 0; i++) {
    const { owner } = points[wrapped(from + i, points.length)]!
    const taken = Math.min(left, cap - requestsAt[owner]!)
    requestsAt[owner]! += taken
    left -= taken
  }
}

/** The node with the most, how many it has, and the mean. */
export function spreadOf(at: { readonly [node: string]: number }): {
  most: number
  node: string
  mean: number
} {
  const counts = Object.entries(at)
  const [node, most] = counts.reduce((best, one) => (one[1] > best[1] ? one : best))
  return { most, node, mean: counts.reduce((sum, [, count]) => sum + count, 0) / counts.length }
}

/** The ring of a set, its points by the names of the nodes. */
function namedPoints(is: Rules, nodes: readonly string[], set: number, ctx: Context): readonly RingPoint[] {
  const input = schemeInput(is, nodes, set, ctx)
  const named = new Map(input.nodes.map((hashed, i) => [hashed, nodes[i]!]))
  return pointsOf(input).map(({ at, owner }) => ({ at, owner: named.get(owner)! }))
}

/** The points of the first ring in parts of a turn, for a picture; none where they are too many for one. */
export function shownPoints(
  is: Rules,
  nodes: readonly string[],
  ctx: Context,
): { at: number; owner: string }[] {
  if (ctx.config['scheme'] !== 'ring' || nodes.length * Number(ctx.config['points']) > MOST_SHOWN) return []
  const points = namedPoints(is, nodes, 0, ctx)
  return points.length > MOST_SHOWN ? [] : points.map(({ at, owner }) => ({ at: at / 2 ** 32, owner }))
}
