/** Three-phase commit as it is often told: an inquiry in front of two-phase commit. The extra phase stands where it cannot help. */
import { type Context, defineNode } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import { atomicCommit, commitLabel, type Decision } from './atomicCommit.ts'

type ToCoordinator =
  | { readonly type: 'can'; readonly yes: boolean }
  | { readonly type: 'vote'; readonly yes: boolean }

interface Coordinator {
  asking: 'canCommit' | 'prepare' | null
  yes: string[]
}

const coordinator = defineNode<Coordinator, ToCoordinator>({
  start(ctx) {
    if (ctx.boot === 'first') ctx.broadcast({ type: 'canCommit' })
    return { asking: ctx.boot === 'first' ? 'canCommit' : null, yes: [] }
  },
  on: {
    can: (state, { from, body }, ctx) => hear(state, ctx, 'canCommit', from, body.yes),
    vote: (state, { from, body }, ctx) => hear(state, ctx, 'prepare', from, body.yes),
  },
})

function hear(state: Coordinator, ctx: Context, asked: Coordinator['asking'], from: string, yes: boolean) {
  if (state.asking !== asked || state.yes.includes(from)) return ctx.refuse()
  if (!yes) return decide(state, ctx, 'abort')
  state.yes = [...state.yes, from].sort()
  if (state.yes.length < ctx.peers.length) return
  if (asked === 'prepare') return decide(state, ctx, 'commit')
  state.asking = 'prepare'
  state.yes = []
  ctx.broadcast({ type: 'prepare' })
}

function decide(state: Coordinator, ctx: Context, decision: Decision): void {
  state.asking = null
  state.yes = []
  ctx.output({ type: 'decide', tx: 't1', decision })
  ctx.broadcast({ type: 'decision', decision })
}

type ToParticipant =
  | { readonly type: 'canCommit' }
  | { readonly type: 'prepare' }
  | { readonly type: 'decision'; readonly decision: Decision }

/** To answer the inquiry promises nothing; the vote does, exactly as in two-phase commit. */
const participant = defineNode<{ phase: 'working' | 'prepared' | Decision }, ToParticipant>({
  start: () => ({ phase: 'working' }),
  on: {
    canCommit: (_state, { from }, ctx) => ctx.send(from, { type: 'can', yes: true }),
    prepare(state, { from }, ctx) {
      if (state.phase !== 'working') return ctx.refuse()
      const yes = ctx.config['votes'] === 'any' ? ctx.pick([true, false]) : ctx.config['votes'] === 'yes'
      ctx.output({ type: 'vote', tx: 't1', yes })
      ctx.send(from, { type: 'vote', yes })
      state.phase = yes ? 'prepared' : 'abort'
      if (!yes) ctx.output({ type: 'decide', tx: 't1', decision: 'abort' })
    },
    decision(state, { body: { decision } }, ctx) {
      if (state.phase === 'commit' || state.phase === 'abort') return ctx.refuse()
      state.phase = decision
      ctx.output({ type: 'decide', tx: 't1', decision })
    },
  },
})

export const inquiryCommit = defineProtocol({
  name: 'inquiry-commit',
  source: 'folklore; compare Skeen 1981, whose third phase comes after the vote',
  says: 'can you commit? and then two-phase commit, which blocks as ever',
  cluster: ['c', 'p1', 'p2'],
  rules: {},
  roles: () => ({ coordinator, participant }),
  params: {
    votes: { default: 'yes', says: 'how participants vote: yes, no, or any (every combination is tried)' },
  },
  assign([c, ...participants], params) {
    if (c === undefined || participants.length === 0)
      throw new RangeError(
        'inquiry-commit needs a coordinator and at least one participant, such as: c p1 p2',
      )
    return {
      [c]: { role: 'coordinator', peers: participants, config: {} },
      ...Object.fromEntries(
        participants.map((p) => [
          p,
          { role: 'participant', peers: [c], config: { votes: params['votes'] ?? 'yes' } },
        ]),
      ),
    }
  },
  properties: atomicCommit(),
  label: (body) => (body.type === 'decision' ? String(body['decision']) : (commitLabel(body) ?? body.type)),
})
