// fails: after the cut both say the same
/** Keeps what was put last by the clock, and where that is the same on both sides each keeps its own. */
import { type Context, defineNode } from 'splitbrain'

type Copy = {
  value: string | null
  atMs: number
}

type Message = { type: 'put'; value: string } | { type: 'get' } | { type: 'copy'; copy: Copy }

interface State {
  copy: Copy
}

const isNewer = (a: Copy, b: Copy) => a.atMs > b.atMs

const tell = (state: State, ctx: Context) => ctx.broadcast({ type: 'copy', copy: state.copy })

export const server = defineNode<State, Message>({
  start(ctx) {
    ctx.arm('again', 300)
    return { copy: { value: null, atMs: -1 } }
  },
  on: {
    put(state, message, ctx) {
      const { value } = message.body
      state.copy = { value, atMs: ctx.now() }
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
