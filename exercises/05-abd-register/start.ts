/** A register that a majority keeps: your answer. The task is in task.md; `splitbrain check abd-register` checks it. */
import { type Context, defineNode } from 'splitbrain'

/** When a value was written. The higher count is newer; with equal counts, the later name. */
type Tag = { count: number; server: string }

/** What a server receives. */
type Message =
  | { type: 'put'; value: string }
  | { type: 'get' }
  | { type: 'query'; id: string }
  | { type: 'queried'; id: string; tag: Tag; value: string | null }
  | { type: 'record'; id: string; tag: Tag; value: string | null }
  | { type: 'recorded'; id: string }

/** What a server keeps in memory. All of it is gone after a crash. Add what you need. */
type State = Record<string, never>

export const server = defineNode<State, Message>({
  /** The first boot, and again after every restart. What does the disk still know? */
  start(_ctx: Context) {
    return {}
  },

  on: {
    put(_state, _message, _ctx) {
      // Ask the others: ctx.broadcast({ type: 'query', id }). Remember the request: it is answered later,
      // by ctx.reply(message, { type: 'put_ok' }), or ctx.reply({ from: client, op }, { type: 'put_ok' }).
    },

    get(_state, _message, _ctx) {
      // The same first round. In the end: ctx.reply(message, { type: 'get_ok', value })
    },

    query(_state, _message, _ctx) {
      // ctx.send(from, { type: 'queried', id, tag, value })
    },

    queried(_state, _message, _ctx) {
      // Is it the answer to something that still waits? Are there enough?
    },

    record(_state, _message, _ctx) {
      // Is it newer than the own copy? Then keep it: on the disk, before anyone is told.
      // ctx.send(from, { type: 'recorded', id })
    },

    recorded(_state, _message, _ctx) {
      // Are there enough?
    },
  },
})
