// fails: 11 is final
/** A put is done when both sides have it, and reads look at home: the other side shows it while the writer still waits. */
import { defineNode, type OperationId } from 'splitbrain'

type Message =
  | { type: 'put'; value: string }
  | { type: 'get' }
  | { type: 'copy'; id: string; value: string }
  | { type: 'copied'; id: string }

interface State {
  value: string | null
  waiting: Map<string, { from: string; op: OperationId | null; value: string }>
}

export const server = defineNode<State, Message>({
  start: () => ({ value: null, waiting: new Map() }),
  on: {
    put(state, { from, op, body: { value } }, ctx) {
      const id = `${from} ${op?.n ?? 0}`
      state.waiting.set(id, { from, op, value })
      ctx.broadcast({ type: 'copy', id, value })
      ctx.arm('patience', 400, id)
    },
    get: (state, message, ctx) => ctx.reply(message, { type: 'get_ok', value: state.value, fresh: true }),
    copy(state, { from, body: { id, value } }, ctx) {
      state.value = value
      ctx.send(from, { type: 'copied', id })
    },
    copied(state, { body: { id } }, ctx) {
      const request = state.waiting.get(id)
      if (request === undefined) return
      state.waiting.delete(id)
      ctx.disarm('patience', id)
      state.value = request.value
      ctx.reply(request, { type: 'put_ok' })
    },
  },
  timers: {
    patience(state, ctx, id) {
      const request = state.waiting.get(String(id))
      if (request === undefined) return
      state.waiting.delete(String(id))
      ctx.reply(request, { type: 'error', code: 0, text: 'the other side does not answer' })
    },
  },
})
