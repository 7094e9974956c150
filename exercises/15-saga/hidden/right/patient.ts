/** Asks for ever instead of giving up; the whole log of a saga is a list of what has happened, and is read again. */
import { type Context, defineNode, type OperationId } from 'splitbrain'

type Happened = 'done' | 'refused' | 'undone'

type Messages =
  | { type: 'begin'; saga: string }
  | { type: 'done'; saga: string }
  | { type: 'refused'; saga: string }
  | { type: 'undone'; saga: string }

interface State {
  clients: { [saga: string]: { from: string; op: OperationId | null } }
}

const logOf = (ctx: Context, saga: string) => ctx.disk.records<Happened>(`log ${saga}`)

/** What the log says is to be done next: the step and the call, or how it ended. */
function next(
  ctx: Context,
  saga: string,
): { step: number; type: 'do' | 'undo' } | 'completed' | 'compensated' {
  const log = logOf(ctx, saga)
  const done = log.filter((what) => what === 'done').length
  const undone = log.filter((what) => what === 'undone').length
  if (!log.includes('refused')) return done === ctx.peers.length ? 'completed' : { step: done, type: 'do' }
  return undone === done ? 'compensated' : { step: done - undone - 1, type: 'undo' }
}

function goOn(state: State, ctx: Context, saga: string): void {
  const move = next(ctx, saga)
  if (typeof move === 'string') {
    ctx.output({ type: 'saga', saga, outcome: move })
    const client = state.clients[saga]
    if (client) ctx.reply(client, { type: 'begin_ok', saga, outcome: move })
    return
  }
  ctx.send(ctx.peers[move.step]!, { type: move.type, saga })
  ctx.arm('again', [300, 600], saga)
}

function heard(state: State, ctx: Context, saga: string, from: string, what: Happened): void {
  const move = next(ctx, saga)
  if (typeof move === 'string' || ctx.peers[move.step] !== from) return
  if ((move.type === 'undo') !== (what === 'undone')) return
  ctx.disk.append(`log ${saga}`, what)
  ctx.disk.sync()
  goOn(state, ctx, saga)
}

export const orchestrator = defineNode<State, Messages>({
  start(ctx) {
    const state: State = { clients: {} }
    for (const saga of ctx.disk.keys()) goOn(state, ctx, saga)
    return state
  },
  on: {
    begin(state, { from, op, body: { saga } }, ctx) {
      state.clients[saga] = { from, op }
      ctx.disk.write(saga, 'begun')
      ctx.disk.sync()
      goOn(state, ctx, saga)
    },
    done: (state, { from, body }, ctx) => heard(state, ctx, body.saga, from, 'done'),
    refused: (state, { from, body }, ctx) => heard(state, ctx, body.saga, from, 'refused'),
    undone: (state, { from, body }, ctx) => heard(state, ctx, body.saga, from, 'undone'),
  },
  timers: {
    again(state, ctx, saga) {
      if (typeof next(ctx, String(saga)) !== 'string') goOn(state, ctx, String(saga))
    },
  },
})
