/** Both servers take everything, call nothing fresh, and keep the value that was put last by the clock. */
import { type Context, defineNode } from 'splitbrain'

type Copy = {
  value: string | null
  atMs: number
  server: string
}

type Message = { type: 'put'; value: string } | { type: 'get' } | { type: 'copy'; copy: Copy }

interface State {
  copy: Copy
}

const isNewer = (a: Copy, b: Copy) => a.atMs > b.atMs || (a.atMs === b.atMs && a.server > b.server)

const tell = (state: State, ctx: Context) => ctx.broadcast({ type: 'copy', copy: state.copy })

export const server = defineNode<State, Message>({
  start(ctx) {
    ctx.arm('again', 300)
    return { copy: { value: null, atMs: -1, server: '' } }
  },
  on: {
    put(state, message, ctx) {
      const { value } = message.body
      state.copy = { value, atMs: Math.max(ctx.now(), state.copy.atMs + 1), server: ctx.self }
      tell(state, ctx)
      ctx.reply(message, { type: 'put_ok' })
    },
    get: (state, message, ctx) =>
      ctx.reply(message, { type: 'get_ok', value: state.copy.value, fresh: false }),
    copy(state, { body: { copy } }) {
      if (isNewer(copy, state.copy)) state.copy = copy
    },
  },
  timers: {
    again(state, ctx) {
      tell(state, ctx)
      ctx.arm('again', 300)
    },
  },
})
