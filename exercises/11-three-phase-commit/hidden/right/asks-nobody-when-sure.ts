/** A site that takes charge and is pre-committed knows the votes: it brings the others to pre-committed without asking first. */
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
  /** Sites that may still speak, in the order in which they take charge; this one is among them. */
  alive: string[]
  /** Whose answer the site in charge still waits for, and what it does when all have come. */
  missing: string[]
  next: 'preCommit' | 'commit' | 'terminate' | null
  found: Phase[]
}

function decide(state: State, ctx: Context, decision: Decision): void {
  const announced = state.phase === decision
  state.phase = decision
  state.next = null
  state.missing = []
  if (!announced) ctx.output({ type: 'decide', tx: 't1', decision })
  if (state.alive[0] === ctx.self) toAll(state, ctx, { type: 'decision', decision })
}

function toAll(state: State, ctx: Context, body: { type: string; decision?: Decision }): void {
  for (const name of state.alive) if (name !== ctx.self) ctx.send(name, body)
}

function round(state: State, ctx: Context, type: string, next: NonNullable<State['next']>): void {
  state.next = next
  state.found = []
  state.missing = state.alive.filter((name) => name !== ctx.self)
  toAll(state, ctx, { type })
  tick(state, ctx, null)
}

/** One answer fewer to wait for. */
function tick(state: State, ctx: Context, from: string | null): void {
  state.missing = state.missing.filter((name) => name !== from)
  if (state.missing.length > 0) return
  switch (state.next) {
    case 'preCommit':
      return bringAllAlong(state, ctx)
    case 'commit':
      return decide(state, ctx, 'commit')
    case 'terminate':
      if (state.found.includes('commit')) return decide(state, ctx, 'commit')
      if (state.found.includes('abort')) return decide(state, ctx, 'abort')
      if (state.found.includes('preCommitted')) return bringAllAlong(state, ctx)
      return decide(state, ctx, 'abort')
    default:
      return
  }
}

function bringAllAlong(state: State, ctx: Context): void {
  state.phase = 'preCommitted'
  round(state, ctx, 'preCommit', 'commit')
}

function takeCharge(state: State, ctx: Context): void {
  switch (state.phase) {
    case 'commit':
    case 'abort':
      return decide(state, ctx, state.phase)
    case 'preCommitted':
      return bringAllAlong(state, ctx)
    default:
      return round(state, ctx, 'stateRequest', 'terminate')
  }
}

/** Everyone before this site in the order is gone, whether we have heard so or not. */
function follow(state: State, from: string): boolean {
  const place = state.alive.indexOf(from)
  if (place < 0) return false
  state.alive = state.alive.slice(place)
  return true
}

export const site = defineNode<State, Messages>({
  start: (ctx) => ({
    phase: 'working',
    alive: [...(ctx.config['order'] as readonly string[])],
    missing: [],
    next: null,
    found: [],
  }),
  on: {
    begin(state, _message, ctx) {
      if (state.phase !== 'working' || state.next !== null) return
      if (state.alive.length <= ctx.peers.length) return decide(state, ctx, 'abort')
      round(state, ctx, 'canCommit', 'preCommit')
    },
    canCommit(state, { from }, ctx) {
      if (!follow(state, from) || state.phase !== 'working') return
      const yes = ctx.config['votes'] === 'any' ? ctx.pick([true, false]) : ctx.config['votes'] === 'yes'
      ctx.output({ type: 'vote', tx: 't1', yes })
      ctx.send(from, { type: 'vote', yes })
      if (yes) state.phase = 'wait'
      else decide(state, ctx, 'abort')
    },
    vote(state, { from, body }, ctx) {
      if (state.next !== 'preCommit' || !state.missing.includes(from)) return
      if (body.yes) tick(state, ctx, from)
      else decide(state, ctx, 'abort')
    },
    preCommit(state, { from }, ctx) {
      if (!follow(state, from) || state.phase === 'abort') return
      // Whoever has committed knows the votes all the same, and says so.
      if (state.phase !== 'commit') state.phase = 'preCommitted'
      ctx.send(from, { type: 'ack' })
    },
    ack(state, { from }, ctx) {
      if (state.next === 'commit') tick(state, ctx, from)
    },
    decision(state, { from, body }, ctx) {
      if (!follow(state, from) || state.phase === 'commit' || state.phase === 'abort') return
      decide(state, ctx, body.decision)
    },
    down(state, { body: { who } }, ctx) {
      const place = state.alive.indexOf(who)
      if (place < 0) return
      state.alive.splice(place, 1)
      if (state.next === 'preCommit' && state.missing.includes(who)) return decide(state, ctx, 'abort')
      if (place === 0 && state.alive[0] === ctx.self) takeCharge(state, ctx)
      else if (state.missing.includes(who)) tick(state, ctx, who)
    },
    stateRequest(state, { from }, ctx) {
      if (follow(state, from)) ctx.send(from, { type: 'state', phase: state.phase })
    },
    state(state, { from, body }, ctx) {
      if (state.next !== 'terminate' || !state.missing.includes(from)) return
      state.found.push(body.phase)
      tick(state, ctx, from)
    },
  },
})
