/** A shopping cart with a copy at every server, each of which takes what is put in; copies are merged when they meet. */
import { defineNode } from '../node/node.ts'
import { type AnyProperty, property } from '../world/property.ts'
import { defineProtocol } from '../world/protocol.ts'

export type Cart = {
  /** In the order of their names. */
  readonly items: readonly string[]
  readonly version: { readonly count: number; readonly server: string }
}

/** The debatable decisions. A flawed reading of the protocol replaces one of them. */
export interface CartRules {
  readonly [name: string]: (...args: never[]) => unknown
  /** What becomes of two carts that meet. */
  merge(own: Cart, arrived: Cart): Cart
}

export const laterCart = (a: Cart, b: Cart): Cart =>
  b.version.count > a.version.count ||
  (b.version.count === a.version.count && b.version.server > a.version.server)
    ? b
    : a

const rules: CartRules = {
  merge: (own, arrived) => ({
    items: [...new Set([...own.items, ...arrived.items])].sort(),
    version: laterCart(own, arrived).version,
  }),
}

type Message =
  | { readonly type: 'add'; readonly item: string }
  | { readonly type: 'items' }
  | { readonly type: 'cart'; readonly cart: Cart }

function server(rule: CartRules) {
  return defineNode<{ cart: Cart }, Message>({
    start: () => ({ cart: { items: [], version: { count: 0, server: '' } } }),
    on: {
      add(state, message, ctx) {
        const { items, version } = state.cart
        state.cart = {
          items: [...new Set([...items, message.body.item])].sort(),
          version: { count: version.count + 1, server: ctx.self },
        }
        ctx.reply(message, { type: 'add_ok' })
        ctx.output({ type: 'holds', items: state.cart.items })
        ctx.broadcast({ type: 'cart', cart: state.cart })
      },
      items: (state, message, ctx) => ctx.reply(message, { type: 'items_ok', items: state.cart.items }),
      cart(state, { body: { cart } }, ctx) {
        state.cart = rule.merge(state.cart, cart)
        ctx.output({ type: 'holds', items: state.cart.items })
      },
    },
  })
}

type Holdings = { readonly [server: string]: readonly string[] }
type Seen = {
  readonly asked: { readonly [operation: string]: string }
  readonly added: readonly string[]
  readonly holds: Holdings
}

function follow(first: boolean): Pick<Parameters<typeof property<Seen>>[0], 'first' | 'see'> {
  return {
    first: { asked: {}, added: [], holds: {} },
    see(fold, seen) {
      if (seen.kind === 'output' && seen.body.type === 'holds')
        return { ...fold, holds: { ...fold.holds, [seen.node]: seen.body['items'] as readonly string[] } }
      if (!first) return fold
      if (seen.kind === 'invoke' && seen.body.type === 'add')
        return {
          ...fold,
          asked: { ...fold.asked, [`${seen.op.client} ${seen.op.n}`]: String(seen.body['item']) },
        }
      if (seen.kind !== 'return' || seen.body.type !== 'add_ok') return fold
      const item = fold.asked[`${seen.op.client} ${seen.op.n}`]
      return item === undefined ? fold : { ...fold, added: [...new Set([...fold.added, item])].sort() }
    },
  }
}

/** At rest, what a client was told is in the cart is in it, everywhere. */
export const nothingLost: AnyProperty = property<Seen>({
  name: 'NothingLost',
  says: 'Nothing lost: what a client was told is in the cart is in every copy in the end',
  ...follow(true),
  judge: {
    kind: 'atRest',
    broken({ added, holds }, { names }) {
      for (const node of names)
        for (const item of added)
          if (!(holds[node] ?? []).includes(item))
            return `${item} was put in, and the cart at ${node} is without it`
      return null
    },
  },
})

/** At rest, all copies are equal. */
export const convergence: AnyProperty = property<Seen>({
  name: 'Convergence',
  says: 'Convergence: when everything has arrived, all copies are equal',
  ...follow(false),
  judge: {
    kind: 'atRest',
    broken({ holds }, { names }) {
      const texts = names.map((node) => (holds[node] ?? []).join(', ') || 'nothing')
      const other = texts.findIndex((text) => text !== texts[0])
      return other < 0 ? null : `${names[0]} holds ${texts[0]}, and ${names[other]} ${texts[other]}`
    },
  },
})

export const cart = defineProtocol({
  name: 'cart',
  source: 'DeCandia and others, Dynamo, SOSP 2007, section 4.4: the shopping cart whose versions are merged',
  says: 'a cart with a copy on every server; copies are merged when they meet',
  cluster: ['n1', 'n2'],
  rules,
  roles: (rule) => ({ server: server(rule) }),
  assign: (names) =>
    Object.fromEntries(
      names.map((name) => [name, { role: 'server', peers: names.filter((n) => n !== name), config: {} }]),
    ),
  requests: {
    add: { to: 'server', fields: { item: 'milk' }, says: 'puts something in' },
    items: { to: 'server', fields: {}, says: 'says what is in the cart here' },
  },
  properties: [convergence, nothingLost],
  refusals: 'stay',
  unchanged: 'handled',
  label(body) {
    const items = (list: unknown) => (list as readonly string[]).join(' ') || 'nothing'
    if (body.type === 'add') return `add ${String(body['item'])}`
    if (body.type === 'cart') return items((body['cart'] as Cart).items)
    return body.type === 'items_ok' || body.type === 'holds' ? items(body['items']) : body.type
  },
  view: (state) => ({ items: (state as unknown as { cart: Cart }).cart.items }),
})
