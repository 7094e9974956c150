/** A map: `local` answers from its own memory and tells nobody; `proxy` asks the service lin-kv for everything. */
import { node, send } from './node.mjs'

/** @type {Map<string, unknown>} */
const map = new Map()
/** @type {Map<number, { src: string, id: number }>} */
const waiting = new Map()
let ids = 0

/** @param {any} body */
function local(body) {
  const value = map.get(body.key)
  if (body.type === 'read')
    return value === undefined ? { type: 'error', code: 20, text: 'no such key' } : { type: 'read_ok', value }
  if (body.type === 'cas' && value === undefined) return { type: 'error', code: 20, text: 'no such key' }
  if (body.type === 'cas' && value !== body.from) return { type: 'error', code: 22, text: 'another value' }
  map.set(body.key, body.type === 'cas' ? body.to : body.value)
  return { type: `${body.type}_ok` }
}

/**
 * @param {any} body
 * @param {any} message
 */
function proxy(body, message) {
  waiting.set(++ids, { src: message.src, id: body.msg_id })
  send('lin-kv', { ...body, msg_id: ids })
}

/** @param {any} body */
function back(body) {
  const { src, id } = /** @type {{ src: string, id: number }} */ (waiting.get(body.in_reply_to))
  send(src, { ...body, in_reply_to: id })
}

const ask = process.argv[2] === 'proxy' ? proxy : local
node({ read: ask, write: ask, cas: ask, read_ok: back, write_ok: back, cas_ok: back, error: back })
