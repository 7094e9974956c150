/** A log of changes, each with its site and number; a site asks for what it has not seen, and folds the log. */
import { type Context, defineNode } from 'splitbrain'

interface Op {
  site: string
  n: number
  /** Lamport's clock. */
  time: number
  key: string
  value: string | null
}
type ToSite =
  | { type: 'put'; key: string; value: string }
  | { type: 'delete'; key: string }
  | { type: 'get'; key: string }
  | { type: 'ask'; seen: { [site: string]: number } }
  | { type: 'tell'; ops: Op[] }

interface State {
  log: Op[]
}

const seenOf = (log: Op[]) => {
  const seen: { [site: string]: number } = {}
  for (const { site, n } of log) seen[site] = Math.max(seen[site] ?? 0, n)
  return seen
}
const save = (state: State, ctx: Context) => {
  ctx.disk.write('log', state.log)
  ctx.disk.sync()
}
const append = (state: State, key: string, value: string | null, ctx: Context) => {
  const time = 1 + Math.max(0, ...state.log.map((op) => op.time))
  state.log.push({ site: ctx.self, n: (seenOf(state.log)[ctx.self] ?? 0) + 1, time, key, value })
  save(state, ctx)
}
const newest = (log: Op[], key: string) => {
  let best: Op | null = null
  for (const op of log)
    if (op.key === key && (!best || op.time > best.time || (op.time === best.time && op.site < best.site)))
      best = op
  return best?.value ?? null
}

export const site = defineNode<State, ToSite>({
  start(ctx) {
    ctx.arm('gossip', [200, 400])
    return { log: ctx.disk.read<Op[]>('log') ?? [] }
  },
  on: {
    put(state, message, ctx) {
      append(state, message.body.key, message.body.value, ctx)
      ctx.reply(message, { type: 'put_ok' })
    },
    delete(state, message, ctx) {
      append(state, message.body.key, null, ctx)
      ctx.reply(message, { type: 'delete_ok' })
    },
    get: (state, message, ctx) =>
      ctx.reply(message, { type: 'get_ok', value: newest(state.log, message.body.key) }),
    ask(state, { from, body }, ctx) {
      const ops = state.log.filter((op) => op.n > (body.seen[op.site] ?? 0))
      if (ops.length > 0) ctx.send(from, { type: 'tell', ops } as never)
    },
    tell(state, { body }, ctx) {
      const seen = seenOf(state.log)
      // Each site's changes come in their order, so that there are no holes.
      const news = body.ops
        .filter((op) => op.n > (seen[op.site] ?? 0))
        .sort((a, b) => (a.site === b.site ? a.n - b.n : a.site < b.site ? -1 : 1))
      for (const op of news) {
        if (op.n !== (seen[op.site] ?? 0) + 1) continue
        seen[op.site] = op.n
        state.log.push(op)
      }
      if (news.length > 0) save(state, ctx)
    },
  },
  timers: {
    gossip(state, ctx) {
      ctx.arm('gossip', [200, 400])
      ctx.send(ctx.pick(ctx.peers), { type: 'ask', seen: seenOf(state.log) })
    },
  },
})
