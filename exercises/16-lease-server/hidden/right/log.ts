/** Values in a log, written together; on the disk also how long to wait after a restart, which is nothing where nothing was ever lent. */
import { type Context, defineNode, type Message } from 'splitbrain'

type In = { type: 'fetch'; id: string } | { type: 'put'; value: string } | { type: 'approve'; id: string }
type Put = Message<{ type: 'put'; value: string }>
type Ask = Message<{ type: 'fetch'; id: string }>
interface State {
  held: Set<string>
  by: Record<string, string>
  puts: Put[]
  asks: Ask[]
  until: boolean
}
const last = (ctx: Context): string | null => ctx.disk.records<{ v: string }>('values').at(-1)?.v ?? null
function grant(state: State, ask: Ask, ctx: Context) {
  const termMs = Number(ctx.config['termMs'])
  const d = Number(ctx.config['drift'])
  if ((ctx.disk.read<number>('longestMs') ?? 0) < termMs) {
    ctx.disk.write('longestMs', termMs)
    ctx.disk.sync()
  }
  state.held.add(ask.body.id)
  state.by[ask.body.id] = ask.from
  ctx.arm('over', termMs, ask.body.id)
  ctx.send(ask.from, {
    type: 'grant',
    id: ask.body.id,
    value: last(ctx),
    useMs: (0.95 * termMs * (1 - d)) / (1 + d),
  })
}
function proceed(state: State, ctx: Context) {
  if (state.until || state.held.size > 0) return
  if (state.puts.length > 0) {
    for (const p of state.puts) ctx.disk.append('values', { v: p.body.value })
    ctx.disk.sync()
    for (const p of state.puts) ctx.reply(p, { type: 'put_ok' })
    state.puts = []
  }
  for (const a of state.asks) grant(state, a, ctx)
  state.asks = []
}
export const server = defineNode<State, In>({
  start(ctx) {
    const longestMs = ctx.disk.read<number>('longestMs') ?? 0
    const until = ctx.boot === 'restart' && longestMs > 0
    if (until) ctx.arm('recovered', longestMs)
    if (ctx.disk.torn('values')) ctx.disk.truncate('values', ctx.disk.records('values').length - 1)
    return { held: new Set(), by: {}, puts: [], asks: [], until }
  },
  on: {
    fetch(state, m, ctx) {
      if (state.puts.length > 0) state.asks.push(m)
      else grant(state, m, ctx)
    },
    put(state, m, ctx) {
      state.puts.push(m)
      for (const id of state.held) ctx.send(state.by[id]!, { type: 'recall', id })
      proceed(state, ctx)
    },
    approve(state, { body }, ctx) {
      state.held.delete(body.id)
      proceed(state, ctx)
    },
  },
  timers: {
    over(state, ctx, id) {
      state.held.delete(String(id))
      proceed(state, ctx)
    },
    recovered(state, ctx) {
      state.until = false
      proceed(state, ctx)
    },
  },
})
