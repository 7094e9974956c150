/** Compares two texts by one entry: had the writer of the one been shown the other? */
import { type Context, defineNode } from 'splitbrain'

type Stamp = { [name: string]: number }

interface Post {
  from: string
  text: string
  stamp: Stamp
}

type Received =
  | { type: 'write'; text: string }
  | { type: 'post'; text: string; stamp: Stamp }
  | { type: 'compare'; a: string; b: string }

interface State {
  /** Texts of each person that were shown here. */
  shown: Stamp
  waiting: Post[]
  /** Each text that was shown. */
  stamps: Map<string, Post>
}

/** The next one of its writer, and nothing else is missing that its writer had been shown. */
function mayShow(state: State, { from, stamp }: Post): boolean {
  return Object.keys(state.shown).every((name) =>
    name === from ? stamp[name] === state.shown[name]! + 1 : stamp[name]! <= state.shown[name]!,
  )
}

function show(state: State, ctx: Context, { from, text, stamp }: Post): void {
  state.shown[from]! += 1
  state.stamps.set(text, { from, text, stamp: { ...stamp } })
  ctx.output({ type: 'deliver', text })
}

/** The writer of `b` had been shown as many texts of the writer of `a` as it takes. */
function within(a: Post, b: Post): boolean {
  return b.stamp[a.from]! >= a.stamp[a.from]!
}

export const process = defineNode<State, Received>({
  start: (ctx) => ({
    shown: Object.fromEntries([ctx.self, ...ctx.peers].map((name) => [name, 0])),
    waiting: [],
    stamps: new Map(),
  }),
  on: {
    write(state, { body: { text } }, ctx) {
      const stamp = { ...state.shown, [ctx.self]: state.shown[ctx.self]! + 1 }
      show(state, ctx, { from: ctx.self, text, stamp })
      ctx.broadcast({ type: 'post', text, stamp })
    },
    post(state, { from, body: { text, stamp } }, ctx) {
      if (stamp[from]! <= state.shown[from]!) return
      state.waiting.push({ from, text, stamp })
      for (;;) {
        const at = state.waiting.findIndex((post) => mayShow(state, post))
        if (at < 0) return
        const [post] = state.waiting.splice(at, 1)
        show(state, ctx, post!)
      }
    },
    compare(state, message, ctx) {
      const a = state.stamps.get(message.body.a)
      const b = state.stamps.get(message.body.b)
      const relation =
        a === undefined || b === undefined
          ? 'unknown'
          : within(a, b)
            ? 'before'
            : within(b, a)
              ? 'after'
              : 'concurrent'
      ctx.reply(message, { type: 'compare_ok', relation })
    },
  },
})
