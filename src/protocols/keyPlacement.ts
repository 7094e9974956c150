/** A map of keys to nodes: how even it is, and what moves when a node joins or leaves. One node works it out and announces it. */
import { hashText } from '../base/random.ts'
import { type Context, defineNode } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import { capOf, firstFrom, type RingPoint, ringPoints, wrapped } from './hashRing.ts'
import { jumpHash, maglevTable, preferenceOf, rendezvous } from './hashWithoutRing.ts'
import { evenKeys, evenRequests, monotone, placed } from './placementProperties.ts'

const rules = {
  /** Which point takes a key, given the index of the first one at or after it; null for none. */
  next: (index: number, size: number): number | null => wrapped(index, size),
}
type Rules = typeof rules

/** The node of a key; null where there is none. */
type Place = (key: string) => string | null

/** More points than this no picture can show. */
const MOST_SHOWN = 60
/** A prime, more than 100 times as large as the clusters of the lesson, as the paper advises. */
const TABLE = 10_007

interface State {
  nodes: string[]
  /** Keys of each node, and requests for them. */
  keysAt: { [node: string]: number }
  requestsAt: { [node: string]: number }
  /** Of the last change: how many keys moved, of how many. */
  moved: number
  /** The ring, where it has few points, in parts of a turn. */
  points: { at: number; owner: string }[]
}

type Change = { readonly type: 'join' | 'leave'; readonly node: string }

const SCHEMES: { readonly [scheme: string]: (is: Rules, nodes: readonly string[], each: number) => Place } = {
  modulo: (_is, nodes) => (key) => nodes[hashText(key) % nodes.length]!,
  ring(is, nodes, each) {
    const points = ringPoints(nodes, each)
    return (key) => {
      const index = is.next(firstFrom(points, hashText(key)), points.length)
      return index === null ? null : points[index]!.owner
    }
  },
  rendezvous: (_is, nodes) => (key) => rendezvous(nodes, key),
  jump: (_is, nodes) => (key) => nodes[jumpHash(BigInt(hashText(key)), nodes.length)]!,
  maglev(_is, nodes) {
    const table = maglevTable(
      nodes.map((node) => preferenceOf(node, TABLE)),
      TABLE,
    )
    return (key) => nodes[table[hashText(key) % TABLE]!]!
  },
}

const keysOf = (ctx: Context) => Array.from({ length: Number(ctx.config['keys']) }, (_, i) => `key ${i}`)

function placeOf(is: Rules, nodes: readonly string[], ctx: Context): Place {
  return SCHEMES[String(ctx.config['scheme'])]!(is, nodes, Number(ctx.config['points']))
}

/** How many requests each key gets: one, or by Zipf's law with the exponent `skew`, the i-th key 1/i^skew. */
function requestsOf(keys: readonly string[], skew: number): readonly number[] {
  if (skew === 0) return keys.map(() => 1)
  const weights = keys.map((_, i) => (i + 1) ** -skew)
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  return weights.map((weight) => Math.round((2 * keys.length * weight) / all))
}

