/**
 * Leases on one value: caches read their copies without asking, and a write waits for every holder's approval, or for
 * the end of its lease (Gray and Cheriton, Leases: An Efficient Fault-Tolerant Mechanism for Distributed File Cache
 * Consistency, SOSP 1989).
 */
import { type Context, defineNode, type Message } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import { linearizableRegister } from './clients.ts'
import { leaseCluster, leaseParams } from './leaseCluster.ts'
import { safeLeaseMs } from './leaseDuration.ts'
import {
  neverWaits,
  noOvertaking,
  noStaleReadUnderLease,
  progress,
  readsFromCopy,
  readsLocally,
} from './leaseProperties.ts'

/** When a lease was asked for and when it came, by the holder's own clock, and what both sides have agreed on. */
export interface Asked {
  readonly askedMs: number
  readonly grantedMs: number
  readonly termMs: number
  readonly drift: number
  /** The date of its end by the clock of the server; null where none was sent. */
  readonly endsMs: number | null
}

/** The debatable decisions. A flawed reading of the protocol replaces one of them. */
export interface LeaseRules {
  readonly [name: string]: (...args: never[]) => unknown
  /** Until when, by its own clock, a holder may use the lease. */
  until(lease: Asked): number
  /** Whether a grant carries the date of its end, by the clock of the server. */
  isDated(): boolean
  /** Whether a holder answers from its copy, which it may until `untilMs`. */
  mayRead(nowMs: number, untilMs: number): boolean
  /** How many of the reads that wait are answered by a grant: so many waited when it was asked for, so many do now. */
  answered(isLive: boolean, waitedThen: number, waitNow: number): number
  /** Whether a write is carried out, with so many leases out. */
  mayWrite(leases: number): boolean
  /** Whether a lease is granted, while so many writes wait. */
  mayGrant(waiting: number): boolean
  /** Whether the server notes whom it has granted a lease. */
  notes(): boolean
  /** Whether a lease ends by itself, at the server too. */
  expires(): boolean
  /** How long a write waits at most, in milliseconds, whatever lease is out; null for as long as leases last. */
  patienceMs(): number | null
  /** How long a server that was restarted lets writes wait. */
  recoverMs(termMs: number): number
}

const rules: LeaseRules = {
  // From the question, not from the answer: the server's time began somewhere between the two.
  until: ({ askedMs, termMs, drift, endsMs }) => endsMs ?? askedMs + safeLeaseMs(termMs, drift),
  // A duration is the same by all clocks but for their drift; a date is one clock's.
  isDated: () => false,
  // The clock is read at each use: a timer may be late.
  mayRead: (nowMs, untilMs) => nowMs < untilMs,
  // A grant without time left may be older than what came to be written before the later reads were asked.
  answered: (isLive, waitedThen, waitNow) => (isLive ? waitNow : waitedThen),
  mayWrite: (leases) => leases === 0,
  // Whoever grants while a write waits may keep it waiting for ever.
  mayGrant: (waiting) => waiting === 0,
  notes: () => true,
  expires: () => true,
  patienceMs: () => null,
  // What it had granted is forgotten, and ends within one term.
  recoverMs: (termMs) => termMs,
}

interface Copy {
  readonly value: string | null
  readonly version: number
}

type Get = { readonly type: 'get' }
type Fetch = { readonly type: 'fetch'; readonly id: string }

type ToServer =
  | { readonly type: 'put'; readonly value: string }
  | Fetch
  | { readonly type: 'approve'; readonly id: string }

interface ServerState {
  /** By id, who holds it. */
  leases: { [id: string]: string }
  /** Writes that wait, oldest first. */
  writes: Message<{ readonly type: 'put'; readonly value: string }>[]
  /** Questions that wait for the writes. */
  fetches: Message<Fetch>[]
  isRecovering: boolean
}

