/** Multi-Paxos: a log of decisions, and a leader that has the first phase of all its slots behind it (Lamport, Paxos Made Simple, 2001, section 3). */
import { type Context, defineNode, type OperationId } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import { loadOf } from './load.ts'
import { type PaxosRules, paxosRules } from './paxos.ts'
import { stateMachineSafety } from './raftProperties.ts'

/** The debatable decisions are those of a single ballot. */
export type MultiPaxosRules = Pick<
  PaxosRules,
  'quorum' | 'ballot' | 'mayPromise' | 'mayAccept' | 'chooseValue'
>

const { quorum, ballot, mayPromise, mayAccept, chooseValue } = paxosRules
const rules: MultiPaxosRules = { quorum, ballot, mayPromise, mayAccept, chooseValue }

/** What a leader has decided for a slot in which nobody of its majority has voted, below one with a vote. */
const NO_OP = 'no-op'

/** A vote for a command in a slot, and the ballot in which it was cast. */
export type SlotVote = {
  readonly slot: number
  readonly vballot: number
  readonly vval: string
}

type Message =
  | { readonly type: 'submit'; readonly command: string }
  | { readonly type: 'prepare'; readonly ballot: number; readonly from: number }
  | { readonly type: 'promise'; readonly ballot: number; readonly votes: readonly SlotVote[] }
  | { readonly type: 'accept'; readonly ballot: number; readonly slot: number; readonly value: string }
  | { readonly type: 'accepted'; readonly ballot: number; readonly slot: number }
  | { readonly type: 'refused'; readonly ballot: number }
  | { readonly type: 'heartbeat'; readonly ballot: number; readonly applied: number }
  | { readonly type: 'ask'; readonly from: number }
  | { readonly type: 'chosen'; readonly slot: number; readonly value: string }

interface State {
  role: 'follower' | 'preparing' | 'leader'
  /** The highest ballot promised, on the disk; a server's own ballots are promised by itself first. -1 before the first. */
  promised: number
  /** The highest ballot heard of: the next own one is above it. */
  highest: number
  /** How this acceptor voted last, by slot; on the disk. */
  votes: Map<number, SlotVote>
  /** While preparing: what each acceptor of the majority has voted for. */
  promises: Map<string, readonly SlotVote[]>
  /** Of a leader: who has voted for its proposals, by slot. */
  accepted: Map<number, readonly string[]>
  chosen: Map<number, string>
  /** The last slot carried out; slots count from 1. */
  applied: number
  /** Who waits for which command of this leader, by slot. */
  clients: Map<number, { readonly from: string; readonly op: OperationId | null; readonly command: string }>
}

