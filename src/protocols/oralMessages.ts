/** OM(m): agreement among generals who send messengers, as long as more than two thirds are loyal (Lamport, Shostak & Pease 1982, section 3). */
import { type Context, defineNode } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import {
  assignGenerals,
  DEFAULT_ORDER,
  generalsParams,
  interactiveConsistency,
  majority,
  ORDERS,
  type Order,
  otherOrder,
} from './generals.ts'

/**
 * "l2 told me that l1 told him that c ordered this" has the path c l1 l2: the commander first, then everybody it
 * went through, the sender last.
 */
type Path = readonly string[]
type Message = { readonly type: 'order'; readonly path: Path; readonly value: Order }

/** The debatable decisions. A flawed reading of the algorithm replaces one of them. */
export interface OralMessagesRules {
  readonly [name: string]: (...args: never[]) => unknown
  /** How many rounds there are: the commander's, and one more for each traitor. */
  rounds(m: number): number
  /** Whether a message is what it says it is. Assumption A2: the receiver knows who sent it. */
  mayBelieve(from: string, path: Path): boolean
  /** What is passed on of an order that was received. */
  relay(order: Order): Order
  /** What stands for an order that did not come. Assumption A3: its absence is noticed. Null: nothing does. */
  absent(): Order | null
  /** Which orders are counted on one level: what came from its general directly, if it did, and what others say that came. */
  counted(own: readonly Order[], others: readonly Order[]): readonly Order[]
  /** What is done if these orders were counted. Without a majority all must do the same. */
  decide(orders: readonly Order[]): Order
}

export const oralMessagesRules: OralMessagesRules = {
  rounds: (m) => m + 1,
  mayBelieve: (from, path) => path.at(-1) === from,
  relay: (order) => order,
  absent: () => DEFAULT_ORDER,
  counted: (own, others) => [...own, ...others],
  decide: majority,
}

const commander = defineNode<Record<string, never>, never>({
  start(ctx) {
    const value = ctx.config['order'] as Order
    ctx.output({ type: 'command', value })
    ctx.broadcast({ type: 'order', path: [ctx.self], value })
    return {}
  },
  on: {},
})

interface Lieutenant {
  /** What was said, by the path it came along: `c l1`. */
  said: Map<string, Order>
  decided: boolean
}

function lieutenant(rule: OralMessagesRules) {
  const rounds = (ctx: Context) => rule.rounds(Number(ctx.config['m']))

  /** Keeps an order; in the next round it is told to everybody it did not come through (OM(m), step 2). */
  function hear(state: Lieutenant, ctx: Context, path: Path, order: Order): void {
    state.said.set(path.join(' '), order)
    if (path.length >= rounds(ctx)) return
    for (const peer of without(ctx.peers, path))
      ctx.send(peer, { type: 'order', path: [...path, ctx.self], value: rule.relay(order) })
  }

  /** What the last general of the path ordered, as far as this lieutenant can tell (OM(m), step 3). */
  function ordered(state: Lieutenant, ctx: Context, path: Path): Order {
    const own = state.said.get(path.join(' '))
    if (path.length >= rounds(ctx)) return own ?? DEFAULT_ORDER
    const heard = without(ctx.peers, path)
      .map((peer) => [...path, peer])
      .filter((longer) => state.said.has(longer.join(' ')))
    const others = heard.map((longer) => ordered(state, ctx, longer))
    return rule.decide(rule.counted(own === undefined ? [] : [own], others))
  }

  return defineNode<Lieutenant, Message>({
    start(ctx) {
      ctx.arm('round', Number(ctx.config['roundMs']), 1)
      return { said: new Map(), decided: false }
    },
    on: {
      order(state, { from, body: { path, value } }, ctx) {
        const expected = pathsTo(ctx, path.length).some((one) => one.join(' ') === path.join(' '))
        if (!expected || path.length > rounds(ctx) || !rule.mayBelieve(from, path)) return ctx.refuse()
        // The first word counts; after the end of its round that is the default.
        if (state.decided || state.said.has(path.join(' '))) return ctx.refuse()
        hear(state, ctx, path, value)
      },
    },
    timers: {
      /** What should have come in this round and did not is absent. After the last one there is a decision. */
      round(state, ctx, round) {
        for (const path of pathsTo(ctx, Number(round))) {
          const order = state.said.has(path.join(' ')) ? null : rule.absent()
          if (order !== null) hear(state, ctx, path, order)
        }
        if (Number(round) < rounds(ctx))
          return ctx.arm('round', Number(ctx.config['roundMs']), Number(round) + 1)
        state.decided = true
        ctx.output({ type: 'decide', value: ordered(state, ctx, [String(ctx.config['commander'])]) })
      },
    },
  })
}

/** Every way of this length from the commander through other lieutenants, nobody twice. */
function pathsTo(ctx: Context, length: number): readonly Path[] {
  const all = waysThrough(ctx.peers, [String(ctx.config['commander'])], length)
  return all.filter((path) => path.length === length)
}

/** This way, and every longer one through these lieutenants, nobody twice; at most so long. */
function waysThrough(peers: readonly string[], path: Path, longest: number): readonly Path[] {
  if (path.length > longest) return []
  return [path, ...without(peers, path).flatMap((peer) => waysThrough(peers, [...path, peer], longest))]
}

function without(peers: readonly string[], path: Path): readonly string[] {
  return peers.filter((peer) => !path.includes(peer))
}

export const oralMessages = defineProtocol({
  name: 'oral-messages',
  source: 'Lamport, Shostak & Pease, The Byzantine Generals Problem, TOPLAS 1982, section 3',
  says: 'the commander orders, lieutenants tell each other what they were told, m + 1 rounds deep, and take the majority; m traitors need 3m + 1 generals',
  cluster: ['c', 'l1', 'l2', 'l3'],
  rules: oralMessagesRules,
  roles: (rule) => ({ commander, lieutenant: lieutenant(rule) }),
  params: generalsParams,
  assign: assignGenerals,
  properties: interactiveConsistency,
  rounds: 'round',
  /** A messenger can say anything that has a place in some round, also that somebody else sent him. */
  lies(said, liar) {
    if (said !== null) return [{ ...said, value: otherOrder(said['value'] as Order) }]
    const { commander: commands, m } = liar.config
    if (commands === undefined) return ORDERS.map((value) => ({ type: 'order', path: [liar.self], value }))
    const first = [String(commands)]
    const own = waysThrough(liar.peers, first, Number(m)).map((path) => [...path, liar.self])
    const forged = liar.peers.map((name) => [...first, name])
    return [...own, ...forged].flatMap((path) => ORDERS.map((value) => ({ type: 'order', path, value })))
  },
  label({ type, value, path }) {
    const through = Array.isArray(path) ? path.slice(1) : []
    const what =
      type === 'command'
        ? `orders ${String(value)}`
        : type === 'decide'
          ? `decides ${String(value)}`
          : String(value)
    return through.length === 0 ? what : `${what} (${through.join(' ')})`
  },
  view(state, role) {
    if (role === 'commander') return {}
    const { said } = state as unknown as Lieutenant
    return Object.fromEntries([...said].map(([path, order]) => [path, order]))
  },
})
