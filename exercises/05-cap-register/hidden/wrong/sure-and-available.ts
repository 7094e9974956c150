// fails: 11 is final
/** Takes the put, tells the other, and calls it failed when there is no answer at once. */
import { type Context, defineNode, type OperationId } from 'splitbrain'

type Copy = { value: string | null; count: number; name: string }
type Message =
  | { type: 'put'; value: string }
  | { type: 'get' }
  | { type: 'copy'; copy: Copy }
  | { type: 'got'; count: number }

interface State {
  copy: Copy
  /** By the count of what was put. */
  asking: Map<number, { from: string; op: OperationId | null }>
}

const isNewer = (a: Copy, b: Copy) => a.count > b.count || (a.count === b.count && a.name > b.name)

const tell = (state: State, ctx: Context) => ctx.broadcast({ type: 'copy', copy: state.copy })

export const server = defineNode<State, Message>({
  start(ctx) {
    ctx.arm('again', 300)
    return { copy: { value: null, count: 0, name: '' }, asking: new Map() }
  },
  on: {
    put(state, message, ctx) {
      state.copy = { value: message.body.value, count: state.copy.count + 1, name: ctx.self }
      tell(state, ctx)
      state.asking.set(state.copy.count, { from: message.from, op: message.op })
      ctx.arm('patience', 400, state.copy.count)
    },
    get: (state, message, ctx) =>
      ctx.reply(message, { type: 'get_ok', value: state.copy.value, fresh: false }),
    got(state, { body: { count } }, ctx) {
      const request = state.asking.get(count)
      if (request === undefined) return
      ctx.disarm('patience', count)
      ctx.reply(request, { type: 'put_ok' })
      state.asking.delete(count)
    },
    copy(state, { from, body: { copy } }, ctx) {
      ctx.send(from, { type: 'got', count: copy.count })
      if (isNewer(copy, state.copy)) state.copy = copy
    },
  },
  timers: {
    patience(state, ctx, count) {
      const request = state.asking.get(Number(count))
      if (request === undefined) return
      ctx.reply(request, { type: 'error', code: 11, text: 'the other one does not answer' })
      state.asking.delete(Number(count))
    },
    again(state, ctx) {
      tell(state, ctx)
      ctx.arm('again', 300)
    },
  },
})
