/** Flawed readings of Raft, one rule each: of the election, of the log that is built on it, and of the map on the log. */
import type { Alternative } from '../../world/protocol.ts'
import type { Last } from '../raftElectionState.ts'
import type { Conflict, Entry } from '../raftEntries.ts'

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
  of('mayCount', 'any-term', 'a vote for an earlier candidacy counts for a later one', () => true),
  of('isStale', 'never', 'who led an earlier term is obeyed', () => false),
  of(
    'answersPast',
    'never',
    'what comes from an earlier term is thrown away, and nobody is told (safe, but who leads it may never learn)',
    () => false,
  ),
  of(
    'timeoutMs',
    'equal',
    'all servers wait equally long for a leader (safe, but a vote is split for ever)',
    (electionMs: number) => [electionMs, electionMs],
  ),
  of(
    'heedsLeader',
    'never',
    'a heartbeat does not put the election off (safe, but no leader lasts)',
    () => false,
  ),
  of(
    'askingTerm',
    'next',
    'with preVote: who asks for a pre-vote begins the next term by it (safe, but a server that comes back disturbs)',
    (currentTerm: number) => currentTerm + 1,
  ),
  of(
    'mayStay',
    'always',
    'with checkQuorum: a leader goes on although nobody answers it (safe, but nothing gets done)',
    () => true,
  ),
  of(
    'listens',
    'always',
    'with checkQuorum or preVote: who hears a leader listens to candidates all the same (safe, but they disturb)',
    () => true,
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
    'conflict',
    'length-only',
    'entries are taken where the log is long enough, whatever the term of the one before',
    (own: readonly Entry[], prev: number) =>
      prev > own.length ? { conflictTerm: 0, conflictIndex: own.length + 1 } : null,
  ),
  of(
    'merge',
    'replace',
    'everything after prevLogIndex is replaced, conflict or not',
    (own: readonly Entry[], prev: number, entries: readonly Entry[]) => [...own.slice(0, prev), ...entries],
  ),
  of(
    'merge',
    'keep-own',
    'what a server has it keeps, and only what is beyond its log is added',
    (own: readonly Entry[], prev: number, entries: readonly Entry[]) => [
      ...own,
      ...entries.slice(Math.max(0, own.length - prev)),
    ],
  ),
  of(
    'followerCommit',
    'log-end',
    'a follower commits as far as its log reaches (safe where every message brings all that the leader has, as here)',
    (leaderCommit: number, _lastNew: number, lastIndex: number) => Math.min(leaderCommit, lastIndex),
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

const map: readonly Reading[] = [
  of(
    'refusalCode',
    'definite',
    'who is no leader says that the request will never take effect, though a copy may reach a leader',
    () => 11,
  ),
  of('readsLog', 'never', 'whoever is asked answers a read from its own map', () => false),
  of('isRepeated', 'never', 'a request that arrives twice takes effect twice', () => false),
  of(
    'isRepeated',
    'last-only',
    'only the last request of a client is known again, not an earlier one that comes late',
    (n: number, last: number) => n === last,
  ),
]

/** Where there is no log, obeying an old leader changes no vote. */
function alone({ rule, says }: Reading): string {
  return rule === 'isStale' ? `${says} (safe as long as nothing is logged, but a new leader gives way)` : says
}

/** Every message of a leader brings its first entry along, so that no majority holds an older one without it. */
function behindFirst({ rule, says }: Reading): string {
  return rule === 'mayCommit'
    ? `${says} (safe where a leader first appends an entry of its own, as here)`
    : says
}

export const flawedRaft: readonly Alternative[] = [
  ...election.flatMap((reading) =>
    ['raft-election', 'raft-election-watched'].map((protocol) => ({
      protocol,
      ...reading,
      says: alone(reading),
    })),
  ),
  ...[...election, ...log].map((reading) => ({ protocol: 'raft-log', ...reading })),
  {
    protocol: 'raft-log',
    ...of(
      'firstEntry',
      'no-op',
      'a new leader first appends an entry of its own (safe, and section 8)',
      () => 'no-op',
    ),
  },
  ...[...election, ...log, ...map].map((reading) => ({
    protocol: 'raft-kv',
    ...reading,
    says: behindFirst(reading),
  })),
  {
    protocol: 'raft-kv',
    ...of(
      'firstEntry',
      'none',
      'a new leader waits for a request (safe, but what it was left with waits too)',
      () => null,
    ),
  },
]
