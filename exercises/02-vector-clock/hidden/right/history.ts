/**
 * Keeps the counts in a Map, what waits by its writer and count, and tries only the next text of each writer. What
 * a stamp says is compared through the writer's own entry: a text is before another if the other's writer had been
 * shown that many of its writer's texts.
 */
import { type Context, defineNode } from 'splitbrain'

type Stamp = { [name: string]: number }

type Received =
  | { type: 'write'; text: string }
  | { type: 'post'; text: string; stamp: Stamp }
  | { type: 'compare'; a: string; b: string }

interface Known {
  writer: string
  stamp: Stamp
}

interface State {
  counts: Map<string, number>
  /** Under `writer count`: the text that is that writer's so-and-so-manieth. */
  inbox: Map<string, { text: string; stamp: Stamp }>
  known: Map<string, Known>
}

const count = (state: State, name: string) => state.counts.get(name) ?? 0

function take(state: State, ctx: Context, writer: string, text: string, stamp: Stamp) {
  state.counts.set(writer, count(state, writer) + 1)
  state.known.set(text, { writer, stamp })
  ctx.output({ type: 'deliver', text })
}

function drain(state: State, ctx: Context): void {
  let again = true
  while (again) {
    again = false
    for (const writer of ctx.peers) {
      const key = `${writer} ${count(state, writer) + 1}`
      const next = state.inbox.get(key)
      if (next === undefined) continue
      const missing = Object.entries(next.stamp).some(
        ([name, seen]) => name !== writer && seen > count(state, name),
      )
      if (missing) continue
      state.inbox.delete(key)
      take(state, ctx, writer, next.text, next.stamp)
      again = true
    }
  }
}

export const process = defineNode<State, Received>({
  start: () => ({ counts: new Map(), inbox: new Map(), known: new Map() }),
  on: {
    write(state, { body: { text } }, ctx) {
      const stamp: Stamp = { [ctx.self]: count(state, ctx.self) + 1 }
      for (const name of ctx.peers) stamp[name] = count(state, name)
      for (const to of ctx.peers) ctx.send(to, { type: 'post', text, stamp })
      take(state, ctx, ctx.self, text, stamp)
    },
    post(state, { from, body: { text, stamp } }, ctx) {
      if (stamp[from]! > count(state, from)) state.inbox.set(`${from} ${stamp[from]}`, { text, stamp })
      drain(state, ctx)
    },
    compare(state, message, ctx) {
      const a = state.known.get(message.body.a)
      const b = state.known.get(message.body.b)
      const reply = (relation: string) => ctx.reply(message, { type: 'compare_ok', relation })
      if (!a || !b) return reply('unknown')
      if (b.stamp[a.writer]! >= a.stamp[a.writer]!) return reply('before')
      if (a.stamp[b.writer]! >= b.stamp[b.writer]!) return reply('after')
      reply('concurrent')
    },
  },
})
