/** Raft's leader election: one leader a term, by majority vote (Ongaro & Ousterhout 2014, section 5.2; Ongaro's thesis, section 3.4). */
import { type Context, defineNode, type NodeDisk } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import { electionSafety } from './raftProperties.ts'

/** Term and index of a log's last entry; zeros where it is empty. */
export interface Last {
  readonly term: number
  readonly index: number
}

/** The debatable decisions. A flawed reading of the protocol replaces one of them. */
export interface RaftElectionRules {
  readonly [name: string]: (...args: never[]) => unknown
  /** Makes currentTerm and votedFor durable before anyone hears of them. */
  forceVote(disk: NodeDisk): void
  /** Whether the vote of this term is still to be given, or was given to this very candidate. */
  isFree(votedFor: string | null, candidate: string): boolean
  /** Whether the candidate's log is at least as up to date: the later last term, then the longer log (5.4.1). */
  mayVote(candidate: Last, own: Last): boolean
  isMajority(votes: number, servers: number): boolean
}

export const raftElectionRules: RaftElectionRules = {
  forceVote: (disk) => disk.sync(),
  isFree: (votedFor, candidate) => votedFor === null || votedFor === candidate,
  mayVote: (candidate, own) =>
    candidate.term > own.term || (candidate.term === own.term && candidate.index >= own.index),
  isMajority: (votes, servers) => 2 * votes > servers,
}

export interface ElectionState {
  role: 'follower' | 'candidate' | 'leader'
  currentTerm: number
  votedFor: string | null
  /** Whom this node last heard leading its term. */
  leader: string | null
  /** Who voted for this candidate. */
  votes: string[]
}

export type ElectionMessage =
  | {
      readonly type: 'RequestVote'
      readonly term: number
      readonly lastLogTerm: number
      readonly lastLogIndex: number
    }
  | { readonly type: 'RequestVoteResult'; readonly term: number; readonly voteGranted: boolean }

type Received<Type> = { readonly from: string; readonly body: Extract<ElectionMessage, { type: Type }> }

/** What a leader is elected for: an election needs to know no more of it. */
export interface Office<State> {
  last(state: State): Last
  /** The node has just won. */
  lead(state: State, ctx: Context): void
}

/** The election of any node whose state has an election in it: handlers, and what the rest needs of it. */
export function election<State extends ElectionState>(rule: RaftElectionRules, office: Office<State>) {
  /** Currency is the term: whoever sees a later one follows it, and has not voted in it. */
  function seeTerm(state: State, ctx: Context, term: number): boolean {
    if (term <= state.currentTerm) return false
    state.currentTerm = term
    state.votedFor = null
    state.leader = null
    if (state.role === 'leader') {
      ctx.disarm('heartbeat')
      waitForLeader(ctx)
    }
    state.role = 'follower'
    state.votes = []
    return true
  }

  function remember({ currentTerm, votedFor }: State, ctx: Context): void {
    ctx.disk.write('vote', { currentTerm, votedFor })
    rule.forceVote(ctx.disk)
  }

  function count(state: State, ctx: Context): void {
    if (!rule.isMajority(state.votes.length, ctx.peers.length + 1)) return
    state.role = 'leader'
    state.leader = ctx.self
    state.votes = []
    ctx.disarm('election')
    office.lead(state, ctx)
  }

  return {
    seeTerm,
    remember,
    /** A message of the term's leader: whoever else wanted to lead it has lost. */
    follow(state: State, ctx: Context, leader: string): void {
      state.role = 'follower'
      state.leader = leader
      state.votes = []
      waitForLeader(ctx)
    },
    on: {
      RequestVote(state: State, { from, body }: Received<'RequestVote'>, ctx: Context) {
        const isNew = seeTerm(state, ctx, body.term)
        const candidate = { term: body.lastLogTerm, index: body.lastLogIndex }
        const voteGranted =
          body.term === state.currentTerm &&
          rule.isFree(state.votedFor, from) &&
          rule.mayVote(candidate, office.last(state))
        if (voteGranted) {
          state.votedFor = from
          waitForLeader(ctx)
        }
        if (isNew || voteGranted) remember(state, ctx)
        ctx.send(from, { type: 'RequestVoteResult', term: state.currentTerm, voteGranted })
      },
      RequestVoteResult(state: State, { from, body }: Received<'RequestVoteResult'>, ctx: Context) {
        if (seeTerm(state, ctx, body.term)) return remember(state, ctx)
        const counts = state.role === 'candidate' && body.term === state.currentTerm && body.voteGranted
        if (!counts || state.votes.includes(from)) return ctx.refuse()
        state.votes = [...state.votes, from].sort()
        count(state, ctx)
      },
    },
    timers: {
      /** No leader was heard for a while: a new term, a vote for oneself, and all others are asked (5.2). */
      election(state: State, ctx: Context) {
        if (state.currentTerm >= Number(ctx.config['terms'])) return ctx.refuse()
        state.role = 'candidate'
        state.currentTerm++
        state.votedFor = ctx.self
        state.leader = null
        state.votes = [ctx.self]
        remember(state, ctx)
        const { term: lastLogTerm, index: lastLogIndex } = office.last(state)
        ctx.broadcast({ type: 'RequestVote', term: state.currentTerm, lastLogTerm, lastLogIndex })
        // A new random timeout at each start, so that a split vote is not split for ever.
        waitForLeader(ctx)
        count(state, ctx)
      },
    },
  }
}

