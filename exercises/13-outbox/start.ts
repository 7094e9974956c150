/** Outbox and inbox: your answer. The task is in task.md; `splitbrain check outbox` checks it. */
import { type Context, defineNode } from 'splitbrain'

// ---------------------------------------------------------------------------------------------------------
// The producer, orders
// ---------------------------------------------------------------------------------------------------------

/** What orders receives. */
type ToProducer = { type: 'pay'; tx: string } | { type: 'published'; tx: string }

/** What orders keeps in memory. All of it is gone after a crash. Add what you need. */
type ProducerState = Record<string, never>

export const producer = defineNode<ProducerState, ToProducer>({
  /** The first boot, and again after every restart. What does the disk still know that the broker may not? */
  start(_ctx: Context) {
    return {}
  },

  on: {
    pay(_state, _message, _ctx) {
      // May it be paid? ctx.config['commits'] is 'yes', 'no' or 'any' (then ctx.pick([true, false])).
      //   ctx.disk.write(`paid ${tx}`, true)
      //   ctx.reply(message, { type: 'pay_ok', tx, decision: 'commit' })
      // And the broker has to hear of it: ctx.send('broker', { type: 'publish', tx }). When?
    },

    published(_state, _message, _ctx) {
      // The broker has it.
    },
  },

  timers: {
    relay(_state, _ctx) {
      // What is still to be published? ctx.arm('relay', ms) arms this timer.
    },
  },
})

// ---------------------------------------------------------------------------------------------------------
// The consumer, stock
// ---------------------------------------------------------------------------------------------------------

/** What stock receives. */
interface ToConsumer {
  type: 'event'
  tx: string
  attempt: number
}

type ConsumerState = Record<string, never>

export const consumer = defineNode<ConsumerState, ToConsumer>({
  start(_ctx: Context) {
    return {}
  },

  on: {
    event(_state, _message, _ctx) {
      // Shipping takes a piece off the shelf:
      //   const shelf = ctx.disk.read<number>('shelf') ?? Number(ctx.config['pieces'])
      //   ctx.disk.write('shelf', shelf - 1)
      // Has this order been shipped before? Then it must not be shipped again.
      // The broker delivers it again until it is answered:
      //   ctx.send('broker', { type: 'ack', tx })   or   { type: 'reject', tx }
    },
  },
})
