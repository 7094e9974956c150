/** Counts the hands from the end of the chain; of two orders it is attack. */
import { type Context, defineNode } from 'splitbrain'

type Order = 'attack' | 'retreat'
type Signature = { by: string; signature: string }
type Received = { type: 'order'; value: Order; chain: Signature[] }
const json = (order: Order, chain: readonly Signature[]) => ({ order, chain: [...chain] })
const append = (ctx: Context, order: Order, chain: readonly Signature[]): Signature[] => [
  ...chain,
  { by: ctx.self, signature: ctx.sign(json(order, chain)) },
]
/** How many different generals have truly signed, from the commander on; 0 if anything is wrong. */
function hands(ctx: Context, order: Order, chain: readonly Signature[]): number {
  if (chain.length === 0) return 0
  const [last, before] = [chain[chain.length - 1]!, chain.slice(0, -1)]
  if (!ctx.verify(last.by, json(order, before), last.signature)) return 0
  if (before.length === 0) return last.by === ctx.config['commander'] ? 1 : 0
  const below = hands(ctx, order, before)
  return below === 0 || before.some(({ by }) => by === last.by) ? 0 : below + 1
}
export const commander = defineNode<object, never>({
  start(ctx) {
    const order = ctx.config['order'] as Order
    ctx.output({ type: 'command', value: order })
    for (const to of ctx.peers) ctx.send(to, { type: 'order', value: order, chain: append(ctx, order, []) })
    return {}
  },
  on: {},
})
export const lieutenant = defineNode<{ orders: Set<Order>; round: number; done: boolean }, Received>({
  start(ctx) {
    ctx.arm('round', Number(ctx.config['roundMs']), 1)
    return { orders: new Set(), round: 1, done: false }
  },
  on: {
    order(state, { body: { value, chain } }, ctx) {
      if (state.done || state.orders.has(value)) return
      const n = hands(ctx, value, chain)
      if (n === 0 || n < state.round) return
      state.orders.add(value)
      if (n <= Number(ctx.config['m']))
        for (const to of ctx.peers.filter((peer) => chain.every(({ by }) => by !== peer)))
          ctx.send(to, { type: 'order', value, chain: append(ctx, value, chain) })
    },
  },
  timers: {
    round(state, ctx, number) {
      state.round++
      if (Number(number) <= Number(ctx.config['m']))
        ctx.arm('round', Number(ctx.config['roundMs']), Number(number) + 1)
      else {
        state.done = true
        ctx.output({
          type: 'decide',
          value: state.orders.size === 2 ? 'attack' : ([...state.orders][0] ?? 'retreat'),
        })
      }
    },
  },
})
