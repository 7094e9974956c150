// fails: no two ballots have one number
/** Takes for its next ballot the number above the highest that it has heard of, whoever owns that. */
import { type Context, defineNode, type OperationId } from 'splitbrain'

type Vote = { vballot: number; vval: string }

interface Acceptor {
  promised: number | null
  vote: Vote | null
}

type ToAcceptor = { type: 'prepare'; ballot: number } | { type: 'accept'; ballot: number; value: string }

/** What was said must still be known after a crash, so it is on the disk before it is said. */
function keep(state: Acceptor, ctx: Context): void {
  ctx.disk.write('acceptor', state)
  ctx.disk.sync()
}

const isBelow = (ballot: number, promised: number | null) => promised !== null && ballot < promised

export const acceptor = defineNode<Acceptor, ToAcceptor>({
  start: (ctx) => ctx.disk.read<Acceptor>('acceptor') ?? { promised: null, vote: null },
  on: {
    prepare(state, { from, body: { ballot } }, ctx) {
      if (isBelow(ballot, state.promised)) return
      state.promised = ballot
      keep(state, ctx)
      const { vballot, vval } = state.vote ?? { vballot: null, vval: null }
      ctx.send(from, { type: 'promise', ballot, vballot, vval })
    },
    accept(state, { body: { ballot, value } }, ctx) {
      if (isBelow(ballot, state.promised)) return
      state.promised = ballot
      state.vote = { vballot: ballot, vval: value }
      keep(state, ctx)
      ctx.broadcast({ type: 'accepted', ballot, value })
    },
  },
})

interface Proposer {
  /** What a client asked for first; null as long as nobody has. */
  wanted: string | null
  clients: { from: string; op: OperationId | null }[]
  ballot: number
  /** Who promised this ballot, with what they reported; null once the accept has left. */
  promises: Map<string, Vote | null> | null
  /** Who voted, by ballot. */
  votes: Map<number, string[]>
  decided: string | null
}

type ToProposer =
  | { type: 'propose'; value: string }
  | { type: 'promise'; ballot: number; vballot: number | null; vval: string | null }
  | { type: 'accepted'; ballot: number; value: string }

const isMajority = (some: number, ctx: Context) => 2 * some > ctx.peers.length

/** A ballot that this proposer has never begun, and that no other one ever begins. */
function begin(state: Proposer, ctx: Context): void {
  const attempts = ctx.disk.read<number>('attempts') ?? 0
  ctx.disk.write('attempts', attempts + 1)
  ctx.disk.sync()
  state.ballot =
    Math.max(state.ballot, ...state.votes.keys(), attempts - 1) +
    1 +
    (attempts === 0 ? Number(ctx.config['rank']) : 0)
  state.promises = new Map()
  ctx.broadcast({ type: 'prepare', ballot: state.ballot })
  // The others wait for another time: so one of two that outbid each other gets through.
  ctx.arm('retry', [200, 800])
}

/** The value of the highest ballot that was voted in, for that one may be chosen. */
function safeValue(promises: Map<string, Vote | null>, wanted: string): string {
  let highest: Vote | null = null
  for (const vote of promises.values())
    if (vote !== null && (highest === null || vote.vballot > highest.vballot)) highest = vote
  return highest?.vval ?? wanted
}

export const proposer = defineNode<Proposer, ToProposer>({
  start: () => ({
    wanted: null,
    clients: [],
    ballot: -1,
    promises: null,
    votes: new Map(),
    decided: null,
  }),
  on: {
    propose(state, { from, op, body: { value } }, ctx) {
      if (state.decided !== null) return ctx.reply({ from, op }, { type: 'propose_ok', value: state.decided })
      state.clients.push({ from, op })
      if (state.wanted !== null) return
      state.wanted = value
      begin(state, ctx)
    },
    promise(state, { from, body: { ballot, vballot, vval } }, ctx) {
      if (ballot !== state.ballot || state.promises === null || state.wanted === null) return
      state.promises.set(from, vballot === null || vval === null ? null : { vballot, vval })
      if (!isMajority(state.promises.size, ctx)) return
      const value = safeValue(state.promises, state.wanted)
      state.promises = null
      ctx.broadcast({ type: 'accept', ballot, value })
    },
    accepted(state, { from, body: { ballot, value } }, ctx) {
      if (state.decided !== null) return
      const votes = state.votes.get(ballot) ?? []
      if (!votes.includes(from)) votes.push(from)
      state.votes.set(ballot, votes)
      if (!isMajority(votes.length, ctx)) return
      state.decided = value
      ctx.disarm('retry')
      ctx.output({ type: 'decide', value })
      for (const client of state.clients) ctx.reply(client, { type: 'propose_ok', value })
    },
  },
  timers: {
    retry: (state, ctx) => begin(state, ctx),
  },
})
