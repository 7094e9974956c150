// fails: honest, whenever the line is cut
/** Calls its own last put fresh. */
import { type Context, defineNode } from 'splitbrain'

type Copy = { value: string | null; count: number; name: string }
type Message = { type: 'put'; value: string } | { type: 'get' } | { type: 'copy'; copy: Copy }

interface State {
  copy: Copy
}

const isNewer = (a: Copy, b: Copy) => a.count > b.count || (a.count === b.count && a.name > b.name)

const tell = (state: State, ctx: Context) => ctx.broadcast({ type: 'copy', copy: state.copy })

export const server = defineNode<State, Message>({
  start(ctx) {
    ctx.arm('again', 300)
    return { copy: { value: null, count: 0, name: '' } }
  },
  on: {
    put(state, message, ctx) {
      state.copy = { value: message.body.value, count: state.copy.count + 1, name: ctx.self }
      tell(state, ctx)
      ctx.reply(message, { type: 'put_ok' })
    },
    get: (state, message, ctx) =>
      ctx.reply(message, { type: 'get_ok', value: state.copy.value, fresh: state.copy.name === ctx.self }),
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
