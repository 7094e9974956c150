// fails: a get writes back before it answers
/** A read records what it found under its own name. */
import { type Context, defineNode, type OperationId } from 'splitbrain'

type Tag = { count: number; server: string }

type Value = string | null

type Copy = { tag: Tag; value: Value }

type Message =
  | { type: 'put'; value: string }
  | { type: 'get' }
  | { type: 'query'; id: string }
  | { type: 'queried'; id: string; tag: Tag; value: Value }
  | { type: 'record'; id: string; tag: Tag; value: Value }
  | { type: 'recorded'; id: string }

/** A request under way. `write` is null for a read; `told` is the copy of the second round. */
interface Request {
  client: string
  op: OperationId | null
  write: Value
  copies: Map<string, Copy>
  told: Copy | null
  acks: Set<string>
}

interface State {
  requests: Map<string, Request>
}

const isNewer = (a: Tag, b: Tag) => a.count > b.count || (a.count === b.count && a.server > b.server)

const own = (ctx: Context): Copy =>
  ctx.disk.read<Copy>('copy') ?? { tag: { count: 0, server: '' }, value: null }

const isMajority = (some: number, ctx: Context) => 2 * some > ctx.peers.length + 1

function keep(ctx: Context, copy: Copy): void {
  if (!isNewer(copy.tag, own(ctx).tag)) return
  ctx.disk.write('copy', copy)
  ctx.disk.sync()
}

function ask(state: State, ctx: Context, from: string, op: OperationId | null, write: Value): void {
  const id = `${from}.${op?.n ?? 0}`
  const copies = new Map([[ctx.self, own(ctx)]])
  state.requests.set(id, { client: from, op, write, copies, told: null, acks: new Set([ctx.self]) })
  ctx.broadcast({ type: 'query', id })
}

export const server = defineNode<State, Message>({
  start: () => ({ requests: new Map() }),
  on: {
    put: (state, { from, op, body }, ctx) => ask(state, ctx, from, op, body.value),
    get: (state, { from, op }, ctx) => ask(state, ctx, from, op, null),
    query: (_state, { from, body: { id } }, ctx) => ctx.send(from, { type: 'queried', id, ...own(ctx) }),
    queried(state, { from, body: { id, tag, value } }, ctx) {
      const request = state.requests.get(id)
      if (request === undefined || request.told !== null) return
      request.copies.set(from, { tag, value })
      if (!isMajority(request.copies.size, ctx)) return
      // Another request of this server may have made a tag meanwhile.
      request.copies.set(ctx.self, own(ctx))
      const newest = [...request.copies.values()].reduce((a, b) => (isNewer(b.tag, a.tag) ? b : a))
      request.told =
        request.write === null
          ? { ...newest, tag: { ...newest.tag, server: ctx.self } }
          : { tag: { count: newest.tag.count + 1, server: ctx.self }, value: request.write }
      keep(ctx, request.told)
      ctx.broadcast({ type: 'record', id, ...request.told })
    },
    record(_state, { from, body: { id, tag, value } }, ctx) {
      keep(ctx, { tag, value })
      ctx.send(from, { type: 'recorded', id })
    },
    recorded(state, { from, body: { id } }, ctx) {
      const request = state.requests.get(id)
      if (request === undefined || request.told === null) return
      request.acks.add(from)
      if (!isMajority(request.acks.size, ctx)) return
      state.requests.delete(id)
      ctx.reply(
        { from: request.client, op: request.op },
        request.write === null ? { type: 'get_ok', value: request.told.value } : { type: 'put_ok' },
      )
    },
  },
})
