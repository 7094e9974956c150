/** Looks for readings of Paxos: with its roles apart, in Lamport's module, of its log, and of two who duel. */
import { agreement } from '../../src/protocols/consensus.ts'
import { property } from '../../src/world/property.ts'
import type { Model, ModelInput } from '../../src/world/protocol.ts'
import type { World } from '../../src/world/world.ts'
import { bothPrepared, oneVoteUnseen, promiserDied, said, threeBallots } from '../protocols/paxosWorlds.ts'
import { lead } from '../protocols/stories.ts'
import { ANY_TIME, type Look, SET } from './look.ts'

const whole: Look = { within: ANY_TIME }
/** Lamport's module from where these messages have been sent. */
const lamport = (given: readonly string[], params: ModelInput['params'] = {}): Look => ({
  params,
  from: (model) => said(model, given),
  where: `after ${given.length} messages`,
  within: ANY_TIME,
})
const ballots = lamport(oneVoteUnseen.slice(0, 6), { ballots: 3 })
/** Of four acceptors the first have promised ballot 0, and the others ballot 1. */
const four = lamport(['1a 0', '1b a1 0 -1 -', '1b a2 0 -1 -', '1a 1', '1b a3 1 -1 -', '1b a4 1 -1 -'], {
  acceptors: ['a1', 'a2', 'a3', 'a4'],
})
const forgets = lamport(['1a 0', '1b a1 0 -1 -', '1b a2 0 -1 -', '2a 0 A', '2b a1 0 A'])

/** Nothing that a module without a property for it could break: that anything is ever chosen. */
const somethingChosen = property<boolean>({
  name: 'SomethingChosen',
  says: 'in some world a value is chosen',
  first: false,
  see: (fold, seen) => fold || (seen.kind === 'output' && seen.body.type === 'decide'),
  judge: { kind: 'sometimes', shown: (fold) => fold },
})

/** n1 leads Multi-Paxos in ballot 0, and n3 in ballot 2, of which n1 does not know; each was asked for a command. */
const twoAsked = (model: Model): World => {
  const submit = (to: string, command: string) => [
    { kind: 'request', client: `client of ${command}`, to, body: { type: 'submit', command } } as const,
    `${to} receives submit command=${command}`,
  ]
  const elected = lead(model, ["n1's timer election", 'n2 receives prepare', 'n1 receives promise'])
  const asked = lead(model, submit('n1', 'a'), { ...elected, wire: [] })
  const later = ["n3's timer election", 'n2 receives prepare ballot=2', 'n3 receives promise']
  return lead(model, [...later, ...submit('n3', 'b')], asked)
}

export const paxosLooks: { readonly [reading: string]: Look } = {
  'paxos/quorum=half': { names: ['p1', 'p2', 'a1', 'a2', 'a3', 'a4'] },
  'paxos/quorum=flexible': { names: ['p1', 'p2', 'a1', 'a2', 'a3', 'a4'] },
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
  'paxos-lamport/': whole,
  'paxos-lamport/quorum=half': four,
  'paxos-lamport/quorum=flexible': four,
  'paxos-lamport/mayAccept=higher': { ...whole, properties: [agreement, somethingChosen] },
  'paxos-lamport/chooseValue=largest': ballots,
  'paxos-lamport/chooseValue=lowest-ballot': ballots,
  'paxos-lamport/chooseValue=any': ballots,
  'paxos-lamport/chooseValue=most-frequent': ballots,
  'paxos-lamport/report=promised': ballots,
  'paxos-lamport/survives=vote-only': forgets,
  'paxos-lamport/survives=promise-only': forgets,

  'multi-paxos/mayAccept=always': {
    params: { ballots: 4 },
    from: twoAsked,
    where: 'where two lead, and each was asked for a command',
    within: { timeouts: 0 },
  },
}

/** What a reading loses that calls itself safe. */
export const paxosLosses: { readonly [reading: string]: Look } = {
  'paxos/mayAccept=equal': {
    params: { ballots: 1 },
    from: (model) => lead(model, promiserDied),
    where: 'where one of two promisers has died',
    within: ANY_TIME,
  },
}
