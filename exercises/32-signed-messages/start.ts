/** Signed messages: your answer. The task is in task.md; `splitbrain check signed-messages` checks it. */
import { type Context, defineNode } from 'splitbrain'

type Order = 'attack' | 'retreat'

/** A signature on an order and on all signatures before it. */
type Signature = { by: string; signature: string }

/** What a lieutenant receives. */
type Received = { type: 'order'; value: Order; chain: Signature[] }

/** What a general signs: the order, and all signatures before its own. Everybody signs exactly this. */
export function signed(value: Order, chain: readonly Signature[]) {
  return { order: value, chain: chain.map(({ by, signature }) => ({ by, signature })) }
}

export const commander = defineNode<Record<string, never>, never>({
  start(ctx: Context) {
    const value = ctx.config['order'] as Order
    ctx.output({ type: 'command', value })
    // To every lieutenant (ctx.broadcast): { type: 'order', value, chain }, with one signature in the chain.
    //   ctx.sign(signed(value, []))
    return {}
  },
  on: {},
})

interface State {
  /** The orders that the commander has signed. Add what else you need. */
  orders: Order[]
}

export const lieutenant = defineNode<State, Received>({
  start(ctx: Context) {
    // The first round ends after roundMs. The timer has to be called 'round', and to carry the number of its round.
    ctx.arm('round', Number(ctx.config['roundMs']), 1)
    return { orders: [] }
  },

  on: {
    order(_state, _message, _ctx) {
      // message.body has value and chain. Has everybody in the chain signed it, and what exactly?
      //   ctx.verify(by, signed(value, chain.slice(0, i)), signature)
      // Does it come in time? Is it new?
      // Then keep it, and if there is a round left pass it on, with your own signature at the end of the chain:
      //   ctx.send(name, { type: 'order', value, chain: [...chain, { by: ctx.self, signature }] })
    },
  },

  timers: {
    round(_state, ctx, round) {
      const last = Number(ctx.config['m']) + 1
      if (Number(round) < last) return ctx.arm('round', Number(ctx.config['roundMs']), Number(round) + 1)
      // All rounds are over. Which orders are there, and what is done?
      //   ctx.output({ type: 'decide', value })
    },
  },
})
