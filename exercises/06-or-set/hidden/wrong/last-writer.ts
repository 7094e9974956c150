// fails: all come to hold the same
/** For each element the last change wins, by a count that goes along: a remove takes out an add it has never heard of. */
import { type Context, defineNode } from 'splitbrain'

type Change = { count: number; replica: string; here: boolean }
type Changes = { [element: string]: Change }

type ToReplica =
  | { type: 'add'; element: string }
  | { type: 'remove'; element: string }
  | { type: 'get' }
  | { type: 'state'; changes: Changes }

interface State {
  changes: Changes
  count: number
}

const isLater = (a: Change, b: Change | undefined) =>
  b === undefined || a.count > b.count || (a.count === b.count && a.replica > b.replica)

function keep(state: State, ctx: Context): void {
  ctx.disk.write('list', state)
  ctx.disk.sync()
}

function change(state: State, ctx: Context, element: string, here: boolean): void {
  state.count += 1
  state.changes[element] = { count: state.count, replica: ctx.self, here }
  keep(state, ctx)
}

export const replica = defineNode<State, ToReplica>({
  start(ctx) {
    ctx.arm('gossip', 400)
    return ctx.disk.read<State>('list') ?? { changes: {}, count: 0 }
  },
  on: {
    add(state, message, ctx) {
      change(state, ctx, message.body.element, true)
      ctx.reply(message, { type: 'add_ok' })
    },
    remove(state, message, ctx) {
      change(state, ctx, message.body.element, false)
      ctx.reply(message, { type: 'remove_ok' })
    },
    get({ changes }, message, ctx) {
      const elements = Object.keys(changes).filter((element) => changes[element]!.here)
      ctx.reply(message, { type: 'get_ok', elements })
    },
    state(state, { body: { changes } }, ctx) {
      for (const [element, theirs] of Object.entries(changes)) {
        state.count = Math.max(state.count, theirs.count)
        if (isLater(theirs, state.changes[element])) state.changes[element] = theirs
      }
      keep(state, ctx)
    },
  },
  timers: {
    gossip({ changes }, ctx) {
      ctx.broadcast({ type: 'state', changes } as never)
      ctx.arm('gossip', 400)
    },
  },
})
