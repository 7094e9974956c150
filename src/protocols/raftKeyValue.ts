/** A replicated map on Raft's log: every request is an entry, and a request that arrives twice takes effect once (Ongaro's thesis, sections 6.3 and 6.4). */
import type { Json } from '../base/canonical.ts'
import type { RandomStream } from '../base/random.ts'
import { type Body, type Context, defineNode, type OperationId } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import { linearizableMap } from './clients.ts'
import { loadOf } from './load.ts'
import { raftParams, raftServers } from './raftElection.ts'
import type { ElectionMessage } from './raftElectionState.ts'
import { logLabel, logView } from './raftLog.ts'
import { raftSafety } from './raftProperties.ts'
import {
  type Asked,
  type LogState,
  type Machine,
  type RaftLogRules,
  type ReplicationMessage,
  raftLogRules,
  replication,
} from './raftReplication.ts'
import { logSituations } from './raftSituations.ts'

/** The debatable decisions. A flawed reading of the protocol replaces one of them. */
export interface RaftKeyValueRules extends RaftLogRules {
  /** Whether a request was applied before, given the number of the last one of its client that was. */
  isRepeated(n: number, lastApplied: number): boolean
  /** Whether a read is an entry like any other; if not, whoever is asked answers from its own map. */
  readsLog(): boolean
}

const rules: RaftKeyValueRules = {
  ...raftLogRules,
  firstEntry: () => 'no-op',
  // A copy of the request may still reach a leader: nobody but that leader knows how it ends.
  refusalCode: () => 0,
  isRepeated: (n, lastApplied) => n <= lastApplied,
  readsLog: () => true,
}

export type Request =
  | { readonly type: 'read'; readonly key: string }
  | { readonly type: 'write'; readonly key: string; readonly value: Json }
  | { readonly type: 'cas'; readonly key: string; readonly from: Json; readonly to: Json }

/** What an entry holds: the request, and whose it is. */
interface Command {
  readonly op: OperationId | null
  readonly request: Request
}

interface Session {
  readonly n: number
  readonly answer: Body
}

/** What a map on a log holds besides the log. */
export interface KeyValueState extends LogState {
  map: Map<string, Json>
  /** The last request of each client that was applied: its number and what it was answered. */
  sessions: Map<string, Session>
}

/** A map before its first entry. */
export const emptyMap = (): Pick<KeyValueState, 'map' | 'sessions'> => ({
  map: new Map(),
  sessions: new Map(),
})

/** The map as what a log is kept for. */
export function keyValueMachine<State extends KeyValueState>(
  rule: Pick<RaftKeyValueRules, 'isRepeated'>,
): Machine<State> {
  return {
    apply(state, _ctx, _index, { command }) {
      // A leader's first entry asks for nothing.
      if (typeof command === 'string') return { type: 'error', code: 13, text: command }
      const { op, request } = command as unknown as Command
      const session = op === null ? undefined : state.sessions.get(op.client)
      if (op !== null && session !== undefined && rule.isRepeated(op.n, session.n)) return session.answer
      const answer = carryOut(state.map, request)
      if (op !== null) state.sessions.set(op.client, { n: op.n, answer })
      return answer
    },
  }
}

/** A request as it goes into the log, with whose it is. */
export function askedBy({ from, op, body }: RequestMessage): Asked {
  return { client: { from, op }, command: { op, request: body } as unknown as Json }
}

/** What a client asks, as a handler takes it. */
export interface RequestMessage {
  readonly from: string
  readonly op: OperationId | null
  readonly body: Request
}

function server(rule: RaftKeyValueRules) {
  const log = replication<KeyValueState>(rule, keyValueMachine(rule))
  const submit = (state: KeyValueState, message: RequestMessage, ctx: Context) =>
    log.submit(state, ctx, [askedBy(message)])

  return defineNode<KeyValueState, ElectionMessage | ReplicationMessage | Request>({
    start: (ctx) => ({ ...log.start(ctx), ...emptyMap() }),
    on: {
      ...log.on,
      read: (state, message, ctx) =>
        rule.readsLog() ? submit(state, message, ctx) : ctx.reply(message, carryOut(state.map, message.body)),
      write: submit,
      cas: submit,
    },
    timers: log.timers,
  })
}

/** Answers are Maelstrom's of lin-kv: 20 where there is no such key, 22 where a `cas` found another value. */
export function carryOut(map: Map<string, Json>, request: Request): Body {
  const { key } = request
  const value = map.get(key) ?? null
  switch (request.type) {
    case 'read':
      return value === null
        ? { type: 'error', code: 20, text: `there is no ${key}` }
        : { type: 'read_ok', value }
    case 'write':
      map.set(key, request.value)
      return { type: 'write_ok' }
    case 'cas':
      if (value === null) return { type: 'error', code: 20, text: `there is no ${key}` }
      if (JSON.stringify(value) !== JSON.stringify(request.from))
        return { type: 'error', code: 22, text: `${key} is ${JSON.stringify(value)}` }
      map.set(key, request.to)
      return { type: 'cas_ok' }
  }
}

export const raftKeyValue = defineProtocol({
  name: 'raft-kv',
  source: 'Ongaro, Consensus: Bridging Theory and Practice, 2014, chapter 6',
  says: 'a map on a replicated log: reads and writes are entries, and each takes effect once',
  cluster: ['n1', 'n2', 'n3'],
  rules,
  roles: (rule) => ({ server: server(rule) }),
  params: raftParams,
  assign: (names, params) => raftServers(names, params as Parameters<typeof raftServers>[1]),
  requests: {
    write: { to: 'server', fields: { key: 'x', value: 1 }, says: 'sets the value of a key' },
    read: { to: 'server', fields: { key: 'x' }, says: 'asks for the value of a key' },
    cas: {
      to: 'server',
      fields: { key: 'x', from: 1, to: 2 },
      says: 'sets the value of a key if it is what one thinks',
    },
  },
  properties: [...raftSafety, linearizableMap],
  situations: logSituations,
  load: loadOf(16, drawRequest),
  label(body) {
    if (requestTypes.includes(body.type)) return requestText(body as unknown as Request)
    if (body.type === 'read_ok') return JSON.stringify(body['value'])
    return logLabel(body, commandText)
  },
  view(state) {
    const { map } = state as unknown as KeyValueState
    const values = [...map].map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    return { ...logView(state, commandText), map: values.join(' ') || 'empty' }
  },
})

/** Two keys, a new value in every write, and a `cas` from a value that may be there. */
function drawRequest(dice: RandomStream, i: number): Request {
  const key = dice.choose(['x', 'y'])
  return dice.choose<Request>([
    { type: 'read', key },
    { type: 'write', key, value: i },
    { type: 'cas', key, from: dice.integer(0, i), to: i },
  ])
}

const requestTypes = ['read', 'write', 'cas']

function commandText(command: Json): string {
  return typeof command === 'string' ? command : requestText((command as unknown as Command).request)
}

function requestText(request: Request): string {
  const json = JSON.stringify
  switch (request.type) {
    case 'read':
      return `${request.key}?`
    case 'write':
      return `${request.key}=${json(request.value)}`
    case 'cas':
      return `${request.key}:${json(request.from)}>${json(request.to)}`
  }
}
