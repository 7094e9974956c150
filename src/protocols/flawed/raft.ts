/** Flawed readings of Raft, one rule each: of the election, and of the log that is built on it. */
import type { Alternative } from '../../world/protocol.ts'
import type { Last } from '../raftElection.ts'
import type { Conflict, Entry } from '../raftLog.ts'

type Reading = Omit<Alternative, 'protocol'>

const of = (rule: string, name: string, says: string, is: Alternative['is']): Reading => ({
  rule,
  name,
  says,
  is,
})

const election: readonly Reading[] = [
  of('forceVote', 'never', 'currentTerm and votedFor are told before they are on the disk', () => {}),
  of('isFree', 'always', 'a server votes for every candidate of its term', () => true),
  of(
    'isMajority',
    'half',
    'half of the servers elect a leader',
    (votes: number, servers: number) => 2 * votes >= servers,
  ),
]

const log: readonly Reading[] = [
  of('mayVote', 'any-log', 'a later term is enough for a vote, whatever the log', () => true),
  of(
    'mayVote',
    'longer-log',
    'the longer log is the more up to date',
    (candidate: Last, own: Last) => candidate.index >= own.index,
  ),
  of('forceLog', 'never', 'entries are counted before they are on the disk', () => {}),
  of('conflict', 'never', 'entries are taken without a look at what they follow', () => null),
  of(
    'merge',
    'replace',
    'everything after prevLogIndex is replaced, conflict or not',
    (own: readonly Entry[], prev: number, entries: readonly Entry[]) => [...own.slice(0, prev), ...entries],
  ),
  of(
    'matched',
    'all',
    'a follower that says yes is taken to hold all that the leader has by now',
    (_answered: number, lastIndex: number) => lastIndex,
  ),
  of(
    'onMajority',
    'highest',
    'the highest matchIndex is committed, not the one in the middle',
    (indexes: readonly number[]) => Math.max(...indexes),
  ),
  of(
    'mayCommit',
    'any-term',
    'whatever is on a majority is committed, of older terms too (Figure 8)',
    () => true,
  ),
  of(
    'backtrack',
    'one',
    'nextIndex goes back by one at each rejection (safe, but slow)',
    (nextIndex: number, _conflict: Conflict) => Math.max(1, nextIndex - 1),
  ),
]

export const flawedRaft: readonly Alternative[] = [
  ...election.map((reading) => ({ protocol: 'raft-election', ...reading })),
  ...[...election, ...log].map((reading) => ({ protocol: 'raft-log', ...reading })),
]
