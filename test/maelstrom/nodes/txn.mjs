/** Transactions: `one` lets the first node carry out all; `each` every node on a database of its own. */
import { node, self, send } from './node.mjs'

/** @type {Map<number, any>} */
const database = new Map()
/** @type {Map<number, { src: string, id: number }>} */
const waiting = new Map()
let ids = 0

/** @param {[string, number, any][]} txn */
const carriedOut = (txn) =>
  txn.map(([f, key, value]) => {
    if (f === 'r') return [f, key, database.get(key) ?? null]
    database.set(key, f === 'w' ? value : [...(database.get(key) ?? []), value])
    return [f, key, value]
  })

node({
  txn(body, { src }) {
    if (process.argv[2] === 'each' || self.id === self.all[0])
      return { type: 'txn_ok', txn: carriedOut(body.txn) }
    waiting.set(++ids, { src, id: body.msg_id })
    send(/** @type {string} */ (self.all[0]), { type: 'txn', txn: body.txn, msg_id: ids })
    return null
  },
  txn_ok({ txn, in_reply_to: mine }) {
    const { src, id } = /** @type {{ src: string, id: number }} */ (waiting.get(mine))
    send(src, { type: 'txn_ok', txn, in_reply_to: id })
    return null
  },
})