/** Counts keys and requests, and announces both. */
function survey(is: Rules, nodes: readonly string[], ctx: Context): State {
  const keys = keysOf(ctx)
  const zero = () => Object.fromEntries(nodes.map((node) => [node, 0]))
  const [keysAt, requestsAt] = [zero(), zero()]
  const requests = requestsOf(keys, Number(ctx.config['skew']))
  const place = placeOf(is, nodes, ctx)
  const factor = Number(ctx.config['cap'])
  const sum = requests.reduce((a, b) => a + b, 0)
  const cap = factor === 0 ? Number.POSITIVE_INFINITY : capOf(sum, nodes.length, factor)
  const points = factor === 0 ? [] : ringPoints(nodes, Number(ctx.config['points']))
  let nowhere = 0
  for (const [i, key] of keys.entries()) {
    const node = place(key)
    if (node === null) {
      nowhere++
      continue
    }
    keysAt[node]!++
    if (factor === 0) requestsAt[node]! += requests[i]!
    else spill(requestsAt, points, key, requests[i]!, cap)
  }
  ctx.output({ type: 'spread', nowhere, keys: spreadOf(keysAt), requests: spreadOf(requestsAt) })
  return { nodes: [...nodes], keysAt, requestsAt, moved: 0, points: shownPoints(nodes, ctx) }
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

function spreadOf(at: { readonly [node: string]: number }): { most: number; node: string; mean: number } {
  const counts = Object.entries(at)
  const [node, most] = counts.reduce((best, one) => (one[1] > best[1] ? one : best))
  return { most, node, mean: counts.reduce((sum, [, count]) => sum + count, 0) / counts.length }
}

function shownPoints(nodes: readonly string[], ctx: Context): State['points'] {
  const each = Number(ctx.config['points'])
  if (ctx.config['scheme'] !== 'ring' || each * nodes.length > MOST_SHOWN) return []
  return ringPoints(nodes, each).map(({ at, owner }) => ({ at: at / 2 ** 32, owner }))
}

const map = (is: Rules) => {
  /** Places every key anew, and announces which went where. */
  function change(state: State, nodes: readonly string[], node: string, ctx: Context): void {
    const [before, after] = [placeOf(is, state.nodes, ctx), placeOf(is, nodes, ctx)]
    let [moved, needless] = [0, 0]
    for (const key of keysOf(ctx)) {
      const [old, next] = [before(key), after(key)]
      if (old === next) continue
      moved++
      if (old !== node && next !== node) needless++
    }
    Object.assign(state, survey(is, nodes, ctx), { moved })
    ctx.output({ type: 'moved', node, moved, needless })
  }
  return defineNode<State, Change>({
    start: (ctx) =>
      survey(
        is,
        Array.from({ length: Number(ctx.config['nodes']) }, (_, i) => `n${i + 1}`),
        ctx,
      ),
    on: {
      join(state, message, ctx) {
        const { node } = message.body
        if (state.nodes.includes(node)) return ctx.refuse()
        change(state, [...state.nodes, node], node, ctx)
        ctx.reply(message, { type: 'join_ok', moved: state.moved })
      },
      leave(state, message, ctx) {
        const { node } = message.body
        if (!state.nodes.includes(node) || state.nodes.length === 1) return ctx.refuse()
        change(
          state,
          state.nodes.filter((other) => other !== node),
          node,
          ctx,
        )
        ctx.reply(message, { type: 'leave_ok', moved: state.moved })
      },
    },
  })
}

const LEAST: { readonly [param: string]: number } = { nodes: 1, keys: 1, points: 1, skew: 0, cap: 0 }

export const keyPlacement = defineProtocol({
  name: 'key-placement',
  source:
    'Karger and others 1997 (the ring); Thaler & Ravishankar 1998; Lamping & Veach 2014; Eisenbud and others 2016; Mirrokni and others 2018 (bounded loads)',
  says: 'keys on nodes: how even, and what moves when a node joins or leaves',
  cluster: ['ring'],
  rules,
  roles: (is) => ({ map: map(is) }),
  params: {
    scheme: { default: 'ring', says: `how a key finds its node: ${Object.keys(SCHEMES).join(', ')}` },
    nodes: { default: 10, says: 'how many nodes there are: n1, n2 and so on' },
    keys: { default: 10_000, says: 'how many keys' },
    points: { default: 100, says: 'how many points on the ring each node has: its virtual nodes' },
    skew: {
      default: 0,
      says: 'how unequally keys are wanted: the exponent of Zipf, 0 for one request a key',
    },
    cap: { default: 0, says: 'bounded loads: how many times the mean a node may take; 0 for no bound' },
  },
  assign(names, params) {
    const scheme = String(params['scheme'])
    if (!Object.hasOwn(SCHEMES, scheme))
      throw new RangeError(`there is no scheme ${scheme}: one of ${Object.keys(SCHEMES).join(', ')}`)
    for (const [param, least] of Object.entries(LEAST)) {
      const value = Number(params[param])
      const whole = param !== 'skew' && param !== 'cap'
      if (!(value >= least) || (whole && !Number.isInteger(value)))
        throw new RangeError(
          `${param} is a${whole ? ' whole' : ''} number from ${least} on, not ${params[param]}`,
        )
    }
    const cap = Number(params['cap'])
    if (cap !== 0 && (cap < 1 || scheme !== 'ring'))
      throw new RangeError(
        'cap bounds the load of a ring, and is 1 or more: with less there is no room for all',
      )
    return Object.fromEntries(names.map((name) => [name, { role: 'map', peers: [], config: params }]))
  },
  requests: {
    join: { to: 'map', fields: { node: 'n11' }, says: 'adds a node' },
    leave: { to: 'map', fields: { node: 'n3' }, says: 'takes a node away' },
  },
  view: (state) => {
    const { nodes, keysAt, requestsAt, moved } = state as unknown as State
    return { nodes: nodes.length, keysAt, requestsAt, moved }
  },
  properties: [placed, monotone, evenKeys, evenRequests],
  label(body) {
    if (body.type === 'spread') return `most keys ${(body['keys'] as { most: number }).most}`
    if (body.type === 'moved') return `${body['moved']} keys move`
    return body.type.endsWith('_ok') ? `${body['moved']} moved` : `${body.type} ${body['node']}`
  },
})