/** Every server is a proposer, an acceptor and a learner. */
function server(rule: MultiPaxosRules) {
  const servers = (ctx: Context) => ctx.peers.length + 1
  const lastOf = (slots: Iterable<number>) => Math.max(0, ...slots)

  function remember(state: State, ctx: Context): void {
    ctx.disk.write('acceptor', { promised: state.promised, votes: votesFrom(state, 1) })
    ctx.disk.sync()
  }

  function waitForLeader(ctx: Context): void {
    const electionMs = Number(ctx.config['electionMs'])
    ctx.arm('election', [electionMs, 2 * electionMs])
  }

  /** Whoever hears of a ballot above its own has been outbid. */
  function heed(state: State, ctx: Context, heard: number): void {
    if (heard <= state.highest) return
    state.highest = heard
    if (state.role === 'leader') {
      ctx.disarm('heartbeat')
      waitForLeader(ctx)
    }
    state.role = 'follower'
    state.promises = new Map()
  }

  /** With a majority of promises: every slot that may have been decided is decided again, in this ballot. */
  function lead(state: State, ctx: Context): void {
    if (state.promises.size < rule.quorum(servers(ctx), 1)) return
    const votes = [...state.promises.values()].flat()
    state.role = 'leader'
    state.promises = new Map()
    state.accepted = new Map()
    state.clients = new Map()
    ctx.disarm('election')
    ctx.output({
      type: 'elected',
      ballot: state.promised,
      slots: [...state.chosen.keys()].sort((a, b) => a - b),
    })
    beat(state, ctx)
    for (let slot = state.applied + 1; slot <= lastOf(votes.map((vote) => vote.slot)); slot++) {
      const voted = votes.filter((vote) => vote.slot === slot)
      if (!state.chosen.has(slot)) propose(state, ctx, slot, rule.chooseValue(voted, NO_OP))
    }
  }

  function propose(state: State, ctx: Context, slot: number, value: string): void {
    state.votes.set(slot, { slot, vballot: state.promised, vval: value })
    remember(state, ctx)
    state.accepted.set(slot, [ctx.self])
    ctx.broadcast({ type: 'accept', ballot: state.promised, slot, value })
    count(state, ctx, slot)
  }

  function count(state: State, ctx: Context, slot: number): void {
    if (state.accepted.get(slot)!.length < rule.quorum(servers(ctx), 2)) return
    const { vval: value } = state.votes.get(slot)!
    state.accepted.delete(slot)
    ctx.broadcast({ type: 'chosen', slot, value })
    learn(state, ctx, slot, value)
  }

  /** What is chosen is carried out in the order of the slots. */
  function learn(state: State, ctx: Context, slot: number, value: string): void {
    state.chosen.set(slot, value)
    for (let next = state.applied + 1; state.chosen.has(next); next++) {
      const command = state.chosen.get(next)!
      state.applied = next
      ctx.output({ type: 'apply', index: next, command })
      const client = state.clients.get(next)
      state.clients.delete(next)
      if (client?.command === command) ctx.reply(client, { type: 'submit_ok', index: next })
    }
  }

  /** The leader lets itself be heard, and repeats what is not decided yet. */
  function beat(state: State, ctx: Context): void {
    ctx.broadcast({ type: 'heartbeat', ballot: state.promised, applied: state.applied })
    for (const slot of [...state.accepted.keys()].sort((a, b) => a - b))
      ctx.broadcast({ type: 'accept', ballot: state.promised, slot, value: state.votes.get(slot)!.vval })
    ctx.arm('heartbeat', Number(ctx.config['heartbeatMs']))
  }

  return defineNode<State, Message>({
    start(ctx) {
      const kept = ctx.disk.read<{ promised: number; votes: readonly SlotVote[] }>('acceptor')
      waitForLeader(ctx)
      return {
        role: 'follower',
        promised: kept?.promised ?? -1,
        highest: kept?.promised ?? -1,
        votes: new Map(kept?.votes.map((vote) => [vote.slot, vote])),
        promises: new Map(),
        accepted: new Map(),
        chosen: new Map(),
        applied: 0,
        clients: new Map(),
      }
    },
    on: {
      submit(state, { from, op, body: { command } }, ctx) {
        if (state.role !== 'leader')
          return ctx.reply({ from, op }, { type: 'error', code: 11, text: 'this server does not lead' })
        const slot = lastOf([...state.votes.keys(), ...state.chosen.keys()]) + 1
        state.clients.set(slot, { from, op, command })
        propose(state, ctx, slot, command)
      },
      prepare(state, { from, body }, ctx) {
        heed(state, ctx, body.ballot)
        if (!rule.mayPromise(body.ballot, state.promised))
          return ctx.send(from, { type: 'refused', ballot: state.promised })
        state.promised = body.ballot
        remember(state, ctx)
        waitForLeader(ctx)
        ctx.send(from, { type: 'promise', ballot: body.ballot, votes: votesFrom(state, body.from) })
      },
      promise(state, { from, body }, ctx) {
        if (state.role !== 'preparing' || body.ballot !== state.promised) return ctx.refuse()
        state.promises.set(from, body.votes)
        lead(state, ctx)
      },
      accept(state, { from, body: { ballot, slot, value } }, ctx) {
        heed(state, ctx, ballot)
        if (!rule.mayAccept(ballot, state.promised))
          return ctx.send(from, { type: 'refused', ballot: state.promised })
        state.promised = Math.max(state.promised, ballot)
        state.votes.set(slot, { slot, vballot: ballot, vval: value })
        remember(state, ctx)
        waitForLeader(ctx)
        ctx.send(from, { type: 'accepted', ballot, slot })
      },
      accepted(state, { from, body: { ballot, slot } }, ctx) {
        const before = state.accepted.get(slot)
        if (state.role !== 'leader' || ballot !== state.promised || !before || before.includes(from))
          return ctx.refuse()
        state.accepted.set(slot, [...before, from].sort())
        count(state, ctx, slot)
      },
      refused(state, { body: { ballot } }, ctx) {
        heed(state, ctx, ballot)
      },
      heartbeat(state, { from, body: { ballot, applied } }, ctx) {
        heed(state, ctx, ballot)
        if (ballot < state.promised) return ctx.send(from, { type: 'refused', ballot: state.promised })
        waitForLeader(ctx)
        if (applied > state.applied) ctx.send(from, { type: 'ask', from: state.applied + 1 })
      },
      ask(state, { from, body }, ctx) {
        for (let slot = body.from; slot <= state.applied; slot++)
          ctx.send(from, { type: 'chosen', slot, value: state.chosen.get(slot)! })
      },
      chosen(state, { body: { slot, value } }, ctx) {
        if (state.chosen.has(slot)) return ctx.refuse()
        learn(state, ctx, slot, value)
      },
    },
    timers: {
      /** No leader was heard for a while: a higher ballot, for all slots that this server does not know to be decided. */
      election(state, ctx) {
        const rank = Number(ctx.config['rank'])
        let attempt = 0
        while (rule.ballot(attempt, rank, servers(ctx)) <= state.highest) attempt++
        const own = rule.ballot(attempt, rank, servers(ctx))
        if (own >= Number(ctx.config['ballots'])) return ctx.refuse()
        state.role = 'preparing'
        state.promised = own
        state.highest = own
        remember(state, ctx)
        state.promises = new Map([[ctx.self, votesFrom(state, state.applied + 1)]])
        ctx.broadcast({ type: 'prepare', ballot: own, from: state.applied + 1 })
        waitForLeader(ctx)
        lead(state, ctx)
      },
      heartbeat: beat,
    },
  })
}

