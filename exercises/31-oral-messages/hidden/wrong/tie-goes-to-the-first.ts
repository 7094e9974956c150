// fails: without a majority all do the same
/** Where there is no majority the first of the others decides, and that is not the same one for all. */
import { type Context, defineNode } from 'splitbrain'

type Order = 'attack' | 'retreat'
type Received = { type: 'order'; path: string[]; value: Order }

interface State {
  /** What was said, by the path it came along. */
  said: Map<string, Order>
  round: number
}

const key = (path: readonly string[]) => path.join(' ')
const m = (ctx: Context) => Number(ctx.config['m'])
/** The lieutenants that a word has not gone through. */
const others = (ctx: Context, path: readonly string[]) => ctx.peers.filter((name) => !path.includes(name))

/** Every way of this length on which a word can come here. */
function paths(ctx: Context, length: number): readonly (readonly string[])[] {
  if (length === 1) return [[String(ctx.config['commander'])]]
  return paths(ctx, length - 1).flatMap((path) => others(ctx, path).map((name) => [...path, name]))
}

/** The first word counts, and is passed on as long as there is a round left. */
function hear(state: State, ctx: Context, path: readonly string[], value: Order): void {
  if (state.said.has(key(path))) return
  state.said.set(key(path), value)
  if (path.length > m(ctx)) return
  for (const name of others(ctx, path)) ctx.send(name, { type: 'order', path: [...path, ctx.self], value })
}

/** What the last one on this path ordered, as far as can be told from here. */
function ordered(state: State, ctx: Context, path: readonly string[]): Order {
  const own = state.said.get(key(path))!
  if (path.length > m(ctx)) return own
  const all = [own, ...others(ctx, path).map((name) => ordered(state, ctx, [...path, name]))]
  const attack = all.filter((order) => order === 'attack').length
  return 2 * attack === all.length ? all[1]! : 2 * attack > all.length ? 'attack' : 'retreat'
}

export const lieutenant = defineNode<State, Received>({
  start(ctx) {
    ctx.arm('round', Number(ctx.config['roundMs']), 1)
    return { said: new Map(), round: 1 }
  },
  on: {
    order(state, { from, body: { path, value } }, ctx) {
      if (path.at(-1) !== from || path.length < state.round) return
      if (paths(ctx, path.length).some((way) => key(way) === key(path))) hear(state, ctx, path, value)
    },
  },
  timers: {
    round(state, ctx, round) {
      for (const path of paths(ctx, Number(round))) hear(state, ctx, path, 'retreat')
      state.round = Number(round) + 1
      if (state.round <= m(ctx) + 1) ctx.arm('round', Number(ctx.config['roundMs']), state.round)
      else ctx.output({ type: 'decide', value: ordered(state, ctx, [String(ctx.config['commander'])]) })
    },
  },
})
