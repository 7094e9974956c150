/** Lock-step: in each round it hears, and says all it has to say when the round is over. Ties go to attack. */
import { type Context, defineNode } from 'splitbrain'

type Order = 'attack' | 'retreat'
type Received = { type: 'order'; path: string[]; value: Order }

interface Word {
  path: string[]
  value: Order
}

interface State {
  /** By round: what came in it. */
  rounds: Word[][]
}

const same = (a: readonly string[], b: readonly string[]) => a.join() === b.join()

/** The words that should have come in a round, each with what came, or retreat. */
function complete(ctx: Context, came: readonly Word[], before: readonly Word[] | undefined): Word[] {
  const ways =
    before === undefined
      ? [[String(ctx.config['commander'])]]
      : before.flatMap(({ path }) =>
          ctx.peers.filter((peer) => !path.includes(peer)).map((peer) => [...path, peer]),
        )
  return ways.map((path) => came.find((word) => same(word.path, path)) ?? { path, value: 'retreat' })
}

/** From the last round to the first: what each was told, by the majority of those who can know. */
function settle(rounds: readonly Word[][]): Order {
  let settled = rounds.at(-1)!
  for (const words of rounds.slice(0, -1).reverse())
    settled = words.map(({ path, value }) => {
      const votes = [value]
      for (const word of settled) if (same(word.path.slice(0, -1), path)) votes.push(word.value)
      const retreats = votes.filter((vote) => vote === 'retreat').length
      return { path, value: retreats > votes.length / 2 ? 'retreat' : 'attack' }
    })
  return settled[0]!.value
}

export const lieutenant = defineNode<State, Received>({
  start(ctx) {
    ctx.arm('round', Number(ctx.config['roundMs']), 1)
    return { rounds: [[]] }
  },
  on: {
    order(state, { from, body: { path, value } }, ctx) {
      // Only words of this round; what is no way of this round is left out when it is over.
      if (from !== path.at(-1) || path.length !== state.rounds.length || path.includes(ctx.self)) return
      state.rounds.at(-1)!.push({ path: [...path], value })
    },
  },
  timers: {
    round(state, ctx, number) {
      const words = complete(ctx, state.rounds.at(-1)!, state.rounds.at(-2))
      state.rounds[state.rounds.length - 1] = words
      if (Number(number) > Number(ctx.config['m']))
        return ctx.output({ type: 'decide', value: settle(state.rounds) })
      for (const { path, value } of words)
        for (const peer of ctx.peers)
          if (!path.includes(peer)) ctx.send(peer, { type: 'order', path: [...path, ctx.self], value })
      state.rounds.push([])
      ctx.arm('round', Number(ctx.config['roundMs']), Number(number) + 1)
    },
  },
})
