/** Raft's leader election: one leader a term, by majority vote (Ongaro & Ousterhout 2014, section 5.2; Ongaro's thesis, section 3.4). */
import { type Context, defineNode, type NodeDisk } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import { type CheckQuorumRules, checkQuorum, checkQuorumRules } from './raftCheckQuorum.ts'
import type { Election, ElectionMessage, ElectionState, Last, Received } from './raftElectionState.ts'
import { type PreVoteRules, preVote, preVoteRules } from './raftPreVote.ts'
import { electionSafety } from './raftProperties.ts'
import { electionSituations } from './raftSituations.ts'

/** The debatable decisions. A flawed reading of the protocol replaces one of them. */
export interface RaftElectionRules extends PreVoteRules, CheckQuorumRules {
  /** Makes currentTerm and votedFor durable before anyone hears of them. */
  forceVote(disk: NodeDisk): void
  /** Whether the vote of this term is still to be given, or was given to this very candidate. */
  isFree(votedFor: string | null, candidate: string): boolean
  /** Whether the candidate's log is at least as up to date: the later last term, then the longer log (5.4.1). */
  mayVote(candidate: Last, own: Last): boolean
  isMajority(votes: number, servers: number): boolean
  /** Whether a vote given in one term elects in another: terms do not add up. */
  mayCount(voteTerm: number, currentTerm: number): boolean
  /** Whether who says so leads a term of the past: nobody obeys it (5.1). */
  isStale(term: number, currentTerm: number): boolean
  /** Whether who comes with an earlier term is told which one it is: nobody else may tell a deposed leader (5.1). */
  answersPast(): boolean
  /** What an election timeout is drawn from: a range, so that a split vote is not split for ever (5.2). */
  timeoutMs(electionMs: number, rangeMs: number): readonly [number, number]
  /** Whether a message of the leader puts the election off. */
  heedsLeader(): boolean
}

export const raftElectionRules: RaftElectionRules = {
  ...preVoteRules,
  ...checkQuorumRules,
  forceVote: (disk) => disk.sync(),
  isFree: (votedFor, candidate) => votedFor === null || votedFor === candidate,
  mayVote: (candidate, own) =>
    candidate.term > own.term || (candidate.term === own.term && candidate.index >= own.index),
  isMajority: (votes, servers) => 2 * votes > servers,
  mayCount: (voteTerm, currentTerm) => voteTerm === currentTerm,
  isStale: (term, currentTerm) => term < currentTerm,
  answersPast: () => true,
  timeoutMs: (electionMs, rangeMs) => [electionMs, electionMs + rangeMs],
  heedsLeader: () => true,
}

/** What a leader is elected for: an election needs to know no more of it. */
export interface Office<State> {
  last(state: State): Last
  /** The node has just won. */
  lead(state: State, ctx: Context): void
  /** Groups of servers, in each of which a majority decides; one group of all servers if it is left out. */
  groups?(state: State, ctx: Context): readonly (readonly string[])[]
}

