/** Raft's replicated log, on its election (Ongaro & Ousterhout 2014, sections 5.3 and 5.4; the hints of 5.3's last paragraphs). */
import { type Context, defineNode, type NodeDisk, type OperationId } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import {
  type ElectionMessage,
  type ElectionState,
  election,
  electionState,
  electionView,
  heartbeat,
  type RaftElectionRules,
  raftElectionRules,
  raftLabel,
  raftParams,
  raftServers,
} from './raftElection.ts'
import { raftSafety } from './raftProperties.ts'

export type Entry = { readonly term: number; readonly command: string }

/** Where a follower's log stops matching: its term there (0 where the log is too short) and that term's first index. */
export type Conflict = { readonly conflictTerm: number; readonly conflictIndex: number }

/** The debatable decisions. A flawed reading of the protocol replaces one of them. */
export interface RaftLogRules extends RaftElectionRules {
  /** Makes the log durable before it is counted, one's own as well. */
  forceLog(disk: NodeDisk): void
  /** Where the log does not continue the leader's; null where it does, and the entries fit. */
  conflict(log: readonly Entry[], prevLogIndex: number, prevLogTerm: number): Conflict | null
  /** The log with these entries after `prevLogIndex`. Only a conflict removes what is there: the message may be an old one. */
  merge(log: readonly Entry[], prevLogIndex: number, entries: readonly Entry[]): readonly Entry[]
  /** What a follower is known to hold: what the answered message contained, not what the leader has by now. */
  matched(answered: number, lastIndex: number): number
  /** Where a leader tries again after a rejection. */
  backtrack(nextIndex: number, conflict: Conflict, log: readonly Entry[]): number
  /** The highest index on a majority, given what each server holds. */
  onMajority(matchIndexes: readonly number[]): number
  /** Whether what is on a majority is committed by counting: an entry of an older term is not (5.4.2, Figure 8). */
  mayCommit(entryTerm: number, currentTerm: number): boolean
}

export const raftLogRules: RaftLogRules = {
  ...raftElectionRules,
  forceLog: (disk) => disk.sync(),
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
  matched: (answered) => answered,
  backtrack(_nextIndex, { conflictTerm, conflictIndex }, log) {
    const last = log.findLastIndex(({ term }) => term === conflictTerm)
    return last < 0 ? conflictIndex : last + 2
  },
  onMajority: (matchIndexes) => [...matchIndexes].sort((a, b) => b - a)[Math.floor(matchIndexes.length / 2)]!,
  mayCommit: (entryTerm, currentTerm) => entryTerm === currentTerm,
}

/** The term of an entry, indexes counting from 1; 0 before the first and after the last. */
export function termAt(log: readonly Entry[], index: number): number {
  return log[index - 1]?.term ?? 0
}

function isSame(a: Entry, b: Entry | undefined): boolean {
  return a.term === b?.term && a.command === b.command
}

type Message =
  | ElectionMessage
  | { readonly type: 'submit'; readonly command: string }
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

interface State extends ElectionState {
  log: readonly Entry[]
  commitIndex: number
  lastApplied: number
  /** Of a leader, by follower. */
  nextIndex: Record<string, number>
  matchIndex: Record<string, number>
  /** Clients of a leader, by the index of their entry. */
  clients: Map<number, { from: string; op: OperationId | null }>
}

