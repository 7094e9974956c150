/** Two-phase commit as Lamport cuts it: no disks, no crashes, messages that may be received any number of times (TwoPhase). */
import { defineNode } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import { agreement, someCommit } from './atomicCommit.ts'

type Message = { readonly type: 'Prepared' } | { readonly type: 'Commit' } | { readonly type: 'Abort' }

interface Manager {
  rmState: 'working' | 'prepared' | 'committed' | 'aborted'
}

/** Internal actions (RMPrepare, RMChooseToAbort) are timers whose guard refuses. */
const resourceManager = defineNode<Manager, Message>({
  start(ctx) {
    ctx.arm('prepare', 1)
    ctx.arm('chooseToAbort', 1)
    return { rmState: 'working' }
  },
  on: {
    Commit(state, _message, ctx) {
      state.rmState = 'committed'
      stopChoosing(ctx)
      ctx.output({ type: 'decide', tx: 't1', decision: 'commit' })
    },
    Abort(state, _message, ctx) {
      state.rmState = 'aborted'
      stopChoosing(ctx)
      ctx.output({ type: 'decide', tx: 't1', decision: 'abort' })
    },
  },
  timers: {
    prepare(state, ctx) {
      if (state.rmState !== 'working') return ctx.refuse()
      state.rmState = 'prepared'
      stopChoosing(ctx)
      ctx.send(ctx.peers[0]!, { type: 'Prepared' })
    },
    chooseToAbort(state, ctx) {
      if (state.rmState !== 'working') return ctx.refuse()
      state.rmState = 'aborted'
      stopChoosing(ctx)
      ctx.output({ type: 'decide', tx: 't1', decision: 'abort' })
    },
  },
})

function stopChoosing(ctx: { disarm(timer: string): void }): void {
  ctx.disarm('prepare')
  ctx.disarm('chooseToAbort')
}

interface Transaction {
  tmState: 'init' | 'done'
  tmPrepared: Set<string>
}

const transactionManager = defineNode<Transaction, Message>({
  start(ctx) {
    ctx.arm('commit', 1)
    ctx.arm('abort', 1)
    return { tmState: 'init', tmPrepared: new Set() }
  },
  on: {
    Prepared(state, { from }, ctx) {
      if (state.tmState !== 'init') return ctx.refuse()
      state.tmPrepared.add(from)
    },
  },
  timers: {
    commit(state, ctx) {
      if (state.tmState !== 'init' || state.tmPrepared.size < ctx.peers.length) return ctx.refuse()
      state.tmState = 'done'
      ctx.broadcast({ type: 'Commit' })
    },
    abort(state, ctx) {
      if (state.tmState !== 'init') return ctx.refuse()
      state.tmState = 'done'
      ctx.broadcast({ type: 'Abort' })
    },
  },
})

export const twoPhase = defineProtocol({
  name: 'two-phase-lamport',
  source: 'Gray & Lamport, Consensus on Transaction Commit, TODS 2006, module TwoPhase',
  says: 'two-phase commit without disks or crashes, as the TLA+ examples have it',
  cluster: ['tm', 'rm1', 'rm2', 'rm3'],
  rules: {},
  roles: () => ({ tm: transactionManager, rm: resourceManager }),
  assign(names) {
    const [tm, ...managers] = names
    if (tm === undefined || managers.length === 0)
      throw new RangeError('two-phase-lamport needs a transaction manager and at least one resource manager')
    return {
      [tm]: { role: 'tm', peers: managers, config: {} },
      ...Object.fromEntries(managers.map((name) => [name, { role: 'rm', peers: [tm], config: {} }])),
    }
  },
  properties: [agreement, someCommit],
  wire: 'set',
  refusals: 'stay',
  unchanged: 'handled',
})
