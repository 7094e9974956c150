/** ABD: a register that any majority of its servers keeps, for many writers (Attiya, Bar-Noy & Dolev 1995; Lynch & Shvartsman 1997). */
import { type Context, defineNode, type OperationId } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import { available, linearizableRegister } from './clients.ts'
import { loadOf } from './load.ts'

/** When a value was written: a count, and the name of the writing server to break ties. */
export type Tag = { readonly count: number; readonly server: string }

/** The debatable decisions. A flawed reading of the protocol replaces one of them. */
export interface AbdRules {
  readonly [name: string]: (...args: never[]) => unknown
  /** How many servers are enough, in both phases. Any two such groups must share a member. */
  quorum(servers: number): number
  /** Whether a read tells a quorum what it is about to return. Without that a later read may return less. */
  writeBack(): boolean
  /** The tag of a new value. Two writers that saw the same tag must not make the same one. */
  next(seen: Tag, self: string): Tag
}

const rules: AbdRules = {
  quorum: (servers) => Math.floor(servers / 2) + 1,
  writeBack: () => true,
  next: ({ count }, self) => ({ count: count + 1, server: self }),
}

type Value = string | null

type Message =
  | { readonly type: 'put'; readonly value: string }
  | { readonly type: 'get' }
  | { readonly type: 'query'; readonly id: string }
  | { readonly type: 'queried'; readonly id: string; readonly tag: Tag; readonly value: Value }
  | { readonly type: 'record'; readonly id: string; readonly tag: Tag; readonly value: Value }
  | { readonly type: 'recorded'; readonly id: string }

interface Copy {
  readonly tag: Tag
  readonly value: Value
}

/** The request a server is working on. `write` is null for a read. */
interface Request {
  readonly id: string
  readonly client: string
  readonly op: OperationId | null
  readonly write: Value
}

type Phase =
  | {
      readonly kind: 'query'
      readonly request: Request
      readonly answers: { readonly [server: string]: Copy }
    }
  | {
      readonly kind: 'record'
      readonly request: Request
      readonly result: Value
      readonly acks: readonly string[]
    }

interface State {
  copy: Copy
  phase: Phase | null
}

