/**
 * A lease for one holder at a time: who has it may write, and read its copy; the server refuses writes under any other
 * (Gray and Cheriton 1989 mention leases for caches that do not write through; the number as in Chubby, Burrows 2006).
 */
import { type Context, defineNode, type Message } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import { linearizableRegister } from './clients.ts'
import { leaseCluster, leaseParams } from './leaseCluster.ts'
import { safeLeaseMs } from './leaseDuration.ts'
import { fencedMonotonic, singleGrant } from './leaseProperties.ts'
import type { Asked } from './leases.ts'

/** The debatable decisions. A flawed reading of the protocol replaces one of them. */
export interface WriteLeaseRules {
  readonly [name: string]: (...args: never[]) => unknown
  /** Until when, by its own clock, a holder may use the lease. */
  until(lease: Asked): number
  /** Whether a holder uses its lease, which it may until `untilMs`. */
  mayUse(nowMs: number, untilMs: number): boolean
  /** Whether the lease is granted, while another one may be out. */
  mayGrant(isFree: boolean): boolean
  /** Whether a write is taken, under the lease that is out now or another. */
  accepts(isCurrent: boolean): boolean
}

const rules: WriteLeaseRules = {
  until: ({ askedMs, termMs, drift }) => askedMs + safeLeaseMs(termMs, drift),
  mayUse: (nowMs, untilMs) => nowMs < untilMs,
  mayGrant: (isFree) => isFree,
  // The holder looked at its clock before it sent the write. When the write comes, that may be long ago.
  accepts: (isCurrent) => isCurrent,
}

interface Copy {
  readonly value: string | null
}

type Acquire = { readonly type: 'acquire'; readonly id: string }
type ToServer =
  | Acquire
  | { readonly type: 'write'; readonly id: string; readonly n: number; readonly value: string }

interface ServerState {
  /** The lease that is out: its holder, its number among all grants, and the last write under it. */
  lease: { readonly id: string; readonly number: number; readonly n: number } | null
  /** The numbers of earlier leases, by id. */
  numbers: { [id: string]: number }
  waiting: Message<Acquire>[]
  isRecovering: boolean
}

function server(rule: WriteLeaseRules) {
  function grantNext(state: ServerState, ctx: Context): void {
    const next = state.waiting[0]
    if (next === undefined || !rule.mayGrant(state.lease === null && !state.isRecovering)) return
    state.waiting = state.waiting.slice(1)
    const { from, body } = next
    // Forced before it is granted: no number is given twice, not even after a crash.
    const number = (ctx.disk.read<number>('grants') ?? 0) + 1
    ctx.disk.write('grants', number)
    ctx.disk.sync()
    state.lease = { id: body.id, number, n: 0 }
    state.numbers[body.id] = number
    ctx.arm('expiry', Number(ctx.config['termMs']), body.id)
    ctx.output({ type: 'granted', number, to: from })
    ctx.send(from, { type: 'grant', id: body.id, value: ctx.disk.read<string>('value') })
  }

  return defineNode<ServerState, ToServer>({
    start(ctx) {
      const isRecovering = ctx.boot === 'restart'
      if (isRecovering) ctx.arm('recovered', Number(ctx.config['termMs']))
      return { lease: null, numbers: {}, waiting: [], isRecovering }
    },
    on: {
      acquire(state, message, ctx) {
        state.waiting = [...state.waiting.filter(({ from }) => from !== message.from), message]
        grantNext(state, ctx)
      },
      write(state, { from, body: { id, n, value } }, ctx) {
        const isCurrent = state.lease?.id === id && state.lease.n < n
        if (!rule.accepts(isCurrent)) return ctx.send(from, { type: 'refused', n })
        if (state.lease?.id === id) state.lease = { ...state.lease, n }
        ctx.disk.write('value', value)
        ctx.disk.sync()
        ctx.output({ type: 'wrote', number: state.numbers[id] ?? 0 })
        ctx.send(from, { type: 'written', id, n, value })
      },
    },
    timers: {
      expiry(state, ctx, id) {
        if (state.lease?.id !== id) return
        ctx.output({ type: 'ended', number: state.lease.number })
        state.lease = null
        grantNext(state, ctx)
      },
      recovered(state, ctx) {
        state.isRecovering = false
        // Whatever was out when the power went has ended by now.
        ctx.output({ type: 'ended', number: ctx.disk.read<number>('grants') ?? 0 })
        grantNext(state, ctx)
      },
    },
  })
}

