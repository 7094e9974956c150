/**
 * A message broker and its consumer: one queue in order, delivered again until it is acknowledged (at least once),
 * and an inbox at the consumer that makes one effect of many deliveries.
 */
import { type Context, defineNode } from '../node/node.ts'

/** One message: `tx` is the transaction it tells of, and its identity. */
export interface Letter {
  readonly tx: string
  /** No consumer can ever process it: the business says no. */
  readonly poison: boolean
}

export interface BrokerRules {
  readonly [name: string]: (...args: never[]) => unknown
  /** What happens to a message that was refused so many times. */
  refused(times: number, limit: number): 'retry' | 'dead-letter' | 'drop'
}

export interface ConsumerRules {
  readonly [name: string]: (...args: never[]) => unknown
  /** An event has come. What is done with it, and in which order. */
  consume(knows: { readonly database: boolean; readonly memory: boolean }, act: ConsumerActs): void
}

/** Each of the first three is a transaction of its own, safe when it returns. */
export interface ConsumerActs {
  /** The effect, and the message's id in the inbox, in one transaction. */
  applyOnce(): void
  apply(): void
  remember(): void
  /** Remembers the id in memory only. */
  note(): void
  acknowledge(): void
}

export const brokerRules: BrokerRules = {
  refused: (times, limit) => (times < limit ? 'retry' : 'dead-letter'),
}

export const consumerRules: ConsumerRules = {
  consume(knows, act) {
    if (!knows.database) act.applyOnce()
    act.acknowledge()
  },
}

type ToBroker =
  | { readonly type: 'publish'; readonly tx: string; readonly poison: boolean }
  | { readonly type: 'ack'; readonly tx: string }
  | { readonly type: 'nack'; readonly tx: string }

/** What the broker keeps, all of it on its disk. */
export interface Queue {
  readonly waiting: readonly Letter[]
  readonly dead: readonly string[]
  /** How often the first in the queue was refused. */
  readonly refused: number
}

export const EMPTY_QUEUE: Queue = { waiting: [], dead: [], refused: 0 }

export function readQueue(ctx: Context): Queue {
  return ctx.disk.read<Queue>('queue') ?? EMPTY_QUEUE
}

/** Keeps the queue, and delivers what is first in it now. */
export function keepQueue(ctx: Context, queue: Queue): void {
  ctx.disk.write('queue', queue)
  ctx.disk.sync()
  deliverFirst(ctx, queue)
}

/** Puts a letter into the queue unless it waits there already. */
export function enqueue(ctx: Context, letter: Letter): void {
  const queue = readQueue(ctx)
  if (queue.waiting.some(({ tx }) => tx === letter.tx)) return
  if (queue.dead.includes(letter.tx)) return
  const waiting = [...queue.waiting, letter]
  ctx.disk.write('queue', { ...queue, waiting })
  ctx.disk.sync()
  if (waiting.length === 1) deliverFirst(ctx, { ...queue, waiting })
}

function deliverFirst(ctx: Context, { waiting }: Queue): void {
  const first = waiting[0]
  ctx.disarm('redeliver')
  if (first === undefined) return
  ctx.send(String(ctx.config['consumer']), { type: 'event', ...first })
  ctx.arm('redeliver', Number(ctx.config['redeliverMs']))
}

/** The handlers that every broker has; `half` messages are beside them in their own file. */
export function brokerHandlers(rule: BrokerRules) {
  return {
    publish(_state: object, { from, body: { tx, poison } }: { from: string; body: Letter }, ctx: Context) {
      enqueue(ctx, { tx, poison })
      ctx.send(from, { type: 'published', tx })
    },
    ack(_state: object, { body: { tx } }: { body: { tx: string } }, ctx: Context) {
      const queue = readQueue(ctx)
      if (queue.waiting[0]?.tx !== tx) return
      keepQueue(ctx, { ...queue, waiting: queue.waiting.slice(1), refused: 0 })
    },
    nack(_state: object, { body: { tx } }: { body: { tx: string } }, ctx: Context) {
      const queue = readQueue(ctx)
      if (queue.waiting[0]?.tx !== tx) return
      const limit = Number(ctx.config['attempts'])
      const refused = Math.min(queue.refused + 1, limit)
      const move = rule.refused(refused, limit)
      if (move === 'retry') return keepQueue(ctx, { ...queue, refused })
      const dead = move === 'dead-letter' ? [...queue.dead, tx].sort() : queue.dead
      keepQueue(ctx, { waiting: queue.waiting.slice(1), dead, refused: 0 })
      if (move === 'dead-letter') ctx.output({ type: 'dead-letter', tx })
    },
  }
}

export const brokerTimers = {
  redeliver: (_state: object, ctx: Context) => deliverFirst(ctx, readQueue(ctx)),
}

/** After a restart the broker tells again what is dead, and delivers again. */
export function startBroker(ctx: Context): object {
  const queue = readQueue(ctx)
  for (const tx of queue.dead) ctx.output({ type: 'dead-letter', tx })
  deliverFirst(ctx, queue)
  return {}
}

export function broker(rule: BrokerRules) {
  return defineNode<object, ToBroker>({ start: startBroker, on: brokerHandlers(rule), timers: brokerTimers })
}

/** What the consumer's database holds: how often each transaction took effect, and which messages it has seen. */
interface Database {
  readonly effects: { readonly [tx: string]: number }
  readonly inbox: readonly string[]
}

export function consumer(rule: ConsumerRules) {
  return defineNode<{ seen: string[] }, { readonly type: 'event' } & Letter>({
    start(ctx) {
      for (const [tx, times] of Object.entries(readDatabase(ctx).effects))
        ctx.output({ type: 'effect', id: tx, times })
      return { seen: [] }
    },
    on: {
      event(state, { from, body: { tx, poison } }, ctx) {
        if (poison) return ctx.send(from, { type: 'nack', tx })
        const knows = { database: readDatabase(ctx).inbox.includes(tx), memory: state.seen.includes(tx) }
        rule.consume(knows, {
          applyOnce: () => change(ctx, tx, { effect: true, inbox: true }),
          apply: () => change(ctx, tx, { effect: true, inbox: false }),
          remember: () => change(ctx, tx, { effect: false, inbox: true }),
          note: () => {
            state.seen = [...new Set([...state.seen, tx])].sort()
          },
          acknowledge: () => ctx.send(from, { type: 'ack', tx }),
        })
      },
    },
  })
}

function readDatabase(ctx: Context): Database {
  return ctx.disk.read<Database>('database') ?? { effects: {}, inbox: [] }
}

/** One local transaction of the consumer's database: one write, forced. */
function change(ctx: Context, tx: string, what: { readonly effect: boolean; readonly inbox: boolean }): void {
  const before = readDatabase(ctx)
  const times = (before.effects[tx] ?? 0) + (what.effect ? 1 : 0)
  ctx.disk.write('database', {
    effects: what.effect ? { ...before.effects, [tx]: times } : before.effects,
    inbox: what.inbox ? [...new Set([...before.inbox, tx])].sort() : before.inbox,
  })
  ctx.disk.sync()
  if (what.effect) ctx.output({ type: 'effect', id: tx, times })
}
