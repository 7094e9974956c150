/** Places in the life of Paxos from which a wrong rule shows soon: led to step by step, or message by message in Lamport's module. */
import { apply, begin } from '../../src/world/apply.ts'
import { DEFAULT_BUDGETS } from '../../src/world/budgets.ts'
import { choices } from '../../src/world/choices.ts'
import type { Model } from '../../src/world/protocol.ts'
import type { World } from '../../src/world/world.ts'

/** p1 has its value chosen by a1 and a2, and hears of it; a3 has heard nothing. */
export const decided = [
  "p1's timer attempt",
  'a1 receives prepare',
  'a2 receives prepare',
  'p1 receives promise ballot=0 vballot=-1 vval=null from a1',
  'p1 receives promise ballot=0 vballot=-1 vval=null from a2',
  'a1 receives accept ballot=0',
  'a2 receives accept ballot=0',
  'p1 receives accepted ballot=0 value=A from a1',
  'p1 receives accepted ballot=0 value=A from a2',
]

/** a1 and a2 promised, and a2 died; the prepare to a3 is lost, and p1 knows of both promises. */
export const promiserDied = [
  ...decided.slice(0, 5),
  'a2 crashes',
  'the network loses prepare ballot=0 from p1 to a3',
]

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

/** Ballot 0 leaves one vote for B at a1; ballot 1 does not see it, and may have A chosen by a2 and a3. */
export const oneVoteUnseen = [
  ...['1a 0', '1b a1 0 -1 -', '1b a2 0 -1 -', '2a 0 B', '2b a1 0 B'],
  ...['1a 1', '1b a2 1 -1 -', '1b a3 1 -1 -'],
]

/** The world in which these messages were sent one by one, in the cut of Lamport's module. */
export function said(model: Model, messages: readonly string[]): World {
  return messages.reduce<World>((world, message) => {
    for (const choice of choices(model, world, { ...DEFAULT_BUDGETS, timeouts: Number.POSITIVE_INFINITY })) {
      const applied = apply(model, world, choice)
      if (applied.kind !== 'applied') continue
      const { msgs } = applied.world.nodes['spec']!.state as unknown as { msgs: ReadonlySet<string> }
      if (msgs.has(message)) return applied.world
    }
    throw new Error(`${message} cannot be sent`)
  }, begin(model).world)
}
