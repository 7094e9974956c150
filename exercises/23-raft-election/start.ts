/** Raft's leader election: your answer. The task is in task.md; `splitbrain check raft-election` checks it. */
import { type Context, defineNode } from 'splitbrain'

type Message =
  | { type: 'RequestVote'; term: number; lastLogTerm: number; lastLogIndex: number }
  | { type: 'RequestVoteResult'; term: number; voteGranted: boolean }
  | { type: 'AppendEntries'; term: number }
  | { type: 'AppendEntriesResult'; term: number }

/** What a server keeps in memory. All of it is gone after a crash. Add what else you need. */
interface State {
  role: 'follower' | 'candidate' | 'leader'
  currentTerm: number
  votedFor: string | null
}

/** Nobody may hear of a term or a vote that a crash could take back. */
function keep(_state: State, _ctx: Context): void {
  // ctx.disk.write('vote', { currentTerm, votedFor }), and what makes it safe?
}

/** Waits for a leader, from now on, for a while that nobody else waits. */
function waitForLeader(_ctx: Context): void {
  // ctx.arm('election', [from, to]) draws a delay between the two; arming again begins anew.
}

export const server = defineNode<State, Message>({
  /** The first boot, and again after every restart. What does the disk still know? */
  start(ctx) {
    waitForLeader(ctx)
    return { role: 'follower', currentTerm: 0, votedFor: null }
  },

  on: {
    RequestVote(_state, _message, _ctx) {
      // A later term first. Then: is this the current term, is the vote still free, is the log up to date?
      //   ctx.send(from, { type: 'RequestVoteResult', term: state.currentTerm, voteGranted })
    },

    RequestVoteResult(_state, _message, _ctx) {
      // Whose vote is it, of which term, and is it a majority now?
      //   ctx.output({ type: 'elected', term: state.currentTerm })
    },

    AppendEntries(_state, _message, _ctx) {
      // A sign of life of a leader: of which term?
      //   ctx.send(from, { type: 'AppendEntriesResult', term: state.currentTerm })
    },

    AppendEntriesResult(_state, _message, _ctx) {
      // What may a leader learn from an answer?
    },
  },

  timers: {
    election(state, ctx) {
      // Nobody leads, it seems. A new term, the own vote, and then ctx.broadcast({ type: 'RequestVote', ... })
      keep(state, ctx)
    },
  },
})
