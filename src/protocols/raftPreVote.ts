/** Raft's pre-vote: a server that nobody would elect does not begin a term (Ongaro's thesis, section 9.6). */
import type { Context } from '../node/node.ts'
import type { Election, ElectionState, Last, Received } from './raftElectionState.ts'

/** The debatable decisions of a cluster with `preVote`. */
export interface PreVoteRules {
  readonly [name: string]: (...args: never[]) => unknown
  /** The term of a server while it asks who would vote for it: still the old one. */
  askingTerm(currentTerm: number): number
}

export const preVoteRules: PreVoteRules = {
  askingTerm: (currentTerm) => currentTerm,
}

/** A server that hears a leader does not listen to others. */
export function preVote<State extends ElectionState>(
  rule: PreVoteRules & { mayVote(candidate: Last, own: Last): boolean },
  vote: Election<State>,
  listens: (state: State) => boolean,
) {
  function count(state: State, ctx: Context): void {
    if (vote.isMajority(state, ctx, state.votes)) vote.campaign(state, ctx)
  }

  return {
    /** Takes the place of a campaign, which begins if a majority says yes. */
    ask(state: State, ctx: Context): void {
      const before = state.currentTerm
      state.currentTerm = rule.askingTerm(before)
      if (state.currentTerm !== before) {
        state.votedFor = null
        vote.remember(state, ctx)
      }
      state.role = 'preCandidate'
      state.leader = null
      state.votes = [ctx.self]
      const { term: lastLogTerm, index: lastLogIndex } = vote.last(state)
      ctx.broadcast({ type: 'PreVote', term: state.currentTerm + 1, lastLogTerm, lastLogIndex })
      vote.waitForLeader(ctx)
      count(state, ctx)
    },
    on: {
      /** A yes binds nobody to anything, and names the term asked for; a no names one's own. */
      PreVote(state: State, { from, body }: Received<'PreVote'>, ctx: Context) {
        if (!listens(state)) return ctx.refuse()
        const candidate = { term: body.lastLogTerm, index: body.lastLogIndex }
        const voteGranted = body.term > state.currentTerm && rule.mayVote(candidate, vote.last(state))
        const term = voteGranted ? body.term : state.currentTerm
        ctx.send(from, { type: 'PreVoteResult', term, voteGranted })
      },
      PreVoteResult(state: State, { from, body }: Received<'PreVoteResult'>, ctx: Context) {
        if (!body.voteGranted && vote.seeTerm(state, ctx, body.term)) return vote.remember(state, ctx)
        const counts =
          state.role === 'preCandidate' && body.voteGranted && body.term === state.currentTerm + 1
        if (!counts || state.votes.includes(from)) return ctx.refuse()
        state.votes = [...state.votes, from].sort()
        count(state, ctx)
      },
    },
  }
}