function server(rule: LeaseRules) {
  const termMs = (ctx: Context) => Number(ctx.config['termMs'])

  function grant(state: ServerState, { from, body: { id } }: Message<Fetch>, ctx: Context): void {
    if (rule.notes()) state.leases[id] = from
    if (rule.expires()) ctx.arm('expiry', termMs(ctx), id)
    if (state.writes.length > 0) ctx.output({ type: 'overtaken' })
    const endsMs = rule.isDated() ? { endsMs: ctx.now() + termMs(ctx) } : {}
    ctx.send(from, { type: 'grant', id, ...stored(ctx), ...endsMs })
  }

  /** Carries out what may be, and answers those who waited for it. */
  function goOn(state: ServerState, ctx: Context): void {
    while (
      state.writes.length > 0 &&
      !state.isRecovering &&
      rule.mayWrite(Object.keys(state.leases).length)
    ) {
      const write = state.writes[0]!
      state.writes = state.writes.slice(1)
      const version = stored(ctx).version + 1
      ctx.disk.write('stored', { value: write.body.value, version })
      ctx.disk.sync()
      ctx.output({ type: 'wrote', version })
      ctx.reply(write, { type: 'put_ok' })
    }
    if (state.writes.length > 0) return
    const waiting = state.fetches
    state.fetches = []
    for (const fetch of waiting) grant(state, fetch, ctx)
  }

  function recall(state: ServerState, ctx: Context): void {
    for (const id of Object.keys(state.leases).sort()) ctx.send(state.leases[id]!, { type: 'recall', id })
  }

  function end(state: ServerState, id: string, ctx: Context): void {
    if (state.leases[id] === undefined) return
    delete state.leases[id]
    goOn(state, ctx)
  }

  return defineNode<ServerState, ToServer>({
    start(ctx) {
      if (ctx.boot === 'restart') ctx.output({ type: 'back' })
      const isRecovering = ctx.boot === 'restart' && rule.recoverMs(termMs(ctx)) > 0
      if (isRecovering) ctx.arm('recovered', rule.recoverMs(termMs(ctx)))
      return { leases: {}, writes: [], fetches: [], isRecovering }
    },
    on: {
      put(state, message, ctx) {
        state.writes = [...state.writes, message]
        goOn(state, ctx)
        if (state.writes.length > 0) ctx.output({ type: 'waits' })
        const patienceMs = rule.patienceMs()
        if (patienceMs !== null)
          for (const id of Object.keys(state.leases).sort()) ctx.arm('expiry', patienceMs, id)
        recall(state, ctx)
      },
      fetch(state, message, ctx) {
        if (rule.mayGrant(state.writes.length)) return grant(state, message, ctx)
        state.fetches = [...state.fetches.filter(({ from }) => from !== message.from), message]
      },
      approve(state, { body: { id } }, ctx) {
        ctx.disarm('expiry', id)
        end(state, id, ctx)
      },
    },
    timers: {
      expiry: (state, ctx, id) => end(state, String(id), ctx),
      recovered(state, ctx) {
        state.isRecovering = false
        goOn(state, ctx)
      },
    },
  })
}

function stored(ctx: Context): Copy {
  return ctx.disk.read<Copy>('stored') ?? { value: null, version: 0 }
}

type ToHolder =
  | Get
  | ({ readonly type: 'grant'; readonly id: string; readonly endsMs?: number } & Copy)
  | { readonly type: 'recall'; readonly id: string }

interface HolderState {
  /** This life and the questions in it: no id comes twice, not even after a crash. */
  life: number
  questions: number
  /** The one question that is open. A grant of any other is old. */
  asked: { readonly id: string; readonly askedMs: number; readonly reads: number } | null
  lease: (Copy & { readonly id: string; readonly untilMs: number }) | null
  reads: Message<Get>[]
}