function server(rule: RaftLogRules) {
  const vote = election<State>(rule, {
    last: ({ log }) => ({ term: termAt(log, log.length), index: log.length }),
    lead(state, ctx) {
      state.nextIndex = Object.fromEntries(ctx.peers.map((peer) => [peer, state.log.length + 1]))
      state.matchIndex = Object.fromEntries(ctx.peers.map((peer) => [peer, 0]))
      state.clients = new Map()
      ctx.output({ type: 'elected', term: state.currentTerm, log: state.log.map(({ term }) => term) })
      // An entry of its own term lets a leader commit, and learn, what it was left with (section 8).
      if (ctx.config['noop'] === true) append(state, ctx, 'no-op')
      beat(state, ctx)
    },
  })

  function beat(state: State, ctx: Context): void {
    for (const peer of ctx.peers) replicate(state, ctx, peer)
    heartbeat(ctx)
  }

  function replicate(state: State, ctx: Context, to: string): void {
    const prevLogIndex = state.nextIndex[to]! - 1
    ctx.send(to, {
      type: 'AppendEntries',
      term: state.currentTerm,
      prevLogIndex,
      prevLogTerm: termAt(state.log, prevLogIndex),
      entries: state.log.slice(prevLogIndex),
      leaderCommit: state.commitIndex,
    })
  }

  function append(state: State, ctx: Context, command: string): void {
    change(state, ctx, [...state.log, { term: state.currentTerm, command }])
    advance(state, ctx)
  }

  /** Brings the disk's log to what the log shall be, and tells what became of it. */
  function change(state: State, ctx: Context, log: readonly Entry[]): void {
    const differs = log.findIndex((entry, i) => !isSame(entry, state.log[i]))
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
    const index = rule.onMajority([state.log.length, ...Object.values(state.matchIndex)])
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
      ctx.output({ type: 'apply', index, ...state.log[index - 1]! })
      const client = state.clients.get(index)
      state.clients.delete(index)
      if (client !== undefined && state.role === 'leader') ctx.reply(client, { type: 'submit_ok', index })
    }
  }

  return defineNode<State, Message>({
    start: (ctx) => ({
      ...electionState(ctx),
      log: ctx.disk.records<Entry>('log'),
      commitIndex: 0,
      lastApplied: 0,
      nextIndex: {},
      matchIndex: {},
      clients: new Map(),
    }),
    on: {
      ...vote.on,
      submit(state, { from, op, body: { command } }, ctx) {
        if (state.role !== 'leader')
          return ctx.reply(
            { from, op },
            { type: 'error', code: 11, text: `the leader is ${state.leader ?? 'not known'}` },
          )
        state.clients.set(state.log.length + 1, { from, op })
        append(state, ctx, command)
        for (const peer of ctx.peers) replicate(state, ctx, peer)
      },
      AppendEntries(state, { from, body }, ctx) {
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
        if (term < state.currentTerm) return answer(false, 0, null)
        if (isNew) vote.remember(state, ctx)
        vote.follow(state, ctx, from)
        const conflict = rule.conflict(state.log, prevLogIndex, prevLogTerm)
        if (conflict !== null) return answer(false, 0, conflict)
        change(state, ctx, rule.merge(state.log, prevLogIndex, entries))
        const answered = prevLogIndex + entries.length
        state.commitIndex = Math.max(state.commitIndex, Math.min(leaderCommit, answered))
        apply(state, ctx)
        answer(true, answered, null)
      },
      AppendEntriesResult(state, { from, body }, ctx) {
        const { term, success, answered, conflict } = body
        if (vote.seeTerm(state, ctx, term)) return vote.remember(state, ctx)
        if (state.role !== 'leader' || term < state.currentTerm) return ctx.refuse()
        if (conflict !== null) {
          const next = rule.backtrack(state.nextIndex[from]!, conflict, state.log)
          state.nextIndex[from] = Math.max(next, state.matchIndex[from]! + 1)
          return replicate(state, ctx, from)
        }
        if (!success) return
        state.matchIndex[from] = Math.max(state.matchIndex[from]!, rule.matched(answered, state.log.length))
        state.nextIndex[from] = state.matchIndex[from]! + 1
        advance(state, ctx)
      },
    },
    timers: { ...vote.timers, heartbeat: beat },
  })
}

export const raftLog = defineProtocol({
  name: 'raft-log',
  source:
    'Ongaro & Ousterhout, In Search of an Understandable Consensus Algorithm, 2014, sections 5.2 to 5.4',
  says: 'an elected leader copies its log to the others; an entry of its term on a majority is committed, with all before it',
  cluster: ['n1', 'n2', 'n3'],
  rules: raftLogRules,
  roles: (rule) => ({ server: server(rule) }),
  params: {
    ...raftParams,
    noop: { default: false, says: 'whether a new leader first appends an entry of its own term' },
  },
  assign: (names, params) => raftServers(names, params as Parameters<typeof raftServers>[1]),
  requests: {
    submit: { to: 'server', fields: { command: 'x' }, says: 'asks the leader to append a command' },
  },
  properties: raftSafety,
  label(body) {
    const { type } = body
    if (type === 'append' || type === 'apply')
      return `${type} ${String(body['index'])}: ${String(body['command'])}`
    if (type === 'commit' || type === 'truncate') return `${type} ${String(body['index'])}`
    if (type === 'submit') return `submit ${String(body['command'])}`
    if (type === 'AppendEntriesResult')
      return `${body['success'] === true ? 'ok' : 'no'} T${String(body['term'])}`
    const entries = body['entries'] as readonly Entry[] | undefined
    return entries === undefined || entries.length === 0
      ? raftLabel(body)
      : `${raftLabel(body)} +${entries.map(({ command }) => command).join(' ')}`
  },
  view(state) {
    const { log, commitIndex, nextIndex, role } = state as unknown as State
    return {
      ...electionView(state),
      log: log.map(({ term, command }) => `${command} (T${term})`),
      commitIndex,
      ...(role === 'leader' && { nextIndex }),
    }
  },
})
