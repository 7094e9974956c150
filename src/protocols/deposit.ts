/** A payment made safe to repeat: retries until answered, an id that is remembered, a disk that is forced before the answer. */
import { type Context, defineNode, type OperationId } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import { attributed, confirmedIsKept } from './depositProperties.ts'
import { effectOnce } from './effectOnce.ts'

type ToShop = { readonly type: 'pay'; readonly id: string } | { readonly type: 'added'; readonly id: string }
type ToBank = { readonly type: 'add'; readonly id: string }

const rules = {
  /** Whether this payment has to be booked, or is one that was booked before. */
  isNew: (booked: readonly string[], id: string): boolean => !booked.includes(id),
  /** Keeps a booking before it is answered. */
  force: (ctx: Context): void => ctx.disk.sync(),
  /** What the bank writes in its books to say which payment this was. */
  reference: (id: string): string => id,
}
type Rules = typeof rules

interface Shop {
  /** Payments without an answer, and who wants to know. */
  open: Map<string, { client: string; op: OperationId | null }>
}

/** Asks the bank, and asks again until it is answered. */
const shop = defineNode<Shop, ToShop>({
  start: () => ({ open: new Map() }),
  on: {
    pay(state, { from, op, body: { id } }, ctx) {
      state.open.set(id, { client: from, op })
      ask(ctx, id)
    },
    added(state, { body: { id } }, ctx) {
      const own = state.open.get(id)
      if (own === undefined) return
      state.open.delete(id)
      ctx.disarm('retry', id)
      ctx.reply({ from: own.client, op: own.op }, { type: 'pay_ok', id })
    },
  },
  timers: {
    retry: (_state, ctx, id) => ask(ctx, String(id)),
  },
})

function ask(ctx: Context, id: string): void {
  ctx.send(ctx.peers[0]!, { type: 'add', id })
  ctx.arm('retry', Number(ctx.config['patienceMs']), id)
}

/** Books a payment once, whatever arrives; the books are on its disk. */
const bank = (is: Rules) =>
  defineNode<{ balance: number }, ToBank>({
    start(ctx) {
      const booked = ctx.disk.records<string>('booked')
      if (ctx.boot === 'restart') ctx.output({ type: 'opens', booked: [...booked] })
      return { balance: 10 * booked.length }
    },
    on: {
      add(state, { from, body: { id } }, ctx) {
        if (is.isNew(ctx.disk.records<string>('booked'), id)) {
          state.balance += 10
          ctx.disk.append('booked', is.reference(id))
          is.force(ctx)
          const booked = ctx.disk.records<string>('booked')
          const reference = is.reference(id)
          ctx.output({
            type: 'effect',
            id: reference,
            times: booked.filter((other) => other === reference).length,
          })
        }
        ctx.send(from, { type: 'added', id })
      },
    },
  })

export const deposit = defineProtocol({
  name: 'deposit',
  source:
    'the retry with an id; see Gray 1978, section 5.8.3, on lost messages, and the idempotency keys of payment interfaces',
  says: 'a shop asks a bank to book a payment',
  cluster: ['shop', 'bank'],
  rules,
  roles: (is) => ({ shop, bank: bank(is) }),
  params: { patienceMs: { default: 100, says: 'how long the shop waits before it asks again' } },
  assign(names, params) {
    const [asks, books, ...more] = names
    if (asks === undefined || books === undefined || more.length > 0)
      throw new RangeError('deposit needs two nodes, such as: shop bank')
    return {
      [asks]: { role: 'shop', peers: [books], config: { patienceMs: params['patienceMs'] ?? 100 } },
      [books]: { role: 'bank', peers: [asks], config: {} },
    }
  },
  requests: { pay: { to: 'shop', fields: { id: 'o1' }, says: 'pays 10 for an order' } },
  view: (state) =>
    'open' in (state as object)
      ? { open: [...(state as unknown as Shop).open.keys()] }
      : (state as { readonly [field: string]: number }),
  properties: [effectOnce, confirmedIsKept, attributed],
  label(body) {
    if (body.type === 'pay_ok') return 'paid'
    if (body.type === 'opens') return `books: ${(body['booked'] as string[]).join(' ') || 'empty'}`
    if (body.type === 'effect')
      return `booked ${Number(body['times']) > 1 ? `${body['times']} times` : body['id']}`
    return body.type
  },
})
