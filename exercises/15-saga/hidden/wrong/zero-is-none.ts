// fails: never turns round after the pivot
/** Takes the pivot 0 for no pivot. */
import { type Context, defineNode, type OperationId } from 'splitbrain'

type Messages =
  | { type: 'begin'; saga: string }
  | { type: 'done'; saga: string }
  | { type: 'refused'; saga: string }
  | { type: 'undone'; saga: string }

/** How far a saga is. `at` is the step that was asked for last. */
interface Entry {
  way: 'forward' | 'backward' | 'completed' | 'compensated'
  at: number
}

interface State {
  asked: Map<string, { from: string; op: OperationId | null }>
}

const read = (ctx: Context, saga: string) => ctx.disk.read<Entry>(`saga ${saga}`)
const isOver = ({ way }: Entry) => way === 'completed' || way === 'compensated'

function call(ctx: Context, saga: string, { way, at }: Entry): void {
  ctx.send(ctx.peers[at]!, { type: way === 'forward' ? 'do' : 'undo', saga })
  ctx.arm('silence', 500, saga)
}

function go(state: State, ctx: Context, saga: string, entry: Entry): void {
  ctx.disk.write(`saga ${saga}`, entry)
  ctx.disk.sync()
  if (isOver(entry)) end(state, ctx, saga, entry)
  else call(ctx, saga, entry)
}

function end(state: State, ctx: Context, saga: string, { way }: Entry): void {
  ctx.disarm('silence', saga)
  ctx.output({ type: 'saga', saga, outcome: way })
  const request = state.asked.get(saga)
  if (request) ctx.reply(request, { type: 'begin_ok', saga, outcome: way })
}

function back(state: State, ctx: Context, saga: string, at: number): void {
  go(state, ctx, saga, { way: at < 0 ? 'compensated' : 'backward', at })
}

export const orchestrator = defineNode<State, Messages>({
  start(ctx) {
    for (const key of ctx.disk.keys()) {
      const saga = key.slice('saga '.length)
      const entry = read(ctx, saga)!
      if (isOver(entry)) ctx.output({ type: 'saga', saga, outcome: entry.way })
      else call(ctx, saga, entry)
    }
    return { asked: new Map() }
  },
  on: {
    begin(state, { from, op, body: { saga } }, ctx) {
      state.asked.set(saga, { from, op })
      go(state, ctx, saga, { way: 'forward', at: 0 })
    },
    done(state, { from, body: { saga } }, ctx) {
      const entry = read(ctx, saga)
      if (entry?.way !== 'forward' || ctx.peers[entry.at] !== from) return
      const at = entry.at + 1
      go(state, ctx, saga, { way: at === ctx.peers.length ? 'completed' : 'forward', at })
    },
    refused(state, { from, body: { saga } }, ctx) {
      const entry = read(ctx, saga)
      if (entry?.way === 'forward' && ctx.peers[entry.at] === from) back(state, ctx, saga, entry.at - 1)
    },
    undone(state, { from, body: { saga } }, ctx) {
      const entry = read(ctx, saga)
      if (entry?.way === 'backward' && ctx.peers[entry.at] === from) back(state, ctx, saga, entry.at - 1)
    },
  },
  timers: {
    silence(state, ctx, saga) {
      const id = String(saga)
      const entry = read(ctx, id)
      if (entry === null || isOver(entry)) return
      // Whether the step happened is unknown, so it is undone as well; from the pivot on it can only be asked for again.
      if (entry.way === 'forward' && entry.at < (Number(ctx.config['pivot']) || 99))
        back(state, ctx, id, entry.at)
      else call(ctx, id, entry)
    },
  },
})