/** The election of any node whose state has an election in it: handlers, and what the rest needs of it. */
export function election<State extends ElectionState>(rule: RaftElectionRules, office: Office<State>) {
  const own: Election<State> = {
    seeTerm(state, ctx, term) {
      if (term <= state.currentTerm) return false
      state.currentTerm = term
      state.votedFor = null
      state.leader = null
      own.yield(state, ctx)
      return true
    },
    remember({ currentTerm, votedFor }, ctx) {
      ctx.disk.write('vote', { currentTerm, votedFor })
      rule.forceVote(ctx.disk)
    },
    yield(state, ctx) {
      if (state.role === 'leader') {
        ctx.disarm('heartbeat')
        quorum.resign(state, ctx)
        own.waitForLeader(ctx)
      }
      state.role = 'follower'
      state.votes = []
    },
    campaign(state, ctx) {
      state.role = 'candidate'
      state.currentTerm++
      state.votedFor = ctx.self
      state.leader = null
      state.votes = [ctx.self]
      own.remember(state, ctx)
      const { term: lastLogTerm, index: lastLogIndex } = office.last(state)
      ctx.broadcast({ type: 'RequestVote', term: state.currentTerm, lastLogTerm, lastLogIndex })
      own.waitForLeader(ctx)
      count(state, ctx)
    },
    waitForLeader(ctx) {
      const electionMs = Number(ctx.config['electionMs'])
      ctx.arm('election', rule.timeoutMs(electionMs, Number(ctx.config['rangeMs'] ?? electionMs)))
    },
    isMajority: (state, ctx, who) =>
      (office.groups?.(state, ctx) ?? [[ctx.self, ...ctx.peers]]).every((group) =>
        rule.isMajority(group.filter((name) => who.includes(name)).length, group.length),
      ),
    last: office.last,
  }
  const quorum = checkQuorum(rule, own)
  const asking = preVote(rule, own, quorum.listens)

  function count(state: State, ctx: Context): void {
    if (!own.isMajority(state, ctx, state.votes)) return
    state.role = 'leader'
    state.leader = ctx.self
    state.votes = []
    ctx.disarm('election')
    quorum.takeOffice(state, ctx)
    office.lead(state, ctx)
  }

  return {
    seeTerm: own.seeTerm,
    remember: own.remember,
    isMajority: own.isMajority,
    /** Asks for votes at once, whatever the timer says. */
    campaign: own.campaign,
    /** Leads no more, and waits for somebody else. */
    stepDown: own.yield,
    /** A follower answered its leader. */
    hear: quorum.hear,
    /** A message of the term's leader: whoever else wanted to lead it has lost. */
    follow(state: State, ctx: Context, leader: string): void {
      own.yield(state, ctx)
      state.leader = leader
      quorum.hearLeader(state, ctx)
      if (rule.heedsLeader()) own.waitForLeader(ctx)
    },
    /** What a node knows when it starts: term and vote from its disk, everything else to be learned. */
    start(ctx: Context): ElectionState {
      const vote = ctx.disk.read<{ currentTerm: number; votedFor: string | null }>('vote')
      own.waitForLeader(ctx)
      return {
        role: 'follower',
        currentTerm: vote?.currentTerm ?? 0,
        votedFor: vote?.votedFor ?? null,
        leader: null,
        votes: [],
        hearsLeader: false,
        heard: [],
      }
    },
    on: {
      ...asking.on,
      RequestVote(state: State, { from, body }: Received<'RequestVote'>, ctx: Context) {
        if (ctx.config['checkQuorum'] === true && !quorum.listens(state)) return ctx.refuse()
        if (body.term < state.currentTerm && !rule.answersPast()) return ctx.refuse()
        const isNew = own.seeTerm(state, ctx, body.term)
        const candidate = { term: body.lastLogTerm, index: body.lastLogIndex }
        const voteGranted =
          body.term === state.currentTerm &&
          rule.isFree(state.votedFor, from) &&
          rule.mayVote(candidate, office.last(state))
        if (voteGranted) {
          state.votedFor = from
          own.waitForLeader(ctx)
        }
        if (isNew || voteGranted) own.remember(state, ctx)
        ctx.send(from, { type: 'RequestVoteResult', term: state.currentTerm, voteGranted })
      },
      RequestVoteResult(state: State, { from, body }: Received<'RequestVoteResult'>, ctx: Context) {
        if (own.seeTerm(state, ctx, body.term)) return own.remember(state, ctx)
        const counts = state.role === 'candidate' && body.voteGranted
        if (!counts || !rule.mayCount(body.term, state.currentTerm) || state.votes.includes(from))
          return ctx.refuse()
        state.votes = [...state.votes, from].sort()
        count(state, ctx)
      },
    },
    timers: {
      ...quorum.timers,
      /** No leader was heard for a while: a new term, a vote for oneself, and all others are asked (5.2). */
      election(state: State, ctx: Context) {
        if (state.currentTerm >= Number(ctx.config['terms'])) return ctx.refuse()
        if (ctx.config['preVote'] === true) return asking.ask(state, ctx)
        own.campaign(state, ctx)
      },
    },
  }
}

export function heartbeat(ctx: Context): void {
  ctx.arm('heartbeat', Number(ctx.config['heartbeatMs']))
}

type Message =
  | ElectionMessage
  | { readonly type: 'AppendEntries'; readonly term: number }
  | { readonly type: 'AppendEntriesResult'; readonly term: number }

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
    start: vote.start,
    on: {
      ...vote.on,
      AppendEntries(state, { from, body: { term } }, ctx) {
        const answer = () => ctx.send(from, { type: 'AppendEntriesResult', term: state.currentTerm })
        // Who leads an earlier term learns of this one.
        if (rule.isStale(term, state.currentTerm)) return rule.answersPast() ? answer() : ctx.refuse()
        if (vote.seeTerm(state, ctx, term)) vote.remember(state, ctx)
        vote.follow(state, ctx, from)
        if (ctx.config['checkQuorum'] === true) answer()
      },
      AppendEntriesResult(state, { from, body: { term } }, ctx) {
        if (vote.seeTerm(state, ctx, term)) return vote.remember(state, ctx)
        if (state.role !== 'leader' || term < state.currentTerm) return ctx.refuse()
        vote.hear(state, from)
      },
    },
    timers: { ...vote.timers, heartbeat: beat },
  })
}

export const raftParams = {
  electionMs: { default: 150, says: 'an election timeout is drawn from here to twice as much' },
  heartbeatMs: { default: 50, says: 'how often a leader lets itself be heard' },
  preVote: { default: false, says: 'whether a server asks who would vote for it before it begins a term' },
  checkQuorum: {
    default: false,
    says: 'whether a leader that a majority does not answer resigns, and who hears a leader ignores candidates',
  },
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
  situations: electionSituations,
  label: raftLabel,
  view: electionView,
})

export function electionView(state: unknown): { readonly [field: string]: string | number | string[] } {
  const { role, currentTerm, votedFor, votes, leader } = state as ElectionState
  const others = role === 'follower' || role === 'leader' ? [] : votes
  return {
    role: role === 'follower' && leader !== null ? `follows ${leader}` : role,
    term: currentTerm,
    ...(votedFor !== null && { votedFor }),
    ...(others.length > 0 && { votes: others }),
  }
}

/** Messages as a picture has room for them. */
export function raftLabel(body: { readonly type: string; readonly [field: string]: unknown }): string {
  const { type, term } = body
  if (type === 'RequestVoteResult') return `${body['voteGranted'] === true ? 'vote' : 'no vote'} T${term}`
  if (type === 'PreVoteResult') return `${body['voteGranted'] === true ? 'would vote' : 'would not'} T${term}`
  if (type === 'elected') return `leader of T${term}`
  if (type === 'resigned') return `resigns T${term}`
  return typeof term === 'number' ? `${type} T${term}` : type
}
