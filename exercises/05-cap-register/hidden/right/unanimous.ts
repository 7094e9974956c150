/** Both servers have to know of everything: a request asks the other side for its tag, then leaves it the new one. */
import { type Context, defineNode, type OperationId } from 'splitbrain'

type Tag = readonly [count: number, server: string]

type Copy = {
  tag: Tag
  value: string | null
}

type Message =
  | { type: 'put'; value: string }
  | { type: 'get' }
  | { type: 'look'; id: string }
  | { type: 'looked'; id: string; copy: Copy }
  | { type: 'store'; id: string; copy: Copy }
  | { type: 'stored'; id: string }

interface Job {
  from: string
  op: OperationId | null
  /** The value to put; null for a get. */
  put: string | null
  /** What was left at the other side; null while it is being asked. */
  left: Copy | null
}

interface State {
  copy: Copy
  jobs: Map<string, Job>
  begun: number
}

const isNewer = ([n, a]: Tag, [m, b]: Tag) => n > m || (n === m && a > b)

function learn(state: State, copy: Copy): void {
  if (isNewer(copy.tag, state.copy.tag)) state.copy = copy
}

function begin(state: State, ctx: Context, from: string, op: OperationId | null, put: string | null): void {
  const id = `${ctx.self} ${++state.begun}`
  state.jobs.set(id, { from, op, put, left: null })
  ctx.broadcast({ type: 'look', id })
  ctx.arm('patience', 700, id)
}

export const server = defineNode<State, Message>({
  start(ctx) {
    ctx.arm('again', 250)
    return { copy: { tag: [0, ''], value: null }, jobs: new Map(), begun: 0 }
  },
  on: {
    put: (state, { from, op, body }, ctx) => begin(state, ctx, from, op, body.value),
    get: (state, { from, op }, ctx) => begin(state, ctx, from, op, null),
    look: (state, { from, body: { id } }, ctx) => ctx.send(from, { type: 'looked', id, copy: state.copy }),
    looked(state, { body: { id, copy } }, ctx) {
      const job = state.jobs.get(id)
      if (job === undefined) return
      learn(state, copy)
      if (job.put !== null) state.copy = { tag: [state.copy.tag[0] + 1, ctx.self], value: job.put }
      job.left = state.copy
      ctx.broadcast({ type: 'store', id, copy: job.left })
    },
    store(state, { from, body: { id, copy } }, ctx) {
      learn(state, copy)
      ctx.send(from, { type: 'stored', id })
    },
    stored(state, { body: { id } }, ctx) {
      const job = state.jobs.get(id)
      if (job === undefined || job.left === null) return
      state.jobs.delete(id)
      ctx.disarm('patience', id)
      const answer = { type: 'get_ok', value: job.left.value, fresh: true }
      ctx.reply(job, job.put === null ? answer : { type: 'put_ok' })
    },
  },
  timers: {
    patience(state, ctx, id) {
      const job = state.jobs.get(String(id))
      if (job === undefined) return
      state.jobs.delete(String(id))
      const code = job.put !== null && job.left !== null ? 0 : 11
      ctx.reply(job, { type: 'error', code, text: 'the other side does not answer' })
    },
    again(state, ctx) {
      ctx.broadcast({ type: 'store', id: '', copy: state.copy })
      ctx.arm('again', 250)
    },
  },
})
