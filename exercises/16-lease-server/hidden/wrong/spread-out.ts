// fails: no read is old, however the clocks run
/** Spreads the ends of leases out, so that writes do not come all at once. */
import { type Context, defineNode, type Message } from 'splitbrain'

type Put = { type: 'put'; value: string }
type Fetch = { type: 'fetch'; id: string }
type ToServer = Fetch | Put | { type: 'approve'; id: string }

interface State {
  /** By id, who holds it. */
  leases: Record<string, string>
  writes: Message<Put>[]
  fetches: Message<Fetch>[]
  isRecovering: boolean
}

const termMs = (ctx: Context) => Number(ctx.config['termMs'])

function grant(state: State, { from, body: { id } }: Message<Fetch>, ctx: Context): void {
  const drift = Number(ctx.config['drift'])
  const useMs = (termMs(ctx) * (1 - drift)) / (1 + drift)
  state.leases[id] = from
  ctx.arm('expiry', [termMs(ctx) * 0.9, termMs(ctx)], id)
  ctx.send(from, { type: 'grant', id, value: ctx.disk.read<string>('value'), useMs })
}

function goOn(state: State, ctx: Context): void {
  if (state.isRecovering || Object.keys(state.leases).length > 0) return
  for (const write of state.writes) {
    ctx.disk.write('value', write.body.value)
    ctx.disk.sync()
    ctx.reply(write, { type: 'put_ok' })
  }
  state.writes = []
  for (const fetch of state.fetches) grant(state, fetch, ctx)
  state.fetches = []
}

function end(state: State, id: string, ctx: Context): void {
  delete state.leases[id]
  goOn(state, ctx)
}

export const server = defineNode<State, ToServer>({
  start(ctx) {
    const isRecovering = ctx.boot === 'restart'
    if (isRecovering) ctx.arm('recovered', termMs(ctx))
    return { leases: {}, writes: [], fetches: [], isRecovering }
  },
  on: {
    fetch(state, message, ctx) {
      if (state.writes.length > 0) state.fetches.push(message)
      else grant(state, message, ctx)
    },
    put(state, message, ctx) {
      state.writes.push(message)
      for (const [id, holder] of Object.entries(state.leases)) ctx.send(holder, { type: 'recall', id })
      goOn(state, ctx)
    },
    approve(state, { body: { id } }, ctx) {
      end(state, id, ctx)
    },
  },
  timers: {
    expiry: (state, ctx, id) => end(state, String(id), ctx),
    recovered(state, ctx) {
      state.isRecovering = false
      goOn(state, ctx)
    },
  },
})
