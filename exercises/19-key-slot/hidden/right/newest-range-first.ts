/** Byte by byte without a loop over bits; what has moved is a range of one slot, before all others. */
import { defineNode, type OperationId } from 'splitbrain'

type Range = { from: number; to: number; server: string }

type ToClient =
  | { type: 'slot'; key: string }
  | { type: 'get'; key: string }
  | { type: 'value'; key: string; value: string | null }
  | { type: 'moved'; key: string; to: string }
  | { type: 'ask'; key: string; to: string }

interface State {
  ranges: Range[]
  users: { [key: string]: { from: string; op: OperationId | null } }
}

/** UTF-8 from the last byte of each character to its first, which says how many there are. */
function bytesOf(text: string): number[] {
  const bytes: number[] = []
  for (const sign of text) {
    let rest = sign.codePointAt(0)!
    if (rest < 128) bytes.push(rest)
    else {
      const own: number[] = []
      for (let room = 32; ; room /= 2) {
        own.unshift(128 + (rest % 64))
        rest = Math.floor(rest / 64)
        if (rest < room) {
          own.unshift(256 - 2 * room + rest)
          break
        }
      }
      bytes.push(...own)
    }
  }
  return bytes
}

function slotOf(key: string): number {
  const [before, ...behind] = key.split('{')
  const inner = behind.join('{').split('}')
  const tag = before !== key && inner.length > 1 && inner[0] !== '' ? inner[0]! : key
  let crc = 0
  for (const byte of bytesOf(tag)) {
    crc = ((crc >> 8) | (crc << 8)) & 0xffff
    crc ^= byte
    crc ^= (crc & 0xff) >> 4
    crc ^= (crc << 12) & 0xffff
    crc ^= (crc & 0xff) << 5
  }
  return crc % 16384
}

export const client = defineNode<State, ToClient>({
  start: (ctx) => ({ ranges: ctx.config['slots'] as Range[], users: {} }),
  on: {
    slot: (_state, message, ctx) => ctx.reply(message, { type: 'slot_ok', slot: slotOf(message.body.key) }),
    get(state, { from, op, body: { key } }, ctx) {
      state.users[key] = { from, op }
      const slot = slotOf(key)
      const range = state.ranges.find((one) => one.from <= slot && one.to >= slot)
      ctx.send(range!.server, { type: 'get', key, asking: false })
    },
    value(state, { body }, ctx) {
      ctx.reply(state.users[body.key]!, { ...body, type: 'get_ok' })
      delete state.users[body.key]
    },
    moved(state, { body: { key, to } }, ctx) {
      const slot = slotOf(key)
      const others = state.ranges.filter((one) => one.from !== slot || one.to !== slot)
      state.ranges = [{ from: slot, to: slot, server: to }, ...others]
      ctx.send(to, { type: 'get', key, asking: false })
    },
    ask: (_state, { body: { key, to } }, ctx) => ctx.send(to, { type: 'get', key, asking: true }),
  },
})
