/** Saga: your answer. The task is in task.md; `splitbrain check saga` checks it. */
import { type Context, defineNode, type OperationId } from 'splitbrain'

/** What the orchestrator receives. */
type Messages =
  | { type: 'begin'; saga: string }
  | { type: 'done'; saga: string }
  | { type: 'refused'; saga: string }
  | { type: 'undone'; saga: string }

interface State {
  /** Who asked for a saga, so that ctx.reply can answer later. */
  asked: Map<string, { from: string; op: OperationId | null }>
}

export const orchestrator = defineNode<State, Messages>({
  /** The first boot, and again after every restart. Which sagas are not over, and how far are they? */
  start(_ctx: Context) {
    return { asked: new Map() }
  },

  on: {
    begin(state, { from, op, body }, _ctx) {
      state.asked.set(body.saga, { from, op })
      // Call the first service: ctx.send(ctx.peers[0]!, { type: 'do', saga })
      // And what has to be on the disk, before or after?
    },

    done(_state, _message, _ctx) {
      // Which step was that? Is there a next one?
      // At the end:
      //   ctx.output({ type: 'saga', saga, outcome: 'completed' })
      //   ctx.reply(request, { type: 'begin_ok', saga, outcome: 'completed' })
    },

    refused(_state, _message, _ctx) {
      // Turn round: undo what was done, the last one first.
    },

    undone(_state, _message, _ctx) {
      // Is there one before it?
    },
  },

  timers: {
    silence(_state, _ctx, _saga) {
      // No answer. What do you know of that step? And is it before the pivot?
    },
  },
})
