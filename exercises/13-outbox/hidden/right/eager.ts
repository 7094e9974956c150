/** Publishes as soon as the order is paid, and again until it is confirmed; gives a closed account three chances. */
import { type Context, defineNode } from 'splitbrain'

/** All that orders has to remember, as one value: it changes in one write. */
interface Book {
  readonly open: readonly string[]
}

const bookOf = (ctx: Context) => ctx.disk.read<Book>('book') ?? { open: [] }

function publish(ctx: Context, list: readonly string[]): void {
  for (const tx of list) ctx.send('broker', { type: 'publish', tx })
  if (list.length > 0) ctx.arm('again', [500, 800])
}

export const producer = defineNode<
  { open: string[] },
  { type: 'pay'; tx: string } | { type: 'published'; tx: string }
>({
  start(ctx) {
    const { open } = bookOf(ctx)
    publish(ctx, open)
    return { open: [...open] }
  },
  on: {
    pay(state, message, ctx) {
      const { tx } = message.body
      const allowed =
        ctx.config['commits'] === 'any' ? ctx.pick([true, false]) : ctx.config['commits'] === 'yes'
      if (allowed) {
        state.open.push(tx)
        ctx.disk.write(`paid ${tx}`, true)
        ctx.disk.write('book', { open: state.open })
        ctx.disk.sync()
        publish(ctx, [tx])
      }
      ctx.reply(message, { type: 'pay_ok', tx, decision: allowed ? 'commit' : 'abort' })
    },
    published(state, { body: { tx } }, ctx) {
      if (!state.open.includes(tx)) return
      state.open = state.open.filter((other) => other !== tx)
      ctx.disk.write('book', { open: state.open })
      ctx.disk.sync()
      if (state.open.length === 0) ctx.disarm('again')
    },
  },
  timers: {
    again: (state, ctx) => publish(ctx, state.open),
  },
})

export const consumer = defineNode<
  { shelf: number; shipped: Set<string> },
  { type: 'event'; tx: string; attempt: number }
>({
  start: (ctx) => ({
    shelf: ctx.disk.read<number>('shelf') ?? Number(ctx.config['pieces']),
    shipped: new Set(ctx.disk.read<string[]>('shipped') ?? []),
  }),
  on: {
    event(state, { from, body: { tx, attempt } }, ctx) {
      if ((ctx.config['closed'] as readonly string[]).includes(tx)) {
        if (attempt >= 3) ctx.send(from, { type: 'reject', tx })
        return
      }
      if (!state.shipped.has(tx)) {
        state.shipped.add(tx)
        state.shelf -= 1
        ctx.disk.write('shelf', state.shelf)
        ctx.disk.write('shipped', [...state.shipped])
        ctx.disk.sync()
      }
      ctx.send(from, { type: 'ack', tx })
    },
  },
})
