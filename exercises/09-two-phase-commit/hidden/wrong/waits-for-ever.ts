// fails: aborts when a vote does not come
/** The coordinator waits until all votes are in, however long that takes. */
import { type Context, defineNode, type Message, type OperationId } from 'splitbrain'

export { participant } from '../solution.ts'

type Decision = 'commit' | 'abort'

type ToCoordinator =
  | { type: 'begin'; tx: string }
  | { type: 'vote'; tx: string; yes: boolean }
  | { type: 'inquire'; tx: string }

interface Collecting {
  yes: string[]
  from: string
  op: OperationId | null
}

interface CoordinatorState {
  collecting: Map<string, Collecting>
}

const decisionOf = (ctx: Context, tx: string) => ctx.disk.read<Decision>(`decision ${tx}`)

/** The commit point is the sync: before it nobody has heard anything, after it nothing can be taken back. */
function decide(state: CoordinatorState, ctx: Context, tx: string, decision: Decision): void {
  const request = state.collecting.get(tx)
  state.collecting.delete(tx)
  ctx.disk.write(`decision ${tx}`, decision)
  ctx.disk.sync()
  ctx.output({ type: 'decide', tx, decision })
  ctx.broadcast({ type: 'decision', tx, decision })
  if (request) ctx.reply(request, { type: 'begin_ok', tx, decision })
}

function answer(state: CoordinatorState, ctx: Context, from: string, tx: string): void {
  const decision = decisionOf(ctx, tx)
  if (decision !== null) ctx.send(from, { type: 'decision', tx, decision })
  else if (!state.collecting.has(tx)) decide(state, ctx, tx, 'abort')
}

export const coordinator = defineNode<CoordinatorState, ToCoordinator>({
  start: () => ({ collecting: new Map() }),
  on: {
    begin(state, message, ctx) {
      const { tx } = message.body
      const decision = decisionOf(ctx, tx)
      if (decision !== null) return ctx.reply(message, { type: 'begin_ok', tx, decision })
      if (state.collecting.has(tx)) return
      state.collecting.set(tx, { yes: [], from: message.from, op: message.op })
      ctx.broadcast({ type: 'prepare', tx })
    },
    vote(state, { from, body: { tx, yes } }: Message<{ type: 'vote'; tx: string; yes: boolean }>, ctx) {
      const own = state.collecting.get(tx)
      if (own === undefined) return answer(state, ctx, from, tx)
      if (!yes) return decide(state, ctx, tx, 'abort')
      if (!own.yes.includes(from)) own.yes.push(from)
      if (ctx.peers.every((name) => own.yes.includes(name))) decide(state, ctx, tx, 'commit')
    },
    inquire(state, { from, body: { tx } }, ctx) {
      answer(state, ctx, from, tx)
    },
  },
})
