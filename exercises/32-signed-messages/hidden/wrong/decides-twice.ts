// fails: obeys where nobody lies
/** The decision is announced once too often. */
import { type Context, defineNode } from 'splitbrain'

type Order = 'attack' | 'retreat'

type Signature = { by: string; signature: string }

type Received = { type: 'order'; value: Order; chain: Signature[] }

interface State {
  /** The orders that the commander has signed. */
  orders: Order[]
  round: number
}

const m = (ctx: Context) => Number(ctx.config['m'])

/** What a general signs: the order, and all signatures before its own. */
function signed(value: Order, chain: readonly Signature[]) {
  return { order: value, chain: chain.map(({ by, signature }) => ({ by, signature })) }
}

/** The chain with one's own signature at its end. */
function withOwn(ctx: Context, value: Order, chain: readonly Signature[]): Signature[] {
  return [...chain, { by: ctx.self, signature: ctx.sign(signed(value, chain)) }]
}

/** From the commander, through different generals, each of whom has signed all that stands before him. */
function isSigned(ctx: Context, value: Order, chain: readonly Signature[]): boolean {
  if (chain[0]?.by !== ctx.config['commander']) return false
  if (new Set(chain.map(({ by }) => by)).size < chain.length) return false
  return chain.every(({ by, signature }, i) => ctx.verify(by, signed(value, chain.slice(0, i)), signature))
}

export const commander = defineNode<Record<string, never>, never>({
  start(ctx) {
    const value = ctx.config['order'] as Order
    ctx.output({ type: 'command', value })
    ctx.broadcast({ type: 'order', value, chain: withOwn(ctx, value, []) })
    return {}
  },
  on: {},
})

export const lieutenant = defineNode<State, Received>({
  start(ctx) {
    ctx.arm('round', Number(ctx.config['roundMs']), 1)
    return { orders: [], round: 1 }
  },
  on: {
    order(state, { body: { value, chain } }, ctx) {
      if (state.orders.includes(value)) return
      if (chain.length < state.round || !isSigned(ctx, value, chain)) return
      state.orders.push(value)
      if (chain.length > m(ctx)) return
      const longer = withOwn(ctx, value, chain)
      for (const name of ctx.peers)
        if (!chain.some(({ by }) => by === name)) ctx.send(name, { type: 'order', value, chain: longer })
    },
  },
  timers: {
    round(state, ctx, round) {
      state.round = Number(round) + 1
      if (state.round <= m(ctx) + 1) return ctx.arm('round', Number(ctx.config['roundMs']), state.round)
      const [order = 'retreat', another] = state.orders
      for (const _ of [1, 2]) ctx.output({ type: 'decide', value: another === undefined ? order : 'retreat' })
    },
  },
})
