// fails: several clients at once
/** Has room for one request that waits; the next one takes its place. */
import { type Context, defineNode, type OperationId } from 'splitbrain'

type Message =
  | { type: 'put'; value: string }
  | { type: 'get' }
  | { type: 'ask'; id: string; put: boolean; value: string | null }
  | { type: 'tell'; id: string; value: string | null }

interface Waiting {
  client: string
  op: OperationId | null
  put: boolean
}

interface State {
  /** At n1: the value. */
  value: string | null
  /** At n2: who waits for n1. */
  waiting: Map<string, Waiting>
}

const PRIMARY = 'n1'

function pass(
  state: State,
  ctx: Context,
  from: string,
  op: OperationId | null,
  put: boolean,
  value: string | null,
) {
  state.waiting.clear()
  const id = `${from} ${op?.n ?? 0}`
  state.waiting.set(id, { client: from, op, put })
  ctx.send(PRIMARY, { type: 'ask', id, put, value })
  ctx.arm('patience', 400, id)
}

export const server = defineNode<State, Message>({
  start: () => ({ value: null, waiting: new Map() }),
  on: {
    put(state, message, ctx) {
      const { value } = message.body
      if (ctx.self !== PRIMARY) return pass(state, ctx, message.from, message.op, true, value)
      state.value = value
      ctx.reply(message, { type: 'put_ok' })
    },
    get(state, message, ctx) {
      if (ctx.self !== PRIMARY) return pass(state, ctx, message.from, message.op, false, null)
      ctx.reply(message, { type: 'get_ok', value: state.value, fresh: true })
    },
    ask(state, { from, body: { id, put, value } }, ctx) {
      if (put) state.value = value
      ctx.send(from, { type: 'tell', id, value: state.value })
    },
    tell(state, { body: { id, value } }, ctx) {
      const request = state.waiting.get(id)
      if (request === undefined) return
      state.waiting.delete(id)
      ctx.disarm('patience', id)
      const { client: from, op } = request
      ctx.reply({ from, op }, request.put ? { type: 'put_ok' } : { type: 'get_ok', value, fresh: true })
    },
  },
  timers: {
    patience(state, ctx, id) {
      const request = state.waiting.get(String(id))
      if (request === undefined) return
      state.waiting.delete(String(id))
      // A read changes nothing. A write may have arrived.
      const code = request.put ? 0 : 11
      ctx.reply(
        { from: request.client, op: request.op },
        { type: 'error', code, text: `${PRIMARY} does not answer` },
      )
    },
  },
})
