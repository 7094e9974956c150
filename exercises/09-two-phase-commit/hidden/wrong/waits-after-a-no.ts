// fails: aborts when one votes no
/** A No is left to the timer. */
import { type Context, defineNode, type Message, type OperationId } from 'splitbrain'

type Decision = 'commit' | 'abort'

type ToCoordinator =
  | { type: 'begin'; tx: string }
  | { type: 'vote'; tx: string; yes: boolean }
  | { type: 'inquire'; tx: string }

type ToParticipant = { type: 'prepare'; tx: string } | { type: 'decision'; tx: string; decision: Decision }

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
  ctx.disarm('votes', tx)
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
      state.collecting.set(tx, { yes: [], from: message.from, op: message.op })
      ctx.broadcast({ type: 'prepare', tx })
      ctx.arm('votes', 300, tx)
    },
    vote(state, { from, body: { tx, yes } }: Message<{ type: 'vote'; tx: string; yes: boolean }>, ctx) {
      const own = state.collecting.get(tx)
      if (own === undefined) return answer(state, ctx, from, tx)
      if (!yes) return
      if (!own.yes.includes(from)) own.yes.push(from)
      if (ctx.peers.every((name) => own.yes.includes(name))) decide(state, ctx, tx, 'commit')
    },
    inquire(state, { from, body: { tx } }, ctx) {
      answer(state, ctx, from, tx)
    },
  },
  timers: {
    votes(state, ctx, tx) {
      decide(state, ctx, String(tx), 'abort')
    },
  },
})

type Phase = 'prepared' | Decision

interface ParticipantState {
  phases: Map<string, Phase>
}

const ASK_AGAIN_MS: readonly [number, number] = [200, 400]

function keep(state: ParticipantState, ctx: Context, tx: string, phase: Phase): void {
  state.phases.set(tx, phase)
  ctx.disk.write(`phase ${tx}`, phase)
  ctx.disk.sync()
}

export const participant = defineNode<ParticipantState, ToParticipant>({
  start(ctx) {
    const phases = new Map<string, Phase>()
    for (const key of ctx.disk.keys()) {
      const tx = key.slice('phase '.length)
      const phase = ctx.disk.read<Phase>(key)!
      phases.set(tx, phase)
      if (phase === 'prepared') ctx.arm('inquire', ASK_AGAIN_MS, tx)
    }
    return { phases }
  },
  on: {
    prepare(state, { from, body: { tx } }, ctx) {
      const phase = state.phases.get(tx)
      if (phase === 'prepared') return ctx.send(from, { type: 'vote', tx, yes: true })
      if (phase !== undefined) return
      const yes = ctx.config['votes'] === 'any' ? ctx.pick([true, false]) : ctx.config['votes'] === 'yes'
      keep(state, ctx, tx, yes ? 'prepared' : 'abort')
      ctx.output({ type: 'vote', tx, yes })
      ctx.send(from, { type: 'vote', tx, yes })
      if (yes) ctx.arm('inquire', ASK_AGAIN_MS, tx)
      else ctx.output({ type: 'decide', tx, decision: 'abort' })
    },
    decision(state, { body: { tx, decision } }, ctx) {
      const phase = state.phases.get(tx)
      if (phase === 'commit' || phase === 'abort') return
      keep(state, ctx, tx, decision)
      ctx.disarm('inquire', tx)
      ctx.output({ type: 'decide', tx, decision })
    },
  },
  timers: {
    /** In doubt: only the coordinator knows, so ask until it answers. */
    inquire(_state, ctx, tx) {
      ctx.send(String(ctx.config['coordinator']), { type: 'inquire', tx: String(tx) })
      ctx.arm('inquire', ASK_AGAIN_MS, tx)
    },
  },
})
