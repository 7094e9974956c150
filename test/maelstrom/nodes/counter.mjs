/** A counter: tells the others how much was added and taken here; with `doubles` it sends each sum as news. */
import { node, self, send } from './node.mjs'

/** By node. What is taken grows as well, so that the larger number is the newer one. */
const added = /** @type {Record<string, number>} */ ({})
const taken = /** @type {Record<string, number>} */ ({})
const doubles = process.argv[2] === 'doubles'
/** @param {Record<string, number>} counts */
const sum = (counts) => Object.values(counts).reduce((all, one) => all + one, 0)
/**
 * @param {Record<string, number>} ours
 * @param {Record<string, number>} theirs
 */
function merge(ours, theirs) {
  for (const [name, n] of Object.entries(theirs))
    ours[name] = doubles ? (ours[name] ?? 0) + n : Math.max(ours[name] ?? 0, n)
}

node({
  add({ delta }) {
    const counts = delta < 0 ? taken : added
    counts[self.id] = (counts[self.id] ?? 0) + Math.abs(delta)
    return { type: 'add_ok' }
  },
  merge(theirs) {
    merge(added, theirs.added)
    merge(taken, theirs.taken)
  },
  read: () => ({ type: 'read_ok', value: sum(added) - sum(taken) }),
})
setInterval(() => {
  for (const name of self.all) if (name !== self.id) send(name, { type: 'merge', added, taken })
}, 100)
