/** One row under one lock, with clients that always want it: how much gets through depends on how long it is held, and for how many at once. */
import { defineNode } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'

interface State {
  /** Requests that have been served since the start. */
  served: number
}

const row = defineNode<State, never>({
  start(ctx) {
    ctx.arm('released', Number(ctx.config['holdMs']))
    return { served: 0 }
  },
  on: {},
  timers: {
    /** The lock is free: all who wait and fit into one batch are served in the next turn. Every client asks again. */
    released(state, ctx) {
      state.served += Math.min(Number(ctx.config['batch']), Number(ctx.config['clients']))
      ctx.arm('released', Number(ctx.config['holdMs']))
    },
  },
})

export const hotRow = defineProtocol({
  name: 'hot-row',
  source:
    'a queue with one server and constant service time; batching of log writes: DeWitt and others 1984 (group commit); Ongaro 2014, section 10.2',
  says: 'one lock, and clients that always want it',
  cluster: ['row'],
  rules: {},
  roles: () => ({ row }),
  params: {
    holdMs: { default: 5, says: 'how long the lock is held for one turn' },
    batch: { default: 1, says: 'how many requests share a turn' },
    clients: { default: 1000, says: 'how many clients always want it' },
  },
  assign: (names, params) =>
    Object.fromEntries(names.map((name) => [name, { role: 'row', peers: [], config: params }])),
  properties: [],
})
