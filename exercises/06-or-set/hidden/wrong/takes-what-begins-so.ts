// fails: removes, and answers
/** Removes all elements that begin like the one that is removed. */
import { type Context, defineNode } from 'splitbrain'

interface Tagged {
  added: { [tag: string]: string }
  removed: string[]
}

type ToReplica =
  | { type: 'add'; element: string }
  | { type: 'remove'; element: string }
  | { type: 'get' }
  | { type: 'state'; set: Tagged }

interface State {
  set: Tagged
  /** How many adds were made here. */
  count: number
}

/** Both only grow: a set that learned something is larger than before. */
const sizeOf = ({ added, removed }: Tagged) => Object.keys(added).length + removed.length

function keep(state: State, ctx: Context): void {
  ctx.disk.write('list', state)
  ctx.disk.sync()
}

export const replica = defineNode<State, ToReplica>({
  start(ctx) {
    ctx.arm('gossip', 400)
    return ctx.disk.read<State>('list') ?? { set: { added: {}, removed: [] }, count: 0 }
  },
  on: {
    add(state, message, ctx) {
      state.count += 1
      state.set.added[`${ctx.self} ${state.count}`] = message.body.element
      keep(state, ctx)
      ctx.reply(message, { type: 'add_ok' })
    },
    remove({ set, ...rest }, message, ctx) {
      for (const [tag, element] of Object.entries(set.added))
        if (element.startsWith(message.body.element) && !set.removed.includes(tag)) set.removed.push(tag)
      keep({ set, ...rest }, ctx)
      ctx.reply(message, { type: 'remove_ok' })
    },
    get({ set }, message, ctx) {
      const here = Object.entries(set.added).filter(([tag]) => !set.removed.includes(tag))
      ctx.reply(message, { type: 'get_ok', elements: [...new Set(here.map(([, element]) => element))] })
    },
    state(state, { body: { set } }, ctx) {
      const before = sizeOf(state.set)
      state.set.added = { ...state.set.added, ...set.added }
      state.set.removed = [...new Set([...state.set.removed, ...set.removed])].sort()
      if (sizeOf(state.set) > before) keep(state, ctx)
    },
  },
  timers: {
    gossip({ set }, ctx) {
      ctx.broadcast({ type: 'state', set } as never)
      ctx.arm('gossip', 400)
    },
  },
})
