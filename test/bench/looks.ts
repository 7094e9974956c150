/**
 * How each flawed reading is looked for: what clients ask, within which budgets, or with how many traitors. What is
 * not listed here is fuzzed from its first world and its situations, with the settings that the protocol has.
 */
import type { FuzzOptions } from '../../src/run/fuzz.ts'
import type { Budgets } from '../../src/world/budgets.ts'
import type { Model, ModelInput } from '../../src/world/protocol.ts'
import type { World } from '../../src/world/world.ts'
import { bothPrepared, threeBallots } from '../protocols/paxosWorlds.ts'
import { lead } from '../protocols/stories.ts'

export interface Look extends ModelInput {
  /** What clients ask before it begins, each a client of its own: whom, and what. */
  readonly asks?: readonly (readonly [to: string, body: Ask])[]
  /** Where it begins, in place of what clients ask. */
  readonly from?: (model: Model) => World
  /** Budgets of a search through all worlds; without them, it is fuzzed. */
  readonly within?: Partial<Budgets>
  /** What has to be met in the end, to be judged in a fuzz. */
  readonly inTheEnd?: string
  /** Of a fuzz. */
  readonly limits?: FuzzOptions['limits']
  readonly faultsMs?: number
}

type Ask = { readonly type: string; readonly [field: string]: string | number | boolean }

const ANY_TIME = { timeouts: Number.POSITIVE_INFINITY }
const CRASH = { ...ANY_TIME, crashes: 1 }
const SET = { options: { wire: 'set' } } as const

const pay = (tx: string, poison = false) => ['orders', { type: 'pay', tx, poison }] as const
const outbox: Look = { ...SET, asks: [pay('t1')], within: CRASH }
const poisoned: Look = { ...SET, asks: [pay('t1', true), pay('t2')], within: ANY_TIME }
const dropped: Look = { ...SET, asks: [pay('t1', true)], within: ANY_TIME }

const begin = ['trip', { type: 'begin', saga: 's1' }] as const
const saga: Look = { ...SET, params: { amounts: [1, 1, 0] }, asks: [begin], within: CRASH }
const short: Look = { ...SET, names: ['trip', 'flight', 'hotel'], asks: [begin], within: CRASH }

const at = (to: string, type: string, body: object = {}) => [to, { type, ...body }] as const
const puts = [at('a', 'put', { value: 'A' }), at('b', 'put', { value: 'B' })]
const adds = [at('a', 'add', { by: 1 }), at('b', 'add', { by: 1 })]
const upAndDown = [...adds, at('a', 'subtract', { by: 1 })]
const milk = ['add', 'add', 'remove'].map((type, i) => at(i === 1 ? 'b' : 'a', type, { element: 'milk' }))
const again: Look = { ...SET, asks: puts.slice(0, 1), within: CRASH }

const putX = at('a', 'put', { key: 'x', value: 'A' })
const deleteX = at('a', 'delete', { key: 'x' })
const partners: Look = {
  ...SET,
  names: ['a', 'b', 'c', 'd'],
  params: { way: 'push' },
  asks: [putX],
  within: { ...ANY_TIME, crashes: 1, mayCrash: ['b'] },
}

const putAt = (to: string, value: string) => ({ to, body: { type: 'put', value } })
const getAt = (to: string) => ({ to, body: { type: 'get' } })

const general = (m: number, lies = 1, order = 'attack', budgets: Partial<Budgets> = {}): Look => ({
  names: Array.from({ length: m }, (_, i) => (i === 0 ? 'c' : `l${i}`)),
  params: { m: 1, order },
  within: { traitors: 1, lies, ...budgets },
})
const seven: Look = {
  names: ['c', 'l1', 'l2', 'l3', 'l4', 'l5', 'l6'],
  params: { m: 2, order: 'attack' },
  limits: { traitors: 2, lies: 1 },
  faultsMs: 200,
}

const three: Look = { params: { begun: true, mayStop: ['c'] }, within: ANY_TIME }
const four: Look = { names: ['n1', 'n2', 'n3', 'n4'] }
const ballots: Look = { params: { ballots: 3 }, within: ANY_TIME }
const paxos: Look = { within: ANY_TIME }

