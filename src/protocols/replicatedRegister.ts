/** A register with a copy on every server, kept up lazily: each request says whether the server at hand is enough, or the primary has to be asked. */
import { type Context, defineNode } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import { available, linearizableRegister, sequentialRegister, sessionGuarantees } from './clients.ts'

/** When a value was written: a count, and the name of the server that took it, to break ties. */
type Version = { readonly count: number; readonly server: string }

export type Copy = { readonly version: Version; readonly value: string | null }

/** The debatable decisions. A flawed reading of the protocol replaces one of them. */
export interface ReplicatedRegisterRules {
  readonly [name: string]: (...args: never[]) => unknown
  /** Whether a read may be answered from this copy, given the version that the client says it has seen. */
  mayAnswer(own: number, seen: number): boolean
  /** Which of two copies stays: the own one, or the one that has arrived. */
  keep(own: Copy, arrived: Copy): Copy
}

const rules: ReplicatedRegisterRules = {
  mayAnswer: (own, seen) => own >= seen,
  keep: (own, arrived) => (isNewer(arrived.version, own.version) ? arrived : own),
}

function isNewer(a: Version, b: Version): boolean {
  return a.count > b.count || (a.count === b.count && a.server > b.server)
}

/** An operation of a client, by its client and its number. */
type Who = { readonly client: string; readonly n: number }

type Where = 'here' | 'primary'
type Put = { readonly type: 'put'; readonly value: string; readonly at: Where }
type Get = { readonly type: 'get'; readonly at: Where; readonly seen: number }
type Answer =
  | { readonly type: 'put_ok'; readonly version: number }
  | { readonly type: 'get_ok'; readonly value: string | null; readonly version: number }

type Message =
  | Put
  | Get
  | { readonly type: 'ask'; readonly for: Who; readonly request: Put | Get }
  | { readonly type: 'tell'; readonly for: Who; readonly answer: Answer }
  | { readonly type: 'copy'; readonly copy: Copy }

interface State {
  copy: Copy
}

function server(rule: ReplicatedRegisterRules) {
  /** Here if that is enough or this is the primary; otherwise the primary is asked. A read that must wait is refused until it need not. */
  function handle(state: State, request: Put | Get, client: Who, ctx: Context) {
    const primary = String(ctx.config['primary'])
    if (request.at === 'primary' && ctx.self !== primary) {
      return ctx.send(primary, { type: 'ask', for: client, request })
    }
    if (request.type === 'get' && !rule.mayAnswer(state.copy.version.count, request.seen)) return ctx.refuse()
    return ctx.reply({ from: client.client, op: client }, carriedOut(state, request, ctx))
  }

  function carriedOut(state: State, request: Put | Get, ctx: Context): Answer {
    if (request.type === 'put') {
      const version = { count: state.copy.version.count + 1, server: ctx.self }
      state.copy = { version, value: request.value }
      ctx.broadcast({ type: 'copy', copy: state.copy })
      return { type: 'put_ok', version: version.count }
    }
    return { type: 'get_ok', value: state.copy.value, version: state.copy.version.count }
  }

  return defineNode<State, Message>({
    start: () => ({ copy: { version: { count: 0, server: '' }, value: null } }),
    on: {
      put: (state, { op, from, body }, ctx) => handle(state, body, { client: from, n: op?.n ?? 0 }, ctx),
      get: (state, { op, from, body }, ctx) => handle(state, body, { client: from, n: op?.n ?? 0 }, ctx),
      ask(state, { from, body: { for: client, request } }, ctx) {
        ctx.send(from, { type: 'tell', for: client, answer: carriedOut(state, request, ctx) })
      },
      tell: (_state, { body: { for: client, answer } }, ctx) =>
        ctx.reply({ from: client.client, op: client }, answer),
      copy(state, { body: { copy } }) {
        state.copy = rule.keep(state.copy, copy)
      },
    },
  })
}

export const replicatedRegister = defineProtocol({
  name: 'replicated-register',
  source:
    'lazy replication as in Gray and others, The Dangers of Replication, SIGMOD 1996; sessions: Terry and others, Session Guarantees for Weakly Consistent Replicated Data, 1994',
  says: 'a copy on every server, kept up in the background; each request says where it is carried out',
  cluster: ['p', 'r1', 'r2'],
  rules,
  roles: (rule) => ({ server: server(rule) }),
  assign: (names) =>
    Object.fromEntries(
      names.map((name) => [
        name,
        { role: 'server', peers: names.filter((n) => n !== name), config: { primary: names[0]! } },
      ]),
    ),
  requests: {
    put: {
      to: 'server',
      fields: { value: 'A', at: 'primary' },
      says: 'writes the value, here or at the primary',
    },
    get: {
      to: 'server',
      fields: { at: 'here', seen: 0 },
      says: 'reads the value, here or at the primary, not older than the version seen',
    },
  },
  properties: [linearizableRegister, sequentialRegister, ...sessionGuarantees, available],
  refusals: 'stay',
  unchanged: 'handled',
  label(body) {
    const shown = (value: unknown) => (value === null ? 'nothing' : String(value))
    switch (body.type) {
      case 'get_ok':
        return shown(body['value'])
      case 'put':
        return `put ${shown(body['value'])}`
      case 'copy':
        return `copy ${shown((body['copy'] as Copy).value)}`
      case 'ask':
        return `ask ${(body['request'] as { type: string }).type}`
      case 'tell':
        return 'tell'
      default:
        return body.type
    }
  },
  view(state) {
    const { copy } = state as unknown as State
    return { value: copy.value ?? 'nothing', version: copy.version.count }
  },
})
