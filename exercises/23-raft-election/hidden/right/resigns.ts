/** A leader whom no majority answers resigns (check-quorum); term and vote are written once a message. */
import { type Context, defineNode } from 'splitbrain'

type Message =
  | { type: 'RequestVote'; term: number; lastLogTerm: number; lastLogIndex: number }
  | { type: 'RequestVoteResult'; term: number; voteGranted: boolean }
  | { type: 'AppendEntries'; term: number }
  | { type: 'AppendEntriesResult'; term: number }

interface State {
  currentTerm: number
  votedFor: string | null
  isCandidate: boolean
  isLeader: boolean
  /** Who voted for this candidate, or answered this leader since it last counted. */
  heard: string[]
}

const isMajority = ({ heard }: State, ctx: Context) => heard.length + 1 > (ctx.peers.length + 1) / 2

function rest(ctx: Context): void {
  const ms = Number(ctx.config['electionMs'])
  ctx.arm('silence', [ms, 2 * ms])
}

function save(state: State, ctx: Context): void {
  ctx.disk.write('term', state.currentTerm)
  ctx.disk.write('votedFor', state.votedFor)
  ctx.disk.sync()
}

/** True where the term was a later one; what it changes is yet to be saved. */
function follow(state: State, term: number, ctx: Context): boolean {
  if (term <= state.currentTerm) return false
  Object.assign(state, { currentTerm: term, votedFor: null })
  step(state, ctx)
  return true
}

function step(state: State, ctx: Context): void {
  if (state.isLeader) {
    ctx.disarm('beat')
    ctx.disarm('quorum')
    rest(ctx)
  }
  Object.assign(state, { isCandidate: false, isLeader: false, heard: [] })
}

function win(state: State, ctx: Context): void {
  Object.assign(state, { isCandidate: false, isLeader: true, heard: [] })
  ctx.disarm('silence')
  ctx.output({ type: 'elected', term: state.currentTerm })
  ctx.arm('quorum', 4 * Number(ctx.config['electionMs']))
  beat(state, ctx)
}

function beat(state: State, ctx: Context): void {
  ctx.broadcast({ type: 'AppendEntries', term: state.currentTerm })
  ctx.arm('beat', Number(ctx.config['heartbeatMs']))
}

export const server = defineNode<State, Message>({
  start(ctx) {
    rest(ctx)
    return {
      currentTerm: ctx.disk.read<number>('term') ?? 0,
      votedFor: ctx.disk.read<string>('votedFor'),
      isCandidate: false,
      isLeader: false,
      heard: [],
    }
  },
  on: {
    RequestVote(state, { from, body }, ctx) {
      const { term, lastLogTerm, lastLogIndex } = body
      const isNew = follow(state, term, ctx)
      const [ownTerm, ownIndex] = [Number(ctx.config['lastLogTerm']), Number(ctx.config['lastLogIndex'])]
      const isBehind = lastLogTerm < ownTerm || (lastLogTerm === ownTerm && lastLogIndex < ownIndex)
      const voteGranted = term === state.currentTerm && !isBehind && (state.votedFor ?? from) === from
      if (voteGranted) {
        state.votedFor = from
        rest(ctx)
      }
      if (isNew || voteGranted) save(state, ctx)
      ctx.send(from, { type: 'RequestVoteResult', term: state.currentTerm, voteGranted })
    },
    RequestVoteResult(state, { from, body: { term, voteGranted } }, ctx) {
      if (follow(state, term, ctx)) return save(state, ctx)
      if (!state.isCandidate || !voteGranted || term < state.currentTerm) return
      if (!state.heard.includes(from)) state.heard.push(from)
      if (isMajority(state, ctx)) win(state, ctx)
    },
    AppendEntries(state, { from, body: { term } }, ctx) {
      if (follow(state, term, ctx)) save(state, ctx)
      if (term === state.currentTerm) {
        step(state, ctx)
        rest(ctx)
      }
      ctx.send(from, { type: 'AppendEntriesResult', term: state.currentTerm })
    },
    AppendEntriesResult(state, { from, body: { term } }, ctx) {
      if (follow(state, term, ctx)) return save(state, ctx)
      if (state.isLeader && term === state.currentTerm && !state.heard.includes(from)) state.heard.push(from)
    },
  },
  timers: {
    silence(state, ctx) {
      Object.assign(state, {
        isCandidate: true,
        currentTerm: state.currentTerm + 1,
        votedFor: ctx.self,
        heard: [],
      })
      save(state, ctx)
      rest(ctx)
      const { lastLogTerm, lastLogIndex } = ctx.config
      ctx.broadcast({
        type: 'RequestVote',
        term: state.currentTerm,
        lastLogTerm: Number(lastLogTerm),
        lastLogIndex: Number(lastLogIndex),
      })
      if (isMajority(state, ctx)) win(state, ctx)
    },
    beat,
    quorum(state, ctx) {
      if (!isMajority(state, ctx)) return step(state, ctx)
      state.heard = []
      ctx.arm('quorum', 4 * Number(ctx.config['electionMs']))
    },
  },
})
