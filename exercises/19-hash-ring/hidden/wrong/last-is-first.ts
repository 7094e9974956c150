// fails: compares places as numbers
/** Takes the last place for place 0. */
import { type Context, defineNode } from 'splitbrain'

type ToRing =
  | { type: 'add'; node: string; points: number[] }
  | { type: 'remove'; node: string }
  | { type: 'locate'; place: number; copies: number }

interface State {
  /** In the order of the ring. */
  points: { place: number; node: string }[]
}

function keep(state: State, ctx: Context): void {
  ctx.disk.write('points', state.points)
  ctx.disk.sync()
}

export const ring = defineNode<State, ToRing>({
  start: (ctx) => ({ points: ctx.disk.read<State['points']>('points') ?? [] }),
  on: {
    add(state, message, ctx) {
      const { node, points } = message.body
      const others = state.points.filter((point) => point.node !== node)
      state.points = [...others, ...points.map((place) => ({ place: place % (2 ** 32 - 1), node }))]
      state.points.sort((a, b) => a.place - b.place || (a.node < b.node ? -1 : 1))
      keep(state, ctx)
      ctx.reply(message, { type: 'add_ok' })
    },
    remove(state, message, ctx) {
      state.points = state.points.filter(({ node }) => node !== message.body.node)
      keep(state, ctx)
      ctx.reply(message, { type: 'remove_ok' })
    },
    locate({ points }, message, ctx) {
      const { place, copies } = message.body
      const first = points.findIndex((point) => point.place >= place)
      const from = Math.max(first, 0)
      const walk = [...points.slice(from), ...points.slice(0, from)]
      const nodes = [...new Set(walk.map(({ node }) => node))].slice(0, copies)
      ctx.reply(message, { type: 'locate_ok', nodes })
    },
  },
})
