/** A list of words in the order in which they came, searched from its beginning; a tie is an attack. */
import { type Context, defineNode } from 'splitbrain'

type Order = 'attack' | 'retreat'
type Received = { type: 'order'; path: string[]; value: Order }
interface State {
  words: { path: string[]; value: Order }[]
  over: number
}
const eq = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((x, i) => x === b[i])
function wellFormed(ctx: Context, path: readonly string[]): boolean {
  if (path[0] !== ctx.config['commander']) return false
  const rest = path.slice(1)
  return new Set(rest).size === rest.length && rest.every((name) => ctx.peers.includes(name))
}
function resolve(state: State, ctx: Context, path: readonly string[]): Order {
  const found = state.words.find((one) => eq(one.path, path))?.value ?? 'retreat'
  if (path.length === Number(ctx.config['m']) + 1) return found
  const votes = { attack: 0, retreat: 0 }
  votes[found]++
  for (const peer of ctx.peers) if (!path.includes(peer)) votes[resolve(state, ctx, [...path, peer])]++
  return votes.attack >= votes.retreat ? 'attack' : 'retreat'
}
export const lieutenant = defineNode<State, Received>({
  start(ctx) {
    ctx.arm('round', Number(ctx.config['roundMs']), 1)
    return { words: [], over: 0 }
  },
  on: {
    order(state, message, ctx) {
      const { path, value } = message.body
      if (message.from !== path[path.length - 1]) return ctx.refuse()
      if (path.length <= state.over || path.length > Number(ctx.config['m']) + 1 || !wellFormed(ctx, path))
        return ctx.refuse()
      if (state.words.some((one) => eq(one.path, path))) return ctx.refuse()
      state.words.push({ path: [...path], value })
      if (path.length <= Number(ctx.config['m'])) {
        const body = { type: 'order', path: path.concat(ctx.self), value } as const
        ctx.peers.filter((peer) => !path.includes(peer)).forEach((peer) => ctx.send(peer, body))
      }
    },
  },
  timers: {
    round(state, ctx, n) {
      state.over = Number(n)
      if (state.over === Number(ctx.config['m']) + 1)
        ctx.output({ type: 'decide', value: resolve(state, ctx, [String(ctx.config['commander'])]) })
      else ctx.arm('round', Number(ctx.config['roundMs']), state.over + 1)
    },
  },
})