const leaseOfA = [
  { kind: 'request', client: 'ann', ...getAt('a') },
  'a receives get',
  'server receives fetch',
  'a receives grant',
  'ann receives',
] as const
/** A cache has its lease; then Bob saves A, and looks at it through the cache. */
const held: Look = {
  names: ['server', 'a'],
  clients: { bob: [putAt('server', 'A'), getAt('a')] },
  from: (model) => lead(model, leaseOfA),
  within: { ...ANY_TIME, ticks: 3 },
}
const asked: Look = {
  ...held,
  from: (model) => lead(model, [{ kind: 'request', client: 'ann', ...getAt('a') }]),
}
/** Two clocks as far from true time as is allowed for, in opposite directions; Ann writes at s1, and then at s2. */
const apart: Look = {
  clients: { ann: [putAt('s1', 'A'), putAt('s2', 'B')] },
  from: (model) =>
    lead(model, [
      { kind: 'clock', node: 's1', stepUs: 4000, rate: null },
      { kind: 'clock', node: 's2', stepUs: -4000, rate: null },
    ]),
  within: { ...ANY_TIME, ticks: 4, tickMs: 5 },
}
const acts: Look = {
  names: ['ann', 'bob'],
  asks: [at('ann', 'tell', { to: 'bob' }), at('ann', 'act'), at('bob', 'act')],
  within: { ...ANY_TIME, ticks: 2, drift: [1, 10] },
}
const readAtA = { ann: [getAt('a')], bob: [putAt('b', 'B'), getAt('a')] }

