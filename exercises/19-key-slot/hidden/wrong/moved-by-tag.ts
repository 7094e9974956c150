// fails: notes MOVED for this slot, and for no other
/** Notes MOVED for the hash tag, not for the slot. */
import { type Context, defineNode, type OperationId } from 'splitbrain'

type Range = { from: number; to: number; server: string }

type ToClient =
  | { type: 'slot'; key: string }
  | { type: 'get'; key: string }
  | { type: 'value'; key: string; value: string | null }
  | { type: 'moved'; key: string; to: string }
  | { type: 'ask'; key: string; to: string }

interface State {
  table: Range[]
  /** Slots of which a server said that they have moved: where they are. */
  moved: Map<string, string>
  /** By key, who waits for it. */
  waiting: Map<string, { from: string; op: OperationId | null }>
}

/** The bytes of a text in UTF-8. */
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

function hashed(key: string): string {
  const open = key.indexOf('{')
  const close = key.indexOf('}', open)
  return open >= 0 && close > open + 1 ? key.slice(open + 1, close) : key
}

function crc16(bytes: readonly number[]): number {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff
  }
  return crc
}

function slotOf(key: string): number {
  return crc16(utf8(hashed(key))) % 16384
}

function serverOf(state: State, slot: number): string {
  const range = state.table.find(({ from, to }) => from <= slot && slot <= to)!
  return range.server
}

function send(ctx: Context, to: string, key: string, asking: boolean): void {
  ctx.send(to, { type: 'get', key, asking })
}

export const client = defineNode<State, ToClient>({
  start: (ctx) => ({ table: ctx.config['slots'] as Range[], moved: new Map(), waiting: new Map() }),
  on: {
    slot(_state, message, ctx) {
      ctx.reply(message, { type: 'slot_ok', slot: slotOf(message.body.key) })
    },
    get(state, { from, op, body: { key } }, ctx) {
      state.waiting.set(key, { from, op })
      send(ctx, state.moved.get(hashed(key)) ?? serverOf(state, slotOf(key)), key, false)
    },
    value(state, { body: { key, value } }, ctx) {
      const asker = state.waiting.get(key)!
      state.waiting.delete(key)
      ctx.reply(asker, { type: 'get_ok', key, value })
    },
    moved(state, { body: { key, to } }, ctx) {
      state.moved.set(hashed(key), to)
      send(ctx, to, key, false)
    },
    ask(_state, { body: { key, to } }, ctx) {
      send(ctx, to, key, true)
    },
  },
})