function holder(rule: LeaseRules) {
  function ask(state: HolderState, ctx: Context): void {
    const id = `${ctx.self} ${state.life}.${++state.questions}`
    state.asked = { id, askedMs: ctx.now(), reads: state.reads.length }
    ctx.send(String(ctx.config['server']), { type: 'fetch', id })
    ctx.arm('retry', Number(ctx.config['retryMs']))
  }

  function answer(read: Message<Get>, { value, version }: Copy, isOwnCopy: boolean, ctx: Context): void {
    if (isOwnCopy) ctx.output({ type: 'read', version })
    ctx.reply(read, { type: 'get_ok', value })
  }

  return defineNode<HolderState, ToHolder>({
    start(ctx) {
      const life = (ctx.disk.read<number>('lives') ?? 0) + 1
      ctx.disk.write('lives', life)
      ctx.disk.sync()
      return { life, questions: 0, asked: null, lease: null, reads: [] }
    },
    on: {
      get(state, message, ctx) {
        const { lease } = state
        if (lease !== null && rule.mayRead(ctx.now(), lease.untilMs)) return answer(message, lease, true, ctx)
        state.lease = null
        state.reads = [...state.reads, message]
        if (state.asked === null) ask(state, ctx)
      },
      grant(state, { body: { id, value, version, endsMs = null } }, ctx) {
        if (state.asked?.id !== id) return
        ctx.disarm('retry')
        const grantedMs = ctx.now()
        const untilMs = rule.until({
          askedMs: state.asked.askedMs,
          grantedMs,
          termMs: Number(ctx.config['termMs']),
          drift: Number(ctx.config['drift']),
          endsMs,
        })
        const count = rule.answered(rule.mayRead(grantedMs, untilMs), state.asked.reads, state.reads.length)
        for (const read of state.reads.slice(0, count)) answer(read, { value, version }, false, ctx)
        state.reads = state.reads.slice(count)
        state.asked = null
        state.lease = { id, value, version, untilMs }
        if (state.reads.length > 0) ask(state, ctx)
      },
      recall(state, { from, body: { id } }, ctx) {
        if (state.lease?.id === id) state.lease = null
        // The grant may still be on its way: from here on it is old.
        if (state.asked?.id === id) ask(state, ctx)
        ctx.send(from, { type: 'approve', id })
      },
    },
    timers: { retry: (state, ctx) => ask(state, ctx) },
  })
}

export const leases = defineProtocol({
  name: 'leases',
  source:
    'Gray & Cheriton, Leases: An Efficient Fault-Tolerant Mechanism for Distributed File Cache Consistency, SOSP 1989',
  tickMs: 20,
  says: 'a server that writes once every cache has approved or its lease has ended; caches that read without asking',
  cluster: ['server', 'a', 'b'],
  rules,
  roles: (rule) => ({ server: server(rule), holder: holder(rule) }),
  params: {
    ...leaseParams,
    retryMs: { default: 100, says: 'how long a cache waits before it asks again' },
  },
  assign: (names, params) =>
    leaseCluster(names, params, 'leases needs a server and at least one cache, such as: server a b'),
  requests: {
    put: { to: 'server', fields: { value: 'A' }, says: 'writes the value, at the server' },
    get: { to: 'holder', fields: {}, says: 'reads the value, at a cache' },
  },
  properties: [
    noStaleReadUnderLease,
    linearizableRegister,
    progress,
    noOvertaking,
    readsFromCopy,
    readsLocally,
    neverWaits,
  ],
  // It gives up what it does not hold: the first lease of somebody else.
  lies: (_said, { config }) =>
    (config['others'] as readonly string[]).map((other) => ({ type: 'approve', id: `${other} 1.1` })),
  label(body) {
    if (body.type === 'get_ok') return body['value'] === null ? 'nothing' : String(body['value'])
    if (body.type === 'grant') return body['value'] === null ? 'grant' : `grant ${String(body['value'])}`
    return body.type === 'wrote' || body.type === 'read'
      ? `${body.type} version ${String(body['version'])}`
      : body.type
  },
})