/** By `protocol/rule=reading`, or by `protocol/` for all of its readings that have no line of their own. */
export const looks: { readonly [reading: string]: Look } = {
  'two-phase-commit/mayCommit=majority': { names: ['tm', 'rm1', 'rm2', 'rm3'], params: { votes: 'any' } },
  'two-phase-commit/mayCommit=never': {
    asks: [at('tm', 'begin', { tx: 't1' })],
    within: { timeouts: 1, crashes: 1 },
  },
  'two-phase-commit/forceVote=never': { params: { open: 't1' } },

  'three-phase-commit/': three,
  'three-phase-commit/terminate=commit-at-once': {
    ...three,
    params: { begun: true, mayStop: ['c', 'p1'] },
  },

  'paxos/quorum=half': { names: ['p1', 'p2', 'a1', 'a2', 'a3', 'a4'] },
  'paxos/mayAccept=higher': {
    ...SET,
    names: ['p1', 'a1', 'a2', 'a3'],
    params: { ballots: 1 },
    within: ANY_TIME,
  },
  'paxos/force=not-promise': {
    params: { ballots: 2 },
    from: (model) => lead(model, bothPrepared),
    within: { timeouts: 0, crashes: 1, mayCrash: ['a2'] },
  },
  'paxos/tally=by-value': {
    params: { ballots: 4 },
    // The fourth ballot is heard where the messages of the others are out of the way.
    from: (model) => {
      const world = lead(model, threeBallots)
      return { ...world, wire: world.wire.filter(({ body }) => body.type === 'accepted') }
    },
    within: { timeouts: 1 },
  },
  'paxos-duel/mayRetry=never': {
    overrides: { p2: { tries: 1 } },
    within: { ...ANY_TIME, crashes: 1, mayCrash: ['p2'] },
  },
  'paxos-lamport/': paxos,
  'paxos-lamport/quorum=half': { ...paxos, params: { acceptors: ['a1', 'a2', 'a3', 'a4'] } },
  'paxos-lamport/chooseValue=largest': ballots,
  'paxos-lamport/chooseValue=lowest-ballot': ballots,
  'paxos-lamport/chooseValue=any': ballots,
  'paxos-lamport/report=promised': ballots,

  'abd/quorum=half': { names: ['s1', 's2', 's3', 's4'] },
  'abd/next=count-only': {
    names: ['s1', 's2'],
    params: { durable: false },
    clients: { c1: [putAt('s1', 'A'), getAt('s1'), getAt('s2')], c2: [putAt('s2', 'B')] },
    within: {},
  },
  'cart/merge=last-writer-wins': {
    clients: {
      ann: [{ to: 'n1', body: { type: 'add', item: 'milk' } }],
      bob: [{ to: 'n2', body: { type: 'add', item: 'bread' } }],
    },
    within: {},
  },

  'raft-election/isMajority=half': four,
  'raft-log/isMajority=half': four,
  'raft-kv/isMajority=half': four,
  'raft-key-value/isMajority=half': four,

  'outbox/': outbox,
  'outbox/place=send-then-commit': {
    ...outbox,
    params: { commits: 'any' },
    options: { wire: 'bag' },
    within: {},
  },
  'outbox/consume=ack-first': { inTheEnd: 'NoLostEvent' },
  'outbox/refused=for-ever': poisoned,
  'outbox/refused=drop': dropped,
  'half-message/': outbox,
  'half-message/consume=ack-first': { inTheEnd: 'NoLostEvent' },
  'half-message/refused=for-ever': poisoned,
  'half-message/refused=drop': dropped,

  'saga/': saga,
  'saga/log=after': short,
  'saga/onSilence=not-executed': short,
  'saga/onDo=every-time': { ...saga, params: { amounts: [5] } },
  'saga-choreography/': { ...saga, asks: [at('flight', 'begin', { saga: 's1' })] },
  'saga-choreography/tell=once': {
    ...saga,
    options: { wire: 'bag' },
    asks: [at('flight', 'begin', { saga: 's1' })],
    within: { ...CRASH, timeouts: 0 },
  },
  'saga-choreography/onDo=every-time': {
    ...saga,
    params: { amounts: [5] },
    asks: [at('flight', 'begin', { saga: 's1' })],
  },

  'leases/': held,
  'leases/until=whole-term': { ...held, within: { ...ANY_TIME, ticks: 3, drift: [1, 10] } },
  'leases/until=one-clock': { ...held, within: { ...ANY_TIME, ticks: 2, tickMs: 18, drift: [1, 10] } },
  'leases/until=from-arrival': asked,
  'leases/answered=everyone': asked,
  'leases/mayRead=never': {
    names: ['server', 'a'],
    params: { termMs: 400 },
    clients: { ann: [getAt('a'), getAt('a')] },
    within: { ...ANY_TIME, ticks: 1 },
  },
  'leases/isDated=always': {
    ...held,
    from: (model) =>
      lead(model, [{ kind: 'clock', node: 'a', stepUs: -3_600_000_000, rate: null }, ...leaseOfA]),
  },
  'leases/recoverMs=half-a-term': {
    ...held,
    within: { ...ANY_TIME, ticks: 3, crashes: 1, mayCrash: ['server'] },
  },
  'leases/mayGrant=always': {
    asks: [at('a', 'get'), at('b', 'get'), at('server', 'put', { value: 'A' })],
    within: { ticks: 1, timeouts: 0 },
  },
  'leases/expires=never': { ...held, within: { ticks: 1, timeouts: 0, drops: 1 } },
  'leases/recoverMs=at-once': {
    ...held,
    within: { ticks: 1, timeouts: 0, crashes: 1, mayCrash: ['server'] },
  },
  'write-lease/': { clients: readAtA, within: { ...ANY_TIME, ticks: 3 } },
  'write-lease/mayGrant=always': {
    asks: [at('a', 'get'), at('b', 'get')],
    within: { ticks: 1, timeouts: 0 },
  },
  'write-lease/accepts=always': {
    clients: { ann: [putAt('a', 'A')], bob: [putAt('b', 'B')] },
    within: { ...ANY_TIME, ticks: 3 },
  },
  'commit-wait/': apart,
  'commit-wait/mayRead=at-once': {
    ...apart,
    clients: { ann: [putAt('s1', 'A')], bob: [getAt('s1'), putAt('s2', 'B')] },
  },
  'hybrid-clocks/': acts,

  'last-writer-wins/': { asks: puts, within: { timeouts: 1 } },
  'last-writer-wins/again=never': again,
  'g-counter/': { asks: adds, within: { timeouts: 1 } },
  'g-counter/again=never': { ...again, asks: adds.slice(0, 1) },
  'pn-counter/': { asks: upAndDown, within: { timeouts: 1 } },
  'pn-counter/again=never': { ...again, asks: adds.slice(0, 1) },
  'or-set/': { asks: milk, within: {} },
  'or-set/again=never': { ...again, asks: milk.slice(0, 1) },
  'tombstones/': { asks: [at('a', 'remove', { element: 'milk' })], within: { timeouts: 5, crashes: 1 } },
  'tombstones/again=never': {
    asks: [at('a', 'remove', { element: 'milk' })],
    within: { drops: 1 },
  },
  'gossip/': { ...SET, names: ['a', 'b'], asks: [putX, deleteX], within: { timeouts: 3 } },
  'gossip/again=never': {
    ...SET,
    names: ['a', 'b'],
    params: { way: 'push' },
    asks: [putX],
    within: ANY_TIME,
  },
  'gossip/partners=children': partners,
  'gossip/partners=always-the-same': partners,
  'gossip/partners=nearest': { ...partners, params: { way: 'push', where: [0, 1, 2, 100] } },
  'rumor/': { inTheEnd: 'Convergence' },
  'read-repair/': {
    // One replica has missed the write, and a client reads.
    from: (model) =>
      lead(model, [
        { kind: 'request', client: 'w', to: 'a', body: { type: 'put', value: 'A' } },
        'a receives put',
        'b receives write',
        'the network loses write..c',
        { kind: 'request', client: 'r', to: 'a', body: { type: 'get' } },
      ]),
    within: {},
  },
  'fallback/': {
    asks: [at('shop', 'checkout', { order: 'o1' })],
    within: { ...ANY_TIME, crashes: 1, mayCrash: ['advice'] },
  },

  'oral-messages/': general(4),
  'oral-messages/mayBelieve=any': general(4, 2, 'attack', { traitors: ['l1'] }),
  'oral-messages/absent=nothing': seven,
  'signed-messages/': general(3),
}
