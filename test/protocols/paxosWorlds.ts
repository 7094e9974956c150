/** Places in the life of Paxos with its roles apart, from which a wrong rule shows soon: led to step by step. */

/** p1 and p2 each have the promises of a majority; a2 has promised both. */
export const bothPrepared = [...prepared('p1', 0, ['a1', 'a2']), ...prepared('p2', 1, ['a2', 'a3'])]

/** Three ballots, each with promises of two acceptors and a vote of one. */
export const threeBallots = [
  ...prepared('p1', 0, ['a1', 'a2']),
  'a1 receives accept ballot=0',
  ...prepared('p2', 1, ['a2', 'a3']),
  'a2 receives accept ballot=1',
  ...prepared('p1', 2, ['a1', 'a3']),
  'a3 receives accept ballot=2',
]

/** A proposer begins a ballot, and these acceptors promise it. */
export function prepared(proposer: string, ballot: number, acceptors: readonly string[]): string[] {
  return [
    `${proposer}'s timer attempt`,
    ...acceptors.map((name) => `${name} receives prepare ballot=${ballot} from ${proposer}`),
    ...acceptors.map((name) => `${proposer} receives promise ballot=${ballot}..from ${name}`),
  ]
}
