/** Keeps nothing in memory: a key on the disk for each tag, and one for each tag that is gone. */
import { type Context, defineNode } from 'splitbrain'

type ToReplica =
  | { type: 'add'; element: string }
  | { type: 'remove'; element: string }
  | { type: 'get' }
  | { type: 'state'; tags: { [tag: string]: string }; gone: readonly string[] }

const tagsIn = (ctx: Context, prefix: string) =>
  ctx.disk.keys().flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []))

const elementOf = (ctx: Context, tag: string) => ctx.disk.read<string>(`tag ${tag}`)!

const here = (ctx: Context) => tagsIn(ctx, 'tag ').filter((tag) => ctx.disk.read(`gone ${tag}`) === null)

export const replica = defineNode<Record<string, never>, ToReplica>({
  start(ctx) {
    ctx.arm('tell', [300, 700])
    return {}
  },
  on: {
    add(_state, message, ctx) {
      const count = (ctx.disk.read<number>('count') ?? 0) + 1
      ctx.disk.write('count', count)
      ctx.disk.write(`tag ${ctx.self}${count}`, message.body.element)
      ctx.disk.sync()
      ctx.reply(message, { type: 'add_ok' })
    },
    remove(_state, message, ctx) {
      for (const tag of here(ctx))
        if (elementOf(ctx, tag) === message.body.element) ctx.disk.write(`gone ${tag}`, true)
      ctx.disk.sync()
      ctx.reply(message, { type: 'remove_ok' })
    },
    get(_state, message, ctx) {
      const elements = new Set(here(ctx).map((tag) => elementOf(ctx, tag)))
      ctx.reply(message, { type: 'get_ok', elements: [...elements] })
    },
    state(_state, { body: { tags, gone } }, ctx) {
      for (const [tag, element] of Object.entries(tags)) ctx.disk.write(`tag ${tag}`, element)
      for (const tag of gone) ctx.disk.write(`gone ${tag}`, true)
      ctx.disk.sync()
    },
  },
  timers: {
    tell(_state, ctx) {
      const tags = Object.fromEntries(tagsIn(ctx, 'tag ').map((tag) => [tag, elementOf(ctx, tag)]))
      ctx.broadcast({ type: 'state', tags, gone: tagsIn(ctx, 'gone ') })
      ctx.arm('tell', [300, 700])
    },
  },
})
