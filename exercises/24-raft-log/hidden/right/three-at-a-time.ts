/** Sends three entries at most in one message, and the next three when they are acknowledged. */
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

/** All that a follower may lack: what was lost on the way goes out again with the next heartbeat. */
function replicate({ currentTerm, log, nextIndex, commitIndex }: State, ctx: Context, peer: string): void {
  const prevLogIndex = nextIndex.get(peer)! - 1
  ctx.send(peer, {
    type: 'AppendEntries',
    term: currentTerm,
    prevLogIndex,
    prevLogTerm: termAt(log, prevLogIndex),
    entries: log.slice(prevLogIndex, prevLogIndex + 3),
    leaderCommit: commitIndex,
  })
}

/** Takes entries over after `prev`. Only a conflict removes what is there: the message may be an old one. */
function take(state: State, ctx: Context, prev: number, entries: readonly Entry[]): void {
  const first = entries.findIndex(({ term }, i) => termAt(state.log, prev + i + 1) !== term)
  if (first < 0) return
  state.log.length = prev + first
  ctx.disk.truncate('log', prev + first)
  for (const entry of entries.slice(first)) {
    state.log.push(entry)
    ctx.disk.append('log', entry)
  }
  ctx.disk.sync()
}

/** Up to where the leader's log may match: before the own entries of the term that does not, or where the log ends. */
function lastHope(log: readonly Entry[], prevLogIndex: number): number {
  const wrong = termAt(log, prevLogIndex)
  return wrong === 0 ? log.length : log.findIndex(({ term }) => term === wrong)
}

/** What a majority holds is committed if it is of this term, and with it all that comes before. */
function advance(state: State, ctx: Context): void {
  const held = [state.log.length, ...state.matchIndex.values()].sort((a, b) => b - a)
  const index = held[Math.floor(held.length / 2)]!
  const term = termAt(state.log, index)
  if (index <= state.commitIndex || term !== state.currentTerm) return
  state.commitIndex = index
  ctx.output({ type: 'commit', index, term, by: term })
  apply(state, ctx)
}

function apply(state: State, ctx: Context): void {
  while (state.lastApplied < state.commitIndex) {
    const index = ++state.lastApplied
    ctx.output({ type: 'apply', index, ...state.log[index - 1]! })
    const client = state.clients.get(index)
    if (client !== undefined && state.role === 'leader') ctx.reply(client, { type: 'submit_ok', index })
  }
}

export const server = defineNode<State, Message>({
  start(ctx) {
    const vote = ctx.disk.read<Vote>('vote') ?? { currentTerm: 0, votedFor: null }
    waitForLeader(ctx)
    return {
      ...vote,
      role: 'follower',
      votes: new Set(),
      log: [...ctx.disk.records<Entry>('log')],
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
      take(state, ctx, state.log.length, [{ term: state.currentTerm, command }])
      state.clients.set(state.log.length, { from, op })
      for (const peer of ctx.peers) replicate(state, ctx, peer)
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

    AppendEntries(state, { from, body }, ctx) {
      const { term, prevLogIndex, prevLogTerm, entries, leaderCommit } = body
      seeTerm(state, term, ctx)
      const answer = (success: boolean, index: number) =>
        ctx.send(from, { type: 'AppendEntriesResult', term: state.currentTerm, success, index })
      if (term < state.currentTerm) return answer(false, 0)
      state.role = 'follower'
      waitForLeader(ctx)
      if (termAt(state.log, prevLogIndex) !== prevLogTerm)
        return answer(false, lastHope(state.log, prevLogIndex))
      take(state, ctx, prevLogIndex, entries)
      const index = prevLogIndex + entries.length
      state.commitIndex = Math.max(state.commitIndex, Math.min(leaderCommit, index))
      apply(state, ctx)
      answer(true, index)
    },

    AppendEntriesResult(state, { from, body: { term, success, index } }, ctx) {
      seeTerm(state, term, ctx)
      if (state.role !== 'leader' || term !== state.currentTerm) return
      const matched = state.matchIndex.get(from) ?? 0
      if (success) {
        state.matchIndex.set(from, Math.max(matched, index))
        state.nextIndex.set(from, Math.max(matched, index) + 1)
        advance(state, ctx)
        if (index > matched && index < state.log.length) replicate(state, ctx, from)
        return
      }
      state.nextIndex.set(from, Math.max(matched, index) + 1)
      replicate(state, ctx, from)
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
