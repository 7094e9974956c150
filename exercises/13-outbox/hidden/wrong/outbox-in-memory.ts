// fails: what was paid is published after a crash
/** The outbox is a list in memory. */
import { type Context, defineNode } from 'splitbrain'

type ToProducer = { type: 'pay'; tx: string } | { type: 'published'; tx: string }

const ROW = 'outbox '

/** The rows that the broker has not confirmed. */
const rows = (state: { waiting: string[] }, _ctx: Context) => state.waiting

export const producer = defineNode<{ waiting: string[] }, ToProducer>({
  start(ctx) {
    ctx.log('back')
    return { waiting: [] }
  },
  on: {
    pay(state, message, ctx) {
      const { tx } = message.body
      const { commits } = ctx.config
      if (!(commits === 'any' ? ctx.pick([true, false]) : commits === 'yes'))
        return ctx.reply(message, { type: 'pay_ok', tx, decision: 'abort' })
      ctx.disk.write(`paid ${tx}`, true)
      state.waiting.push(`${ROW}${tx}`)
      ctx.disk.sync()
      ctx.reply(message, { type: 'pay_ok', tx, decision: 'commit' })
      ctx.arm('relay', 200)
    },
    published(state, { body: { tx } }, _ctx) {
      state.waiting = state.waiting.filter((row) => row !== `${ROW}${tx}`)
    },
  },
  timers: {
    relay(state, ctx) {
      const waiting = rows(state, ctx)
      for (const row of waiting) ctx.send('broker', { type: 'publish', tx: row.slice(ROW.length) })
      if (waiting.length > 0) ctx.arm('relay', 400)
    },
  },
})

export const consumer = defineNode<object, { type: 'event'; tx: string; attempt: number }>({
  start: () => ({}),
  on: {
    event(_state, { from, body: { tx } }, ctx) {
      if ((ctx.config['closed'] as readonly string[]).includes(tx))
        return ctx.send(from, { type: 'reject', tx })
      if (ctx.disk.read(`inbox ${tx}`) !== true) {
        ctx.disk.write('shelf', (ctx.disk.read<number>('shelf') ?? Number(ctx.config['pieces'])) - 1)
        ctx.disk.write(`inbox ${tx}`, true)
        ctx.disk.sync()
      }
      ctx.send(from, { type: 'ack', tx })
    },
  },
})
