// fails: keeps two transactions apart
/** A participant with one phase for all transactions. */
import { type Context, defineNode } from 'splitbrain'

export { coordinator } from '../solution.ts'

type Decision = 'commit' | 'abort'

type ToParticipant = { type: 'prepare'; tx: string } | { type: 'decision'; tx: string; decision: Decision }

type Phase = 'prepared' | Decision

interface ParticipantState {
  phase: Phase | null
}

const ASK_AGAIN_MS: readonly [number, number] = [200, 400]

function keep(state: ParticipantState, ctx: Context, tx: string, phase: Phase): void {
  state.phase = phase
  ctx.disk.write('state', { tx, phase })
  ctx.disk.sync()
}

export const participant = defineNode<ParticipantState, ToParticipant>({
  start(ctx) {
    const kept = ctx.disk.read<{ tx: string; phase: Phase }>('state')
    if (kept?.phase === 'prepared') ctx.arm('inquire', ASK_AGAIN_MS, kept.tx)
    return { phase: kept?.phase ?? null }
  },
  on: {
    prepare(state, { from, body: { tx } }, ctx) {
      if (state.phase === 'prepared') return ctx.send(from, { type: 'vote', tx, yes: true })
      const yes = ctx.config['votes'] === 'any' ? ctx.pick([true, false]) : ctx.config['votes'] === 'yes'
      keep(state, ctx, tx, yes ? 'prepared' : 'abort')
      ctx.output({ type: 'vote', tx, yes })
      ctx.send(from, { type: 'vote', tx, yes })
      if (yes) ctx.arm('inquire', ASK_AGAIN_MS, tx)
      else ctx.output({ type: 'decide', tx, decision: 'abort' })
    },
    decision(state, { body: { tx, decision } }, ctx) {
      if (state.phase === 'commit' || state.phase === 'abort') return
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
