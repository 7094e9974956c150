/**
 * Cooperative termination: a participant in doubt asks the coordinator and the other participants. One that has
 * not voted yet can still abort, and then knows the answer. The coordinator forces commits only, and presumes
 * abort; a No voter does not wait for anybody.
 */
import { type Context, defineNode, type OperationId } from 'splitbrain'

type Decision = 'commit' | 'abort'

type ToCoordinator =
  | { type: 'begin'; tx: string }
  | { type: 'vote'; tx: string; yes: boolean }
  | { type: 'inquire'; tx: string }

interface CoordinatorState {
  waiting: { [tx: string]: { missing: string[]; from: string; op: OperationId | null } }
  /** Transactions that were refused since the last restart. Before it, whatever is not committed is aborted. */
  aborted: Set<string>
}

function commits(ctx: Context): readonly string[] {
  return ctx.disk.records<string>('commits')
}

function end(state: CoordinatorState, ctx: Context, tx: string, decision: Decision): void {
  const own = state.waiting[tx]
  delete state.waiting[tx]
  if (decision === 'abort') state.aborted.add(tx)
  else {
    ctx.disk.append('commits', tx)
    ctx.disk.sync()
  }
  ctx.disarm('enough', tx)
  ctx.output({ type: 'decide', tx, decision })
  if (own !== undefined) ctx.reply(own, { type: 'begin_ok', tx, decision })
  ctx.broadcast({ type: 'decision', tx, decision })
}

function tell(state: CoordinatorState, ctx: Context, to: string, tx: string): void {
  if (commits(ctx).includes(tx)) return ctx.send(to, { type: 'decision', tx, decision: 'commit' })
  if (state.waiting[tx] !== undefined) return
  state.aborted.add(tx)
  ctx.output({ type: 'decide', tx, decision: 'abort' })
  ctx.send(to, { type: 'decision', tx, decision: 'abort' })
}

export const coordinator = defineNode<CoordinatorState, ToCoordinator>({
  start: () => ({ waiting: {}, aborted: new Set() }),
  on: {
    begin(state, message, ctx) {
      const { tx } = message.body
      if (commits(ctx).includes(tx)) return ctx.reply(message, { type: 'begin_ok', tx, decision: 'commit' })
      if (state.aborted.has(tx)) return ctx.reply(message, { type: 'begin_ok', tx, decision: 'abort' })
      if (state.waiting[tx] !== undefined) return
      state.waiting[tx] = { missing: [...ctx.peers], from: message.from, op: message.op }
      ctx.arm('enough', [500, 800], tx)
      for (const to of ctx.peers) ctx.send(to, { type: 'prepare', tx })
    },
    vote(state, { from, body: { tx, yes } }, ctx) {
      const own = state.waiting[tx]
      if (own === undefined) return tell(state, ctx, from, tx)
      if (!yes) return end(state, ctx, tx, 'abort')
      own.missing = own.missing.filter((name) => name !== from)
      if (own.missing.length === 0) end(state, ctx, tx, 'commit')
    },
    inquire(state, { from, body: { tx } }, ctx) {
      tell(state, ctx, from, tx)
    },
  },
  timers: {
    enough: (state, ctx, tx) => end(state, ctx, String(tx), 'abort'),
  },
})

type ToParticipant =
  | { type: 'prepare'; tx: string }
  | { type: 'decision'; tx: string; decision: Decision }
  | { type: 'howDidItEnd'; tx: string }

type Phase = 'prepared' | Decision

interface ParticipantState {
  /** What the disk holds, by tx. */
  phases: { [tx: string]: Phase }
}

const DOUBT_MS: readonly [number, number] = [100, 300]

function move(state: ParticipantState, ctx: Context, tx: string, phase: Phase): void {
  state.phases[tx] = phase
  ctx.disk.write('phases', state.phases)
  ctx.disk.sync()
}

function finish(state: ParticipantState, ctx: Context, tx: string, decision: Decision): void {
  move(state, ctx, tx, decision)
  ctx.disarm('doubt', tx)
  ctx.output({ type: 'decide', tx, decision })
}

export const participant = defineNode<ParticipantState, ToParticipant>({
  start(ctx) {
    const phases = { ...(ctx.disk.read<ParticipantState['phases']>('phases') ?? {}) }
    for (const [tx, phase] of Object.entries(phases)) {
      if (phase === 'prepared') ctx.arm('doubt', 0, tx)
      // Power may have gone between the record and its announcement.
      else ctx.output({ type: 'decide', tx, decision: phase })
    }
    return { phases }
  },
  on: {
    prepare(state, { from, body: { tx } }, ctx) {
      const phase = state.phases[tx]
      const say = (yes: boolean) => {
        ctx.output({ type: 'vote', tx, yes })
        ctx.send(from, { type: 'vote', tx, yes })
      }
      if (phase === 'prepared') return say(true)
      if (phase !== undefined) return
      const votes = ctx.config['votes']
      if (votes === 'no' || (votes === 'any' && !ctx.pick([true, false]))) {
        move(state, ctx, tx, 'abort')
        say(false)
        return ctx.output({ type: 'decide', tx, decision: 'abort' })
      }
      move(state, ctx, tx, 'prepared')
      say(true)
      ctx.arm('doubt', DOUBT_MS, tx)
    },
    decision(state, { body: { tx, decision } }, ctx) {
      const phase = state.phases[tx]
      if (phase === 'prepared' || phase === undefined) finish(state, ctx, tx, decision)
    },
    howDidItEnd(state, { from, body: { tx } }, ctx) {
      // Not asked yet: no promise was given, so abort now, and nobody can commit any more.
      if (state.phases[tx] === undefined) finish(state, ctx, tx, 'abort')
      const phase = state.phases[tx]
      if (phase === 'commit' || phase === 'abort') ctx.send(from, { type: 'decision', tx, decision: phase })
    },
  },
  timers: {
    doubt(_state, ctx, arg) {
      const tx = String(arg)
      ctx.send(String(ctx.config['coordinator']), { type: 'inquire', tx })
      ctx.broadcast({ type: 'howDidItEnd', tx })
      ctx.arm('doubt', DOUBT_MS, tx)
    },
  },
})
