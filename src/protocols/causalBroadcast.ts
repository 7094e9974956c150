/**
 * Causal broadcast (Birman, Schiper & Stephenson, Lightweight Causal and Atomic Group Multicast, TOCS 1991,
 * protocol CBCAST): a message waits until all that its sender had seen is delivered here as well.
 */
import { type Context, defineNode } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import { causalOrder, deliveredOnce, nothingHeldBack } from './causalOrder.ts'
import type { VectorStamp } from './logicalClocks.ts'

/** `stamp` counts the posts of each node that its sender had seen, this one included. */
export type Post = { readonly type: 'post'; readonly text: string; readonly stamp: VectorStamp }
type Write = { readonly type: 'write'; readonly text: string }

interface State {
  /** Posts of each node delivered here. */
  seen: { [node: string]: number }
  /** What was written here. A request that comes twice is written once. */
  written: string[]
  waiting: { from: string; text: string; stamp: VectorStamp }[]
}

const rules = {
  /** The next one of its sender, and nothing else missing that its sender had seen. */
  mayDeliver: (seen: VectorStamp, from: string, stamp: VectorStamp): boolean =>
    Object.keys(stamp).every((node) =>
      node === from ? stamp[node] === seen[node]! + 1 : stamp[node]! <= seen[node]!,
    ),
}

const process = (is: typeof rules) =>
  defineNode<State, Write | Post>({
    start: (ctx) => ({
      seen: Object.fromEntries([ctx.self, ...ctx.peers].map((name) => [name, 0])),
      written: [],
      waiting: [],
    }),
    on: {
      write(state, { body: { text } }, ctx) {
        if (state.written.includes(text)) return
        state.written.push(text)
        const stamp = { ...state.seen, [ctx.self]: state.seen[ctx.self]! + 1 }
        ctx.output({ type: 'wrote', text })
        deliver(state, ctx, ctx.self, text)
        ctx.broadcast({ type: 'post', text, stamp })
      },
      post(state, { from, body: { text, stamp } }, ctx) {
        state.waiting.push({ from, text, stamp })
        for (;;) {
          const next = state.waiting.findIndex((post) => is.mayDeliver(state.seen, post.from, post.stamp))
          if (next < 0) return
          const [post] = state.waiting.splice(next, 1)
          deliver(state, ctx, post!.from, post!.text)
        }
      },
    },
  })

function deliver(state: State, ctx: Context, from: string, text: string): void {
  state.seen[from]! += 1
  ctx.output({ type: 'deliver', text })
}

export const causalBroadcast = defineProtocol({
  name: 'causal-broadcast',
  source: 'Birman, Schiper & Stephenson, Lightweight Causal and Atomic Group Multicast, TOCS 1991: CBCAST',
  says: 'everybody sees an answer after what it answers',
  cluster: ['ann', 'bob', 'carl'],
  rules,
  roles: (is) => ({ process: process(is) }),
  assign: (names) =>
    Object.fromEntries(
      names.map((own) => [
        own,
        { role: 'process', peers: names.filter((other) => other !== own), config: {} },
      ]),
    ),
  requests: { write: { to: 'process', fields: { text: 'hello' }, says: 'posts a text to everybody' } },
  properties: [causalOrder, deliveredOnce, nothingHeldBack],
  label(body) {
    if (body.type === 'post')
      return `${body['text']} ${Object.values(body['stamp'] as VectorStamp).join(' ')}`
    if (body.type === 'write') return String(body['text'])
    if (body.type === 'deliver') return `shows ${body['text']}`
    return body.type === 'wrote' ? '' : body.type
  },
  view: (state) => {
    const { seen, waiting } = state as unknown as State
    return { seen, ...(waiting.length > 0 && { waiting: waiting.map(({ text }) => text) }) }
  },
})
