/** A log of what clients asked for, played again at start; the walk goes twice over the sorted points. */
import { defineNode } from 'splitbrain'

type Change = { node: string; points: number[] | null }
type ToRing =
  | { type: 'add'; node: string; points: number[] }
  | { type: 'remove'; node: string }
  | { type: 'locate'; place: number; copies: number }
type State = { log: Change[] }

function ringOf(log: Change[]): [number, string][] {
  const now = new Map<string, number[]>()
  for (const { node, points } of log) {
    if (points === null) now.delete(node)
    else now.set(node, points)
  }
  const all: [number, string][] = []
  now.forEach((points, node) => points.forEach((at) => all.push([at, node])))
  return all.sort(([a, x], [b, y]) => (a !== b ? a - b : x < y ? -1 : x > y ? 1 : 0))
}

export const ring = defineNode<State, ToRing>({
  start: (ctx) => ({ log: ctx.disk.read<Change[]>('log') ?? [] }),
  on: {
    add(state, message, ctx) {
      state.log.push({ node: message.body.node, points: message.body.points })
      ctx.disk.write('log', state.log)
      ctx.disk.sync()
      ctx.reply(message, { type: 'add_ok' })
    },
    remove(state, message, ctx) {
      state.log.push({ node: message.body.node, points: null })
      ctx.disk.write('log', state.log)
      ctx.disk.sync()
      ctx.reply(message, { type: 'remove_ok' })
    },
    locate(state, message, ctx) {
      const { place, copies } = message.body
      const sorted = ringOf(state.log)
      const twice = [...sorted.filter(([at]) => at >= place), ...sorted]
      const nodes: string[] = []
      for (const [, node] of twice) {
        if (nodes.length === copies) break
        if (nodes.indexOf(node) === -1) nodes.push(node)
      }
      ctx.reply(message, { type: 'locate_ok', nodes })
    },
  },
})
