/** The cluster that answers run in: the learner's server, and our caches. */
import {
  answer,
  byHand,
  type Context,
  defineNode,
  defineProtocol,
  type HandRun,
  linearizableRegister,
  type Message,
  type Model,
  makeModel,
  type Protocol,
} from 'splitbrain'

export interface ClusterOptions {
  readonly termMs?: number
  readonly drift?: number
  readonly names?: readonly string[]
  readonly clients?: Model['clients']
  readonly delayMs?: readonly [number, number]
}

type Get = { readonly type: 'get' }
type ToCache =
  | Get
  | { readonly type: 'grant'; readonly id: string; readonly value: string | null; readonly useMs: number }
  | { readonly type: 'recall'; readonly id: string }

interface CacheState {
  life: number
  questions: number
  asked: { readonly id: string; readonly askedMs: number; readonly reads: number } | null
  lease: { readonly id: string; readonly value: string | null; readonly untilMs: number } | null
  reads: Message<Get>[]
}

/** Uses a lease as long as it was told, by its own clock and from when it asked; and gives it up when it is asked to. */
const cache = defineNode<CacheState, ToCache>({
  start(ctx) {
    const life = (ctx.disk.read<number>('lives') ?? 0) + 1
    ctx.disk.write('lives', life)
    ctx.disk.sync()
    return { life, questions: 0, asked: null, lease: null, reads: [] }
  },
  on: {
    get(state, message, ctx) {
      const { lease } = state
      if (lease !== null && ctx.now() < lease.untilMs) {
        ctx.output({ type: 'read', value: lease.value })
        return ctx.reply(message, { type: 'get_ok', value: lease.value })
      }
      state.lease = null
      state.reads = [...state.reads, message]
      if (state.asked === null) ask(state, ctx)
    },
    grant(state, { body: { id, value, useMs } }, ctx) {
      if (state.asked?.id !== id) return
      ctx.disarm('retry')
      const untilMs = state.asked.askedMs + useMs
      // Without time left, only those are answered who waited when it was asked for.
      const count = ctx.now() < untilMs ? state.reads.length : state.asked.reads
      for (const read of state.reads.slice(0, count)) ctx.reply(read, { type: 'get_ok', value })
      state.reads = state.reads.slice(count)
      state.asked = null
      state.lease = { id, value, untilMs }
      if (state.reads.length > 0) ask(state, ctx)
    },
    recall(state, { from, body: { id } }, ctx) {
      if (state.lease?.id === id) state.lease = null
      if (state.asked?.id === id) ask(state, ctx)
      ctx.send(from, { type: 'approve', id })
    },
  },
  timers: { retry: ask },
})

function ask(state: CacheState, ctx: Context): void {
  const id = `${ctx.self} ${state.life}.${++state.questions}`
  state.asked = { id, askedMs: ctx.now(), reads: state.reads.length }
  ctx.send(String(ctx.config['server']), { type: 'fetch', id })
  ctx.arm('retry', Number(ctx.config['retryMs']))
}

/** The answer's server, and caches of ours. */
export function protocol(): Protocol {
  const { server } = answer('server')
  return defineProtocol({
    name: 'lease-server',
    source: "the learner's answer",
    says: 'a server that lends its value to caches',
    cluster: ['server', 'a', 'b'],
    rules: {},
    roles: () => ({ server, cache }),
    params: {
      termMs: { default: 1000, says: 'how long a lease lasts by the clock of the server' },
      maxDrift: { default: 0.1, says: 'how far the rate of a clock is off at most' },
    },
    tickMs: 20,
    assign: ([server = 'server', ...caches], { termMs = 1000, maxDrift = 0.1 }) => ({
      [server]: { role: 'server', peers: caches, config: { termMs, drift: maxDrift } },
      ...Object.fromEntries(
        caches.map((name) => [
          name,
          { role: 'cache', peers: [server], config: { server, retryMs: 2 * Number(termMs) } },
        ]),
      ),
    }),
    requests: {
      put: { to: 'server', fields: { value: 'A' }, says: 'writes the value' },
      get: { to: 'cache', fields: {}, says: 'reads the value' },
    },
    label(body) {
      if (body.type === 'get_ok') return body['value'] === null ? 'nothing' : String(body['value'])
      if (body.type === 'read') return `reads ${body['value'] === null ? 'nothing' : String(body['value'])}`
      return body['value'] === undefined || body['value'] === null
        ? body.type
        : `${body.type} ${String(body['value'])}`
    },
    properties: [linearizableRegister],
  })
}

export function cluster({ clients, delayMs, names, termMs = 1000, drift = 0.1 }: ClusterOptions = {}): Model {
  return makeModel(protocol(), {
    params: { termMs, maxDrift: drift },
    ...(names !== undefined && { names }),
    ...(clients !== undefined && { clients }),
    ...(delayMs !== undefined && { options: { delayMs } }),
  })
}

export const put = (value: string) => ({ to: 'server', body: { type: 'put', value } })
export const get = (to: string) => ({ to, body: { type: 'get' } })

/** The caches named have asked, and have what they were granted. */
export function lent(options: ClusterOptions, ...caches: readonly string[]): HandRun {
  const run = byHand(cluster(options))
  for (const cache of caches) lend(run, cache)
  return run
}

/** This cache asks, and has what it is granted. */
export function lend(run: HandRun, cache: string): HandRun {
  const client = `reader-of-${cache}`
  return run
    .request(cache, { type: 'get' }, client)
    .deliver({ to: cache, type: 'get' })
    .deliver({ from: cache, type: 'fetch' })
    .deliver({ to: cache, type: 'grant' })
    .deliver({ to: client, type: 'get_ok' })
}

/** The value that a cache was granted last; undefined where it was granted nothing. */
export function granted(run: HandRun, cache: string): unknown {
  return run.sent.filter(({ to, body }) => to === cache && body.type === 'grant').at(-1)?.body['value']
}

/** How many messages of this type were sent to somebody so far. */
export function count(run: HandRun, type: string, to: string): number {
  return run.sent.filter((sent) => sent.to === to && sent.body.type === type).length
}

/** What the client was told last, as a value; fails where it was told nothing. */
export function read(run: HandRun, cache: string, client: string): unknown {
  run.request(cache, { type: 'get' }, client).wait(200)
  const told = run.sent.filter(({ to, body }) => to === client && body.type === 'get_ok').at(-1)
  return told === undefined ? run.fail(`${client} asked ${cache} and was told nothing`) : told.body['value']
}
