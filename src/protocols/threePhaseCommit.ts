/** Three-phase commit with Skeen's termination protocol: nobody can be uncertain while somebody has committed (Skeen, Nonblocking Commit Protocols, 1981). */
import { type Context, defineNode, type Message } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import { atomicCommit, commitLabel, type Decision } from './atomicCommit.ts'

/** `wait`: voted Yes and uncertain. `preCommitted`: knows that all voted Yes; nobody who is uncertain can meet a commit. */
export type Phase = 'working' | 'wait' | 'preCommitted' | Decision

/** The debatable decisions. A flawed reading of the protocol replaces one of them. */
export interface ThreePhaseCommitRules {
  readonly [name: string]: (...args: never[]) => unknown
  /** What the next in charge does, given how far everyone alive has come. */
  terminate(phases: readonly Phase[]): Decision | 'preCommit'
  /** What a process does by itself when whoever is in charge has gone silent: the termination protocol decides. */
  onSilence(phase: Phase): 'terminate' | Decision
}

const rules: ThreePhaseCommitRules = {
  terminate(phases) {
    if (phases.includes('commit')) return 'commit'
    if (phases.includes('abort')) return 'abort'
    // Everyone is brought to the buffer state first: who dies now must not leave the others uncertain.
    return phases.includes('preCommitted') ? 'preCommit' : 'abort'
  },
  onSilence: () => 'terminate',
}

type Body =
  | { readonly type: 'begin' }
  | { readonly type: 'canCommit' }
  | { readonly type: 'vote'; readonly yes: boolean }
  | { readonly type: 'preCommit' }
  | { readonly type: 'ack' }
  | { readonly type: 'decision'; readonly decision: Decision }
  | { readonly type: 'down'; readonly who: string }
  | { readonly type: 'stateRequest' }
  | { readonly type: 'state'; readonly phase: Phase }

interface State {
  phase: Phase
  /** Crash-stop: who has stopped does nothing any more, not even after a restart. */
  stopped: boolean
  /** Whom this process knows, or believes, to be down. What they sent is not read any more. */
  down: string[]
  /** Of whoever is in charge: what the others have answered, and what to. */
  asking: 'votes' | 'states' | 'acks' | null
  answers: { readonly [name: string]: Phase }
}

/**
 * Coordinator and participants are one node: any participant may have to take charge. Skeen assumes a
 * perfect failure detector: a process stops for good, and the others hear `down` of it and of nobody else.
 * With `detector: timeout` they believe it of whoever is in charge and silent, which may be wrong.
 */
