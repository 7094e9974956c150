// fails: news arrives
/** Asks twenty times, and then no more. */
import { type Context, defineNode } from 'splitbrain'

/** A value of null is a death certificate. */
interface Row {
  value: string | null
  at: number
  by: string
}

interface Rows {
  [key: string]: Row
}

interface Versions {
  [key: string]: { at: number; by: string }
}

type ToSite =
  | { type: 'put'; key: string; value: string }
  | { type: 'delete'; key: string }
  | { type: 'get'; key: string }
  | { type: 'ask'; versions: Versions }
  | { type: 'tell'; rows: Rows }

interface State {
  rows: Rows
  left: number
}

const isNewer = (one: Row, other: { at: number; by: string } | undefined) =>
  other === undefined || one.at > other.at || (one.at === other.at && one.by > other.by)

function keep(state: State, ctx: Context): void {
  ctx.disk.write('rows', state.rows)
  ctx.disk.sync()
}

function change(state: State, key: string, value: string | null, ctx: Context): void {
  state.rows[key] = { value, at: (state.rows[key]?.at ?? 0) + 1, by: ctx.self }
  keep(state, ctx)
}

export const site = defineNode<State, ToSite>({
  start(ctx) {
    ctx.arm('gossip', 300)
    return { rows: ctx.disk.read<Rows>('rows') ?? {}, left: 20 }
  },
  on: {
    put(state, message, ctx) {
      change(state, message.body.key, message.body.value, ctx)
      ctx.reply(message, { type: 'put_ok' })
    },
    delete(state, message, ctx) {
      change(state, message.body.key, null, ctx)
      ctx.reply(message, { type: 'delete_ok' })
    },
    get(state, message, ctx) {
      ctx.reply(message, { type: 'get_ok', value: state.rows[message.body.key]?.value ?? null })
    },
    ask(state, { from, body: { versions } }, ctx) {
      const news = Object.entries(state.rows).filter(([key, row]) => isNewer(row, versions[key]))
      ctx.send(from, { type: 'tell', rows: Object.fromEntries(news) } as never)
    },
    tell(state, { body: { rows } }, ctx) {
      const news = Object.entries(rows).filter(([key, row]) => isNewer(row, state.rows[key]))
      state.rows = { ...state.rows, ...Object.fromEntries(news) }
      keep(state, ctx)
    },
  },
  timers: {
    gossip(state, ctx) {
      const { rows } = state
      state.left -= 1
      const versions = Object.entries(rows).map(([key, { at, by }]) => [key, { at, by }])
      ctx.send(ctx.pick(ctx.peers), { type: 'ask', versions: Object.fromEntries(versions) } as never)
      if (state.left > 0) ctx.arm('gossip', 300)
    },
  },
})
