/** A small node of Maelstrom's protocol, for tests: `node({ type: (body, message) => answer })`. Knows nothing of splitbrain. */
import { createInterface } from 'node:readline'

export const self = { id: '', all: /** @type {string[]} */ ([]) }

/**
 * @param {string} dest
 * @param {Record<string, unknown>} body
 */
export function send(dest, body) {
  sendText(dest, JSON.stringify(body))
}

/**
 * @param {string} dest
 * @param {string} body
 */
export function sendText(dest, body) {
  process.stdout.write(`{"src":"${self.id}","dest":"${dest}","body":${body}}\n`)
}

/** @param {Record<string, (body: any, message: any) => object | null | undefined | void>} handlers */
export function node(handlers) {
  createInterface({ input: process.stdin }).on('line', (line) => {
    const message = JSON.parse(line)
    const { body } = message
    if (body.type === 'init') {
      self.id = body.node_id
      self.all = body.node_ids
    }
    const known = handlers[body.type ?? 'nothing'] ?? DEFAULTS[body.type]
    if (known === undefined) return
    const answer = known(body, { ...message, line })
    if (answer) send(message.src, { ...answer, in_reply_to: body.msg_id })
  })
}

/** @type {Record<string, () => object>} */
const DEFAULTS = {
  init: () => ({ type: 'init_ok' }),
  topology: () => ({ type: 'topology_ok' }),
}