function site(rule: ThreePhaseCommitRules) {
  const others = (state: State, ctx: Context) => ctx.peers.filter((name) => !state.down.includes(name))
  const order = (ctx: Context) => ctx.config['order'] as readonly string[]
  const inCharge = (state: State, ctx: Context) => order(ctx).find((name) => !state.down.includes(name))
  const isDecided = ({ phase }: State) => phase === 'commit' || phase === 'abort'

  function decide(state: State, ctx: Context, decision: Decision): void {
    state.phase = decision
    state.asking = null
    state.answers = {}
    ctx.disarm('silence')
    ctx.output({ type: 'decide', tx: 't1', decision })
    if (inCharge(state, ctx) === ctx.self) tell(state, ctx, { type: 'decision', decision })
  }

  function tell(state: State, ctx: Context, body: Body): void {
    for (const name of others(state, ctx)) ctx.send(name, body)
  }

  /** Whoever is in charge asks everyone alive, and goes on when all of them have answered. */
  function ask(state: State, ctx: Context, asking: 'votes' | 'states' | 'acks', body: Body): void {
    state.asking = asking
    state.answers = {}
    tell(state, ctx, body)
    listen(ctx)
    goOn(state, ctx)
  }

  const missing = (state: State, ctx: Context) =>
    others(state, ctx).filter((name) => state.answers[name] === undefined)

  function goOn(state: State, ctx: Context): void {
    if (state.asking === null || missing(state, ctx).length > 0) return
    if (state.asking === 'acks') return decide(state, ctx, 'commit')
    if (state.asking === 'votes') return preCommit(state, ctx)
    const move = rule.terminate([state.phase, ...Object.values(state.answers)])
    if (move === 'preCommit') preCommit(state, ctx)
    else decide(state, ctx, move)
  }

  function preCommit(state: State, ctx: Context): void {
    state.phase = 'preCommitted'
    ask(state, ctx, 'acks', { type: 'preCommit' })
  }

  function answer(state: State, ctx: Context, from: string, asking: State['asking'], phase: Phase) {
    if (state.asking !== asking || state.answers[from] !== undefined) return ctx.refuse()
    state.answers = { ...state.answers, [from]: phase }
    return goOn(state, ctx)
  }

  function lose(state: State, ctx: Context, who: string): void {
    const wasInCharge = inCharge(state, ctx) === who
    // A vote that can no longer come is a No; one that came stays a Yes.
    const lostVote = state.asking === 'votes' && state.answers[who] === undefined
    state.down = [...state.down, who].sort()
    if (lostVote) return decide(state, ctx, 'abort')
    if (!wasInCharge) return goOn(state, ctx)
    const move = isDecided(state) ? 'terminate' : rule.onSilence(state.phase)
    if (move !== 'terminate') decide(state, ctx, move)
    else if (inCharge(state, ctx) !== ctx.self) listen(ctx)
    else if (isDecided(state)) tell(state, ctx, { type: 'decision', decision: state.phase as Decision })
    else ask(state, ctx, 'states', { type: 'stateRequest' })
  }

  function listen(ctx: Context): void {
    if (ctx.config['detector'] === 'timeout') ctx.arm('silence', Number(ctx.config['patienceMs']))
  }

  const isDeaf = (state: State, { from }: Message<unknown>) => state.stopped || state.down.includes(from)

  return defineNode<State, Body>({
    start(ctx) {
      const { begun, mayStop } = ctx.config
      const state: State = {
        phase: 'working',
        stopped: ctx.boot === 'restart',
        down: [],
        asking: null,
        answers: {},
      }
      if (state.stopped) return state
      if ((mayStop as readonly string[]).includes(ctx.self)) ctx.arm('stop', 1)
      if (begun === true && order(ctx)[0] === ctx.self) ask(state, ctx, 'votes', { type: 'canCommit' })
      return state
    },
    on: {
      begin(state, message, ctx) {
        if (isDeaf(state, message) || state.phase !== 'working' || state.asking !== null) return ctx.refuse()
        ask(state, ctx, 'votes', { type: 'canCommit' })
      },
      canCommit(state, message, ctx) {
        if (isDeaf(state, message) || state.phase !== 'working') return ctx.refuse()
        const yes = ctx.config['votes'] === 'any' ? ctx.pick([true, false]) : ctx.config['votes'] === 'yes'
        ctx.output({ type: 'vote', tx: 't1', yes })
        ctx.send(message.from, { type: 'vote', yes })
        if (!yes) return decide(state, ctx, 'abort')
        state.phase = 'wait'
        listen(ctx)
      },
      vote(state, message, ctx) {
        if (isDeaf(state, message) || state.asking !== 'votes') return ctx.refuse()
        if (!message.body.yes) return decide(state, ctx, 'abort')
        return answer(state, ctx, message.from, 'votes', 'wait')
      },
      preCommit(state, message, ctx) {
        if (isDeaf(state, message) || isDecided(state) || state.phase === 'working') return ctx.refuse()
        state.phase = 'preCommitted'
        ctx.send(message.from, { type: 'ack' })
        listen(ctx)
      },
      ack(state, message, ctx) {
        if (isDeaf(state, message)) return ctx.refuse()
        return answer(state, ctx, message.from, 'acks', 'preCommitted')
      },
      decision(state, message, ctx) {
        if (isDeaf(state, message) || isDecided(state)) return ctx.refuse()
        decide(state, ctx, message.body.decision)
      },
      down(state, message, ctx) {
        if (state.stopped || state.down.includes(message.body.who)) return ctx.refuse()
        lose(state, ctx, message.body.who)
      },
      /** Who asks is in charge: everyone before it must be down, and this process has voted for the last time. */
      stateRequest(state, message, ctx) {
        if (isDeaf(state, message)) return ctx.refuse()
        const before = order(ctx).slice(0, order(ctx).indexOf(message.from))
        state.down = [...new Set([...state.down, ...before])].sort()
        state.asking = null
        state.answers = {}
        ctx.send(message.from, { type: 'state', phase: state.phase })
        if (!isDecided(state)) listen(ctx)
      },
      state(state, message, ctx) {
        if (isDeaf(state, message)) return ctx.refuse()
        return answer(state, ctx, message.from, 'states', message.body.phase)
      },
    },
    timers: {
      /** Crash-stop with a perfect detector: dying, and the others' hearing of it, cannot be told apart. */
      stop(state, ctx) {
        state.stopped = true
        state.asking = null
        state.answers = {}
        ctx.disarm('silence')
        ctx.output({ type: 'stop' })
        ctx.broadcast({ type: 'down', who: ctx.self })
      },
      /** Nobody in charge was heard, or somebody has not answered who is: they are taken to be down. */
      silence(state, ctx) {
        if (state.stopped || isDecided(state)) return ctx.refuse()
        const leader = inCharge(state, ctx)
        const silent = leader === ctx.self ? missing(state, ctx) : [leader!]
        for (const who of silent) lose(state, ctx, who)
      },
    },
  })
}