type Put = { readonly type: 'put'; readonly value: string }
type Get = { readonly type: 'get' }
type ToHolder =
  | Put
  | Get
  | ({ readonly type: 'grant'; readonly id: string } & Copy)
  | { readonly type: 'written'; readonly id: string; readonly n: number; readonly value: string }
  | { readonly type: 'refused'; readonly n: number }

interface HolderState {
  life: number
  questions: number
  asked: { readonly id: string; readonly askedMs: number } | null
  lease: (Copy & { readonly id: string; readonly untilMs: number }) | null
  /** What clients ask that waits for the lease. */
  waiting: Message<Put | Get>[]
  /** The writes sent so far, and those that are not answered yet, by number. */
  writes: number
  open: { [n: string]: Message<Put | Get> }
}

function holder(rule: WriteLeaseRules) {
  function serve(state: HolderState, message: Message<Put | Get>, ctx: Context): void {
    const { lease } = state
    if (lease === null || !rule.mayUse(ctx.now(), lease.untilMs)) {
      state.lease = null
      state.waiting = [...state.waiting, message]
      if (state.asked === null) ask(state, ctx)
    } else if (message.body.type === 'get') ctx.reply(message, { type: 'get_ok', value: lease.value })
    else {
      const n = ++state.writes
      state.open[n] = message
      ctx.send(String(ctx.config['server']), { type: 'write', id: lease.id, n, value: message.body.value })
    }
  }

  function ask(state: HolderState, ctx: Context): void {
    const id = `${ctx.self} ${state.life}.${++state.questions}`
    state.asked = { id, askedMs: ctx.now() }
    ctx.send(String(ctx.config['server']), { type: 'acquire', id })
    ctx.arm('retry', Number(ctx.config['retryMs']))
  }

  return defineNode<HolderState, ToHolder>({
    start(ctx) {
      const life = (ctx.disk.read<number>('lives') ?? 0) + 1
      ctx.disk.write('lives', life)
      ctx.disk.sync()
      return { life, questions: 0, asked: null, lease: null, waiting: [], writes: 0, open: {} }
    },
    on: {
      put: serve,
      get: serve,
      grant(state, { body: { id, value } }, ctx) {
        if (state.asked?.id !== id) return
        ctx.disarm('retry')
        const { termMs, drift } = ctx.config
        const untilMs = rule.until({
          askedMs: state.asked.askedMs,
          grantedMs: ctx.now(),
          termMs: Number(termMs),
          drift: Number(drift),
          endsMs: null,
        })
        state.asked = null
        state.lease = { id, value, untilMs }
        const { waiting } = state
        state.waiting = []
        for (const message of waiting) serve(state, message, ctx)
      },
      written(state, { body: { id, n, value } }, ctx) {
        const put = state.open[n]
        if (put === undefined) return
        delete state.open[n]
        if (state.lease?.id === id) state.lease = { ...state.lease, value }
        ctx.reply(put, { type: 'put_ok' })
      },
      refused(state, { body: { n } }, ctx) {
        const put = state.open[n]
        if (put === undefined) return
        delete state.open[n]
        state.lease = null
        serve(state, put, ctx)
      },
    },
    timers: { retry: (state, ctx) => ask(state, ctx) },
  })
}

export const writeLease = defineProtocol({
  name: 'write-lease',
  source:
    'Gray & Cheriton, Leases, SOSP 1989 (write leases); Burrows, The Chubby Lock Service, OSDI 2006, section 2.4 (sequencers)',
  says: 'a lease for one at a time: its holder writes and reads, and the server refuses writes under an older one',
  cluster: ['server', 'a', 'b'],
  rules,
  roles: (rule) => ({ server: server(rule), holder: holder(rule) }),
  params: {
    ...leaseParams,
    retryMs: { default: 100, says: 'how long a holder waits before it asks again' },
  },
  tickMs: 20,
  assign: (names, params) =>
    leaseCluster(names, params, 'write-lease needs a server and at least one holder, such as: server a b'),
  requests: {
    put: { to: 'holder', fields: { value: 'A' }, says: 'writes the value, under the lease' },
    get: { to: 'holder', fields: {}, says: 'reads the value, under the lease' },
  },
  properties: [fencedMonotonic, linearizableRegister, singleGrant],
  label(body) {
    if (body.type === 'get_ok') return body['value'] === null ? 'nothing' : String(body['value'])
    if (body.type === 'write') return `write ${String(body['value'])}`
    if (body.type === 'granted') return `lease ${String(body['number'])} to ${String(body['to'])}`
    if (body.type === 'ended') return `lease ${String(body['number'])} ended`
    return body.type === 'wrote' ? `wrote under lease ${String(body['number'])}` : body.type
  },
})
