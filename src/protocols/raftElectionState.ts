/** What a server of a Raft election holds, what it says, and what pre-vote and check-quorum may ask of it. */
import type { Context } from '../node/node.ts'

/** Term and index of a log's last entry; zeros where it is empty. */
export interface Last {
  readonly term: number
  readonly index: number
}

export interface ElectionState {
  role: 'follower' | 'preCandidate' | 'candidate' | 'leader'
  currentTerm: number
  votedFor: string | null
  /** Whom this node last heard leading its term. */
  leader: string | null
  /** Who voted for this candidate, or would vote for this pre-candidate. */
  votes: string[]
  /** Whether the leader was heard within the shortest election timeout; kept only where candidates wait for that. */
  hearsLeader: boolean
  /** Who answered this leader since it last counted. */
  heard: string[]
}

interface Asked<Type> {
  readonly type: Type
  readonly term: number
  readonly lastLogTerm: number
  readonly lastLogIndex: number
}

interface Answered<Type> {
  readonly type: Type
  readonly term: number
  readonly voteGranted: boolean
}

/** `PreVote` asks what `RequestVote` asks, of a term that has not begun (thesis, section 9.6). */
export type ElectionMessage =
  | Asked<'RequestVote'>
  | Answered<'RequestVoteResult'>
  | Asked<'PreVote'>
  | Answered<'PreVoteResult'>

/** A message of one type, as a handler of an election takes it. */
export interface Received<Type> {
  readonly from: string
  readonly body: Extract<ElectionMessage, { type: Type }>
}

/** What pre-vote and check-quorum use of an election. */
export interface Election<State> {
  /** Currency is the term: whoever sees a later one follows it, and has not voted in it. True if it was one. */
  seeTerm(state: State, ctx: Context, term: number): boolean
  remember(state: State, ctx: Context): void
  /** Gives up whatever the node was or wanted to be. */
  yield(state: State, ctx: Context): void
  /** Begins a new term and asks all others for their votes. */
  campaign(state: State, ctx: Context): void
  waitForLeader(ctx: Context): void
  isMajority(state: State, ctx: Context, who: readonly string[]): boolean
  last(state: State): Last
}