export function waitForLeader(ctx: Context): void {
  ctx.arm('election', [Number(ctx.config['electionMs']), 2 * Number(ctx.config['electionMs'])])
}

export function heartbeat(ctx: Context): void {
  ctx.arm('heartbeat', Number(ctx.config['heartbeatMs']))
}

/** What a node knows when it starts: term and vote from its disk, everything else to be learned. */
export function electionState(ctx: Context): ElectionState {
  const vote = ctx.disk.read<{ currentTerm: number; votedFor: string | null }>('vote')
  waitForLeader(ctx)
  return {
    role: 'follower',
    currentTerm: vote?.currentTerm ?? 0,
    votedFor: vote?.votedFor ?? null,
    leader: null,
    votes: [],
  }
}

type Message = ElectionMessage | { readonly type: 'AppendEntries'; readonly term: number }

/** A server without a log: its leader has nothing to say but that it leads. */
function server(rule: RaftElectionRules) {
  const vote = election<ElectionState>(rule, {
    last: () => ({ term: 0, index: 0 }),
    lead(state, ctx) {
      ctx.output({ type: 'elected', term: state.currentTerm, log: [] })
      beat(state, ctx)
    },
  })

  function beat(state: ElectionState, ctx: Context): void {
    ctx.broadcast({ type: 'AppendEntries', term: state.currentTerm })
    heartbeat(ctx)
  }

  return defineNode<ElectionState, Message>({
    start: electionState,
    on: {
      ...vote.on,
      AppendEntries(state, { from, body: { term } }, ctx) {
        if (term < state.currentTerm) return ctx.refuse()
        if (vote.seeTerm(state, ctx, term)) vote.remember(state, ctx)
        vote.follow(state, ctx, from)
      },
    },
    timers: { ...vote.timers, heartbeat: beat },
  })
}

export const raftParams = {
  electionMs: { default: 150, says: 'an election timeout is drawn from here to twice as much' },
  heartbeatMs: { default: 50, says: 'how often a leader lets itself be heard' },
  terms: { default: 1_000_000, says: 'nobody begins an election beyond this term (to bound a search)' },
} as const

/** All servers are equal, and each knows the others. */
export function raftServers(
  names: readonly string[],
  config: { readonly [name: string]: null | boolean | number | string | readonly never[] },
) {
  return Object.fromEntries(
    names.map((name) => [name, { role: 'server', peers: names.filter((n) => n !== name), config }]),
  )
}

export const raftElection = defineProtocol({
  name: 'raft-election',
  source: 'Ongaro & Ousterhout, In Search of an Understandable Consensus Algorithm, 2014, section 5.2',
  says: 'servers elect a leader, at most one a term, by majority',
  cluster: ['n1', 'n2', 'n3'],
  rules: raftElectionRules,
  roles: (rule) => ({ server: server(rule) }),
  params: raftParams,
  assign: (names, params) => raftServers(names, params as Parameters<typeof raftServers>[1]),
  properties: [electionSafety],
  label: raftLabel,
  view: electionView,
})

export function electionView(state: unknown): { readonly [field: string]: string | number | string[] } {
  const { role, currentTerm, votedFor, votes } = state as ElectionState
  return { role, currentTerm, ...(votedFor !== null && { votedFor }), ...(votes.length > 0 && { votes }) }
}

/** Messages as a picture has room for them. */
export function raftLabel(body: { readonly type: string; readonly [field: string]: unknown }): string {
  const { type, term } = body
  if (type === 'RequestVoteResult') return `${body['voteGranted'] === true ? 'vote' : 'no vote'} T${term}`
  if (type === 'elected') return `leader of T${term}`
  return typeof term === 'number' ? `${type} T${term}` : type
}
