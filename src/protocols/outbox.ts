/**
 * The transactional outbox: the event is a row in the same local transaction as the change it tells of, and a relay
 * hands it to the broker later, perhaps twice (Richardson, Microservices Patterns, 2018, chapter 3).
 */
import { type Context, defineNode } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import {
  type BrokerRules,
  broker,
  brokerRules,
  type ConsumerRules,
  consumer,
  consumerRules,
  type Letter,
} from './broker.ts'
import { eventLabel, messaging } from './messaging.ts'

export interface OutboxRules extends BrokerRules, ConsumerRules {
  /** An order is to be paid. What is done, and in which order. */
  place(act: ProducerActs): void
  /** A row lies in the outbox. */
  relay(act: { publish(): void; deleteRow(): void }): void
}

export interface ProducerActs {
  /** The change and the row of the outbox in one transaction. False where the business refuses it: rolled back. */
  commitWithRow(): boolean
  /** The change alone. */
  commit(): boolean
  /** Sends the event to the broker at once. */
  publish(): void
}

const rules: OutboxRules = {
  ...brokerRules,
  ...consumerRules,
  place: (act) => void act.commitWithRow(),
  // The row stays until the broker has it: after a crash it is sent again.
  relay: (act) => act.publish(),
}

type ToProducer =
  | { readonly type: 'pay'; readonly tx: string; readonly poison: boolean }
  | { readonly type: 'published'; readonly tx: string }

interface Orders {
  readonly paid: readonly string[]
  readonly outbox: readonly Letter[]
}

function producer(rule: OutboxRules) {
  return defineNode<object, ToProducer>({
    start(ctx) {
      const { paid, outbox } = readOrders(ctx)
      for (const tx of paid) ctx.output({ type: 'decide', tx, decision: 'commit' })
      if (outbox.length > 0) wake(ctx)
      return {}
    },
    on: {
      pay(_state, message, ctx) {
        const { tx, poison } = message.body
        if (readOrders(ctx).paid.includes(tx))
          return ctx.reply(message, { type: 'pay_ok', tx, decision: 'commit' })
        const accepts = ctx.config['commits'] === 'any' ? ctx.pick([true, false]) : true
        const commit = (row: boolean): boolean => {
          if (accepts) {
            const orders = readOrders(ctx)
            keep(ctx, {
              paid: [...orders.paid, tx].sort(),
              outbox: row ? [...orders.outbox, { tx, poison }] : orders.outbox,
            })
            if (row) wake(ctx)
          }
          const decision = accepts ? 'commit' : 'abort'
          ctx.output({ type: 'decide', tx, decision })
          ctx.reply(message, { type: 'pay_ok', tx, decision })
          return accepts
        }
        rule.place({
          commitWithRow: () => commit(true),
          commit: () => commit(false),
          publish: () => publish(ctx, { tx, poison }),
        })
      },
      published(_state, { body: { tx } }, ctx) {
        deleteRow(ctx, tx)
      },
    },
    timers: {
      relay(_state, ctx) {
        const first = readOrders(ctx).outbox[0]
        if (first === undefined) return
        rule.relay({ publish: () => publish(ctx, first), deleteRow: () => deleteRow(ctx, first.tx) })
        if (readOrders(ctx).outbox.length > 0) wake(ctx)
      },
    },
  })
}

function readOrders(ctx: Context): Orders {
  return ctx.disk.read<Orders>('database') ?? { paid: [], outbox: [] }
}

/** One local transaction: one write, forced. */
function keep(ctx: Context, orders: Orders): void {
  ctx.disk.write('database', orders)
  ctx.disk.sync()
}

function deleteRow(ctx: Context, tx: string): void {
  const orders = readOrders(ctx)
  if (orders.outbox.some((row) => row.tx === tx))
    keep(ctx, { ...orders, outbox: orders.outbox.filter((row) => row.tx !== tx) })
}

function publish(ctx: Context, letter: Letter): void {
  ctx.send(String(ctx.config['broker']), { type: 'publish', ...letter })
}

function wake(ctx: Context): void {
  ctx.arm('relay', Number(ctx.config['relayMs']))
}

export const outbox = defineProtocol({
  name: 'outbox',
  source:
    'Richardson, Microservices Patterns, 2018, chapter 3: transactional outbox, polling publisher, idempotent consumer',
  says: 'a change and the event that tells of it, in one local transaction; a relay, a broker, and a consumer with an inbox',
  cluster: ['orders', 'broker', 'stock'],
  rules,
  roles: (rule) => ({ producer: producer(rule), broker: broker(rule), consumer: consumer(rule) }),
  params: {
    commits: { default: 'yes', says: 'whether the local transaction succeeds: yes, or any (both are tried)' },
    attempts: { default: 2, says: 'how often an event may be refused before it is given up' },
    relayMs: { default: 20, says: 'how often the relay looks into the outbox' },
    redeliverMs: { default: 50, says: 'how long the broker waits for an acknowledgement' },
  },
  assign(names, params) {
    const [orders, queue, stock, ...more] = names
    if (orders === undefined || queue === undefined || stock === undefined || more.length > 0)
      throw new RangeError('outbox needs three nodes, such as: orders broker stock')
    const { commits = 'yes', attempts = 2, relayMs = 20, redeliverMs = 50 } = params
    return {
      [orders]: { role: 'producer', peers: [queue], config: { broker: queue, commits, relayMs } },
      [queue]: { role: 'broker', peers: [orders, stock], config: { consumer: stock, attempts, redeliverMs } },
      [stock]: { role: 'consumer', peers: [queue], config: {} },
    }
  },
  requests: {
    pay: {
      to: 'producer',
      fields: { tx: 't1', poison: false },
      says: 'pays an order, of which the stock has to hear; poison: the stock can never process it',
    },
  },
  properties: messaging(),
  label: (body) => eventLabel(body) ?? (body.type === 'pay_ok' ? String(body['decision']) : body.type),
})
