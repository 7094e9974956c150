// fails: one text lets several go
/** At most ten texts wait here; the oldest makes room for a new one. */
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
  /** The stamp of each text that was shown. */
  stamps: Map<string, Stamp>
}

/** The next one of its writer, and nothing else is missing that its writer had been shown. */
function mayShow(state: State, { from, stamp }: Post): boolean {
  return Object.keys(state.shown).every((name) =>
    name === from ? stamp[name] === state.shown[name]! + 1 : stamp[name]! <= state.shown[name]!,
  )
}

function show(state: State, ctx: Context, { from, text, stamp }: Post): void {
  state.shown[from]! += 1
  state.stamps.set(text, { ...stamp })
  ctx.output({ type: 'deliver', text })
}

/** No entry of `a` is larger. Stamps of different texts differ, so this is enough for "before". */
function within(a: Stamp, b: Stamp): boolean {
  return Object.keys(a).every((name) => a[name]! <= b[name]!)
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
      if (state.waiting.length > 10) state.waiting.shift()
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
