/** Raft's election, watched: whether somebody leads and stays, and, where leaders fall, for how long nobody led (Ongaro's thesis, chapter 9). */
import { type Context, defineNode } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import {
  election,
  electionView,
  heartbeat,
  type RaftElectionRules,
  raftElectionRules,
  raftLabel,
  raftParams,
  raftServers,
} from './raftElection.ts'
import type { ElectionMessage, ElectionState } from './raftElectionState.ts'
import { deposedLearns, electionEnds, electionSafety, steadyLeader } from './raftProperties.ts'

/** What a leader notes of itself where leaders fall, by its own clock, in milliseconds. */
export interface Reign {
  readonly term: number
  readonly fromMs: number
  readonly toMs: number
}

interface State extends ElectionState {
  /** Whether this leader has fallen silent: it hears nothing either, until another one leads. */
  fallen: boolean
  reigns: Reign[]
}

type Message =
  | ElectionMessage
  | { readonly type: 'AppendEntries'; readonly term: number }
  | { readonly type: 'AppendEntriesResult'; readonly term: number }

/** A server without a log. Where `reignMs` is given its leader falls after so long, as if it had lost power. */
function server(rule: RaftElectionRules) {
  const vote = election<State>(rule, {
    last: () => ({ term: 0, index: 0 }),
    lead(state, ctx) {
      ctx.output({ type: 'elected', term: state.currentTerm })
      const reignMs = Number(ctx.config['reignMs'])
      if (reignMs > 0) {
        state.reigns.push({ term: state.currentTerm, fromMs: ctx.now(), toMs: 0 })
        ctx.arm('fall', [0, reignMs])
      }
      beat(state, ctx)
    },
  })

  function beat(state: State, ctx: Context): void {
    ctx.broadcast({ type: 'AppendEntries', term: state.currentTerm })
    heartbeat(ctx)
  }

  type Handler<Received> = (state: State, received: Received, ctx: Context) => unknown

  /** A leader that has stopped leading by what it received says so. */
  const announced =
    <Received>(handle: Handler<Received>) =>
    (state: State, received: Received, ctx: Context) => {
      const { role, currentTerm: term } = state
      const refused = handle(state, received, ctx)
      if (role === 'leader' && state.role !== 'leader') ctx.output({ type: 'deposed', term })
      return refused as undefined
    }

  /** Handlers of a server that may have fallen. */
  const upright = <Received>(handle: Handler<Received>) =>
    announced<Received>((state, received, ctx) =>
      state.fallen ? ctx.refuse() : handle(state, received, ctx),
    )

  return defineNode<State, Message>({
    start: (ctx) => ({ ...vote.start(ctx), fallen: false, reigns: [] }),
    on: {
      RequestVote: upright(vote.on.RequestVote),
      RequestVoteResult: upright(vote.on.RequestVoteResult),
      PreVote: upright(vote.on.PreVote),
      PreVoteResult: upright(vote.on.PreVoteResult),
      AppendEntries: announced((state, { from, body: { term } }, ctx) => {
        const answer = () => ctx.send(from, { type: 'AppendEntriesResult', term: state.currentTerm })
        if (state.fallen && term <= state.currentTerm) return ctx.refuse()
        state.fallen = false
        if (rule.isStale(term, state.currentTerm)) return rule.answersPast() ? answer() : ctx.refuse()
        if (vote.seeTerm(state, ctx, term)) vote.remember(state, ctx)
        vote.follow(state, ctx, from)
        if (ctx.config['checkQuorum'] === true) answer()
      }),
      AppendEntriesResult: upright((state, { from, body: { term } }, ctx) => {
        if (vote.seeTerm(state, ctx, term)) return vote.remember(state, ctx)
        if (state.role !== 'leader' || term < state.currentTerm) return ctx.refuse()
        vote.hear(state, from)
      }),
    },
    timers: {
      ...vote.timers,
      election(state, ctx) {
        const refused = vote.timers.election(state, ctx)
        if (state.role === 'candidate') ctx.output({ type: 'stands', term: state.currentTerm })
        return refused
      },
      heartbeat: beat,
      fall(state, ctx) {
        if (state.role !== 'leader') return ctx.refuse()
        const last = state.reigns.length - 1
        state.reigns[last] = { ...state.reigns[last]!, toMs: ctx.now() }
        state.fallen = true
        ctx.disarm('heartbeat')
        if (ctx.config['checkQuorum'] === true) ctx.disarm('quorum')
      },
    },
  })
}

export const raftElectionWatched = defineProtocol({
  name: 'raft-election-watched',
  source: 'Ongaro, Consensus: Bridging Theory and Practice, 2014, sections 3.4 and 9.1 to 9.4',
  says: 'the election alone, and whether somebody leads and stays; leaders can be made to fall, to see how long the next one takes',
  cluster: ['n1', 'n2', 'n3', 'n4', 'n5'],
  rules: raftElectionRules,
  roles: (rule) => ({ server: server(rule) }),
  params: {
    ...raftParams,
    electionMs: { default: 150, says: 'the shortest election timeout' },
    rangeMs: { default: 150, says: 'an election timeout is drawn from electionMs to so much more' },
    reignMs: { default: 0, says: 'a leader falls silent within so long after its election; 0 is never' },
  },
  assign: (names, params) => raftServers(names, params as Parameters<typeof raftServers>[1]),
  properties: [electionSafety, electionEnds, steadyLeader, deposedLearns],
  label: (body) => (body.type === 'stands' || body.type === 'deposed' ? '' : raftLabel(body)),
  view: electionView,
})