export const threePhaseCommit = defineProtocol({
  name: 'three-phase-commit',
  source:
    "Skeen, Nonblocking Commit Protocols, SIGMOD 1981; Skeen's thesis, 1982; Bernstein, Hadzilacos & Goodman 1987, section 7.5",
  says: 'two-phase commit with a buffer state between the votes and the commit, for crash-stop and a perfect failure detector',
  cluster: ['c', 'p1', 'p2'],
  rules,
  roles: (rule) => ({ coordinator: site(rule), participant: site(rule) }),
  params: {
    begun: { default: false, says: 'whether the coordinator has asked for votes when the run begins' },
    votes: { default: 'yes', says: 'how participants vote: yes, no, or any (every combination is tried)' },
    detector: {
      default: 'perfect',
      says: 'perfect: only who stopped is taken to be down; timeout: whoever is in charge and silent is',
    },
    mayStop: { default: [], says: 'who may stop for good, at any time, detected perfectly' },
    patienceMs: { default: 100, says: 'how long a silence lasts before it is taken for a crash' },
  },
  assign(names, params) {
    if (names.length < 2)
      throw new RangeError(
        'three-phase-commit needs a coordinator and at least one participant, such as: c p1 p2',
      )
    return Object.fromEntries(
      names.map((name, i) => [
        name,
        {
          role: i === 0 ? 'coordinator' : 'participant',
          peers: names.filter((n) => n !== name),
          config: { ...params, order: names },
        },
      ]),
    )
  },
  requests: { begin: { to: 'coordinator', fields: {}, says: 'begins the transaction t1' } },
  properties: atomicCommit(),
  label: (body) =>
    body.type === 'decision'
      ? String(body['decision'])
      : body.type === 'down'
        ? `${String(body['who'])} is down`
        : body.type === 'state'
          ? `state ${String(body['phase'])}`
          : body.type === 'stop'
            ? '' // the timer that fired says it already
            : (commitLabel(body) ?? body.type),
  view(state) {
    const { phase, stopped, down, asking, answers } = state as unknown as State
    return {
      phase: stopped ? 'stopped' : phase,
      ...(down.length > 0 && { down }),
      ...(asking !== null && { asking, heard: Object.keys(answers) }),
    }
  },
})
