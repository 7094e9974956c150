/** A map of keys to nodes: how even it is, and what moves when a node joins or leaves. One node works it out and announces it. */
import { type Context, defineNode } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import { wrapped } from './hashRing.ts'
import { evenKeys, evenRequests, monotone, placed } from './placementProperties.ts'
import { SCHEMES, WEIGHTED } from './placementSchemes.ts'
import { counted, placesOf, type Survey, shownPoints, spreadOf } from './placementSurvey.ts'

const rules = {
  /** Which point takes a key, given the index of the first one at or after it; null for none. */
  next: (index: number, size: number): number | null => wrapped(index, size),
}
type Rules = typeof rules

interface State {
  nodes: string[]
  /** Keys of each node, and requests for them. */
  keysAt: { [node: string]: number }
  requestsAt: { [node: string]: number }
  /** Of the last change: how many keys moved, of how many. */
  moved: number
  /** The ring, where it has few points, in parts of a turn. */
  points: { at: number; owner: string }[]
  /** Of every set of names and keys, the first one included: its counts, and what moved at the last change. */
  sets: Survey[]
}

type Change = { readonly type: 'join' | 'leave'; readonly node: string }

/** Of every set: the node of each key. */
type Places = readonly (readonly (string | null)[])[]

const map = (is: Rules) => {
  const everywhere = (nodes: readonly string[], ctx: Context): Places =>
    Array.from({ length: Number(ctx.config['sets']) }, (_, set) => placesOf(is, nodes, set, ctx))
  /** Counts keys and requests of every set, and announces both. */
  function survey(nodes: readonly string[], places: Places, ctx: Context): State {
    const sets = places.map((ofSet, set) => counted(is, nodes, ofSet, set, ctx))
    for (const { nowhere, keysAt, requestsAt } of sets)
      ctx.output({ type: 'spread', nowhere, keys: spreadOf(keysAt), requests: spreadOf(requestsAt) })
    const { keysAt, requestsAt } = sets[0]!
    return { nodes: [...nodes], keysAt, requestsAt, moved: 0, points: shownPoints(is, nodes, ctx), sets }
  }
  /** Places every key of every set anew, and announces how many went where. */
  function change(state: State, nodes: readonly string[], node: string, ctx: Context): void {
    const [before, after] = [everywhere(state.nodes, ctx), everywhere(nodes, ctx)]
    const { sets, ...counts } = survey(nodes, after, ctx)
    for (const [set, places] of after.entries()) {
      const moves = places.flatMap((next, i) => (next === before[set]![i] ? [] : [[before[set]![i], next]]))
      const needless = moves.filter((move) => !move.includes(node)).length
      sets[set]!.moved = moves.length
      ctx.output({ type: 'moved', node, moved: moves.length, needless })
    }
    Object.assign(state, counts, { moved: sets[0]!.moved, sets })
  }
  return defineNode<State, Change>({
    start(ctx) {
      mustBeMap(ctx.config)
      const names = Array.from({ length: Number(ctx.config['nodes']) }, (_, i) => `n${i + 1}`)
      return survey(names, everywhere(names, ctx), ctx)
    },
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

const LEAST: { readonly [param: string]: number } = {
  nodes: 1,
  keys: 1,
  points: 1,
  probes: 1,
  sets: 1,
  skew: 0,
  cap: 0,
}

/** Throws `RangeError` for what is no map. */
function mustBeMap(given: { readonly [param: string]: unknown }): void {
  const scheme = String(given['scheme'])
  const refuse = (why: string): never => {
    throw new RangeError(why)
  }
  if (!Object.hasOwn(SCHEMES, scheme))
    refuse(`there is no scheme ${scheme}: one of ${Object.keys(SCHEMES).join(', ')}`)
  for (const [param, least] of Object.entries(LEAST)) {
    const value = Number(given[param])
    const whole = param !== 'skew' && param !== 'cap'
    if (!(value >= least) || (whole && !Number.isInteger(value)))
      refuse(`${param} is a${whole ? ' whole' : ''} number from ${least} on, not ${given[param]}`)
  }
  const [cap, probes] = [Number(given['cap']), Number(given['probes'])]
  const weights = given['weights'] as readonly unknown[]
  if (!Array.isArray(weights) || weights.some((weight) => !(Number(weight) > 0)))
    refuse(`weights are numbers above 0, with a comma between, such as 1,2, not ${String(weights)}`)
  if (cap !== 0 && (cap < 1 || scheme !== 'ring'))
    refuse('cap bounds the load of a ring, and is 1 or more: with less there is no room for all')
  if (cap !== 0 && (probes > 1 || weights.length > 0))
    refuse('cap is for nodes of one size and one probe: leave weights and probes out')
  if (probes > 1 && scheme !== 'ring') refuse(`probes are places of a key on a ring, and ${scheme} has none`)
  if (weights.length > 0 && !WEIGHTED.includes(scheme))
    refuse(`${scheme} knows no weights: ${WEIGHTED.join(' and ')} do`)
}

export const keyPlacement = defineProtocol({
  name: 'key-placement',
  source:
    "Karger and others 1997 (the ring); Thaler & Ravishankar 1998; Lamping & Veach 2014; Eisenbud and others 2016; Mirrokni and others 2018 (bounded loads); Appleton & O'Reilly 2015 (probes)",
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
    weights: {
      default: [],
      says: 'how much n1, n2 and so on should get, beside one another; 1 where none is said',
    },
    probes: {
      default: 1,
      says: 'how many places of a key are tried on the ring; the nearest to a point counts',
    },
    sets: { default: 1, says: 'how many sets of keys and of names of nodes all is done with' },
  },
  assign(names, params) {
    mustBeMap(params)
    return Object.fromEntries(names.map((name) => [name, { role: 'map', peers: [], config: params }]))
  },
  requests: {
    join: { to: 'map', fields: { node: 'n11' }, says: 'adds a node' },
    leave: { to: 'map', fields: { node: 'n3' }, says: 'takes a node away' },
  },
  view: (state) => {
    const { nodes, keysAt, requestsAt, moved, sets } = state as unknown as State
    const counts = { nodes: nodes.length, keysAt, requestsAt, moved }
    return sets.length > 1 ? { ...counts, sets } : counts
  },
  properties: [placed, monotone, evenKeys, evenRequests],
  label(body) {
    if (body.type === 'spread') return `most keys ${(body['keys'] as { most: number }).most}`
    if (body.type === 'moved') return `${body['moved']} keys move`
    return body.type.endsWith('_ok') ? `${body['moved']} moved` : `${body.type} ${body['node']}`
  },
})
