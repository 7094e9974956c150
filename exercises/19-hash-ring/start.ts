/** A hash ring: your answer. The task is in task.md; `splitbrain check hash-ring` checks it. */
import { type Context, defineNode } from 'splitbrain'

type ToRing =
  | { type: 'add'; node: string; points: number[] }
  | { type: 'remove'; node: string }
  | { type: 'locate'; place: number; copies: number }

interface State {
  /** The points of each node that is on the ring. Change it as you like. */
  points: { [node: string]: number[] }
}

export const ring = defineNode<State, ToRing>({
  start(_ctx: Context) {
    // What was confirmed before a crash is on the disk: ctx.disk.read(key)
    return { points: {} }
  },

  on: {
    add(_state, message, ctx) {
      // From now on message.body.node has these points, and no others. Keep it before you say so.
      ctx.reply(message, { type: 'add_ok' })
    },

    remove(_state, message, ctx) {
      // Its points go, and nobody else's.
      ctx.reply(message, { type: 'remove_ok' })
    },

    locate(_state, message, ctx) {
      // Clockwise from message.body.place: which nodes come first?
      ctx.reply(message, { type: 'locate_ok', nodes: ['nobody'] })
    },
  },
})
