/**
 * How each flawed reading is looked for: what clients ask, within which budgets, or with how many traitors. What is
 * not listed here is fuzzed from its first world and its situations, with the settings that the protocol has. Those of
 * Paxos and of Raft have files of their own.
 */
import type { Budgets } from '../../src/world/budgets.ts'
import { lead } from '../protocols/stories.ts'
import { ANY_TIME, type Look, SET } from './look.ts'
import { paxosLooks, paxosLosses } from './paxosLooks.ts'
import { raftLooks, raftLosses } from './raftLooks.ts'

const CRASH = { ...ANY_TIME, crashes: 1 }

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

const putAt = (to: string, value: string, at?: string) => ({
  to,
  body: { type: 'put', value, ...(at && { at }) },
})
const getAt = (to: string) => ({ to, body: { type: 'get' } })
const readAt = (to: string, seen: number) => ({ to, body: { type: 'get', at: 'here', seen } })

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

const twice = <T>(one: T): T[] => [one, one]

/** A slot with two keys moves, while both are read. */
export const slots: Look = {
  clients: {
    operator: [{ to: 'a', body: { type: 'move', key: '{ann}name', to: 'b' } }],
    ann: [{ to: 'app', body: { type: 'get', key: '{ann}name' } }],
    bob: [{ to: 'app', body: { type: 'get', key: '{ann}town' } }],
  },
  within: {},
}

/** In any order: one tells the other, who does something twice; and both record themselves. */
const clocks: Look = {
  asks: [
    at('ann', 'record'),
    at('ann', 'tell', { to: 'bob' }),
    ...twice(at('bob', 'act')),
    at('bob', 'record'),
  ],
  within: {},
}

/** By `protocol/rule=reading`, or by `protocol/` for all of its readings that have no line of their own. */
export const looks: { readonly [reading: string]: Look } = {
  'lamport-clocks/': clocks,
  'vector-clocks/': clocks,
  'causal-broadcast/': {
    asks: [at('ann', 'write', { text: 'who comes?' }), at('bob', 'write', { text: 'I do' })],
    within: {},
  },

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

  'abd/quorum=half': { names: ['s1', 's2', 's3', 's4'] },
  'abd/writeBack=never': {
    params: { durable: false },
    clients: { c1: [putAt('s1', 'A')], c2: [getAt('s2'), getAt('s3')] },
    from: (model) =>
      lead(model, ['s1 receives put', 's2 receives query', 's1 receives queried', 's3 receives query']),
    where: 'while a client writes',
    within: {},
  },
  'abd/next=count-only': {
    names: ['s1', 's2'],
    params: { durable: false },
    clients: { c1: [putAt('s1', 'A'), getAt('s1'), getAt('s2')], c2: [putAt('s2', 'B')] },
    within: {},
  },
  'replicated-register/mayAnswer=always': {
    clients: { c: [putAt('p', 'A', 'primary'), readAt('r1', 1)] },
    within: {},
  },
  'replicated-register/keep=last-arrived': {
    clients: {
      w: [putAt('p', 'A', 'primary'), putAt('p', 'B', 'primary')],
      c: [readAt('r1', 0), readAt('r1', 0)],
    },
    within: {},
  },
  'cart/merge=last-writer-wins': {
    clients: {
      ann: [{ to: 'n1', body: { type: 'add', item: 'milk' } }],
      bob: [{ to: 'n2', body: { type: 'add', item: 'bread' } }],
    },
    within: {},
  },

  ...paxosLooks,
  ...raftLooks,

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
    clients: { c: [{ to: 'flight', body: { type: 'begin', saga: 's1' } }] },
    inTheEnd: 'AllOrCompensated',
    limits: { crashes: 0, crashInside: 0 },
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
  // Clocks run true, and nothing is allowed for: the end of the holder's time is that of the server's.
  'leases/mayRead=to-the-end': { ...asked, params: { maxDrift: 0 } },
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
  'leases/expires=never': { ...held, within: { ...ANY_TIME, ticks: 3, drops: 1 } },
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
    clients: { ann: [{ to: 'a', body: { type: 'remove', element: 'milk' } }] },
    inTheEnd: 'Convergence',
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
  'hash-slots/': slots,
  'hash-slots/servesHalf=always': {
    clients: {
      operator: [{ to: 'a', body: { type: 'move', key: '{ann}name', to: 'b' } }],
      ann: [{ to: 'app', body: { type: 'mget', key: '{ann}name', other: '{ann}town' } }],
    },
    within: {},
  },
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

/** What readings lose that call themselves safe, where a property says so. */
export const losses: { readonly [reading: string]: Look } = { ...paxosLosses, ...raftLosses }
