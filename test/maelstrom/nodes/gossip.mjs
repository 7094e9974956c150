/**
 * Broadcasts: tells everybody until they have it; with `once` it tells them once, and what is lost is lost. With `freely`
 * it says it in bodies without a type, whose ids are texts and whose numbers no double holds. With `adds` it is a set.
 */
import { node, self, send, sendText } from './node.mjs'

/** @type {Set<number>} */
const seen = new Set()
const how = process.argv[2]
const others = () => self.all.filter((name) => name !== self.id)
/** @param {string} to @param {number[]} messages */
const tell = (to, messages) =>
  how === 'freely'
    ? sendText(
        to,
        `{"msg_id":"${self.id}-x","large":9007199254740993,"messages":${JSON.stringify(messages)}}`,
      )
    : send(to, { type: 'gossip', messages })
/** @param {{ messages: number[] }} told */
const gossip = ({ messages }) => {
  for (const message of messages) seen.add(message)
}
/** @param {number} message @param {string} answer */
const add = (message, answer) => {
  seen.add(message)
  for (const name of others()) tell(name, [message])
  return { type: answer }
}

node({
  broadcast: ({ message }) => add(message, 'broadcast_ok'),
  add: ({ element }) => add(element, 'add_ok'),
  gossip,
  nothing(body, { line }) {
    // What came is what was sent, to the digit.
    if (line.includes('"large":9007199254740993')) gossip(body)
  },
  read: () => ({ type: 'read_ok', [how === 'adds' ? 'value' : 'messages']: [...seen] }),
})
if (how !== 'once')
  setInterval(() => {
    for (const name of others()) tell(name, [...seen])
  }, 100)
