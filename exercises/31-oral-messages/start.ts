/** Oral messages: your answer. The task is in task.md; `splitbrain check oral-messages` checks it. */
import { type Context, defineNode } from 'splitbrain'

type Order = 'attack' | 'retreat'

/** What a lieutenant receives: "I was told `value`, and it came along `path`". The sender stands last in the path. */
type Received = { type: 'order'; path: string[]; value: Order }

interface State {
  /** What was said, by the path it came along, such as 'c l1'. Add what else you need. */
  said: Map<string, Order>
}

export const lieutenant = defineNode<State, Received>({
  start(ctx: Context) {
    // The first round ends after roundMs. The timer has to be called 'round', and to carry the number of its round.
    ctx.arm('round', Number(ctx.config['roundMs']), 1)
    return { said: new Map() }
  },

  on: {
    order(_state, _message, _ctx) {
      // message.from sent it; message.body has path and value.
      // May it be believed? Is it the first on this path, and in time?
      // If there is a round left: tell everybody that it has not come through.
      //   ctx.send(name, { type: 'order', path: [...path, ctx.self], value })
    },
  },

  timers: {
    round(_state, ctx, round) {
      // This round is over everywhere. What should have come in it and did not?
      const last = Number(ctx.config['m']) + 1
      if (Number(round) < last) return ctx.arm('round', Number(ctx.config['roundMs']), Number(round) + 1)
      // All rounds are over. What did the commander order?
      //   ctx.output({ type: 'decide', value })
    },
  },
})
