/** A tree of what was said, with a place for every way from the beginning; what is missing counts as retreat, and is not passed on. */
import { type Context, defineNode } from 'splitbrain'

type Order = 'attack' | 'retreat'
type Received = { type: 'order'; path: string[]; value: Order }

interface Place {
  value: Order | null
  /** The round in which a word for this place may come, at the latest. */
  round: number
  below: { [name: string]: Place }
}

interface State {
  root: Place
  round: number
}

function grow(names: readonly string[], round: number, rounds: number): Place {
  const below =
    round === rounds
      ? []
      : names.map((name) => [
          name,
          grow(
            names.filter((other) => other !== name),
            round + 1,
            rounds,
          ),
        ])
  return { value: null, round, below: Object.fromEntries(below) }
}

function find(state: State, ctx: Context, path: readonly string[]): Place | undefined {
  const [first, ...rest] = path
  if (first !== ctx.config['commander']) return undefined
  let place: Place | undefined = state.root
  for (const name of rest) place = place?.below[name]
  return place
}

function majority({ value, below }: Place): Order {
  let balance = value === 'attack' ? 1 : -1
  for (const place of Object.values(below)) balance += majority(place) === 'attack' ? 1 : -1
  return balance > 0 ? 'attack' : 'retreat'
}

export const lieutenant = defineNode<State, Received>({
  start(ctx) {
    ctx.arm('round', Number(ctx.config['roundMs']), 1)
    return { root: grow(ctx.peers, 1, Number(ctx.config['m']) + 1), round: 1 }
  },
  on: {
    order(state, { from, body: { path, value } }, ctx) {
      const place = find(state, ctx, path)
      if (place === undefined || from !== path.at(-1)) return
      if (place.value !== null || place.round < state.round) return
      place.value = value
      for (const name of Object.keys(place.below))
        ctx.send(name, { type: 'order', path: [...path, ctx.self], value })
    },
  },
  timers: {
    round(state, ctx, round) {
      state.round = Number(round) + 1
      if (state.round > Number(ctx.config['m']) + 1)
        ctx.output({ type: 'decide', value: majority(state.root) })
      else ctx.arm('round', Number(ctx.config['roundMs']), state.round)
    },
  },
})
