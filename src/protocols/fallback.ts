/**
 * A shop whose checkout shows recommendations of another service, and does without where that does not answer: less
 * harvest for the same yield (Fox & Brewer, Harvest, Yield, and Scalable Tolerant Systems, HotOS 1999).
 */
import { defineNode, type OperationId } from '../node/node.ts'
import type { Observation } from '../world/property.ts'
import { property } from '../world/property.ts'
import { defineProtocol } from '../world/protocol.ts'

const rules = {
  /** The other service has not answered in time. */
  late: (act: { answerWithout(): void; wait(): void }): void => act.answerWithout(),
}

type ToShop =
  | { readonly type: 'checkout'; readonly order: string }
  | { readonly type: 'suggest'; readonly order: string }

interface State {
  open: { [order: string]: { from: string; op: OperationId | null } }
}

const shop = (rule: typeof rules) =>
  defineNode<State, ToShop>({
    start: () => ({ open: {} }),
    on: {
      checkout(state, { from, op, body: { order } }, ctx) {
        state.open[order] = { from, op }
        ctx.send(ctx.peers[0]!, { type: 'ask', order })
        ctx.arm('patience', Number(ctx.config['patienceMs']), order)
      },
      suggest(state, { body: { order } }, ctx) {
        const asked = state.open[order]
        if (asked === undefined) return
        delete state.open[order]
        ctx.disarm('patience', order)
        ctx.reply(asked, { type: 'checkout_ok', order, harvest: 'all' })
      },
    },
    timers: {
      patience(state, ctx, arg) {
        const order = String(arg)
        const asked = state.open[order]
        if (asked === undefined) return
        rule.late({
          answerWithout() {
            delete state.open[order]
            ctx.reply(asked, { type: 'checkout_ok', order, harvest: 'without suggestions' })
          },
          wait: () => ctx.arm('patience', Number(ctx.config['patienceMs']), order),
        })
      },
    },
  })

const advice = defineNode<object, { readonly type: 'ask'; readonly order: string }>({
  start: () => ({}),
  on: { ask: (_state, { from, body: { order } }, ctx) => ctx.send(from, { type: 'suggest', order }) },
})

type Orders = { readonly [order: string]: string | null }

/** What was asked, and what part of it was answered; null where nothing was. */
function follow(orders: Orders, seen: Observation): Orders {
  if (seen.kind === 'invoke') return { ...orders, [String(seen.body['order'])]: null }
  if (seen.kind !== 'return') return orders
  return { ...orders, [String(seen.body['order'])]: String(seen.body['harvest']) }
}

/** Yield is the part of the questions that is answered; here all of them must be, without waiting for a repair. */
export const yields = property<Orders>({
  name: 'Yield',
  says: 'Yield: every checkout is answered, though what it can do without is down',
  first: {},
  see: follow,
  judge: {
    kind: 'nonBlocking',
    open: (orders, { names }) =>
      Object.keys(orders)
        .filter((order) => orders[order] === null)
        .map((order) => ({
          node: names[0]!,
          what: `${order} is answered`,
          why: `the checkout ${order} waits until somebody repairs ${names[1]}`,
          state: `${order} waits`,
        })),
  },
})

/** Harvest is how much of an answer is there. */
export const harvest = property<Orders>({
  name: 'Harvest',
  says: 'Harvest: every answer is whole',
  first: {},
  see: follow,
  judge: {
    kind: 'always',
    broken(orders) {
      const part = Object.entries(orders).find(([, answer]) => answer !== null && answer !== 'all')
      return part === undefined ? null : `${part[0]} was answered ${part[1]}`
    },
  },
})

export const fallback = defineProtocol({
  name: 'fallback',
  source: 'Fox & Brewer, Harvest, Yield, and Scalable Tolerant Systems, HotOS 1999',
  says: 'a checkout that asks another service for suggestions, and does without',
  cluster: ['shop', 'advice'],
  rules,
  roles: (rule) => ({ shop: shop(rule), advice }),
  params: { patienceMs: { default: 50, says: 'how long the shop waits for suggestions' } },
  assign(names, { patienceMs = 50 }) {
    const [own, other, ...more] = names
    if (own === undefined || other === undefined || more.length > 0)
      throw new RangeError('fallback needs two nodes, such as: shop advice')
    return {
      [own]: { role: 'shop', peers: [other], config: { patienceMs } },
      [other]: { role: 'advice', peers: [own], config: {} },
    }
  },
  requests: { checkout: { to: 'shop', fields: { order: 'o1' }, says: 'pays for what is in the basket' } },
  properties: [yields, harvest],
  label: (body) =>
    body.type === 'checkout_ok' ? (body['harvest'] === 'all' ? 'paid' : 'paid, in part') : body.type,
})
