/** Paxos for one decision, its roles apart: proposers ask acceptors, and whoever hears of enough votes has learned (Lamport, Paxos Made Simple, 2001, section 2). */
import { type Context, defineNode, type NodeDisk, type OperationId } from '../node/node.ts'
import { type Assignment, defineProtocol } from '../world/protocol.ts'
import { consensus, termination } from './consensus.ts'
import { duellingProposers, halfAcceptedValue } from './paxosSituations.ts'

/** What an acceptor remembers: the highest ballot it promised, and the ballot and value it last voted for. */
export interface Acceptor {
  /** -1 before the first promise. */
  promised: number
  /** -1 before the first vote. */
  vballot: number
  vval: string | null
}

/** The vote that a promise reports. */
export interface Vote {
  readonly vballot: number
  readonly vval: string
}

/** The debatable decisions. A flawed reading of the protocol replaces one of them. */
export interface PaxosRules {
  readonly [name: string]: (...args: never[]) => unknown
  /** How many acceptors are enough in a phase. Any group of phase 1 must share a member with any of phase 2. */
  quorum(acceptors: number, phase: 1 | 2): number
  /** The number of a proposer's n-th attempt (n and rank count from 0). No two proposers may share one. */
  ballot(n: number, rank: number, proposers: number): number
  /** Makes a proposer's last ballot, or an acceptor's promise or vote, durable before anyone hears of it. */
  force(disk: NodeDisk, what: 'ballot' | 'promise' | 'vote'): void
  /**
   * Whether a prepare may be answered: the promise is to take part in no lower ballot from now on. An equal
   * ballot is the same prepare again, and gets the same answer; that is safe as long as one proposer owns it.
   */
  mayPromise(ballot: number, promised: number): boolean
  /** What a promise reports: the ballot in which the acceptor voted, not the one it promised. */
  report(acceptor: Readonly<Acceptor>): { readonly vballot: number; readonly vval: string | null }
  /** The value of the accept: that of the highest ballot voted in, and one's own only if nobody voted. */
  chooseValue(votes: readonly Vote[], own: string): string
  /** Votes with the same name add up: those for one value in one ballot. */
  tally(ballot: number, value: string): string
  /** Whether an accept may be voted for. An acceptor that missed the prepare may vote all the same. */
  mayAccept(ballot: number, promised: number): boolean
}

export const paxosRules: PaxosRules = {
  quorum: (acceptors) => Math.floor(acceptors / 2) + 1,
  ballot: (n, rank, proposers) => n * proposers + rank,
  force: (disk) => disk.sync(),
  mayPromise: (ballot, promised) => ballot >= promised,
  report: ({ vballot, vval }) => ({ vballot, vval }),
  chooseValue: (votes, own) =>
    votes.reduce((best, vote) => (vote.vballot > best.vballot ? vote : best), { vballot: -1, vval: own })
      .vval,
  tally: (ballot, value) => `${ballot} ${value}`,
  mayAccept: (ballot, promised) => ballot >= promised,
}

type ToAcceptor =
  | { readonly type: 'prepare'; readonly ballot: number }
  | { readonly type: 'accept'; readonly ballot: number; readonly value: string }

/** Only this, of all an acceptor knows, must survive a crash: and it must survive before the answer leaves. */
function acceptor(rule: PaxosRules) {
  function remember(state: Acceptor, ctx: Context, what: 'promise' | 'vote'): void {
    ctx.disk.write('acceptor', state)
    rule.force(ctx.disk, what)
  }

  return defineNode<Acceptor, ToAcceptor>({
    start: (ctx) => ctx.disk.read<Acceptor>('acceptor') ?? { promised: -1, vballot: -1, vval: null },
    on: {
      prepare(state, { from, body: { ballot } }, ctx) {
        // Who asks for votes already has no use for promises any more.
        if (state.vballot >= ballot || !rule.mayPromise(ballot, state.promised)) return ctx.refuse()
        const vote = rule.report(state)
        state.promised = ballot
        remember(state, ctx, 'promise')
        ctx.send(from, { type: 'promise', ballot, ...vote })
      },
      accept(state, { body: { ballot, value } }, ctx) {
        if (!rule.mayAccept(ballot, state.promised)) return ctx.refuse()
        state.promised = ballot
        state.vballot = ballot
        state.vval = value
        remember(state, ctx, 'vote')
        ctx.broadcast({ type: 'accepted', ballot, value })
      },
    },
  })
}

