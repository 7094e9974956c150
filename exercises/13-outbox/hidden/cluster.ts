/** The cluster that answers run in: the learner's two ends, our broker between them, and what their disks are watched for. */
import {
  type AnyProperty,
  answer,
  byHand,
  type Context,
  defineNode,
  defineProtocol,
  type HandRun,
  type Message,
  type Model,
  makeModel,
  messaging,
  type Protocol,
  property,
} from 'splitbrain'

export interface ClusterOptions {
  /** Whether orders may be paid: `yes`, `no`, or `any`, which leaves it to the run. */
  readonly commits?: string
  /** Orders whose account is closed. */
  readonly closed?: readonly string[]
  /** On the shelf at first. */
  readonly pieces?: number
  readonly properties?: readonly string[]
  readonly delayMs?: readonly [number, number]
  readonly wire?: 'bag' | 'set'
}

/** What must hold in every world, whatever happens. */
export const SAFETY = ['NoPhantomEvent', 'EffectOnce', 'Truth'] as const

type Node = ReturnType<typeof answer>[string]
type Handler = (state: unknown, ...rest: unknown[]) => unknown

/**
 * A node whose disk is watched: at every sync `seen` is told, with what was the case at the sync before. What it
 * keeps for the next one is part of the same transaction, and the answer does not see it.
 */
function watched(node: Node, seen: (ctx: Context, before: Ledger, tx: string) => Ledger): Node {
  const lent = (ctx: Context, tx: string): Context => {
    const sync = () => {
      const before = ctx.disk.read<Ledger>(LEDGER) ?? {}
      const after = seen(ctx, before, tx)
      ctx.disk.write(LEDGER, after)
      ctx.disk.sync()
      tell(ctx, before, after)
    }
    const keys = () => ctx.disk.keys().filter((key) => key !== LEDGER)
    return over(ctx, { disk: over(ctx.disk, { sync, keys }) })
  }
  const handlers = (group: { readonly [name: string]: unknown }, call: (handler: Handler) => Handler) =>
    Object.fromEntries(Object.entries(group).map(([name, handler]) => [name, call(handler as Handler)]))
  return {
    start(ctx: Context) {
      // What is on the disk was so before the crash; it is told again, as announcements may have been lost.
      tell(ctx, {}, ctx.disk.read<Ledger>(LEDGER) ?? {})
      return node.start(lent(ctx, ''))
    },
    on: handlers(node.on, (handler) => (state, message, ctx) => {
      const { body } = message as Message
      return handler(state, message, lent(ctx as Context, String(body['tx'])))
    }),
    timers: handlers(
      node.timers ?? {},
      (handler) => (state, ctx, arg) => handler(state, lent(ctx as Context, ''), arg),
    ),
  }
}

/** The same object with some of its parts replaced; what it does, it does as itself. */
function over<T extends object>(whole: T, parts: Partial<T>): T {
  return new Proxy(whole, {
    get(target, name) {
      if (Object.hasOwn(parts, name)) return parts[name as keyof T]
      const part: unknown = Reflect.get(target, name, target)
      return typeof part === 'function' ? part.bind(target) : part
    },
  })
}

/** What was the case at the last sync: `paid t1` is 1, `shipped t1` how often, `shelf` what was left. */
type Ledger = { readonly [what: string]: number }

const LEDGER = 'what was seen of this disk'

function tell(ctx: Context, before: Ledger, after: Ledger): void {
  for (const [what, times] of Object.entries(after)) {
    if (before[what] === times) continue
    const [kind, tx] = what.split(' ')
    if (kind === 'paid') ctx.output({ type: 'decide', tx: tx!, decision: 'commit' })
    if (kind === 'shipped') ctx.output({ type: 'effect', id: tx!, times })
  }
}

function paidNow(ctx: Context, before: Ledger): Ledger {
  const paid = ctx.disk.keys().filter((key) => key.startsWith('paid ') && ctx.disk.read(key) === true)
  return { ...before, ...Object.fromEntries(paid.map((key) => [key, 1])) }
}

/** Pieces that left the shelf left for the order whose event is being handled. */
function shippedNow(ctx: Context, before: Ledger, tx: string): Ledger {
  const pieces = Number(ctx.config['pieces'])
  const [was, is] = [before['shelf'] ?? pieces, Number(ctx.disk.read<number>('shelf') ?? pieces)]
  const taken = was - is
  const key = `shipped ${tx === '' ? 'nobody' : tx}`
  return { ...before, shelf: is, ...(taken !== 0 && { [key]: (before[key] ?? 0) + taken }) }
}

interface Waiting {
  /** In the order of their coming; the first is being delivered. */
  queue: string[]
  attempt: number
  dead: string[]
}

type ToBroker = { type: 'publish'; tx: string } | { type: 'ack'; tx: string } | { type: 'reject'; tx: string }

/** At least once, first in first out, and everything on its disk: as unhelpful as brokers are. */
const broker = defineNode<object, ToBroker>({
  start(ctx) {
    const { dead, queue } = read(ctx)
    for (const tx of dead) ctx.output({ type: 'dead-letter', tx })
    if (queue.length > 0) ctx.arm('redeliver', 1)
    return {}
  },
  on: {
    publish(_state, { from, body: { tx } }, ctx) {
      const now = read(ctx)
      const isNew = !now.queue.includes(tx) && !now.dead.includes(tx)
      if (isNew) keep(ctx, { ...now, queue: [...now.queue, tx] })
      ctx.send(from, { type: 'published', tx })
      if (isNew && now.queue.length === 0) deliver(ctx)
    },
    ack: (_state, { body: { tx } }, ctx) => next(ctx, tx, false),
    reject: (_state, { body: { tx } }, ctx) => next(ctx, tx, true),
  },
  timers: { redeliver: (_state, ctx) => deliver(ctx) },
})

