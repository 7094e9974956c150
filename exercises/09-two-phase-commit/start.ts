/** Two-phase commit: your answer. The task is in task.md; `splitbrain check two-phase-commit` checks it. */
import { type Context, defineNode, type OperationId } from 'splitbrain'

type Decision = 'commit' | 'abort'

// ---------------------------------------------------------------------------------------------------------
// The coordinator, tm
// ---------------------------------------------------------------------------------------------------------

/** What tm receives. */
type ToCoordinator =
  | { type: 'begin'; tx: string }
  | { type: 'vote'; tx: string; yes: boolean }
  | { type: 'inquire'; tx: string }
  | { type: 'ack'; tx: string }

/** What tm keeps in memory. All of it is gone after a crash. */
interface CoordinatorState {
  /** By tx: who asked, so that ctx.reply can answer later. Add what else you need. */
  open: Map<string, { from: string; op: OperationId | null }>
}

export const coordinator = defineNode<CoordinatorState, ToCoordinator>({
  /** The first boot, and again after every restart. What does the disk still know? */
  start(_ctx: Context) {
    return { open: new Map() }
  },

  on: {
    begin(state, { from, op, body }, _ctx) {
      state.open.set(body.tx, { from, op })
      // Ask every participant to prepare:
      //   ctx.broadcast({ type: 'prepare', tx })
      // And if an answer never comes? ctx.arm('votes', ms, tx)
    },

    vote(_state, _message, _ctx) {
      // Who has voted Yes on this tx? When is it decided, and how?
      // To decide: keep it, then announce it, tell the participants, answer the client:
      //   ctx.output({ type: 'decide', tx, decision })
      //   ctx.broadcast({ type: 'decision', tx, decision })
      //   ctx.reply({ from, op }, { type: 'begin_ok', tx, decision })
    },

    inquire(_state, _message, _ctx) {
      // A participant is in doubt about this tx. What do you know of it, and what if you know nothing?
    },
  },

  timers: {
    votes(_state, _ctx, _tx) {
      // Not all votes have come. You have not decided yet, so you may still decide either way. Which one?
    },
  },
})

// ---------------------------------------------------------------------------------------------------------
// A participant: rm1, rm2, ...
// ---------------------------------------------------------------------------------------------------------

/** What a participant receives. */
type ToParticipant = { type: 'prepare'; tx: string } | { type: 'decision'; tx: string; decision: Decision }

/** Where a transaction stands at this participant. One that it has never heard of has no phase. */
type Phase = 'prepared' | 'committed' | 'aborted'

interface ParticipantState {
  phases: Map<string, Phase>
}

export const participant = defineNode<ParticipantState, ToParticipant>({
  start(_ctx: Context) {
    return { phases: new Map() }
  },

  on: {
    prepare(_state, _message, _ctx) {
      // How to vote is in ctx.config['votes']: 'yes', 'no', or 'any' (then ctx.pick([true, false])).
      // A Yes is a promise: it must still be known after a crash. What has to be on the disk, and when?
      //   ctx.output({ type: 'vote', tx, yes })
      //   ctx.send(from, { type: 'vote', tx, yes })
      // From a Yes until the decision this participant is in doubt.
    },

    decision(_state, _message, _ctx) {
      // It is decided:
      //   ctx.output({ type: 'decide', tx, decision })
    },
  },

  timers: {
    inquire(_state, _ctx, _tx) {
      // In doubt, and nothing heard for a while: ask the coordinator, ctx.config['coordinator'].
    },
  },
})
