// fails: tells how far it is
/** Announces the decision without keeping it, and tells others that it is still pre-committed. */
import { type Context, defineNode } from 'splitbrain'

type Decision = 'commit' | 'abort'
type Phase = 'working' | 'wait' | 'preCommitted' | Decision

type Messages =
  | { type: 'begin' }
  | { type: 'canCommit' }
  | { type: 'vote'; yes: boolean }
  | { type: 'preCommit' }
  | { type: 'ack' }
  | { type: 'decision'; decision: Decision }
  | { type: 'down'; who: string }
  | { type: 'stateRequest' }
  | { type: 'state'; phase: Phase }

interface State {
  phase: Phase
  down: string[]
  /** Of the site in charge: what it has asked for, and what has been answered. */
  asking: 'votes' | 'states' | 'acks' | null
  answers: Map<string, Phase>
}

const order = (ctx: Context) => ctx.config['order'] as readonly string[]
const inCharge = (state: State, ctx: Context) => order(ctx).find((name) => !state.down.includes(name))
const others = (state: State, ctx: Context) => ctx.peers.filter((name) => !state.down.includes(name))
const isDecided = ({ phase }: State) => phase === 'commit' || phase === 'abort'

function decide(state: State, ctx: Context, decision: Decision): void {
  state.asking = null
  state.answers.clear()
  ctx.output({ type: 'decide', tx: 't1', decision })
  if (inCharge(state, ctx) === ctx.self) tell(state, ctx, decision)
}

function tell(state: State, ctx: Context, decision: Decision): void {
  for (const name of others(state, ctx)) ctx.send(name, { type: 'decision', decision })
}

function ask(state: State, ctx: Context, asking: 'votes' | 'states' | 'acks', type: string): void {
  state.asking = asking
  state.answers.clear()
  for (const name of others(state, ctx)) ctx.send(name, { type })
  goOn(state, ctx)
}

function preCommit(state: State, ctx: Context): void {
  state.phase = 'preCommitted'
  ask(state, ctx, 'acks', 'preCommit')
}

/** Goes on when everyone who is up has answered. */
function goOn(state: State, ctx: Context): void {
  if (state.asking === null || others(state, ctx).some((name) => !state.answers.has(name))) return
  if (state.asking === 'acks') return decide(state, ctx, 'commit')
  if (state.asking === 'votes') return preCommit(state, ctx)
  const phases = [state.phase, ...state.answers.values()]
  if (phases.includes('commit')) decide(state, ctx, 'commit')
  else if (phases.includes('abort') || !phases.includes('preCommitted')) decide(state, ctx, 'abort')
  else preCommit(state, ctx)
}

function heard(state: State, ctx: Context, asking: State['asking'], from: string, phase: Phase): void {
  if (state.asking !== asking) return
  state.answers.set(from, phase)
  goOn(state, ctx)
}

/** What a site that has stopped sent before is not read any more: whoever took charge has gone on without it. */
const isDeafTo = (state: State, from: string) => state.down.includes(from)

export const site = defineNode<State, Messages>({
  start: () => ({ phase: 'working', down: [], asking: null, answers: new Map() }),
  on: {
    begin(state, _message, ctx) {
      // A vote that can no longer come is a No, also of who stopped before anyone asked.
      if (state.down.length > 0) decide(state, ctx, 'abort')
      else ask(state, ctx, 'votes', 'canCommit')
    },
    canCommit(state, { from }, ctx) {
      if (isDeafTo(state, from) || state.phase !== 'working') return
      const yes = ctx.config['votes'] === 'any' ? ctx.pick([true, false]) : ctx.config['votes'] === 'yes'
      ctx.output({ type: 'vote', tx: 't1', yes })
      ctx.send(from, { type: 'vote', yes })
      if (yes) state.phase = 'wait'
      else decide(state, ctx, 'abort')
    },
    vote(state, { from, body }, ctx) {
      if (isDeafTo(state, from) || state.asking !== 'votes') return
      if (body.yes) heard(state, ctx, 'votes', from, 'wait')
      else decide(state, ctx, 'abort')
    },
    preCommit(state, { from }, ctx) {
      if (isDeafTo(state, from) || isDecided(state)) return
      state.phase = 'preCommitted'
      ctx.send(from, { type: 'ack' })
    },
    ack(state, { from }, ctx) {
      if (!isDeafTo(state, from)) heard(state, ctx, 'acks', from, 'preCommitted')
    },
    decision(state, { from, body }, ctx) {
      if (!isDeafTo(state, from) && !isDecided(state)) decide(state, ctx, body.decision)
    },
    down(state, { body: { who } }, ctx) {
      if (state.down.includes(who)) return
      const wasInCharge = inCharge(state, ctx) === who
      state.down.push(who)
      if (state.asking === 'votes' && !state.answers.has(who)) return decide(state, ctx, 'abort')
      if (inCharge(state, ctx) !== ctx.self) return
      if (!wasInCharge) return goOn(state, ctx)
      if (isDecided(state)) tell(state, ctx, state.phase as Decision)
      else ask(state, ctx, 'states', 'stateRequest')
    },
    /** Who asks is in charge, so everyone before it has stopped, whether this site has heard of it or not. */
    stateRequest(state, { from }, ctx) {
      if (isDeafTo(state, from)) return
      const before = order(ctx).slice(0, order(ctx).indexOf(from))
      state.down.push(...before.filter((name) => !state.down.includes(name)))
      ctx.send(from, { type: 'state', phase: state.phase })
    },
    state(state, { from, body }, ctx) {
      if (!isDeafTo(state, from)) heard(state, ctx, 'states', from, body.phase)
    },
  },
})