/** The last votes of an acceptor in the slots from this one on, in the order of the slots. */
function votesFrom({ votes }: State, first: number): readonly SlotVote[] {
  return [...votes.values()].filter(({ slot }) => slot >= first).sort((a, b) => a.slot - b.slot)
}

export const multiPaxos = defineProtocol({
  name: 'multi-paxos',
  source: 'Lamport, Paxos Made Simple, 2001, section 3',
  says: 'a log of Paxos decisions: a leader asks for promises once, for all slots, and then only for votes',
  cluster: ['n1', 'n2', 'n3'],
  rules,
  roles: (rule) => ({ server: server(rule) }),
  params: {
    electionMs: { default: 150, says: 'a server that hears no leader waits from here to twice as long' },
    heartbeatMs: { default: 50, says: 'how often a leader lets itself be heard' },
    ballots: { default: 1_000_000, says: 'ballots are 0 .. ballots - 1 (to bound a search)' },
  },
  assign: (names, params) =>
    Object.fromEntries(
      names.map((name, rank) => [
        name,
        { role: 'server', peers: names.filter((other) => other !== name), config: { ...params, rank } },
      ]),
    ),
  requests: {
    submit: { to: 'server', fields: { command: 'x' }, says: 'asks the leader to have a command chosen' },
  },
  properties: [stateMachineSafety],
  load: loadOf(12, (_dice, i) => ({ type: 'submit', command: `x${i}` })),
  label: labelOf,
  view(state) {
    const { role, promised, chosen, applied } = state as unknown as State
    const words = votesFrom(state as unknown as State, 1).map(
      ({ slot, vballot, vval }) => `${slot}: ${vval} in ballot ${vballot}`,
    )
    const decided = [...chosen].sort(([a], [b]) => a - b).map(([slot, value]) => `${slot}: ${value}`)
    return {
      role,
      promised: promised < 0 ? 'nothing' : `ballot ${promised}`,
      votes: words.join(', ') || 'none',
      chosen: decided.join(', ') || 'nothing',
      applied,
    }
  },
})

/** Messages as a picture has room for them. */
function labelOf(body: { readonly type: string; readonly [field: string]: unknown }): string {
  const { type } = body
  const [ballot, slot, value] = [body['ballot'], body['slot'], body['value']].map(String)
  switch (type) {
    case 'promise': {
      const votes = body['votes'] as readonly SlotVote[]
      const words = votes.map((vote) => `${vote.slot}=${vote.vval}@${vote.vballot}`)
      return `promise ${words.join(' ') || ballot}`
    }
    case 'accept':
      return `accept ${ballot} ${slot}=${value}`
    case 'accepted':
      return `accepted ${ballot} ${slot}`
    case 'chosen':
      return `chosen ${slot}=${value}`
    case 'apply':
      return `apply ${String(body['index'])}: ${String(body['command'])}`
    case 'submit':
      return `submit ${String(body['command'])}`
    case 'submit_ok':
      return `ok, at ${String(body['index'])}`
    case 'elected':
      return `leader of ${ballot}`
    case 'error':
      return String(body['text'])
    case 'ask':
      return `ask from ${String(body['from'])}`
    default:
      return `${type} ${ballot}`
  }
}
