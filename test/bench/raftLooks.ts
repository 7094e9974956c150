/** Looks for readings of Raft that the usual random runs do not show: of more servers or one, or in places where a leader has to stay. */
import { electionSafety, leaderElected, steadyLeader } from '../../src/protocols/raftProperties.ts'
import { SYNCHRONOUS_LIMITS } from '../../src/run/swarm.ts'
import { cameBack, cutOff, led, twoTerms } from '../protocols/raftWorlds.ts'
import type { Look } from './look.ts'

const RAFT = ['raft-election', 'raft-election-watched', 'raft-log', 'raft-kv', 'raft-key-value']

/** The same look for a reading of every protocol with Raft's election. */
function ofEachRaft(reading: string, look: Look): { readonly [reading: string]: Look } {
  return Object.fromEntries(RAFT.map((protocol) => [`${protocol}/${reading}`, look]))
}

/** Nothing goes wrong but what the reading does wrong. */
export const QUIET = SYNCHRONOUS_LIMITS

/** Three servers, at the timeouts of the paper, and nothing that disturbs them. */
const quiet: Look = {
  names: ['n1', 'n2', 'n3'],
  params: { electionMs: 150, heartbeatMs: 50 },
  properties: [electionSafety, steadyLeader],
  limits: QUIET,
}
const steady: Look = { ...quiet, from: (model) => led(model, []), where: 'where one leads' }
const deaf: Look = {
  ...quiet,
  params: { ...quiet.params, preVote: true },
  from: (model) => led(model, ['n1>n3']),
  where: 'where one does not hear the leader',
}

/** In the election alone a server that obeys an old leader votes no differently; but the new leader gives way to the old. */
const past: Look = { ...quiet, from: twoTerms, where: 'where two lead, each in a term of its own' }

const write = (value: number) => ({ to: 'n1', body: { type: 'write', key: 'x', value } })
const read = { to: 'n1', body: { type: 'read', key: 'x' } }
/** One server, which elects itself; the network copies one message. */
const resent: Look = {
  names: ['n1'],
  clients: { c: [write(1), write(2), read] },
  within: { timeouts: 1, duplicates: 1 },
}
const refused: Look = { ...resent, clients: { c: [read, write(1)], d: [read, read] } }

export const raftLooks: { readonly [reading: string]: Look } = {
  ...ofEachRaft('isMajority=half', { names: ['n1', 'n2', 'n3', 'n4'] }),
  ...Object.fromEntries(
    ['raft-kv', 'raft-key-value'].flatMap((protocol) => [
      [`${protocol}/isRepeated=never`, resent],
      [`${protocol}/isRepeated=last-only`, resent],
      [`${protocol}/refusalCode=definite`, refused],
    ]),
  ),
}

/** What readings lose that call themselves safe. */
export const raftLosses: { readonly [reading: string]: Look } = {
  'raft-election/isStale=never': past,
  'raft-election-watched/isStale=never': past,
  'raft-election-watched/answersPast=never': {
    names: ['n1', 'n2', 'n3'],
    params: { terms: 2 },
    options: { wire: 'set' },
    from: cutOff,
    where: 'where the next leader cannot reach the old one',
    within: { timeouts: Number.POSITIVE_INFINITY },
  },
  ...ofEachRaft('timeoutMs=equal', {
    ...quiet,
    properties: [leaderElected],
    inTheEnd: 'LeaderElected',
    faultsMs: 200,
  }),
  ...ofEachRaft('heedsLeader=never', steady),
  ...ofEachRaft('listens=always', deaf),
  ...ofEachRaft('askingTerm=next', {
    ...quiet,
    params: { ...quiet.params, preVote: true },
    from: cameBack,
    where: 'where one comes back that was alone',
  }),
}
