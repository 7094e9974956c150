/** Three-phase commit: your answer. The task is in task.md; `splitbrain check three-phase-commit` checks it. */
import { type Context, defineNode } from 'splitbrain'

type Decision = 'commit' | 'abort'

/**
 * How far a site is. `working`: has not voted. `wait`: has voted Yes and is uncertain. `preCommitted`: knows that
 * all have voted Yes.
 */
type Phase = 'working' | 'wait' | 'preCommitted' | Decision

/** What a site receives. */
type Messages =
  | { type: 'begin' }
  | { type: 'canCommit' }
  | { type: 'vote'; yes: boolean }
  | { type: 'preCommit' }
  | { type: 'ack' }
  | { type: 'decision'; decision: Decision }
  | { type: 'down'; who: string }
  | { type: 'stateRequest' }
  | { type: 'state'; phase: Phase }

interface State {
  phase: Phase
  /** Who has stopped. */
  down: string[]
  // Add what you need. Whoever is in charge waits for answers: which ones, and whose are missing?
}

export const site = defineNode<State, Messages>({
  start(_ctx: Context) {
    return { phase: 'working', down: [] }
  },

  on: {
    begin(_state, _message, _ctx) {
      // The client asks the first site. Ask all others: ctx.broadcast({ type: 'canCommit' })
    },

    canCommit(_state, _message, _ctx) {
      // How to vote is in ctx.config['votes']: 'yes', 'no', or 'any' (then ctx.pick([true, false])).
      //   ctx.output({ type: 'vote', tx: 't1', yes })
      //   ctx.send(from, { type: 'vote', yes })
      // A No is also a decision. Whose?
    },

    vote(_state, _message, _ctx) {
      // In charge: all Yes? Then everyone is told so, with preCommit. One No?
    },

    preCommit(_state, _message, _ctx) {
      // All have voted Yes. Say that you know it: { type: 'ack' }
    },

    ack(_state, _message, _ctx) {
      // In charge: when everyone who is up is pre-committed, decide:
      //   ctx.output({ type: 'decide', tx: 't1', decision })
    },

    decision(_state, _message, _ctx) {
      // It is decided.
    },

    down(state, { body }, _ctx) {
      state.down.push(body.who)
      // Whose answer does nobody have to wait for any more?
      // And if it was in charge: who is now? ctx.config['order'] says in which order sites take charge.
    },

    stateRequest(_state, _message, _ctx) {
      // Somebody has taken charge: { type: 'state', phase }
    },

    state(_state, _message, _ctx) {
      // In charge after a stop: when all have answered, the termination rule decides.
    },
  },
})
