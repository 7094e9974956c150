/** A counter that only grows: tells the others how much was added here; with `doubles` it sends each sum as news. */
import { node, self, send } from './node.mjs'

/** @type {Record<string, number>} */
const counts = {}
const doubles = process.argv[2] === 'doubles'
const sum = () => Object.values(counts).reduce((all, one) => all + one, 0)

node({
  add({ delta }) {
    counts[self.id] = (counts[self.id] ?? 0) + delta
    return { type: 'add_ok' }
  },
  merge({ counts: theirs }) {
    for (const [name, n] of Object.entries(theirs))
      counts[name] = doubles ? (counts[name] ?? 0) + n : Math.max(counts[name] ?? 0, n)
  },
  read: () => ({ type: 'read_ok', value: sum() }),
})
setInterval(() => {
  for (const name of self.all) if (name !== self.id) send(name, { type: 'merge', counts })
}, 100)
