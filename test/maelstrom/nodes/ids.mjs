/** Gives ids: with the name of the node in them, (`counts`) a number that other nodes give as well, or (`large`) one of 64 bits. */
import { node, self, sendText } from './node.mjs'

let count = 0
node({
  generate(body, { src }) {
    count++
    if (process.argv[2] !== 'large')
      return { type: 'generate_ok', id: process.argv[2] === 'counts' ? count : `${self.id}-${count}` }
    // Neighbours, which no double tells apart.
    const id = 2n ** 62n + BigInt(64 * count) + BigInt(self.all.indexOf(self.id))
    sendText(src, `{"type":"generate_ok","in_reply_to":${body.msg_id},"msg_id":${2n ** 70n},"id":${id}}`)
    return null
  },
})
