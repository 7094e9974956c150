/** Raft with a log of commands that mean nothing to it (Ongaro & Ousterhout 2014, sections 5.2 to 5.4). */
import { canonicalText, type Json } from '../base/canonical.ts'
import { type Body, defineNode } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import { loadOf } from './load.ts'
import { electionView, raftLabel, raftParams, raftServers } from './raftElection.ts'
import type { ElectionMessage } from './raftElectionState.ts'
import { type Entry, logLine } from './raftEntries.ts'
import { raftSafety } from './raftProperties.ts'
import {
  type LogState,
  type RaftLogRules,
  type ReplicationMessage,
  raftLogRules,
  replication,
} from './raftReplication.ts'
import { logSituations } from './raftSituations.ts'

type Message = ElectionMessage | ReplicationMessage | { readonly type: 'submit'; readonly command: string }

function server(rule: RaftLogRules) {
  const log = replication<LogState>(rule, { apply: (_state, _ctx, index) => ({ type: 'submit_ok', index }) })
  return defineNode<LogState, Message>({
    start: log.start,
    on: {
      ...log.on,
      submit: (state, { from, op, body: { command } }, ctx) =>
        log.submit(state, ctx, [{ client: { from, op }, command }]),
    },
    timers: log.timers,
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
  params: raftParams,
  assign: (names, params) => raftServers(names, params as Parameters<typeof raftServers>[1]),
  requests: {
    submit: { to: 'server', fields: { command: 'x' }, says: 'asks the leader to append a command' },
  },
  properties: raftSafety,
  situations: logSituations,
  load: loadOf(12, (_dice, i) => ({ type: 'submit', command: `x${i}` })),
  label: (body) => logLabel(body, commandText),
  view: (state) => logView(state, commandText),
})

function commandText(command: Json): string {
  return typeof command === 'string' ? command : canonicalText(command)
}

/** Messages of a log as a picture has room for them. */
export function logLabel(body: Body, textOf: (command: Json) => string): string {
  const { type } = body
  const command = () => textOf(body['command'] ?? null)
  if (type === 'append' || type === 'apply') return `${type} ${String(body['index'])}: ${command()}`
  if (type === 'commit') return `commit ${String(body['index'])}`
  if (type === 'truncate') return `delete from ${String(body['index'])} on`
  if (type === 'submit') return `submit ${command()}`
  if (type === 'submit_ok') return `ok, at ${String(body['index'])}`
  if (type === 'error') return String(body['text'])
  if (type === 'AppendEntriesResult') {
    const said = body['success'] === true ? 'ok' : 'no'
    return `${said} T${String(body['term'])}${body['success'] === true ? ` to ${String(body['answered'])}` : ''}`
  }
  const entries = body['entries'] as readonly Entry[] | undefined
  if (type !== 'AppendEntries' || entries === undefined) return raftLabel(body)
  const after = `${String(body['prevLogIndex'])}`
  return entries.length === 0
    ? `Append T${String(body['term'])}`
    : `Append T${String(body['term'])} ${after}+${entries.map((entry) => textOf(entry.command)).join(' ')}`
}

/** A server with its log in one line; what a leader knows of its followers is what they are known to hold. */
export function logView(state: unknown, textOf: (command: Json) => string) {
  const { log, lastIncluded, commitIndex, matchIndex, role } = state as LogState
  return {
    ...electionView(state),
    ...(lastIncluded.index > 0 && { snapshot: `up to ${lastIncluded.index}` }),
    log: logLine(log, commitIndex - lastIncluded.index, textOf),
    ...(role === 'leader' && { matchIndex }),
  }
}
