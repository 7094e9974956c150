/** Keeps for each lease the date of its end by its own clock, and looks at them with one timer. */
import { type Context, defineNode, type Message } from 'splitbrain'

type Put = { type: 'put'; value: string }
type Fetch = { type: 'fetch'; id: string }
type ToServer = Fetch | Put | { type: 'approve'; id: string }

interface State {
  /** By id, who holds it. */
  leases: Record<string, string>
  /** By id, when it ends by the own clock. */
  ends: Record<string, number>
  writes: Message<Put>[]
  fetches: Message<Fetch>[]
  isRecovering: boolean
}

const termMs = (ctx: Context) => Number(ctx.config['termMs'])

function grant(state: State, { from, body: { id } }: Message<Fetch>, ctx: Context): void {
  const drift = Number(ctx.config['drift'])
  const useMs = (termMs(ctx) * (1 - drift)) / (1 + drift)
  state.leases[id] = from
  state.ends[id] = ctx.now() + termMs(ctx)
  lookNext(state, ctx)
  ctx.send(from, { type: 'grant', id, value: ctx.disk.read<string>('value'), useMs })
}

/** Looks again when the first of the leases that are out ends. */
function lookNext(state: State, ctx: Context): void {
  const next = Math.min(...Object.values(state.ends))
  if (Number.isFinite(next)) ctx.arm('look', Math.max(1, next - ctx.now()))
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
  delete state.ends[id]
  goOn(state, ctx)
}

export const server = defineNode<State, ToServer>({
  start(ctx) {
    const isRecovering = ctx.boot === 'restart'
    if (isRecovering) ctx.arm('recovered', termMs(ctx))
    return { leases: {}, ends: {}, writes: [], fetches: [], isRecovering }
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
    look(state, ctx) {
      for (const [id, endMs] of Object.entries(state.ends)) if (ctx.now() >= endMs) end(state, id, ctx)
      lookNext(state, ctx)
    },
    recovered(state, ctx) {
      state.isRecovering = false
      goOn(state, ctx)
    },
  },
})
