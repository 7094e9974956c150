// fails: keeps orders apart
/** Publishes one row at a time, and the next when the broker has confirmed it. */
import { type Context, defineNode } from 'splitbrain'

type ToProducer = { type: 'pay'; tx: string } | { type: 'published'; tx: string }

const ROW = 'outbox '

/** The rows that the broker has not confirmed. */
const rows = (ctx: Context) =>
  ctx.disk.keys().filter((key) => key.startsWith(ROW) && ctx.disk.read(key) === true)

export const producer = defineNode<object, ToProducer>({
  start(ctx) {
    if (rows(ctx).length > 0) ctx.arm('relay', 200)
    return {}
  },
  on: {
    pay(_state, message, ctx) {
      const { tx } = message.body
      const { commits } = ctx.config
      if (!(commits === 'any' ? ctx.pick([true, false]) : commits === 'yes'))
        return ctx.reply(message, { type: 'pay_ok', tx, decision: 'abort' })
      ctx.disk.write(`paid ${tx}`, true)
      ctx.disk.write(`${ROW}${tx}`, true)
      ctx.disk.sync()
      ctx.reply(message, { type: 'pay_ok', tx, decision: 'commit' })
      ctx.arm('relay', 200)
    },
    published(_state, { body: { tx } }, ctx) {
      if (ctx.disk.read(`${ROW}${tx}`) !== true) return
      ctx.disk.write(`${ROW}${tx}`, null)
      ctx.disk.sync()
    },
  },
  timers: {
    relay(_state, ctx) {
      const waiting = rows(ctx)
      for (const row of waiting.slice(0, 1))
        ctx.send('broker', { type: 'publish', tx: row.slice(ROW.length) })
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