type ToLearner = { readonly type: 'accepted'; readonly ballot: number; readonly value: string }

interface Learner {
  decided: string | null
  /** Who voted, by ballot and value: `0 A`. */
  votes: Map<string, readonly string[]>
}

type Accepted = { readonly from: string; readonly body: ToLearner }

/** A value is chosen when a quorum voted for it in one ballot: votes of different ballots do not add up. */
function learn(rule: PaxosRules, state: Learner, ctx: Context, accepted: Accepted, quorum: number) {
  const {
    from,
    body: { ballot, value },
  } = accepted
  if (state.decided !== null) return ctx.refuse()
  const key = rule.tally(ballot, value)
  const votes = state.votes.get(key) ?? []
  if (votes.includes(from)) return ctx.refuse()
  state.votes.set(key, [...votes, from].sort())
  if (votes.length + 1 < quorum) return
  state.decided = value
  state.votes = new Map()
  ctx.output({ type: 'decide', value })
}

function learner(rule: PaxosRules) {
  return defineNode<Learner, ToLearner>({
    start: () => ({ decided: null, votes: new Map() }),
    on: {
      accepted: (state, message, ctx) =>
        learn(rule, state, ctx, message, rule.quorum(Number(ctx.config['acceptors']), 2)),
    },
  })
}

type ToProposer =
  | ToLearner
  | { readonly type: 'propose'; readonly value: string }
  | {
      readonly type: 'promise'
      readonly ballot: number
      readonly vballot: number
      readonly vval: string | null
    }

interface Proposer extends Learner {
  value: string | null
  /** Attempts made so far, on the disk too: a ballot that was used is never used again. */
  attempts: number
  /** The ballot in progress. */
  ballot: number
  /** Who promised, while that is being collected; null once the accept has left. */
  promises: Map<string, Vote | null> | null
  clients: { from: string; op: OperationId | null }[]
}

/** Proposers are the learners that matter to clients, so they hear of votes too (section 2.3). */
function proposer(rule: PaxosRules) {
  const quorum = (ctx: Context, phase: 1 | 2) => rule.quorum(ctx.peers.length, phase)

  function want(state: Proposer, ctx: Context, value: string): void {
    state.value = value
    ctx.output({ type: 'propose', value })
    ctx.arm('attempt', 0)
  }

  return defineNode<Proposer, ToProposer>({
    start(ctx) {
      const state: Proposer = {
        decided: null,
        votes: new Map(),
        value: null,
        attempts: ctx.disk.read<number>('attempts') ?? 0,
        ballot: -1,
        promises: null,
        clients: [],
      }
      const { value } = ctx.config
      if (typeof value === 'string') want(state, ctx, value)
      return state
    },
    on: {
      propose(state, { from, op, body: { value } }, ctx) {
        if (state.decided !== null)
          return ctx.reply({ from, op }, { type: 'propose_ok', value: state.decided })
        state.clients.push({ from, op })
        if (state.value === null) want(state, ctx, value)
      },
      promise(state, { from, body: { ballot, vballot, vval } }, ctx) {
        if (ballot !== state.ballot || state.promises === null || state.value === null) return ctx.refuse()
        state.promises.set(from, vval === null ? null : { vballot, vval })
        if (state.promises.size < quorum(ctx, 1)) return
        const votes = [...state.promises.values()].filter((vote) => vote !== null)
        state.promises = null
        ctx.broadcast({ type: 'accept', ballot, value: rule.chooseValue(votes, state.value) })
      },
      accepted(state, message, ctx) {
        const refused = learn(rule, state, ctx, message, quorum(ctx, 2))
        if (refused !== undefined || state.decided === null) return refused
        ctx.disarm('attempt')
        for (const client of state.clients) ctx.reply(client, { type: 'propose_ok', value: state.decided })
        state.clients = []
      },
    },
    timers: {
      /** Gives up the ballot in progress and begins a higher one. Two proposers can do this to each other for ever. */
      attempt(state, ctx) {
        const { rank, proposers, ballots, patienceMs } = ctx.config
        const ballot = rule.ballot(state.attempts, Number(rank), Number(proposers))
        if (ballot >= Number(ballots)) return ctx.refuse()
        state.attempts++
        state.ballot = ballot
        state.promises = new Map()
        ctx.disk.write('attempts', state.attempts)
        rule.force(ctx.disk, 'ballot')
        ctx.broadcast({ type: 'prepare', ballot })
        // A width of its own breaks the symmetry of a duel.
        ctx.arm('attempt', [Number(patienceMs), 3 * Number(patienceMs)])
      },
    },
  })
}

