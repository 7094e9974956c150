/** Keeps a log of what was done anywhere, adds and removes with the adds they take out, and reads the list from it. */
import { type Context, defineNode } from 'splitbrain'

type Entry = { id: string; add: string } | { id: string; takes: string[] }

type ToReplica =
  | { type: 'add'; element: string }
  | { type: 'remove'; element: string }
  | { type: 'get' }
  | { type: 'state'; log: readonly Entry[] }

interface State {
  log: Entry[]
}

function here(log: readonly Entry[]): readonly { id: string; add: string }[] {
  const gone = log.flatMap((entry) => ('takes' in entry ? entry.takes : []))
  return log.flatMap((entry) => ('add' in entry && !gone.includes(entry.id) ? [entry] : []))
}

function append(state: State, ctx: Context, entry: Entry): void {
  state.log.push(entry)
  ctx.disk.append('log', entry)
}

export const replica = defineNode<State, ToReplica>({
  start(ctx) {
    ctx.arm('tell', 500)
    return { log: [...ctx.disk.records<Entry>('log')] }
  },
  on: {
    add(state, message, ctx) {
      append(state, ctx, { id: `${ctx.self}${state.log.length}`, add: message.body.element })
      ctx.disk.sync()
      ctx.reply(message, { type: 'add_ok' })
    },
    remove(state, message, ctx) {
      const takes = here(state.log).filter(({ add }) => add === message.body.element)
      append(state, ctx, { id: `${ctx.self}${state.log.length}`, takes: takes.map(({ id }) => id) })
      ctx.disk.sync()
      ctx.reply(message, { type: 'remove_ok' })
    },
    get({ log }, message, ctx) {
      ctx.reply(message, { type: 'get_ok', elements: [...new Set(here(log).map(({ add }) => add))] })
    },
    state(state, { body: { log } }, ctx) {
      for (const entry of log) if (!state.log.some(({ id }) => id === entry.id)) append(state, ctx, entry)
      ctx.disk.sync()
    },
  },
  timers: {
    tell({ log }, ctx) {
      ctx.broadcast({ type: 'state', log })
      ctx.arm('tell', 500)
    },
  },
})
