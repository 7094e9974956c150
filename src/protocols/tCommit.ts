/** Transaction commit as a specification: what any commit protocol implements, without messages (Gray & Lamport 2006, TCommit). */
import { defineNode } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import { agreement, someCommit } from './atomicCommit.ts'

type ManagerState = 'working' | 'prepared' | 'committed' | 'aborted'
interface State {
  rm: Record<string, ManagerState>
}

/**
 * All resource managers in one node: one timer picks a manager and an action, and refuses what the guards
 * of TCommit do not allow. Decisions are not announced in order, so that equal states are equal worlds.
 */
const tCommitNode = defineNode<State, never>({
  start(ctx) {
    ctx.arm('next', 1)
    return {
      rm: Object.fromEntries((ctx.config['managers'] as string[]).map((rm) => [rm, 'working' as const])),
    }
  },
  on: {},
  timers: {
    next(state, ctx) {
      const managers = Object.keys(state.rm)
      const rm = ctx.pick(managers)
      const action = ctx.pick(['prepare', 'commit', 'abort'])
      const own = state.rm[rm]
      const all = Object.values(state.rm)
      const canCommit = all.every((s) => s === 'prepared' || s === 'committed')
      const notCommitted = all.every((s) => s !== 'committed')
      ctx.arm('next', 1)
      if (action === 'prepare' && own === 'working') state.rm[rm] = 'prepared'
      else if (action === 'commit' && own === 'prepared' && canCommit) state.rm[rm] = 'committed'
      else if (action === 'abort' && (own === 'working' || own === 'prepared') && notCommitted)
        state.rm[rm] = 'aborted'
      else return ctx.refuse()
      if (action !== 'prepare') ctx.output({ type: 'decide', tx: 't1', decision: action })
    },
  },
})

export const tCommit = defineProtocol({
  name: 'tcommit',
  source: 'Gray & Lamport, Consensus on Transaction Commit, TODS 2006, module TCommit',
  says: 'what atomic commit means, as one machine without messages',
  cluster: ['spec'],
  rules: {},
  roles: () => ({ spec: tCommitNode }),
  params: { managers: { default: ['rm1', 'rm2', 'rm3'], says: 'the resource managers' } },
  assign: (names, params) =>
    Object.fromEntries(
      names.map((name) => [
        name,
        { role: 'spec', peers: [], config: { managers: params['managers'] ?? [] } },
      ]),
    ),
  properties: [agreement, someCommit],
})
