/** Flawed readings of Paxos, one rule each: of the protocol with its roles apart, of its log, and of Lamport's module. */
import type { NodeDisk } from '../../node/node.ts'
import type { Alternative } from '../../world/protocol.ts'
import type { Acceptor, Vote } from '../paxos.ts'

type Reading = Omit<Alternative, 'protocol'>

const of = (rule: string, name: string, says: string, is: Alternative['is']): Reading => ({
  rule,
  name,
  says,
  is,
})

const both: readonly Reading[] = [
  of('quorum', 'half', 'half of the acceptors are enough, so that two groups need not meet', (n: number) =>
    Math.ceil(n / 2),
  ),
  of('quorum', 'alone', 'one promise is enough for whoever is the leader', (n: number, phase: 1 | 2) =>
    phase === 1 ? 1 : Math.floor(n / 2) + 1,
  ),
  of(
    'quorum',
    'flexible',
    'a majority promises, half of the acceptors are enough to vote (safe: the two still meet)',
    (n: number, phase: 1 | 2) => (phase === 1 ? Math.floor(n / 2) + 1 : Math.ceil(n / 2)),
  ),
  of(
    'chooseValue',
    'largest',
    'the largest of the values voted for',
    (votes: readonly Vote[], own: string) =>
      votes.reduce((best, { vval }) => (best === null || vval > best ? vval : best), null as string | null) ??
      own,
  ),
  of(
    'chooseValue',
    'lowest-ballot',
    'the value of the lowest ballot voted in',
    (votes: readonly Vote[], own: string) =>
      votes.length === 0
        ? own
        : votes.reduce((best, vote) => (vote.vballot < best.vballot ? vote : best)).vval,
  ),
  of(
    'chooseValue',
    'any',
    'any of the values voted for: the first to be heard',
    (votes: readonly Vote[], own: string) => votes[0]?.vval ?? own,
  ),
  of(
    'chooseValue',
    'most-frequent',
    'the value that most have voted for; of equally many the first to be heard',
    (votes: readonly Vote[], own: string) => {
      const count = (value: string) => votes.filter(({ vval }) => vval === value).length
      return (
        votes.reduce<string | null>(
          (best, { vval }) => (best === null || count(vval) > count(best) ? vval : best),
          null,
        ) ?? own
      )
    },
  ),
  of('chooseValue', 'own', 'always the own value', (_votes: readonly Vote[], own: string) => own),
  of(
    'report',
    'promised',
    'a promise reports the ballot last promised with the value, not the one voted in',
    (a: Acceptor) => ({
      vballot: a.promised,
      vval: a.vval,
    }),
  ),
  of(
    'mayAccept',
    'equal',
    'only the very ballot that was promised is voted for (safe, but can get stuck)',
    (ballot: number, promised: number) => ballot === promised,
  ),
  of(
    'mayAccept',
    'higher',
    'only a ballot above the one promised is voted for: none ever is',
    (ballot: number, promised: number) => ballot > promised,
  ),
  of('mayAccept', 'always', 'every accept is voted for, whatever was promised', () => true),
]

const apart: readonly Reading[] = [
  ...(['ballot', 'promise', 'vote'] as const).map((forgotten) =>
    of(
      'force',
      `not-${forgotten}`,
      `a ${forgotten} is told before it is on the disk`,
      (disk: NodeDisk, what: string) => {
        if (what !== forgotten) disk.sync()
      },
    ),
  ),
  of(
    'mayPromise',
    'always',
    'every prepare is answered, below the promise too, and the promise goes down with it',
    () => true,
  ),
  of(
    'mayPromise',
    'higher',
    'only a prepare above the promise is answered, not the same one again (safe, but an answer that was lost stays lost)',
    (ballot: number, promised: number) => ballot > promised,
  ),
  of(
    'quorum',
    'one-vote',
    'a majority promises, and one vote decides: nobody waits for a second phase to end',
    (n: number, phase: 1 | 2) => (phase === 1 ? Math.floor(n / 2) + 1 : 1),
  ),
  of('tally', 'by-value', 'votes for a value add up over ballots', (_ballot: number, value: string) => value),
]

export const flawedPaxos: readonly Alternative[] = [
  ...apart.map((reading) => ({ protocol: 'paxos', ...reading })),
  ...['paxos', 'paxos-lamport'].flatMap((protocol) => both.map((reading) => ({ protocol, ...reading }))),
  {
    protocol: 'paxos',
    ...of('ballot', 'shared', 'every proposer begins at ballot 0: ballots have no owner', (n: number) => n),
  },
  {
    protocol: 'paxos',
    ...of(
      'ballot',
      'same',
      'a proposer tries again with the number that it had: ballots do not grow',
      (_n: number, rank: number) => rank,
    ),
  },
  {
    protocol: 'paxos',
    ...of('force', 'never', 'promises, votes and used ballots are never forced to the disk', () => {}),
  },
  ...both
    .filter(({ rule, name }) =>
      ['chooseValue own', 'mayAccept always', 'quorum alone'].includes(`${rule} ${name}`),
    )
    .map((reading) => ({ protocol: 'multi-paxos', ...reading })),
  {
    protocol: 'paxos-duel',
    ...of('mayRetry', 'never', 'who is beaten gives up for good', () => false),
  },
  {
    protocol: 'paxos-register',
    ...of('mayRead', 'always', 'every server answers reads from what it knows itself', () => true),
  },
  {
    protocol: 'paxos-lamport',
    ...of(
      'mayPropose',
      'again',
      'a ballot may propose several values, as if two proposers shared it',
      () => true,
    ),
  },
  {
    protocol: 'paxos-lamport',
    ...of('survives', 'vote-only', 'a crash makes an acceptor forget its promise', (a: Acceptor) => ({
      ...a,
      promised: a.vballot,
    })),
  },
  {
    protocol: 'paxos-lamport',
    ...of('survives', 'promise-only', 'a crash makes an acceptor forget its vote', (a: Acceptor) => ({
      promised: a.promised,
      vballot: -1,
      vval: null,
    })),
  },
]
