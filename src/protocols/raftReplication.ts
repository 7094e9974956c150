/** Raft's log replication, on its election: what a leader copies, when it counts as committed, and in which order it is applied (Ongaro & Ousterhout 2014, sections 5.3 and 5.4). */
import type { Json } from '../base/canonical.ts'
import type { Body, Context, NodeDisk, OperationId } from '../node/node.ts'
import { election, heartbeat, type RaftElectionRules, raftElectionRules } from './raftElection.ts'
import type { ElectionState } from './raftElectionState.ts'
import { type Conflict, type Entry, sameEntry, termAt } from './raftEntries.ts'

/** The debatable decisions. A flawed reading of the protocol replaces one of them. */
export interface RaftLogRules extends RaftElectionRules {
  /** Makes the log durable before it is counted, one's own as well. */
  forceLog(disk: NodeDisk): void
  /** What a new leader appends first: nothing (null), or an entry of its own term, so that it can commit what it was left with (section 8). */
  firstEntry(): Json
  /** Maelstrom's code for who asks no leader: 11 promises that the request will never take effect. */
  refusalCode(): number
  /** Where the log does not continue the leader's; null where it does, and the entries fit. */
  conflict(log: readonly Entry[], prevLogIndex: number, prevLogTerm: number): Conflict | null
  /** The log with these entries after `prevLogIndex`. Only a conflict removes what is there: the message may be an old one. */
  merge(log: readonly Entry[], prevLogIndex: number, entries: readonly Entry[]): readonly Entry[]
  /** What a follower may take as committed: no more than it knows to be the leader's. */
  followerCommit(leaderCommit: number, lastNewIndex: number, lastIndex: number): number
  /** What a follower is known to hold: what the answered message contained, not what the leader has by now. */
  matched(answered: number, lastIndex: number): number
  /** Where a leader tries again after a rejection: past its own last entry of the conflicting term, or where that begins. */
  backtrack(nextIndex: number, conflict: Conflict, log: readonly Entry[]): number
  /** The highest index on a majority, given what each server holds. */
  onMajority(matchIndexes: readonly number[]): number
  /** Whether what is on a majority is committed by counting: an entry of an older term is not (5.4.2, Figure 8). */
  mayCommit(entryTerm: number, currentTerm: number): boolean
}

export const raftLogRules: RaftLogRules = {
  ...raftElectionRules,
  forceLog: (disk) => disk.sync(),
  firstEntry: () => null,
  refusalCode: () => 11,
  conflict(log, prevLogIndex, prevLogTerm) {
    const own = termAt(log, prevLogIndex)
    if (own === prevLogTerm) return null
    if (prevLogIndex > log.length) return { conflictTerm: 0, conflictIndex: log.length + 1 }
    return { conflictTerm: own, conflictIndex: log.findIndex(({ term }) => term === own) + 1 }
  },
  merge(log, prevLogIndex, entries) {
    const firstNew = entries.findIndex(({ term }, i) => termAt(log, prevLogIndex + 1 + i) !== term)
    return firstNew < 0 ? log : [...log.slice(0, prevLogIndex + firstNew), ...entries.slice(firstNew)]
  },
  followerCommit: (leaderCommit, lastNewIndex) => Math.min(leaderCommit, lastNewIndex),
  matched: (answered) => answered,
  backtrack(_nextIndex, { conflictTerm, conflictIndex }, log) {
    const last = log.findLastIndex(({ term }) => term === conflictTerm)
    return last < 0 ? conflictIndex : last + 2
  },
  onMajority: (matchIndexes) => [...matchIndexes].sort((a, b) => b - a)[Math.floor(matchIndexes.length / 2)]!,
  mayCommit: (entryTerm, currentTerm) => entryTerm === currentTerm,
}

export type ReplicationMessage =
  | {
      readonly type: 'AppendEntries'
      readonly term: number
      readonly prevLogIndex: number
      readonly prevLogTerm: number
      readonly entries: readonly Entry[]
      readonly leaderCommit: number
    }
  | {
      readonly type: 'AppendEntriesResult'
      readonly term: number
      readonly success: boolean
      /** The last index the answered message contained, if that succeeded. */
      readonly answered: number
      readonly conflict: Conflict | null
    }

