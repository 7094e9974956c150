/** Raft's log: your answer. The task is in task.md; `splitbrain check raft-log` checks it. */
import { type Context, defineNode, type OperationId } from 'splitbrain'

type Entry = { term: number; command: string }

type Message =
  | { type: 'submit'; command: string }
  | { type: 'RequestVote'; term: number; lastLogTerm: number; lastLogIndex: number }
  | { type: 'RequestVoteResult'; term: number; voteGranted: boolean }
  | {
      type: 'AppendEntries'
      term: number
      prevLogIndex: number
      prevLogTerm: number
      entries: readonly Entry[]
      leaderCommit: number
    }
  | { type: 'AppendEntriesResult'; term: number; success: boolean; index: number }

/** What must survive a crash, besides the log. */
interface Vote {
  currentTerm: number
  votedFor: string | null
}

interface State extends Vote {
  role: 'follower' | 'candidate' | 'leader'
  votes: Set<string>
  log: Entry[]
  commitIndex: number
  lastApplied: number
  /** Of a leader, by follower: what to send next, and what it is known to hold. */
  nextIndex: Map<string, number>
  matchIndex: Map<string, number>
  /** Of a leader: who asked for an entry, by its index. */
  clients: Map<number, { from: string; op: OperationId | null }>
}

const termAt = (log: readonly Entry[], index: number) => log[index - 1]?.term ?? 0

// The election, as it was.

function keep({ currentTerm, votedFor }: Vote, ctx: Context): void {
  ctx.disk.write('vote', { currentTerm, votedFor })
  ctx.disk.sync()
}

function waitForLeader(ctx: Context): void {
  const electionMs = Number(ctx.config['electionMs'])
  ctx.arm('election', [electionMs, 2 * electionMs])
}

function seeTerm(state: State, term: number, ctx: Context): void {
  if (term <= state.currentTerm) return
  if (state.role === 'leader') {
    ctx.disarm('heartbeat')
    waitForLeader(ctx)
  }
  state.role = 'follower'
  state.currentTerm = term
  state.votedFor = null
  keep(state, ctx)
}

function isUpToDate(state: State, lastLogTerm: number, lastLogIndex: number): boolean {
  const own = termAt(state.log, state.log.length)
  return lastLogTerm > own || (lastLogTerm === own && lastLogIndex >= state.log.length)
}

function count(state: State, ctx: Context): void {
  if (2 * state.votes.size <= ctx.peers.length + 1) return
  state.role = 'leader'
  state.nextIndex = new Map(ctx.peers.map((peer) => [peer, state.log.length + 1]))
  state.matchIndex = new Map(ctx.peers.map((peer) => [peer, 0]))
  state.clients = new Map()
  ctx.disarm('election')
  ctx.output({ type: 'elected', term: state.currentTerm, log: state.log.map(({ term }) => term) })
  beat(state, ctx)
}

// The log.

function beat(state: State, ctx: Context): void {
  for (const peer of ctx.peers) replicate(state, ctx, peer)
  ctx.arm('heartbeat', Number(ctx.config['heartbeatMs']))
}

/** What this follower may lack. */
function replicate(_state: State, _ctx: Context, _peer: string): void {
  // ctx.send(peer, { type: 'AppendEntries', term, prevLogIndex, prevLogTerm, entries, leaderCommit })
}

/** The leader looks what a majority holds. */
function advance(_state: State, _ctx: Context): void {
  // ctx.output({ type: 'commit', index, term, by: state.currentTerm })
}

/** What is committed is applied, in order. */
function apply(_state: State, _ctx: Context): void {
  // ctx.output({ type: 'apply', index, term, command })
  // A leader answers who asked: ctx.reply(client, { type: 'submit_ok', index })
}

export const server = defineNode<State, Message>({
  start(ctx) {
    const vote = ctx.disk.read<Vote>('vote') ?? { currentTerm: 0, votedFor: null }
    waitForLeader(ctx)
    return {
      ...vote,
      role: 'follower',
      votes: new Set(),
      log: [],
      commitIndex: 0,
      lastApplied: 0,
      nextIndex: new Map(),
      matchIndex: new Map(),
      clients: new Map(),
    }
  },

  on: {
    submit(state, { from, op, body: { command } }, ctx) {
      if (state.role !== 'leader')
        return ctx.reply({ from, op }, { type: 'error', code: 11, text: 'this server does not lead' })
      state.log.push({ term: state.currentTerm, command })
      // Where must the entry be before others count on it? And who waits for the answer?
      advance(state, ctx)
    },

    RequestVote(state, { from, body }, ctx) {
      seeTerm(state, body.term, ctx)
      const isFree = state.votedFor === null || state.votedFor === from
      const isNew = isUpToDate(state, body.lastLogTerm, body.lastLogIndex)
      const voteGranted = body.term === state.currentTerm && isFree && isNew
      if (voteGranted) {
        state.votedFor = from
        keep(state, ctx)
        waitForLeader(ctx)
      }
      ctx.send(from, { type: 'RequestVoteResult', term: state.currentTerm, voteGranted })
    },

    RequestVoteResult(state, { from, body }, ctx) {
      seeTerm(state, body.term, ctx)
      if (state.role !== 'candidate' || body.term !== state.currentTerm || !body.voteGranted) return
      state.votes.add(from)
      count(state, ctx)
    },

    AppendEntries(state, { body }, ctx) {
      seeTerm(state, body.term, ctx)
      // Is it the leader of this term? Do the entries follow what is here? What has to go, and what stays?
      //   ctx.send(from, { type: 'AppendEntriesResult', term: state.currentTerm, success, index })
      apply(state, ctx)
    },

    AppendEntriesResult(state, { body }, ctx) {
      seeTerm(state, body.term, ctx)
      // What does this follower hold now? Or where is it to be tried next?
    },
  },

  timers: {
    election(state, ctx) {
      state.role = 'candidate'
      state.currentTerm += 1
      state.votedFor = ctx.self
      state.votes = new Set([ctx.self])
      keep(state, ctx)
      ctx.broadcast({
        type: 'RequestVote',
        term: state.currentTerm,
        lastLogTerm: termAt(state.log, state.log.length),
        lastLogIndex: state.log.length,
      })
      waitForLeader(ctx)
      count(state, ctx)
    },
    heartbeat: beat,
  },
})
