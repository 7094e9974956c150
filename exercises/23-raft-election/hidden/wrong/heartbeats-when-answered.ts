// fails: a leader is heard in time, and nobody else stands
/** Sends the next heartbeat when the last one was answered. */
import { type Context, defineNode } from 'splitbrain'

type Message =
  | { type: 'RequestVote'; term: number; lastLogTerm: number; lastLogIndex: number }
  | { type: 'RequestVoteResult'; term: number; voteGranted: boolean }
  | { type: 'AppendEntries'; term: number }
  | { type: 'AppendEntriesResult'; term: number }

/** What must survive a crash. */
interface Vote {
  currentTerm: number
  votedFor: string | null
}

interface State extends Vote {
  role: 'follower' | 'candidate' | 'leader'
  /** Who voted for this candidate. */
  votes: Set<string>
}

const numberOf = (ctx: Context, name: string) => Number(ctx.config[name])

function keep({ currentTerm, votedFor }: Vote, ctx: Context): void {
  ctx.disk.write('vote', { currentTerm, votedFor })
  ctx.disk.sync()
}

/** A new delay each time, so that two servers seldom stand twice at the same moment. */
function waitForLeader(ctx: Context): void {
  const electionMs = numberOf(ctx, 'electionMs')
  ctx.arm('election', [electionMs, 2 * electionMs])
}

/** A later term: whatever this server was, it follows now, and has not voted yet. */
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

/** Whether a candidate's log is at least as up to date as the own one: the later last term, then the longer log. */
function isUpToDate({ lastLogTerm, lastLogIndex }: Message & { type: 'RequestVote' }, ctx: Context): boolean {
  const own = numberOf(ctx, 'lastLogTerm')
  return lastLogTerm > own || (lastLogTerm === own && lastLogIndex >= numberOf(ctx, 'lastLogIndex'))
}

function count(state: State, ctx: Context): void {
  if (2 * state.votes.size <= ctx.peers.length + 1) return
  state.role = 'leader'
  ctx.disarm('election')
  ctx.output({ type: 'elected', term: state.currentTerm })
  beat(state, ctx)
}

function beat(state: State, ctx: Context): void {
  ctx.broadcast({ type: 'AppendEntries', term: state.currentTerm })
}

export const server = defineNode<State, Message>({
  start(ctx) {
    const vote = ctx.disk.read<Vote>('vote') ?? { currentTerm: 0, votedFor: null }
    waitForLeader(ctx)
    return { ...vote, role: 'follower', votes: new Set() }
  },

  on: {
    RequestVote(state, { from, body }, ctx) {
      seeTerm(state, body.term, ctx)
      const isFree = state.votedFor === null || state.votedFor === from
      const voteGranted = body.term === state.currentTerm && isFree && isUpToDate(body, ctx)
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
      seeTerm(state, body.term, ctx)
      if (body.term === state.currentTerm) {
        state.role = 'follower'
        waitForLeader(ctx)
      }
      ctx.send(from, { type: 'AppendEntriesResult', term: state.currentTerm })
    },

    AppendEntriesResult(state, { body }, ctx) {
      seeTerm(state, body.term, ctx)
      if (state.role === 'leader') ctx.arm('heartbeat', numberOf(ctx, 'heartbeatMs'))
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
        lastLogTerm: numberOf(ctx, 'lastLogTerm'),
        lastLogIndex: numberOf(ctx, 'lastLogIndex'),
      })
      waitForLeader(ctx)
      count(state, ctx)
    },
    heartbeat: beat,
  },
})
