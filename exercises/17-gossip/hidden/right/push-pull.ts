/** Push-pull: who is asked tells what is lacking there, and is told in return. */
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
  | { type: 'tell'; rows: Rows; wants: string[] }

interface State {
  rows: Rows
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
    return { rows: ctx.disk.read<Rows>('rows') ?? {} }
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
      const wants = Object.entries(versions).filter(([key, version]) => {
        const own = state.rows[key]
        return own === undefined || isNewer({ value: null, ...version }, own)
      })
      const tell = { type: 'tell', rows: Object.fromEntries(news), wants: wants.map(([key]) => key) }
      ctx.send(from, tell as never)
    },
    tell(state, { from, body: { rows, wants } }, ctx) {
      const news = Object.entries(rows).filter(([key, row]) => isNewer(row, state.rows[key]))
      state.rows = { ...state.rows, ...Object.fromEntries(news) }
      keep(state, ctx)
      if (wants.length === 0) return
      const wanted = Object.entries(state.rows).filter(([key]) => wants.includes(key))
      ctx.send(from, { type: 'tell', rows: Object.fromEntries(wanted), wants: [] } as never)
    },
  },
  timers: {
    gossip({ rows }, ctx) {
      const versions = Object.entries(rows).map(([key, { at, by }]) => [key, { at, by }])
      ctx.send(ctx.pick(ctx.peers), { type: 'ask', versions: Object.fromEntries(versions) } as never)
      ctx.arm('gossip', 300)
    },
  },
})
