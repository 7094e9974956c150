/** Raft's check-quorum and leader stickiness: who is not answered stops leading, who hears a leader ignores candidates (Ongaro's thesis, sections 4.2.3 and 6.2). */
import type { Context } from '../node/node.ts'
import type { Election, ElectionState } from './raftElectionState.ts'

/** The debatable decisions of a cluster with `checkQuorum`. */
export interface CheckQuorumRules {
  readonly [name: string]: (...args: never[]) => unknown
  /** Whether a leader goes on that was answered, within a whole election timeout, by a majority or not. */
  mayStay(isAnswered: boolean): boolean
  /** Whether a server listens to candidates, given whether it hears a leader: no term changes, no vote is given. */
  listens(hearsLeader: boolean): boolean
}

export const checkQuorumRules: CheckQuorumRules = {
  mayStay: (isAnswered) => isAnswered,
  listens: (hearsLeader) => !hearsLeader,
}

/**
 * Two timers of the node's own clock, and no reading of it: `quorum` of a leader, `quiet` of a follower.
 * Pre-vote needs the second as well. Whoever also wants to answer reads by a lease needs both.
 */
export function checkQuorum<State extends ElectionState>(rule: CheckQuorumRules, vote: Election<State>) {
  const isOn = (ctx: Context) => ctx.config['checkQuorum'] === true
  const electionMs = (ctx: Context) => Number(ctx.config['electionMs'])

  return {
    /** Whether candidates are listened to: a leader hears itself. */
    listens: (state: State): boolean => rule.listens(state.hearsLeader || state.role === 'leader'),
    hearLeader(state: State, ctx: Context): void {
      if (!isOn(ctx) && ctx.config['preVote'] !== true) return
      state.hearsLeader = true
      ctx.arm('quiet', electionMs(ctx))
    },
    takeOffice(state: State, ctx: Context): void {
      if (!isOn(ctx)) return
      state.heard = []
      ctx.arm('quorum', electionMs(ctx))
    },
    resign(state: State, ctx: Context): void {
      state.heard = []
      if (isOn(ctx)) ctx.disarm('quorum')
    },
    hear(state: State, from: string): void {
      if (!state.heard.includes(from)) state.heard = [...state.heard, from].sort()
    },
    timers: {
      quiet(state: State) {
        state.hearsLeader = false
      },
      quorum(state: State, ctx: Context) {
        if (rule.mayStay(vote.isMajority(state, ctx, [ctx.self, ...state.heard]))) {
          state.heard = []
          return ctx.arm('quorum', electionMs(ctx))
        }
        ctx.output({ type: 'resigned', term: state.currentTerm })
        state.leader = null
        vote.yield(state, ctx)
      },
    },
  }
}
