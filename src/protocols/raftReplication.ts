/** Raft's log replication, on its election: what a leader copies, when it counts as committed, and in which order it is applied (Ongaro & Ousterhout 2014, sections 5.3 and 5.4). */
import type { Json } from '../base/canonical.ts'
import type { Body, Context, NodeDisk, OperationId } from '../node/node.ts'
import { election, heartbeat, type RaftElectionRules, raftElectionRules } from './raftElection.ts'
import type { ElectionState, Last } from './raftElectionState.ts'
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
      /** What the leader's machine wants back with the answer; not there where it wants nothing. */
      readonly stamp?: Json
    }
  | {
      readonly type: 'AppendEntriesResult'
      readonly term: number
      readonly success: boolean
      /** The last index the answered message contained, if that succeeded. */
      readonly answered: number
      readonly conflict: Conflict | null
      readonly stamp?: Json
    }

type Received<Type> = {
  readonly from: string
  readonly body: Extract<ReplicationMessage, { type: Type }>
}

export interface LogState extends ElectionState {
  log: readonly Entry[]
  /** The last entry that a snapshot stands for, so that `log` begins after it; zeros where there is none. */
  lastIncluded: Last
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

/** A command, and who wants to hear what became of it. */
export interface Asked {
  readonly client: Client
  readonly command: Json
}

/**
 * What a log is kept for. Reads, membership and snapshots are further functions of a machine, each in a file of its
 * own: `{ ...map, ...reads }` is a machine with both. test/protocols/raftBeside.ts has a small one of each.
 */
export interface Machine<State> {
  /** Applies a committed command; answers what the client that asked for it is told. */
  apply(state: State, ctx: Context, index: number, entry: Entry): Body
  /** Groups of servers, in each of which a majority decides; one group of all servers if it is left out. */
  groups?(state: State, ctx: Context): readonly (readonly string[])[]
  /** Who is sent the log besides, and is never counted. */
  learners?(state: State, ctx: Context): readonly string[]
  /** Goes out with every AppendEntries, and comes back with its answer: what was answered was sent after this was so. */
  stamp?(state: State, ctx: Context): Json
  /** A follower of this very term has answered the leader, whether it could append or not. */
  answered?(state: State, ctx: Context, from: string, stamp: Json): void
  /** A follower lacks entries that the leader has no more. Needed where `lastIncluded` is ever changed. */
  behind?(state: State, ctx: Context, to: string): void
}

/** The replication of any node whose state has a log in it: handlers, and what the rest needs of it. */
export function replication<State extends LogState>(rule: RaftLogRules, machine: Machine<State>) {
  const groups = (state: State, ctx: Context) => machine.groups?.(state, ctx) ?? [[ctx.self, ...ctx.peers]]
  const followers = (state: State, ctx: Context) =>
    [...new Set([...groups(state, ctx).flat(), ...(machine.learners?.(state, ctx) ?? [])])].filter(
      (name) => name !== ctx.self,
    )

  const vote = election<State>(rule, {
    groups,
    last: lastOf,
    lead(state, ctx) {
      const all = followers(state, ctx)
      state.nextIndex = Object.fromEntries(all.map((name) => [name, lastOf(state).index + 1]))
      state.matchIndex = Object.fromEntries(all.map((name) => [name, 0]))
      state.clients = new Map()
      const { index: after } = state.lastIncluded
      const terms = state.log.map(({ term }) => term)
      ctx.output({ type: 'elected', term: state.currentTerm, log: terms, ...(after > 0 && { after }) })
      const first = rule.firstEntry()
      if (first !== null) append(state, ctx, [first])
      beat(state, ctx)
    },
  })

  function beat(state: State, ctx: Context): void {
    send(state, ctx)
    heartbeat(ctx)
  }

  function send(state: State, ctx: Context): void {
    for (const name of followers(state, ctx)) replicate(state, ctx, name)
  }

  function replicate(state: State, ctx: Context, to: string): void {
    const prevLogIndex = (state.nextIndex[to] ?? lastOf(state).index + 1) - 1
    const kept = prevLogIndex - state.lastIncluded.index
    if (kept < 0) return machine.behind?.(state, ctx, to)
    ctx.send(to, {
      type: 'AppendEntries',
      term: state.currentTerm,
      prevLogIndex,
      prevLogTerm: termOf(state, prevLogIndex),
      entries: state.log.slice(kept),
      leaderCommit: state.commitIndex,
      ...(machine.stamp && { stamp: machine.stamp(state, ctx) }),
    })
  }

  function append(state: State, ctx: Context, commands: readonly Json[]): void {
    change(state, ctx, [...state.log, ...commands.map((command) => ({ term: state.currentTerm, command }))])
    advance(state, ctx)
  }

  /** Brings the disk's log to what the log shall be, and tells what became of it. */
  function change(state: State, ctx: Context, log: readonly Entry[]): void {
    const differs = log.findIndex((entry, i) => !sameEntry(entry, state.log[i]))
    const same = differs < 0 ? log.length : differs
    if (same === state.log.length && same === log.length) return
    const isShorter = same < state.log.length
    const name = logName(state.lastIncluded)
    if (isShorter) ctx.disk.truncate(name, same)
    for (const entry of log.slice(same)) ctx.disk.append(name, entry)
    rule.forceLog(ctx.disk)
    state.log = log
    const first = state.lastIncluded.index + same + 1
    if (isShorter) ctx.output({ type: 'truncate', index: first, term: state.currentTerm })
    for (const [i, entry] of log.slice(same).entries())
      ctx.output({ type: 'append', index: first + i, before: termOf(state, first + i - 1), ...entry })
  }

  /** Counts. What an entry of this term commits is committed with everything before it. */
  function advance(state: State, ctx: Context): void {
    const held = (name: string) => (name === ctx.self ? lastOf(state).index : (state.matchIndex[name] ?? 0))
    const index = Math.min(...groups(state, ctx).map((group) => rule.onMajority(group.map(held))))
    if (index <= state.commitIndex || !rule.mayCommit(termOf(state, index), state.currentTerm)) return
    for (let i = state.commitIndex + 1; i <= index; i++)
      ctx.output({ type: 'commit', index: i, term: termOf(state, i), by: state.currentTerm })
    state.commitIndex = index
    apply(state, ctx)
  }

  /** In order, without holes; a leader answers when it has applied, not when it has stored. */
  function apply(state: State, ctx: Context): void {
    while (state.lastApplied < Math.min(state.commitIndex, lastOf(state).index)) {
      const index = ++state.lastApplied
      const entry = state.log[index - state.lastIncluded.index - 1]!
      ctx.output({ type: 'apply', index, ...entry })
      const answer = machine.apply(state, ctx, index, entry)
      const client = state.clients.get(index)
      state.clients.delete(index)
      if (client !== undefined && state.role === 'leader') ctx.reply(client, answer)
    }
  }

  /** A message of whoever leads its term: it is followed. False where that term is over. */
  function heed(state: State, ctx: Context, from: string, term: number): boolean {
    const isNew = vote.seeTerm(state, ctx, term)
    if (rule.isStale(term, state.currentTerm)) return false
    if (isNew) vote.remember(state, ctx)
    vote.follow(state, ctx, from)
    return true
  }

  return {
    /** What clients ask for, in one write and one round: appended by a leader and sent at once, refused by anybody else. */
    submit(state: State, ctx: Context, asked: readonly Asked[]): void {
      if (state.role !== 'leader') {
        const text = `the leader is ${state.leader ?? 'not known'}`
        for (const { client } of asked) ctx.reply(client, { type: 'error', code: rule.refusalCode(), text })
        return
      }
      for (const [i, { client }] of asked.entries()) state.clients.set(lastOf(state).index + 1 + i, client)
      append(
        state,
        ctx,
        asked.map(({ command }) => command),
      )
      send(state, ctx)
    },
    /** A leader lets itself be heard now, by all followers. */
    send,
    heed,
    isMajority: vote.isMajority,
    campaign: vote.campaign,
    stepDown: vote.stepDown,
    /** Term, vote and log are on the disk; what is committed is learned again, beyond what a snapshot stands for. */
    start: (ctx: Context, lastIncluded: Last = { term: 0, index: 0 }): LogState => ({
      ...vote.start(ctx),
      log: loggedEntries(ctx.disk, logName(lastIncluded)),
      lastIncluded,
      commitIndex: lastIncluded.index,
      lastApplied: lastIncluded.index,
      nextIndex: {},
      matchIndex: {},
      clients: new Map(),
    }),
    on: {
      ...vote.on,
      AppendEntries(state: State, { from, body }: Received<'AppendEntries'>, ctx: Context) {
        const { term, prevLogIndex, prevLogTerm, leaderCommit, stamp } = body
        const answer = (success: boolean, answered: number, conflict: Conflict | null) =>
          ctx.send(from, {
            type: 'AppendEntriesResult',
            term: state.currentTerm,
            success,
            answered,
            conflict,
            ...(stamp !== undefined && { stamp }),
          })
        if (!heed(state, ctx, from, term)) return rule.answersPast() ? answer(false, 0, null) : ctx.refuse()
        // What a snapshot stands for is committed: there is nothing to compare, and nothing to add.
        const included = state.lastIncluded.index
        const entries = body.entries.slice(Math.max(0, included - prevLogIndex))
        const prev = Math.max(0, prevLogIndex - included)
        const conflict = prev === 0 ? null : rule.conflict(state.log, prev, prevLogTerm)
        if (conflict !== null)
          return answer(false, 0, { ...conflict, conflictIndex: conflict.conflictIndex + included })
        change(state, ctx, rule.merge(state.log, prev, entries))
        const answered = prevLogIndex + body.entries.length
        const committed = rule.followerCommit(leaderCommit, answered, lastOf(state).index)
        state.commitIndex = Math.max(state.commitIndex, committed)
        apply(state, ctx)
        answer(true, answered, null)
      },
      AppendEntriesResult(state: State, { from, body }: Received<'AppendEntriesResult'>, ctx: Context) {
        const { term, success, answered, conflict, stamp } = body
        if (vote.seeTerm(state, ctx, term)) return vote.remember(state, ctx)
        if (state.role !== 'leader' || term < state.currentTerm) return ctx.refuse()
        vote.hear(state, from)
        const matchIndex = state.matchIndex[from] ?? 0
        if (conflict !== null) {
          state.nextIndex[from] = Math.max(back(state, from, conflict), matchIndex + 1)
          replicate(state, ctx, from)
        } else if (success) {
          state.matchIndex[from] = Math.max(matchIndex, rule.matched(answered, lastOf(state).index))
          state.nextIndex[from] = state.matchIndex[from]! + 1
          advance(state, ctx)
        }
        machine.answered?.(state, ctx, from, stamp ?? null)
      },
    },
    timers: { ...vote.timers, heartbeat: beat },
  }

  /** Where to try a follower next, by the log's own indexes. */
  function back(state: State, from: string, { conflictTerm, conflictIndex }: Conflict): number {
    const { index } = state.lastIncluded
    const conflict = { conflictTerm, conflictIndex: conflictIndex - index }
    return rule.backtrack((state.nextIndex[from] ?? 1) - index, conflict, state.log) + index
  }
}

/** The last entry of a log, or of the snapshot before it. */
export function lastOf({ log, lastIncluded }: LogState): Last {
  const last = log.at(-1)
  return last === undefined ? lastIncluded : { term: last.term, index: lastIncluded.index + log.length }
}

export function termOf({ log, lastIncluded }: LogState, index: number): number {
  return index === lastIncluded.index ? lastIncluded.term : termAt(log, index - lastIncluded.index)
}

/** The log of the disk that begins after this entry. Who changes `lastIncluded` writes the new one before the old is left. */
export function logName({ index }: Last): string {
  return index === 0 ? 'log' : `log after ${index}`
}

/** A log on the disk. A record that was torn was never synced, so nobody has been told of it: it is cut off. */
function loggedEntries(disk: NodeDisk, log: string): Entry[] {
  if (disk.torn(log)) disk.truncate(log, disk.records(log).length - 1)
  return [...disk.records<Entry>(log)]
}