function read(ctx: Context): Waiting {
  return ctx.disk.read<Waiting>('queue') ?? { queue: [], attempt: 0, dead: [] }
}

function keep(ctx: Context, now: Waiting): void {
  ctx.disk.write('queue', now)
  ctx.disk.sync()
}

/** So many attempts are told; a search must not count for ever. */
const MOST = 6

function deliver(ctx: Context): void {
  const now = read(ctx)
  const first = now.queue[0]
  if (first === undefined) return
  const attempt = Math.min(now.attempt + 1, MOST)
  if (attempt !== now.attempt) keep(ctx, { ...now, attempt })
  ctx.send(String(ctx.config['consumer']), { type: 'event', tx: first, attempt })
  ctx.arm('redeliver', 100)
}

function next(ctx: Context, tx: string, isDead: boolean): void {
  const now = read(ctx)
  if (now.queue[0] !== tx) return
  keep(ctx, { queue: now.queue.slice(1), attempt: 0, dead: isDead ? [...now.dead, tx].sort() : now.dead })
  if (isDead) ctx.output({ type: 'dead-letter', tx })
  ctx.disarm('redeliver')
  deliver(ctx)
}

/** What the client is told is so: paid before it is told commit, and not paid if it is told abort. */
const truth: AnyProperty = property<{ readonly paid: readonly string[]; readonly told: readonly string[] }>({
  name: 'Truth',
  says: 'what the client is told is what is on the disk',
  first: { paid: [], told: [] },
  see(fold, seen) {
    if (seen.kind === 'output' && seen.body.type === 'decide')
      return { ...fold, paid: [...new Set([...fold.paid, String(seen.body['tx'])])].sort() }
    if (seen.kind !== 'return') return fold
    const word = `${String(seen.body['tx'])} ${String(seen.body['decision'])}`
    return { ...fold, told: [...new Set([...fold.told, word])].sort() }
  },
  judge: {
    kind: 'always',
    broken({ paid, told }) {
      for (const word of told) {
        const [tx, decision] = word.split(' ')
        if (decision === 'commit' && !paid.includes(tx!))
          return `the client was told that ${tx} is paid, and no disk says so`
        if (decision === 'abort' && paid.includes(tx!))
          return `the client was told that ${tx} is not paid, and it is`
      }
      return null
    },
  },
})

/** The answer's two ends, and our broker between them. */
export function protocol(): Protocol {
  const nodes = answer('producer', 'consumer')
  return defineProtocol({
    name: 'outbox',
    source: "the learner's answer",
    says: 'what is paid is shipped, once',
    cluster: ['orders', 'broker', 'stock'],
    rules: {},
    roles: () => ({
      producer: watched(nodes.producer, paidNow),
      broker,
      consumer: watched(nodes.consumer, shippedNow),
    }),
    params: {
      commits: { default: 'yes', says: 'whether orders may be paid: yes, no or any' },
      closed: { default: [], says: 'orders whose account is closed' },
      pieces: { default: 10, says: 'how many are on the shelf' },
    },
    assign: (_names, { commits = 'yes', closed = [], pieces = 10 }) => ({
      orders: { role: 'producer', peers: ['broker'], config: { commits } },
      broker: { role: 'broker', peers: ['orders', 'stock'], config: { consumer: 'stock' } },
      stock: { role: 'consumer', peers: ['broker'], config: { closed, pieces } },
    }),
    requests: { pay: { to: 'producer', fields: { tx: 't1', poison: false }, says: 'pays an order' } },
    label(body) {
      if (body.type === 'decide') return `paid ${String(body['tx'])}`
      if (body.type === 'effect')
        return Number(body['times']) === 1
          ? `shipped ${String(body['id'])}`
          : `shipped ${String(body['id'])} ${String(body['times'])} times`
      if (body.type === 'pay_ok') return String(body['decision'])
      return body['tx'] === undefined ? body.type : `${body.type} ${String(body['tx'])}`
    },
    view(state, role) {
      return role === 'broker' ? {} : (state as never)
    },
    properties: [...messaging(), truth],
  })
}

/** `orders`, `broker`, `stock`. Keeps track of the named properties; by default of those for safety. */
export function cluster({
  commits = 'yes',
  closed = [],
  pieces = 10,
  properties = SAFETY,
  delayMs = [1, 1],
  wire = 'bag',
}: ClusterOptions = {}): Model {
  const whole = protocol()
  const chosen = properties.map((name) => whole.properties.find((p) => p.name === name)!)
  return makeModel(whole, {
    params: { commits, closed, pieces },
    properties: chosen,
    options: { delayMs, wire },
  })
}

/** A cluster in which the client has asked for t1, and the answer has not left yet. */
export function paid(options: ClusterOptions = {}): HandRun {
  return pay(byHand(cluster(options)), 't1')
}

/** A client asks, and orders hears of it. */
export function pay(run: HandRun, tx: string, poison = false): HandRun {
  return run
    .request('orders', { type: 'pay', tx, poison }, `client-${tx}`)
    .deliver({ to: 'orders', type: 'pay', tx })
}

/** How often a message like this was sent so far. */
export function times(run: HandRun, type: string, tx: string): number {
  return run.sent.filter(({ body }) => body.type === type && body['tx'] === tx).length
}
