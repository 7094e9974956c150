/** A register that is written once, on servers that are proposer, acceptor and learner in one (after the example paxos of the model checker Stateright). */
import { type Context, defineNode, type OperationId } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import { linearizableRegister } from './clients.ts'
import { type PaxosRules, paxosRules } from './paxos.ts'

/** What is proposed: whose request it is, and its value. */
type Proposal = { readonly client: string; readonly n: number; readonly value: string }

/** A vote, with the ballot it was cast in. */
type Accepted = { readonly ballot: number; readonly proposal: Proposal } | null

type Message =
  | { readonly type: 'put'; readonly value: string }
  | { readonly type: 'get' }
  | { readonly type: 'prepare'; readonly ballot: number }
  | { readonly type: 'promise'; readonly ballot: number; readonly last: Accepted }
  | { readonly type: 'accept'; readonly ballot: number; readonly proposal: Proposal }
  | { readonly type: 'accepted'; readonly ballot: number }
  | { readonly type: 'decided'; readonly ballot: number; readonly proposal: Proposal }

interface State {
  /** The highest ballot promised, by itself to itself too. */
  ballot: number
  accepted: Accepted
  decided: boolean
  proposal: Proposal | null
  promises: { readonly [server: string]: Accepted }
  votes: Set<string>
}

/** One decision more than the choice of a value asks for. */
export interface PaxosRegisterRules extends PaxosRules {
  /** Whether a server may answer a read. One that knows of no decision cannot tell whether there is one. */
  mayRead(decided: boolean): boolean
}

const rules: PaxosRegisterRules = { ...paxosRules, mayRead: (decided) => decided }

function server(rule: PaxosRegisterRules) {
  const all = (ctx: Context) => ctx.peers.length + 1
  const isQuorum = (n: number, ctx: Context, phase: 1 | 2) => n === rule.quorum(all(ctx), phase)

  function choose(state: State, own: Proposal): Proposal {
    const votes = Object.values(state.promises).filter((vote) => vote !== null)
    const value = rule.chooseValue(
      votes.map(({ ballot, proposal }) => ({ vballot: ballot, vval: proposal.value })),
      own.value,
    )
    return votes.find(({ proposal }) => proposal.value === value)?.proposal ?? own
  }

  return defineNode<State, Message>({
    start: () => ({
      ballot: -1,
      accepted: null,
      decided: false,
      proposal: null,
      promises: {},
      votes: new Set(),
    }),
    on: {
      put(state, { from, op, body: { value } }, ctx) {
        if (state.decided || state.proposal !== null) return ctx.refuse()
        const round = Math.floor(state.ballot / all(ctx)) + 1
        state.proposal = { client: from, n: op?.n ?? 0, value }
        state.ballot = rule.ballot(round, Number(ctx.config['rank']), all(ctx))
        state.promises = { [ctx.self]: state.accepted }
        ctx.broadcast({ type: 'prepare', ballot: state.ballot })
      },
      get(state, message, ctx) {
        if (!rule.mayRead(state.decided)) return ctx.refuse()
        const value = state.decided ? (state.accepted?.proposal.value ?? null) : null
        ctx.reply(message, { type: 'get_ok', value })
      },
      prepare(state, { from, body: { ballot } }, ctx) {
        // Who asks for votes already has no use for promises any more.
        const voted = state.accepted !== null && state.accepted.ballot >= ballot
        if (state.decided || voted || !rule.mayPromise(ballot, state.ballot)) return ctx.refuse()
        state.ballot = ballot
        ctx.send(from, { type: 'promise', ballot, last: state.accepted })
      },
      promise(state, { from, body: { ballot, last } }, ctx) {
        if (state.decided || ballot !== state.ballot || state.proposal === null) return ctx.refuse()
        state.promises = { ...state.promises, [from]: last }
        if (!isQuorum(Object.keys(state.promises).length, ctx, 1)) return
        const proposal = choose(state, state.proposal)
        state.proposal = proposal
        state.accepted = { ballot, proposal }
        state.votes.add(ctx.self)
        ctx.broadcast({ type: 'accept', ballot, proposal })
      },
      accept(state, { from, body: { ballot, proposal } }, ctx) {
        if (state.decided || !rule.mayAccept(ballot, state.ballot)) return ctx.refuse()
        state.ballot = ballot
        state.accepted = { ballot, proposal }
        ctx.send(from, { type: 'accepted', ballot })
      },
      accepted(state, { from, body: { ballot } }, ctx) {
        if (state.decided || ballot !== state.ballot || state.proposal === null) return ctx.refuse()
        state.votes.add(from)
        if (!isQuorum(state.votes.size, ctx, 2)) return
        state.decided = true
        const { client, n } = state.proposal
        ctx.broadcast({ type: 'decided', ballot, proposal: state.proposal })
        const op: OperationId = { client, n }
        ctx.reply({ from: client, op }, { type: 'put_ok' })
      },
      decided(state, { body: { ballot, proposal } }, ctx) {
        if (state.decided) return ctx.refuse()
        state.ballot = ballot
        state.accepted = { ballot, proposal }
        state.decided = true
      },
    },
  })
}

export const paxosRegister = defineProtocol({
  name: 'paxos-register',
  source: 'the example paxos of Stateright, github.com/stateright/stateright',
  says: 'a register whose first value is chosen by Paxos; without disks, timers or retries',
  cluster: ['s1', 's2', 's3'],
  rules,
  roles: (rule) => ({ server: server(rule) }),
  assign: (names) =>
    Object.fromEntries(
      names.map((name, rank) => [
        name,
        { role: 'server', peers: names.filter((n) => n !== name), config: { rank } },
      ]),
    ),
  requests: {
    put: { to: 'server', fields: { value: 'A' }, says: 'asks for a value to be chosen' },
    get: { to: 'server', fields: {}, says: 'reads the value, from a server that knows it' },
  },
  properties: [linearizableRegister],
  refusals: 'stay',
  label(body) {
    const proposal = body['proposal'] as Proposal | undefined
    const ballot = body['ballot'] === undefined ? '' : ` ${String(body['ballot'])}`
    return `${body.type}${ballot}${proposal === undefined ? '' : ` ${proposal.value}`}`
  },
})
