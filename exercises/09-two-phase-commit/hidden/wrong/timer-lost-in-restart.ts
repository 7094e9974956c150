// fails: everyone decides once all is repaired
/** Does not arm its question again after a restart. */
import { type Context, defineNode } from 'splitbrain'

export { coordinator } from '../solution.ts'

type Decision = 'commit' | 'abort'

type ToParticipant = { type: 'prepare'; tx: string } | { type: 'decision'; tx: string; decision: Decision }

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
