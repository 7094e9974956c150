/** Without notes: each replica keeps which adds it has seen, as a count for each; what it has seen and lacks is gone. */
import { type Context, defineNode } from 'splitbrain'

type Dot = readonly [replica: string, n: number, element: string]

interface Copy {
  dots: Dot[]
  seen: { [replica: string]: number }
}

type ToReplica =
  | { type: 'add'; element: string }
  | { type: 'remove'; element: string }
  | { type: 'get' }
  | ({ type: 'state' } & Copy)

const has = (dots: readonly Dot[], [from, n]: Dot) => dots.some((dot) => dot[0] === from && dot[1] === n)

function save(copy: Copy, ctx: Context): void {
  ctx.disk.write('copy', copy)
  ctx.disk.sync()
  ctx.broadcast({ type: 'state', dots: copy.dots, seen: copy.seen } as never)
}

export const replica = defineNode<Copy, ToReplica>({
  start(ctx) {
    ctx.arm('again', [300, 900])
    return ctx.disk.read<Copy>('copy') ?? { dots: [], seen: {} }
  },
  on: {
    add(copy, message, ctx) {
      const n = (copy.seen[ctx.self] ?? 0) + 1
      copy.seen[ctx.self] = n
      copy.dots.push([ctx.self, n, message.body.element])
      save(copy, ctx)
      ctx.reply(message, { type: 'add_ok' })
    },
    remove(copy, message, ctx) {
      copy.dots = copy.dots.filter((dot) => dot[2] !== message.body.element)
      save(copy, ctx)
      ctx.reply(message, { type: 'remove_ok' })
    },
    get: ({ dots }, message, ctx) =>
      ctx.reply(message, { type: 'get_ok', elements: [...new Set(dots.map((dot) => dot[2]))] }),
    state(copy, { body }, ctx) {
      const mine = copy.dots.filter((dot) => has(body.dots, dot) || dot[1] > (body.seen[dot[0]] ?? 0))
      const theirs = body.dots.filter((dot) => !has(copy.dots, dot) && dot[1] > (copy.seen[dot[0]] ?? 0))
      copy.dots = [...mine, ...theirs]
      for (const [name, n] of Object.entries(body.seen)) copy.seen[name] = Math.max(copy.seen[name] ?? 0, n)
      ctx.disk.write('copy', copy)
      ctx.disk.sync()
    },
  },
  timers: {
    again({ dots, seen }, ctx) {
      ctx.broadcast({ type: 'state', dots, seen } as never)
      ctx.arm('again', [300, 900])
    },
  },
})
