/** Points by node; the order of a walk is that of the distances clockwise. */
import { type Context, defineNode } from 'splitbrain'

type ToRing =
  | { type: 'add'; node: string; points: number[] }
  | { type: 'remove'; node: string }
  | { type: 'locate'; place: number; copies: number }

const PLACES = 2 ** 32

export const ring = defineNode<{ nodes: Map<string, number[]> }, ToRing>({
  start(ctx: Context) {
    const nodes = new Map<string, number[]>()
    for (const name of ctx.disk.read<string[]>('names') ?? []) {
      const points = ctx.disk.read<number[]>(`points of ${name}`)
      if (points !== null) nodes.set(name, points)
    }
    return { nodes }
  },
  on: {
    add({ nodes }, message, ctx) {
      const { node, points } = message.body
      nodes.set(node, [...points])
      ctx.disk.write(`points of ${node}`, points)
      ctx.disk.write('names', [...nodes.keys()])
      ctx.disk.sync()
      ctx.reply(message, { type: 'add_ok' })
    },
    remove({ nodes }, message, ctx) {
      nodes.delete(message.body.node)
      ctx.disk.write('names', [...nodes.keys()])
      ctx.disk.sync()
      ctx.reply(message, { type: 'remove_ok' })
    },
    locate({ nodes }, message, ctx) {
      const { place, copies } = message.body
      const distances = [...nodes].flatMap(([node, points]) =>
        points.length === 0
          ? []
          : [{ node, far: Math.min(...points.map((point) => (point - place + PLACES) % PLACES)) }],
      )
      distances.sort((a, b) => a.far - b.far || (a.node < b.node ? -1 : 1))
      const found = distances.slice(0, copies).map(({ node }) => node)
      ctx.reply(message, { type: 'locate_ok', nodes: found })
    },
  },
})
