/** A client of Redis Cluster: your answer. The task is in task.md; `splitbrain check key-slot` checks it. */
import { type Context, defineNode } from 'splitbrain'

/** A server has these slots, both ends included. */
type Range = { from: number; to: number; server: string }

type ToClient =
  | { type: 'slot'; key: string }
  | { type: 'get'; key: string }
  | { type: 'value'; key: string; value: string | null }
  | { type: 'moved'; key: string; to: string }
  | { type: 'ask'; key: string; to: string }

interface State {
  table: Range[]
  // Who waits for which key? Add what else you need.
}

/** The bytes of a text in UTF-8. It is given. */
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

/** The slot of a key: 0 to 16383. */
function slotOf(key: string): number {
  // A sum is not CRC16. And does all of the key count?
  return utf8(key).reduce((sum, byte) => sum + byte, 0) % 16384
}

export const client = defineNode<State, ToClient>({
  start(ctx: Context) {
    return { table: ctx.config['slots'] as Range[] }
  },

  on: {
    slot(_state, message, ctx) {
      ctx.reply(message, { type: 'slot_ok', slot: slotOf(message.body.key) })
    },

    get(_state, _message, _ctx) {
      // Keep who asks: message.from and message.op.
      // ctx.send(server, { type: 'get', key, asking: false })
    },

    value(_state, _message, _ctx) {
      // Who waits for message.body.key?
    },

    moved(_state, _message, _ctx) {
      // The slot is at message.body.to. Note it, and ask there.
    },

    ask(_state, _message, _ctx) {
      // This key may be at message.body.to. Ask there, once.
    },
  },
})
