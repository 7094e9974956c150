/** Lock-step: keeps what comes in a round, and looks at all of it when the round is over. Of two orders it is attack. */
import { type Context, defineNode } from 'splitbrain'

type Order = 'attack' | 'retreat'
type Signature = { by: string; signature: string }
type Word = { value: Order; chain: Signature[] }
type Received = Word & { type: 'order' }

interface State {
  /** What has come in this round. */
  inbox: Word[]
  seen: { [order: string]: true }
}

const signed = (value: Order, chain: readonly Signature[]) => ({
  order: value,
  chain: chain.map(({ by, signature }) => ({ by, signature })),
})

function sign(ctx: Context, { value, chain }: Word): Word {
  const signature = ctx.sign(signed(value, chain))
  return { value, chain: chain.concat({ by: ctx.self, signature }) }
}

/** Peels one signature after the other from the end. */
function isTrue(ctx: Context, { value, chain }: Word): boolean {
  const last = chain.at(-1)
  if (last === undefined) return true
  const before = chain.slice(0, -1)
  if (before.some(({ by }) => by === last.by)) return false
  if (!ctx.verify(last.by, signed(value, before), last.signature)) return false
  return isTrue(ctx, { value, chain: before })
}

export const commander = defineNode<{ done: true }, never>({
  start(ctx) {
    const value = ctx.config['order'] as Order
    const word = sign(ctx, { value, chain: [] })
    for (const peer of ctx.peers) ctx.send(peer, { type: 'order', ...word })
    ctx.output({ type: 'command', value })
    return { done: true }
  },
  on: {},
})

export const lieutenant = defineNode<State, Received>({
  start(ctx) {
    ctx.arm('round', Number(ctx.config['roundMs']), 1)
    return { inbox: [], seen: {} }
  },
  on: {
    order(state, { from, body: { value, chain } }) {
      if (chain.at(-1)?.by === from) state.inbox.push({ value, chain: [...chain] })
    },
  },
  timers: {
    round(state, ctx, number) {
      const round = Number(number)
      for (const word of state.inbox) {
        const { value, chain } = word
        if (state.seen[value] || chain.length !== round) continue
        if (chain[0]!.by !== ctx.config['commander'] || !isTrue(ctx, word)) continue
        state.seen[value] = true
        if (round > Number(ctx.config['m'])) continue
        const longer = sign(ctx, word)
        for (const peer of ctx.peers)
          if (!chain.some(({ by }) => by === peer)) ctx.send(peer, { type: 'order', ...longer })
      }
      state.inbox = []
      if (round <= Number(ctx.config['m'])) ctx.arm('round', Number(ctx.config['roundMs']), round + 1)
      else ctx.output({ type: 'decide', value: state.seen['attack'] ? 'attack' : 'retreat' })
    },
  },
})
