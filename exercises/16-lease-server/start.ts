/** A lease server: your answer. The task is in task.md; `splitbrain check lease-server` checks it. */
import { defineNode, type Message } from 'splitbrain'

/** What the server receives. */
type ToServer =
  | { type: 'fetch'; id: string }
  | { type: 'put'; value: string }
  | { type: 'approve'; id: string }

/** What the server keeps in memory. All of it is gone after a crash. Add what you need. */
interface State {
  /** Writes that wait. Keep the whole message: ctx.reply(message, ...) needs it. */
  writes: Message<{ type: 'put'; value: string }>[]
}

export const server = defineNode<State, ToServer>({
  /** The first boot, and again after every restart (ctx.boot). Which leases may be out that you do not know of? */
  start(_ctx) {
    return { writes: [] }
  },

  on: {
    fetch(_state, _message, _ctx) {
      // May a lease be granted now? Then remember who has it, for how long, and
      //   ctx.send(message.from, { type: 'grant', id, value, useMs })
      // ctx.config['termMs'] and ctx.config['drift'] are numbers. How long is useMs?
    },

    put(_state, _message, _ctx) {
      // Is a lease out? Then ask its holder: ctx.send(holder, { type: 'recall', id }), and wait.
      // Otherwise: ctx.disk.write('value', value), ctx.disk.sync(), ctx.reply(message, { type: 'put_ok' }).
    },

    approve(_state, _message, _ctx) {
      // One lease less.
    },
  },

  timers: {
    expiry(_state, _ctx, _id) {
      // ctx.arm('expiry', ms, id) arms a timer of your own clock; its argument comes back here.
    },
  },
})