type Received<Type> = {
  readonly from: string
  readonly body: Extract<ReplicationMessage, { type: Type }>
}

export interface LogState extends ElectionState {
  log: readonly Entry[]
  commitIndex: number
  lastApplied: number
  /** Of a leader, by follower. */
  nextIndex: Record<string, number>
  matchIndex: Record<string, number>
  /** Clients of a leader, by the index of their entry. */
  clients: Map<number, Client>
}

export interface Client {
  readonly from: string
  readonly op: OperationId | null
}

/** What a log is kept for. Reads, membership and snapshots are further functions of a machine, each in a file of its own. */
export interface Machine<State> {
  /** Applies a committed command; answers what the client that asked for it is told. */
  apply(state: State, ctx: Context, index: number, entry: Entry): Body
  /** Groups of servers, in each of which a majority decides; one group of all servers if it is left out. */
  groups?(state: State, ctx: Context): readonly (readonly string[])[]
  /** A follower of this very term has answered the leader. */
  answered?(state: State, ctx: Context, from: string): void
}

/** The replication of any node whose state has a log in it: handlers, and what the rest needs of it. */
export function replication<State extends LogState>(rule: RaftLogRules, machine: Machine<State>) {
  const groups = (state: State, ctx: Context) => machine.groups?.(state, ctx) ?? [[ctx.self, ...ctx.peers]]
  const followers = (state: State, ctx: Context) =>
    [...new Set(groups(state, ctx).flat())].filter((name) => name !== ctx.self)

  const vote = election<State>(rule, {
    groups,
    last: ({ log }) => ({ term: termAt(log, log.length), index: log.length }),
    lead(state, ctx) {
      const all = followers(state, ctx)
      state.nextIndex = Object.fromEntries(all.map((name) => [name, state.log.length + 1]))
      state.matchIndex = Object.fromEntries(all.map((name) => [name, 0]))
      state.clients = new Map()
      ctx.output({ type: 'elected', term: state.currentTerm, log: state.log.map(({ term }) => term) })
      const first = rule.firstEntry()
      if (first !== null) append(state, ctx, first)
      beat(state, ctx)
    },
  })

  function beat(state: State, ctx: Context): void {
    for (const name of followers(state, ctx)) replicate(state, ctx, name)
    heartbeat(ctx)
  }

  function replicate(state: State, ctx: Context, to: string): void {
    const prevLogIndex = (state.nextIndex[to] ?? state.log.length + 1) - 1
    ctx.send(to, {
      type: 'AppendEntries',
      term: state.currentTerm,
      prevLogIndex,
      prevLogTerm: termAt(state.log, prevLogIndex),
      entries: state.log.slice(prevLogIndex),
      leaderCommit: state.commitIndex,
    })
  }

  function append(state: State, ctx: Context, command: Json): void {
    change(state, ctx, [...state.log, { term: state.currentTerm, command }])
    advance(state, ctx)
  }

  /** Brings the disk's log to what the log shall be, and tells what became of it. */
  function change(state: State, ctx: Context, log: readonly Entry[]): void {
    const differs = log.findIndex((entry, i) => !sameEntry(entry, state.log[i]))
    const same = differs < 0 ? log.length : differs
    if (same === state.log.length && same === log.length) return
    const isShorter = same < state.log.length
    if (isShorter) ctx.disk.truncate('log', same)
    for (const entry of log.slice(same)) ctx.disk.append('log', entry)
    rule.forceLog(ctx.disk)
    state.log = log
    if (isShorter) ctx.output({ type: 'truncate', index: same + 1, term: state.currentTerm })
    for (let index = same + 1; index <= log.length; index++)
      ctx.output({ type: 'append', index, before: termAt(log, index - 1), ...log[index - 1]! })
  }

  /** Counts. What an entry of this term commits is committed with everything before it. */
  function advance(state: State, ctx: Context): void {
    const held = (name: string) => (name === ctx.self ? state.log.length : (state.matchIndex[name] ?? 0))
    const index = Math.min(...groups(state, ctx).map((group) => rule.onMajority(group.map(held))))
    const term = termAt(state.log, index)
    if (index <= state.commitIndex || !rule.mayCommit(term, state.currentTerm)) return
    for (let i = state.commitIndex + 1; i <= index; i++)
      ctx.output({ type: 'commit', index: i, term: termAt(state.log, i), by: state.currentTerm })
    state.commitIndex = index
    apply(state, ctx)
  }

  /** In order, without holes; a leader answers when it has applied, not when it has stored. */
  function apply(state: State, ctx: Context): void {
    while (state.lastApplied < Math.min(state.commitIndex, state.log.length)) {
      const index = ++state.lastApplied
      const entry = state.log[index - 1]!
      ctx.output({ type: 'apply', index, ...entry })
      const answer = machine.apply(state, ctx, index, entry)
      const client = state.clients.get(index)
      state.clients.delete(index)
      if (client !== undefined && state.role === 'leader') ctx.reply(client, answer)
    }
  }

  return {
    /** A client's command: appended by a leader and sent at once, refused by anybody else. */
    submit(state: State, ctx: Context, client: Client, command: Json): void {
      if (state.role !== 'leader')
        return ctx.reply(client, {
          type: 'error',
          code: rule.refusalCode(),
          text: `the leader is ${state.leader ?? 'not known'}`,
        })
      state.clients.set(state.log.length + 1, client)
      append(state, ctx, command)
      for (const name of followers(state, ctx)) replicate(state, ctx, name)
    },
    /** Term, vote and log are on the disk; what is committed is learned again. */
    start: (ctx: Context): LogState => ({
      ...vote.start(ctx),
      log: loggedEntries(ctx.disk),
      commitIndex: 0,
      lastApplied: 0,
      nextIndex: {},
      matchIndex: {},
      clients: new Map(),
    }),
    on: {
      ...vote.on,
      AppendEntries(state: State, { from, body }: Received<'AppendEntries'>, ctx: Context) {
        const { term, prevLogIndex, prevLogTerm, entries, leaderCommit } = body
        const isNew = vote.seeTerm(state, ctx, term)
        const answer = (success: boolean, answered: number, conflict: Conflict | null) =>
          ctx.send(from, {
            type: 'AppendEntriesResult',
            term: state.currentTerm,
            success,
            answered,
            conflict,
          })
        if (rule.isStale(term, state.currentTerm))
          return rule.answersPast() ? answer(false, 0, null) : ctx.refuse()
        if (isNew) vote.remember(state, ctx)
        vote.follow(state, ctx, from)
        const conflict = rule.conflict(state.log, prevLogIndex, prevLogTerm)
        if (conflict !== null) return answer(false, 0, conflict)
        change(state, ctx, rule.merge(state.log, prevLogIndex, entries))
        const answered = prevLogIndex + entries.length
        const committed = rule.followerCommit(leaderCommit, answered, state.log.length)
        state.commitIndex = Math.max(state.commitIndex, committed)
        apply(state, ctx)
        answer(true, answered, null)
      },
      AppendEntriesResult(state: State, { from, body }: Received<'AppendEntriesResult'>, ctx: Context) {
        const { term, success, answered, conflict } = body
        if (vote.seeTerm(state, ctx, term)) return vote.remember(state, ctx)
        if (state.role !== 'leader' || term < state.currentTerm) return ctx.refuse()
        vote.hear(state, from)
        const matchIndex = state.matchIndex[from] ?? 0
        if (conflict !== null) {
          const next = rule.backtrack(state.nextIndex[from] ?? 1, conflict, state.log)
          state.nextIndex[from] = Math.max(next, matchIndex + 1)
          return replicate(state, ctx, from)
        }
        if (!success) return
        state.matchIndex[from] = Math.max(matchIndex, rule.matched(answered, state.log.length))
        state.nextIndex[from] = state.matchIndex[from]! + 1
        advance(state, ctx)
        machine.answered?.(state, ctx, from)
      },
    },
    timers: { ...vote.timers, heartbeat: beat },
  }
}

/** The log on the disk. A record that was torn was never synced, so nobody has been told of it: it is cut off. */
function loggedEntries(disk: NodeDisk): Entry[] {
  if (disk.torn('log')) disk.truncate('log', disk.records('log').length - 1)
  return [...disk.records<Entry>('log')]
}
