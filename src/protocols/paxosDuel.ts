/** Paxos reduced to the question whether it ends: everybody wants the same value, and of a ballot only its order counts (Lamport, Paxos Made Simple, 2001, section 2.4). */
import { type Context, defineNode } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import { agreement, termination } from './consensus.ts'

/** The debatable decisions. */
export interface PaxosDuelRules {
  readonly [name: string]: (...args: never[]) => unknown
  /** Whether a proposer that was beaten tries again, with a higher ballot. */
  mayRetry(): boolean
}

/**
 * Ballots are kept modulo this number, so that the worlds of a race without end are finitely many. That is
 * exact as long as no two that meet are far apart, which `isHigher` watches.
 */
const CIRCLE = 8

/** What everybody wants. */
const VALUE = 'A'

/** Whether ballot a is above ballot b; everything is above null. */
function isHigher(a: number, b: number | null): boolean {
  if (b === null) return true
  const ahead = (a - b + CIRCLE) % CIRCLE
  const behind = (CIRCLE - ahead) % CIRCLE
  if (Math.min(ahead, behind) > CIRCLE / 4)
    throw new RangeError(`ballots ${a} and ${b} are too far apart to be compared modulo ${CIRCLE}`)
  return ahead > 0 && ahead < behind
}

/** The lowest ballot of this rank above one that was heard of. */
function nextBallot(heard: number | null, rank: number, proposers: number): number {
  const above = heard === null ? 0 : heard + 1
  return (above + ((rank - (above % proposers) + proposers) % proposers)) % CIRCLE
}

type Asked = { readonly type: 'prepare' | 'accept'; readonly ballot: number }

/** All want the same value, so that a vote need not be remembered: it would be for that value. */
const acceptor = defineNode<{ promised: number | null }, Asked>({
  start: () => ({ promised: null }),
  on: {
    prepare: (state, { from, body: { ballot } }, ctx) => answer(state, ctx, from, ballot, 'promise'),
    accept: (state, { from, body: { ballot } }, ctx) => answer(state, ctx, from, ballot, 'accepted'),
  },
})

function answer(state: { promised: number | null }, ctx: Context, to: string, ballot: number, yes: string) {
  if (state.promised !== null && isHigher(state.promised, ballot))
    return ctx.send(to, { type: 'beaten', ballot: state.promised })
  state.promised = ballot
  ctx.send(to, { type: yes, ballot })
}

interface Proposer {
  /** The ballot in progress, or the last one; null before the first. */
  ballot: number | null
  phase: 'idle' | 'preparing' | 'accepting' | 'done'
  /** How many acceptors have said yes in this phase. */
  yes: number
  /** The ballot that it has to outbid. */
  beatenBy: number | null
  /** Attempts that it may still make; null for any number. */
  tries: number | null
}

type Answer = { readonly type: 'promise' | 'accepted' | 'beaten'; readonly ballot: number }

/** Asks one acceptor after the other, so that it never has more than one message on its way, and quits when it is beaten. */
function proposer(rule: PaxosDuelRules) {
  /** Each begins with another acceptor. */
  function ask(state: Proposer, ctx: Context, type: 'prepare' | 'accept'): void {
    const next = ctx.peers[(Number(ctx.config['rank']) + state.yes) % ctx.peers.length]!
    ctx.send(next, { type, ballot: state.ballot })
  }

  function heardYes(state: Proposer, ctx: Context) {
    if (state.phase === 'idle') return ctx.refuse()
    state.yes++
    const isMajority = state.yes > ctx.peers.length / 2
    if (isMajority && state.phase === 'accepting') {
      state.phase = 'done'
      return ctx.output({ type: 'decide', value: VALUE })
    }
    if (isMajority) Object.assign(state, { phase: 'accepting', yes: 0 })
    ask(state, ctx, state.phase === 'accepting' ? 'accept' : 'prepare')
  }

  return defineNode<Proposer, Answer>({
    start(ctx) {
      // Ballots are not on a disk here: who has been down must not begin one again.
      if (ctx.boot === 'first') ctx.arm('attempt', 0)
      return { ballot: null, phase: 'idle', yes: 0, beatenBy: null, tries: triesOf(ctx.config['tries']) }
    },
    on: {
      promise: (state, _message, ctx) => heardYes(state, ctx),
      accepted: (state, _message, ctx) => heardYes(state, ctx),
      beaten(state, { body: { ballot } }, ctx) {
        if (state.phase === 'idle') return ctx.refuse()
        Object.assign(state, { phase: 'idle', yes: 0, beatenBy: ballot })
        if (rule.mayRetry() && state.tries !== 0) ctx.arm('attempt', 1)
      },
    },
    timers: {
      attempt(state, ctx) {
        const { rank, proposers } = ctx.config
        if (state.tries !== null) state.tries--
        state.ballot = nextBallot(state.beatenBy, Number(rank), Number(proposers))
        Object.assign(state, { phase: 'preparing', yes: 0, beatenBy: null })
        ask(state, ctx, 'prepare')
      },
    },
  })
}

function triesOf(tries: unknown): number | null {
  if (tries === 'any') return null
  if (Number.isInteger(tries) && Number(tries) > 0) return Number(tries)
  throw new RangeError(`tries is "any" or a whole number from 1 on, not ${String(tries)}`)
}

export const paxosDuel = defineProtocol({
  name: 'paxos-duel',
  source: 'Lamport, Paxos Made Simple, 2001, section 2.4: two proposers that keep on outbidding each other',
  says: 'Paxos reduced to whether it ends: one value, no faults, and ballots of which only the order counts',
  cluster: ['p1', 'p2', 'a1', 'a2', 'a3'],
  rules: { mayRetry: () => true } as PaxosDuelRules,
  roles: (rule) => ({ proposer: proposer(rule), acceptor }),
  params: {
    tries: { default: 'any', says: 'how many ballots a proposer begins at most' },
  },
  assign(names, { tries = 'any' }) {
    const proposers = names.filter((name) => name.startsWith('p'))
    const acceptors = names.filter((name) => name.startsWith('a'))
    const strangers = names.length - proposers.length - acceptors.length
    if (strangers > 0 || acceptors.length === 0 || proposers.length === 0 || proposers.length > 2)
      throw new RangeError(
        'paxos-duel needs one or two proposers p1 p2, acceptors a1 a2 a3 .., and nobody else',
      )
    triesOf(tries)
    return Object.fromEntries(
      names.map((name) => {
        const rank = proposers.indexOf(name)
        return rank < 0
          ? [name, { role: 'acceptor', peers: proposers, config: {} }]
          : [
              name,
              { role: 'proposer', peers: acceptors, config: { rank, proposers: proposers.length, tries } },
            ]
      }),
    )
  },
  properties: [agreement, termination],
  label: (body) =>
    body.type === 'decide' ? `decide ${String(body['value'])}` : `${body.type} ${String(body['ballot'])}`,
  view(state, role) {
    if (role === 'acceptor')
      return { promised: promisedText(state as unknown as { promised: number | null }) }
    const { ballot, phase, yes } = state as unknown as Proposer
    return ballot === null ? { ballot: 'none yet' } : { ballot, phase, yes }
  },
})

const promisedText = ({ promised }: { promised: number | null }) =>
  promised === null ? 'nothing' : `ballot ${promised}`
