/** Sites that gossip: your answer. The task is in task.md; `splitbrain check gossip` checks it. */
import { type Context, defineNode } from 'splitbrain'

/** What a site receives. Give `ask` and `tell` the fields you need. */
type ToSite =
  | { type: 'put'; key: string; value: string }
  | { type: 'delete'; key: string }
  | { type: 'get'; key: string }
  | { type: 'ask' }
  | { type: 'tell' }

/** What a site keeps in memory. All of it is gone after a crash. Add what you need. */
type State = Record<string, never>

export const site = defineNode<State, ToSite>({
  /** The first boot, and again after every restart. What is on the disk? */
  start(_ctx: Context) {
    return {}
  },

  on: {
    put(_state, _message, _ctx) {
      // How will another site know that this is newer than what it has?
      //   ctx.reply(message, { type: 'put_ok' })
    },

    delete(_state, _message, _ctx) {
      // What has to be left, so that the row does not come back from another site?
      //   ctx.reply(message, { type: 'delete_ok' })
    },

    get(_state, _message, _ctx) {
      //   ctx.reply(message, { type: 'get_ok', value: ... })
    },

    ask(_state, _message, _ctx) {
      // ctx.send(message.from, { type: 'tell', ... })
    },

    tell(_state, _message, _ctx) {
      // It may be old, and it may come twice.
    },
  },

  timers: {
    gossip(_state, _ctx) {
      // ctx.send(ctx.pick(ctx.peers), { type: 'ask', ... }), and ctx.arm('gossip', ms) arms this timer again.
    },
  },
})
