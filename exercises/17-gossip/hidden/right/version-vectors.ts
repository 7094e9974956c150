/** A version vector for each row. Of two that did not know of each other the one with the larger text stays, and a delete stays out. */
import { type Context, defineNode } from 'splitbrain'

type Vector = { [site: string]: number }
type Row = { value: string | null; seen: Vector }
type Rows = { [key: string]: Row }
type ToSite =
  | { type: 'put'; key: string; value: string }
  | { type: 'delete'; key: string }
  | { type: 'get'; key: string }
  | { type: 'ask'; rows: Rows }
  | { type: 'tell'; rows: Rows }
type State = { rows: Rows }

const covers = (a: Vector, b: Vector) => Object.keys(b).every((site) => (a[site] ?? 0) >= b[site]!)
const joined = (a: Vector, b: Vector) => {
  const all: Vector = { ...a }
  for (const site of Object.keys(b)) all[site] = Math.max(all[site] ?? 0, b[site]!)
  return all
}
const order = (row: Row) => (row.value === null ? '' : `+${row.value}`)

function merge(mine: Row | undefined, theirs: Row): Row {
  if (!mine || covers(theirs.seen, mine.seen)) {
    if (mine && covers(mine.seen, theirs.seen)) return order(mine) >= order(theirs) ? mine : theirs
    return theirs
  }
  if (covers(mine.seen, theirs.seen)) return mine
  return {
    value: order(mine) >= order(theirs) ? mine.value : theirs.value,
    seen: joined(mine.seen, theirs.seen),
  }
}

function take(state: State, rows: Rows, ctx: Context) {
  for (const key of Object.keys(rows)) state.rows[key] = merge(state.rows[key], rows[key]!)
  ctx.disk.write('rows', state.rows)
  ctx.disk.sync()
}

function change(state: State, key: string, value: string | null, ctx: Context) {
  const seen = state.rows[key]?.seen ?? {}
  take(state, { [key]: { value, seen: { ...seen, [ctx.self]: (seen[ctx.self] ?? 0) + 1 } } }, ctx)
}

export const site = defineNode<State, ToSite>({
  start(ctx) {
    ctx.arm('gossip', 500)
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
    ask(state, { from, body }, ctx) {
      take(state, body.rows, ctx)
      ctx.send(from, { type: 'tell', rows: state.rows })
    },
    tell: (state, { body }, ctx) => take(state, body.rows, ctx),
  },
  timers: {
    gossip(state, ctx) {
      ctx.send(ctx.pick(ctx.peers), { type: 'ask', rows: state.rows })
      ctx.arm('gossip', 500)
    },
  },
})
