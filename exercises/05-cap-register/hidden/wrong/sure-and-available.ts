// fails: 11 is final
/** Takes the put, tells the other, and calls it failed when there is no answer at once. */
import { type Context, defineNode, type OperationId } from 'splitbrain'

type Copy = { value: string | null; count: number; name: string }
type Message =
  | { type: 'put'; value: string }
  | { type: 'get' }
  | { type: 'copy'; copy: Copy }
  | { type: 'got' }

interface State {
  copy: Copy
  asking: { from: string; op: OperationId | null } | null
}

const isNewer = (a: Copy, b: Copy) => a.count > b.count || (a.count === b.count && a.name > b.name)

const tell = (state: State, ctx: Context) => ctx.broadcast({ type: 'copy', copy: state.copy })

export const server = defineNode<State, Message>({
  start(ctx) {
    ctx.arm('again', 300)
    return { copy: { value: null, count: 0, name: '' }, asking: null }
  },
  on: {
    put(state, message, ctx) {
      state.copy = { value: message.body.value, count: state.copy.count + 1, name: ctx.self }
      tell(state, ctx)
      state.asking = { from: message.from, op: message.op }
      ctx.arm('patience', 400)
    },
    get: (state, message, ctx) =>
      ctx.reply(message, { type: 'get_ok', value: state.copy.value, fresh: false }),
    got(state, _message, ctx) {
      if (state.asking === null) return
      ctx.disarm('patience')
      ctx.reply(state.asking, { type: 'put_ok' })
      state.asking = null
    },
    copy(state, { from, body: { copy } }, ctx) {
      ctx.send(from, { type: 'got' })
      if (isNewer(copy, state.copy)) state.copy = copy
    },
  },
  timers: {
    patience(state, ctx) {
      if (state.asking === null) return
      ctx.reply(state.asking, { type: 'error', code: 11, text: 'the other one does not answer' })
      state.asking = null
    },
    again(state, ctx) {
      tell(state, ctx)
      ctx.arm('again', 300)
    },
  },
})