export const paxos = defineProtocol({
  name: 'paxos',
  source: 'Lamport, The Part-Time Parliament, TOCS 1998; Paxos Made Simple, 2001, section 2',
  says: 'proposers ask a majority of acceptors to promise, then to vote; a value is chosen once a majority voted in one ballot',
  cluster: ['p1', 'p2', 'a1', 'a2', 'a3'],
  rules: paxosRules,
  roles: (rule) => ({ proposer: proposer(rule), acceptor: acceptor(rule), learner: learner(rule) }),
  params: {
    ballots: {
      default: 100,
      says: 'ballots are 0 .. ballots - 1; a proposer that has used up its own stops',
    },
    propose: { default: true, says: 'whether proposers propose a value of their own from the start' },
    patienceMs: { default: 50, says: 'how long, at least, a proposer waits before it tries a higher ballot' },
  },
  assign(names, params) {
    const proposers = names.filter((name) => name.startsWith('p'))
    const acceptors = names.filter((name) => name.startsWith('a'))
    const learners = names.filter((name) => !proposers.includes(name) && !acceptors.includes(name))
    if (proposers.length === 0 || acceptors.length === 0)
      throw new RangeError(
        'paxos needs proposers p1 p2 .. and acceptors a1 a2 a3 ..; other names are learners',
      )
    const { ballots = 100, propose = true, patienceMs = 50 } = params
    const assignment = (name: string): Assignment => {
      const rank = proposers.indexOf(name)
      const value = propose === true ? String.fromCharCode(65 + rank) : null
      if (rank >= 0)
        return {
          role: 'proposer',
          peers: acceptors,
          config: { value, rank, proposers: proposers.length, ballots, patienceMs },
        }
      return acceptors.includes(name)
        ? { role: 'acceptor', peers: [...proposers, ...learners], config: {} }
        : { role: 'learner', peers: [], config: { acceptors: acceptors.length } }
    }
    return Object.fromEntries(names.map((name) => [name, assignment(name)]))
  },
  requests: {
    propose: {
      to: 'proposer',
      fields: { value: 'A' },
      says: 'asks for a value to be chosen; answers with what was',
    },
  },
  properties: [...consensus(), termination],
  situations: [duellingProposers, halfAcceptedValue],
  label(body) {
    const { type, ballot } = body
    if (type === 'promise')
      return body['vval'] === null
        ? `promise ${ballot}`
        : `promise ${String(body['vval'])}@${String(body['vballot'])}`
    if (type === 'decide' || type === 'propose' || type === 'propose_ok')
      return `${type} ${String(body['value'])}`
    return ballot === undefined
      ? type
      : `${type} ${String(ballot)}${'value' in body ? ` ${String(body['value'])}` : ''}`
  },
  view(state, role) {
    if (role === 'acceptor') {
      const { promised, vballot, vval } = state as unknown as Acceptor
      return {
        promised: promised < 0 ? 'nothing' : `ballot ${promised}`,
        voted: vval === null ? 'for nothing' : `for ${vval} in ballot ${vballot}`,
      }
    }
    const { decided, ballot, promises, value } = state as unknown as Proposer
    if (role === 'learner') return { decided: decided ?? 'nothing' }
    return {
      wants: value ?? 'nothing',
      ...(ballot >= 0 && { ballot: promises === null ? `${ballot}, accepts sent` : `${ballot}, preparing` }),
      ...(promises !== null && promises.size > 0 && { promises: [...promises.keys()] }),
      ...(decided !== null && { decided }),
    }
  },
})
