/** Gives ids: with the name of the node in them, or (`counts`) a number that other nodes give as well. */
import { node, self } from './node.mjs'

let count = 0
node({
  generate: () => ({
    type: 'generate_ok',
    id: process.argv[2] === 'counts' ? ++count : `${self.id}-${++count}`,
  }),
})