/** A server keeps one copy, and serves one client at a time: it refuses others until then. */
function server(rule: AbdRules) {
  const quorum = (ctx: Context) => rule.quorum(ctx.peers.length + 1)

  function ask(state: State, ctx: Context, message: { from: string; op: OperationId | null }, write: Value) {
    if (state.phase !== null) return ctx.refuse()
    const { from: client, op } = message
    const request = { id: `${client}.${op?.n ?? 0}`, client, op, write }
    state.phase = { kind: 'query', request, answers: { [ctx.self]: state.copy } }
    ctx.broadcast({ type: 'query', id: request.id })
    queried(state, ctx)
  }

  /** First phase done: the newest of a quorum's copies is returned, or outdone. */
  function queried(state: State, ctx: Context): void {
    const { phase } = state
    if (phase?.kind !== 'query' || Object.keys(phase.answers).length < quorum(ctx)) return
    const newest = Object.values(phase.answers).reduce((a, b) => (isNewer(b.tag, a.tag) ? b : a))
    const { request } = phase
    if (request.write === null && !rule.writeBack()) return answer(state, ctx, request, newest.value)
    const copy =
      request.write === null ? newest : { tag: rule.next(newest.tag, ctx.self), value: request.write }
    keep(state, ctx, copy)
    state.phase = { kind: 'record', request, result: copy.value, acks: [ctx.self] }
    ctx.broadcast({ type: 'record', id: request.id, ...copy })
    recorded(state, ctx)
  }

  /** Second phase done: a quorum has it, so that every later quorum will see it. */
  function recorded(state: State, ctx: Context): void {
    const { phase } = state
    if (phase?.kind === 'record' && phase.acks.length >= quorum(ctx))
      answer(state, ctx, phase.request, phase.result)
  }

  function answer(state: State, ctx: Context, { client, op, write }: Request, value: Value): void {
    state.phase = null
    ctx.reply({ from: client, op }, write === null ? { type: 'get_ok', value } : { type: 'put_ok' })
  }

  /** On the disk before anyone is told that it is kept. */
  function keep(state: State, ctx: Context, copy: Copy): void {
    if (!isNewer(copy.tag, state.copy.tag)) return
    state.copy = copy
    if (ctx.config['durable'] !== true) return
    ctx.disk.write('copy', copy)
    ctx.disk.sync()
  }

  return defineNode<State, Message>({
    start: (ctx) => ({
      copy: ctx.disk.read<Copy>('copy') ?? { tag: { count: 0, server: '' }, value: null },
      phase: null,
    }),
    on: {
      put: (state, message, ctx) => ask(state, ctx, message, message.body.value),
      get: (state, message, ctx) => ask(state, ctx, message, null),
      query: (state, { from, body: { id } }, ctx) => ctx.send(from, { type: 'queried', id, ...state.copy }),
      queried(state, { from, body: { id, tag, value } }, ctx) {
        if (state.phase?.kind !== 'query' || state.phase.request.id !== id) return ctx.refuse()
        state.phase = { ...state.phase, answers: { ...state.phase.answers, [from]: { tag, value } } }
        queried(state, ctx)
      },
      record(state, { from, body: { id, tag, value } }, ctx) {
        keep(state, ctx, { tag, value })
        ctx.send(from, { type: 'recorded', id })
      },
      recorded(state, { from, body: { id } }, ctx) {
        if (state.phase?.kind !== 'record' || state.phase.request.id !== id) return ctx.refuse()
        if (state.phase.acks.includes(from)) return ctx.refuse()
        state.phase = { ...state.phase, acks: [...state.phase.acks, from].sort() }
        recorded(state, ctx)
      },
    },
  })
}

function isNewer(a: Tag, b: Tag): boolean {
  return a.count > b.count || (a.count === b.count && a.server > b.server)
}

export const abd = defineProtocol({
  name: 'abd',
  source:
    'Attiya, Bar-Noy & Dolev, Sharing Memory Robustly in Message-Passing Systems, JACM 1995; many writers: Lynch & Shvartsman 1997',
  says: 'a register on a majority of servers: ask a majority, then tell a majority',
  cluster: ['s1', 's2', 's3'],
  rules,
  roles: (rule) => ({ server: server(rule) }),
  params: { durable: { default: true, says: 'whether copies are forced to the disk' } },
  assign: (names, params) =>
    Object.fromEntries(
      names.map((name) => [name, { role: 'server', peers: names.filter((n) => n !== name), config: params }]),
    ),
  requests: {
    put: { to: 'server', fields: { value: 'A' }, says: 'writes the value' },
    get: { to: 'server', fields: {}, says: 'reads the value' },
  },
  properties: [linearizableRegister, available],
  load: loadOf(8, (dice, i) => (dice.chance(0.5) ? { type: 'put', value: `v${i}` } : { type: 'get' })),
  refusals: 'stay',
  label(body) {
    const value = body['value'] === null ? 'nothing' : String(body['value'])
    if (body.type === 'get_ok') return value
    if (body.type === 'put') return `put ${value}`
    if (body.type === 'queried') return `has ${value}`
    return body.type === 'record' ? `keep ${value}` : body.type === 'recorded' ? 'kept' : body.type
  },
  view(state) {
    const { copy, phase } = state as unknown as State
    return {
      value: copy.value === null ? 'nothing' : `${copy.value} (${copy.tag.count} ${copy.tag.server})`,
      ...(phase !== null && {
        serves: `${phase.request.write === null ? 'a read' : 'a write'} of ${phase.request.client}`,
        heard: phase.kind === 'query' ? Object.keys(phase.answers) : phase.acks,
      }),
    }
  },
})
