/** A chat in causal order: your answer. The task is in task.md; `splitbrain check vector-clock` checks it. */
import { type Context, defineNode } from 'splitbrain'

/** For each person, how many of their texts. */
type Stamp = { [name: string]: number }

/** What a node receives. */
type Received =
  | { type: 'write'; text: string }
  | { type: 'post'; text: string; stamp: Stamp }
  | { type: 'compare'; a: string; b: string }

interface State {
  /** How many texts of each person this node has shown. Add what else you need. */
  shown: Stamp
}

export const process = defineNode<State, Received>({
  start(ctx: Context) {
    return { shown: Object.fromEntries([ctx.self, ...ctx.peers].map((name) => [name, 0])) }
  },

  on: {
    write(_state, { body: { text } }, ctx) {
      // Show it here: ctx.output({ type: 'deliver', text })
      // Which stamp does it get?
      ctx.broadcast({ type: 'post', text, stamp: {} })
    },

    post(_state, _message, _ctx) {
      // message.from wrote message.body.text. May it be shown now? What does it wait for?
      // And once it is shown: what else may be shown now?
    },

    compare(_state, message, ctx) {
      // Which of the two texts came first? Their stamps know.
      ctx.reply(message, { type: 'compare_ok', relation: 'unknown' })
    },
  },
})
