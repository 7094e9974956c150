/** explore against the plain-object world, on models of over 100,000 worlds. */
import { abd } from '../../src/protocols/abd.ts'
import { linearizableRegister } from '../../src/protocols/clients.ts'
import { paxos } from '../../src/protocols/paxos.ts'
import { raftElection } from '../../src/protocols/raftElection.ts'
import { twoPhaseCommit } from '../../src/protocols/twoPhaseCommit.ts'
import { type ExploreOptions, explore } from '../../src/run/explore.ts'
import { exploreNaively } from '../../src/run/naive.ts'
import { apply, begin } from '../../src/world/apply.ts'
import { type Model, makeModel, requestBody } from '../../src/world/protocol.ts'
import { type Figures, heldBytes, peakBytes, timed } from './measure.ts'

/** The plain-object world is slow, and the same at any size: it need not see the whole space. */
const NAIVE_WORLDS = 4000

const put = (to: string, value: string) => ({ to, body: { type: 'put', value } })
const get = (to: string) => ({ to, body: { type: 'get' } })

export const exploreRows: { readonly [name: string]: () => Figures } = {
  'explore two-phase commit, two crashes and two losses': () => {
    const model = makeModel(twoPhaseCommit, { params: { votes: 'any' } })
    const first = apply(model, begin(model).world, {
      kind: 'request',
      client: 'client',
      to: 'tm',
      body: requestBody(twoPhaseCommit, 'begin', {}),
    })
    if (first.kind === 'refused') throw new Error(first.why)
    const budgets = { crashes: 2, drops: 2, timeouts: 4 }
    return compared(model, { from: first.world, properties: ['AC1'], budgets })
  },
  'explore Raft election, three servers, two terms': () =>
    compared(makeModel(raftElection, { params: { terms: 2 } }), { budgets: { timeouts: 4 } }),
  'explore Paxos, three acceptors, two proposers': () =>
    compared(makeModel(paxos), {
      properties: ['Agreement'],
      budgets: { timeouts: 2 },
      maxWorlds: 1_500_000,
    }),
  'explore ABD, three servers, two clients': () => {
    const clients = { c1: [put('s1', 'A'), get('s2')], c2: [put('s2', 'B'), get('s1')] }
    return compared(
      makeModel(abd, { names: ['s1', 's2', 's3'], clients, properties: [linearizableRegister] }),
      { maxWorlds: 1_500_000 },
    )
  },
}

function compared(whole: Model, options: ExploreOptions): Figures {
  const { from, properties = [], budgets } = options
  const kept = whole.properties.filter((p) => properties.includes(p.name))
  const model = { ...whole, properties: kept }
  const start = from && {
    ...from,
    folds: kept.map((p) => from.folds[whole.properties.indexOf(p)]!),
  }
  const before = heldBytes()
  const packed = timed(() =>
    explore(model, { ...options, ...(start && { from: start }), maxWorlds: 3_000_000, ...only(options) }),
  )
  const bytes = peakBytes() - before
  const naive = timed(() => exploreNaively(model, budgets, start, NAIVE_WORLDS))
  const { distinct, generated, depth, handlerCalls } = packed.result
  const rate = distinct / packed.seconds
  const naiveRate = naive.result.distinct / naive.seconds
  return {
    worlds: distinct,
    depth,
    'choices a world': generated / distinct,
    'worlds a second': rate,
    'choices a second': generated / packed.seconds,
    'worlds a second, plain objects': naiveRate,
    'times as fast as plain objects (>= 40)': rate / naiveRate,
    'peak bytes a world (<= 120)': bytes / distinct,
    'handler calls, % of choices (< 1)': (100 * handlerCalls) / generated,
  }
}

function only({ maxWorlds }: ExploreOptions): Pick<ExploreOptions, 'maxWorlds'> {
  return maxWorlds === undefined ? {} : { maxWorlds }
}
