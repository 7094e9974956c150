/** MOVED cuts the slot out of its range; users wait in an object; the CRC a byte at a time, without a table. */
import { defineNode, type OperationId } from 'splitbrain'

type Range = { from: number; to: number; server: string }
type ToClient =
  | { type: 'slot'; key: string }
  | { type: 'get'; key: string }
  | { type: 'value'; key: string; value: string | null }
  | { type: 'moved'; key: string; to: string }
  | { type: 'ask'; key: string; to: string }
interface State {
  table: Range[]
  waiting: { [key: string]: { from: string; op: OperationId | null } }
}

function utf8(text: string): number[] {
  return [...text].flatMap((sign) => {
    const code = sign.codePointAt(0)!
    const low = (bits: number) => 0x80 | ((code >> bits) & 0x3f)
    if (code < 0x80) return [code]
    if (code < 0x800) return [0xc0 | (code >> 6), low(0)]
    if (code < 0x10000) return [0xe0 | (code >> 12), low(6), low(0)]
    return [0xf0 | (code >> 18), low(12), low(6), low(0)]
  })
}

function crc(text: string): number {
  return utf8(text).reduce((sum, byte) => {
    let x = ((sum >> 8) ^ byte) & 0xff
    x ^= x >> 4
    return ((sum << 8) ^ (x << 12) ^ (x << 5) ^ x) & 0xffff
  }, 0)
}

function slotOf(key: string): number {
  const [before, ...rest] = key.split('{')
  if (rest.length > 0 && before !== undefined) {
    const after = rest.join('{')
    const end = after.indexOf('}')
    if (end > 0) return crc(after.slice(0, end)) & 16383
  }
  return crc(key) & 16383
}

export const client = defineNode<State, ToClient>({
  start: (ctx) => ({ table: [...(ctx.config['slots'] as Range[])], waiting: {} }),
  on: {
    slot: (_state, message, ctx) => ctx.reply(message, { type: 'slot_ok', slot: slotOf(message.body.key) }),
    get(state, message, ctx) {
      const { key } = message.body
      const slot = slotOf(key)
      state.waiting[`=${key}`] = { from: message.from, op: message.op }
      const { server } = state.table.find((range) => slot >= range.from && slot <= range.to)!
      ctx.send(server, { type: 'get', key, asking: false })
    },
    value(state, { body: { key, value } }, ctx) {
      const user = state.waiting[`=${key}`]
      if (!user) return
      delete state.waiting[`=${key}`]
      ctx.reply(user, { type: 'get_ok', key, value })
    },
    moved(state, { body: { key, to } }, ctx) {
      const slot = slotOf(key)
      state.table = state.table.flatMap((range) => {
        if (slot < range.from || slot > range.to) return [range]
        const left = { ...range, to: slot - 1 }
        const right = { ...range, from: slot + 1 }
        return [left, { from: slot, to: slot, server: to }, right].filter((one) => one.from <= one.to)
      })
      ctx.send(to, { type: 'get', key, asking: false })
    },
    ask(_state, { body: { key, to } }, ctx) {
      ctx.send(to, { type: 'get', key, asking: true })
    },
  },
})
