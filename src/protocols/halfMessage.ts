/**
 * The half message with check-back: the broker keeps the message where nobody sees it, the producer runs its local
 * transaction and says how it ended, and the broker asks where that word does not come (RocketMQ's transactional
 * messages).
 */
import { type Context, defineNode } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import {
  type BrokerRules,
  brokerHandlers,
  brokerRules,
  brokerTimers,
  type ConsumerRules,
  consumer,
  consumerRules,
  enqueue,
  type Letter,
  startBroker,
} from './broker.ts'
import { eventLabel, messaging } from './messaging.ts'

export interface HalfMessageRules extends BrokerRules, ConsumerRules {
  /** The broker asks how a transaction ended. */
  checkBack(knows: { readonly database: boolean; readonly memory: boolean }): 'commit' | 'rollback'
}

const rules: HalfMessageRules = {
  ...brokerRules,
  ...consumerRules,
  checkBack: (knows) => (knows.database ? 'commit' : 'rollback'),
}

type ToProducer =
  | { readonly type: 'pay'; readonly tx: string; readonly poison: boolean }
  | { readonly type: 'half_ok'; readonly tx: string }
  | { readonly type: 'check'; readonly tx: string }

interface Producer {
  /** Orders whose half message is on its way; the local transaction has not begun. */
  open: {
    [tx: string]: {
      readonly from: string
      readonly op: { readonly client: string; readonly n: number } | null
    }
  }
  /** What this process remembers to have committed. */
  done: string[]
}

function producer(rule: HalfMessageRules) {
  return defineNode<Producer, ToProducer>({
    start(ctx) {
      for (const tx of paid(ctx)) ctx.output({ type: 'decide', tx, decision: 'commit' })
      return { open: {}, done: [] }
    },
    on: {
      pay(state, { from, op, body: { tx, poison } }, ctx) {
        if (state.open[tx] !== undefined || paid(ctx).includes(tx)) return ctx.refuse()
        state.open[tx] = { from, op }
        ctx.send(String(ctx.config['broker']), { type: 'half', tx, poison })
      },
      /** The half message is safe: only now does the local transaction run. */
      half_ok(state, { from, body: { tx } }, ctx) {
        const request = state.open[tx]
        if (request === undefined) return ctx.refuse()
        delete state.open[tx]
        const commits = ctx.config['commits'] === 'any' ? ctx.pick([true, false]) : true
        if (commits) {
          ctx.disk.write('paid', [...paid(ctx), tx].sort())
          ctx.disk.sync()
          state.done = [...state.done, tx].sort()
        }
        const decision = commits ? 'commit' : 'abort'
        ctx.output({ type: 'decide', tx, decision })
        ctx.send(from, { type: commits ? 'commit' : 'rollback', tx })
        ctx.reply(request, { type: 'pay_ok', tx, decision })
      },
      check(state, { from, body: { tx } }, ctx) {
        // While the half message's answer is on its way the transaction may still begin: that is no outcome yet.
        if (state.open[tx] !== undefined) return ctx.refuse()
        ctx.send(from, {
          type: rule.checkBack({ database: paid(ctx).includes(tx), memory: state.done.includes(tx) }),
          tx,
        })
      },
    },
  })
}

function paid(ctx: Context): readonly string[] {
  return ctx.disk.read<readonly string[]>('paid') ?? []
}

type ToBroker =
  | { readonly type: 'publish'; readonly tx: string; readonly poison: boolean }
  | { readonly type: 'ack'; readonly tx: string }
  | { readonly type: 'nack'; readonly tx: string }
  | { readonly type: 'half'; readonly tx: string; readonly poison: boolean }
  | { readonly type: 'commit'; readonly tx: string }
  | { readonly type: 'rollback'; readonly tx: string }

/** A broker that also keeps half messages, on its disk, until it knows what becomes of them. */
function broker(rule: HalfMessageRules) {
  const halves = (ctx: Context) => ctx.disk.read<readonly Letter[]>('halves') ?? []
  const keep = (ctx: Context, letters: readonly Letter[]) => {
    ctx.disk.write('halves', letters)
    ctx.disk.sync()
  }
  const ask = (ctx: Context) => ctx.arm('check', Number(ctx.config['checkMs']))
  return defineNode<object, ToBroker>({
    start(ctx) {
      if (halves(ctx).length > 0) ask(ctx)
      return startBroker(ctx)
    },
    on: {
      ...brokerHandlers(rule),
      half(_state, { from, body: { tx, poison } }, ctx) {
        if (!halves(ctx).some((letter) => letter.tx === tx)) keep(ctx, [...halves(ctx), { tx, poison }])
        ctx.send(from, { type: 'half_ok', tx })
        ask(ctx)
      },
      commit(_state, { body: { tx } }, ctx) {
        const letter = halves(ctx).find((one) => one.tx === tx)
        if (letter === undefined) return ctx.refuse()
        enqueue(ctx, letter)
        keep(
          ctx,
          halves(ctx).filter((one) => one.tx !== tx),
        )
      },
      rollback(_state, { body: { tx } }, ctx) {
        if (!halves(ctx).some((one) => one.tx === tx)) return ctx.refuse()
        keep(
          ctx,
          halves(ctx).filter((one) => one.tx !== tx),
        )
      },
    },
    timers: {
      ...brokerTimers,
      check(_state, ctx) {
        const first = halves(ctx)[0]
        if (first === undefined) return ctx.refuse()
        ctx.send(String(ctx.config['producer']), { type: 'check', tx: first.tx })
        ask(ctx)
      },
    },
  })
}

export const halfMessage = defineProtocol({
  name: 'half-message',
  source:
    'Apache RocketMQ documentation: transaction message (half message, second commit, transaction check-back)',
  says: 'the message first, where nobody sees it; then the local transaction; then a word, or a question',
  cluster: ['orders', 'broker', 'stock'],
  rules,
  roles: (rule) => ({ producer: producer(rule), broker: broker(rule), consumer: consumer(rule) }),
  params: {
    commits: { default: 'yes', says: 'whether the local transaction succeeds: yes, or any (both are tried)' },
    attempts: { default: 2, says: 'how often an event may be refused before it is given up' },
    checkMs: { default: 60, says: 'how long the broker waits for the word of the producer' },
    redeliverMs: { default: 50, says: 'how long the broker waits for an acknowledgement' },
  },
  assign(names, params) {
    const [orders, queue, stock, ...more] = names
    if (orders === undefined || queue === undefined || stock === undefined || more.length > 0)
      throw new RangeError('half-message needs three nodes, such as: orders broker stock')
    const { commits = 'yes', attempts = 2, checkMs = 60, redeliverMs = 50 } = params
    return {
      [orders]: { role: 'producer', peers: [queue], config: { broker: queue, commits } },
      [queue]: {
        role: 'broker',
        peers: [orders, stock],
        config: { producer: orders, consumer: stock, attempts, checkMs, redeliverMs },
      },
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
