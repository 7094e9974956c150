/** A set that two phones change: your answer. The task is in task.md; `splitbrain check or-set` checks it. */
import { type Context, defineNode } from 'splitbrain'

/** What a replica receives. Give `state` the fields you need. */
type ToReplica =
  | { type: 'add'; element: string }
  | { type: 'remove'; element: string }
  | { type: 'get' }
  | { type: 'state' }

/** What a replica keeps in memory. All of it is gone after a crash. Add what you need. */
type State = Record<string, never>

export const replica = defineNode<State, ToReplica>({
  /** The first boot, and again after every restart. What is on the disk? */
  start(_ctx: Context) {
    return {}
  },

  on: {
    add(_state, _message, _ctx) {
      // How will a remove know later which adds it has seen?
      //   ctx.reply(message, { type: 'add_ok' })
    },

    remove(_state, _message, _ctx) {
      // It takes out what is known here, and no more.
      //   ctx.reply(message, { type: 'remove_ok' })
    },

    get(_state, _message, _ctx) {
      //   ctx.reply(message, { type: 'get_ok', elements: [...] })
    },

    state(_state, _message, _ctx) {
      // Theirs is in message.body: one set of two. It may be old, and it may come twice.
    },
  },

  timers: {
    gossip(_state, _ctx) {
      // ctx.broadcast({ type: 'state', ... }), and ctx.arm('gossip', ms) arms this timer again.
    },
  },
})
