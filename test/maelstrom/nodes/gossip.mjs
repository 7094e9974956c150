/** Broadcasts: tells everybody until they have it; with `once` it tells them once, and what is lost is lost. */
import { node, self, send } from './node.mjs'

/** @type {Set<number>} */
const seen = new Set()
const once = process.argv[2] === 'once'
const others = () => self.all.filter((name) => name !== self.id)

node({
  broadcast({ message }) {
    seen.add(message)
    for (const name of others()) send(name, { type: 'gossip', messages: [message] })
    return { type: 'broadcast_ok' }
  },
  gossip({ messages }) {
    for (const message of messages) seen.add(message)
  },
  read: () => ({ type: 'read_ok', messages: [...seen] }),
})
if (!once)
  setInterval(() => {
    for (const name of others()) send(name, { type: 'gossip', messages: [...seen] })
  }, 100)
