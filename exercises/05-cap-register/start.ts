/** Two servers and a cut: your answer. The task is in task.md; `splitbrain check cap-register` checks it. */
import { type Context, defineNode } from 'splitbrain'

/** What a server receives. Add what the two send each other. */
type Message = { type: 'put'; value: string } | { type: 'get' }

/** What a server keeps in memory. Add what you need. */
type State = { value: string | null }

export const server = defineNode<State, Message>({
  start(_ctx: Context) {
    return { value: null }
  },

  on: {
    put(_state, message, ctx) {
      // When may the client be told that it has happened?
      ctx.reply(message, { type: 'error', code: 11, text: 'not written yet' })
    },

    get(_state, message, ctx) {
      // ctx.reply(message, { type: 'get_ok', value, fresh })
      ctx.reply(message, { type: 'error', code: 11, text: 'not written yet' })
    },
  },

  timers: {
    // What becomes of a request that waits for the other server?
  },
})
