// fails: what was removed can be added again
/** Counts adds up and removes down, as much as it sees: who removes at the same time goes below zero. */
import { type Context, defineNode } from 'splitbrain'

type Count = { up: number; down: number }
/** By element, and by the replica that counts. */
type Counts = { [element: string]: { [replica: string]: Count } }

type ToReplica =
  | { type: 'add'; element: string }
  | { type: 'remove'; element: string }
  | { type: 'get' }
  | { type: 'state'; counts: Counts }

const totalOf = (counts: Counts, element: string) =>
  Object.values(counts[element] ?? {}).reduce((sum, { up, down }) => sum + up - down, 0)

function ownOf(counts: Counts, element: string, replica: string): Count {
  counts[element] ??= {}
  counts[element][replica] ??= { up: 0, down: 0 }
  return counts[element][replica]
}

function keep(counts: Counts, ctx: Context): void {
  ctx.disk.write('counts', counts)
  ctx.disk.sync()
}

export const replica = defineNode<Counts, ToReplica>({
  start(ctx) {
    ctx.arm('gossip', 400)
    return ctx.disk.read<Counts>('counts') ?? {}
  },
  on: {
    add(counts, message, ctx) {
      ownOf(counts, message.body.element, ctx.self).up += 1
      keep(counts, ctx)
      ctx.reply(message, { type: 'add_ok' })
    },
    remove(counts, message, ctx) {
      const { element } = message.body
      ownOf(counts, element, ctx.self).down += Math.max(0, totalOf(counts, element))
      keep(counts, ctx)
      ctx.reply(message, { type: 'remove_ok' })
    },
    get(counts, message, ctx) {
      const elements = Object.keys(counts).filter((element) => totalOf(counts, element) > 0)
      ctx.reply(message, { type: 'get_ok', elements })
    },
    state(counts, { body }, ctx) {
      for (const [element, theirs] of Object.entries(body.counts))
        for (const [name, { up, down }] of Object.entries(theirs)) {
          const mine = ownOf(counts, element, name)
          mine.up = Math.max(mine.up, up)
          mine.down = Math.max(mine.down, down)
        }
      keep(counts, ctx)
    },
  },
  timers: {
    gossip(counts, ctx) {
      ctx.broadcast({ type: 'state', counts } as never)
      ctx.arm('gossip', 400)
    },
  },
})
