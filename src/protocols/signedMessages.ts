/** SM(m): agreement among generals who sign what they say, for any number of traitors (Lamport, Shostak & Pease 1982, section 4). */
import { type Context, defineNode } from '../node/node.ts'
import type { Liar } from '../world/lies.ts'
import { defineProtocol } from '../world/protocol.ts'
import {
  assignGenerals,
  generalsParams,
  interactiveConsistency,
  majority,
  ORDERS,
  type Order,
  otherOrder,
} from './generals.ts'

/** A signature on the order and on all signatures before it. */
type Signature = { readonly by: string; readonly signature: string }
type Chain = readonly Signature[]
type Message = { readonly type: 'order'; readonly value: Order; readonly chain: Chain }

/** The debatable decisions. A flawed reading of the algorithm replaces one of them. */
export interface SignedMessagesRules {
  readonly [name: string]: (...args: never[]) => unknown
  /** How many rounds there are: the commander's, and one more for each traitor. */
  rounds(m: number): number
  /** Whether every signature is that of its general on all that stands before it. */
  mayBelieve(order: Order, chain: Chain, verify: Context['verify']): boolean
  /** Whether these may be the signers of one chain: all are different, or one traitor makes it as long as he likes. */
  mayHaveSigned(signers: readonly string[]): boolean
  /**
   * Whether an order comes in time: in round r it carries r signatures (Dolev & Strong 1983; the paper's own rule
   * is a time-out for every hop). Otherwise a traitor keeps one for the end, when nobody can pass it on any more.
   */
  inTime(signatures: number, round: number): boolean
  /** The orders after one more: a set, so that it does not count how often each was told. */
  keep(orders: readonly Order[], order: Order): readonly Order[]
  /** Whether an order is passed on: all that are new. */
  mustRelay(orders: readonly Order[], order: Order): boolean
  /** What is done with these orders. Two of them prove that the commander is a traitor; all must do the same. */
  decide(orders: readonly Order[]): Order
}

export const signedMessagesRules: SignedMessagesRules = {
  rounds: (m) => m + 1,
  mayBelieve: (order, chain, verify) =>
    chain.every(({ by, signature }, i) => verify(by, signed(order, chain.slice(0, i)), signature)),
  mayHaveSigned: (signers) => new Set(signers).size === signers.length,
  inTime: (signatures, round) => signatures >= round,
  keep: (orders, order) => (orders.includes(order) ? orders : [...orders, order].sort()),
  mustRelay: (orders, order) => !orders.includes(order),
  decide: majority,
}

/** What is signed: the order and whoever has signed it so far. */
function signed(order: Order, chain: Chain) {
  return { order, chain: chain.map(({ by, signature }) => ({ by, signature })) }
}

const commander = defineNode<Record<string, never>, never>({
  start(ctx) {
    const value = ctx.config['order'] as Order
    ctx.output({ type: 'command', value })
    const signature = { by: ctx.self, signature: ctx.sign(signed(value, [])) }
    ctx.broadcast({ type: 'order', value, chain: [signature] })
    return {}
  },
  on: {},
})

interface Lieutenant {
  /** The orders that the commander has signed; sorted. */
  orders: readonly Order[]
  round: number
}

function lieutenant(rule: SignedMessagesRules) {
  const rounds = (ctx: Context) => rule.rounds(Number(ctx.config['m']))

  return defineNode<Lieutenant, Message>({
    start(ctx) {
      ctx.arm('round', Number(ctx.config['roundMs']), 1)
      return { orders: [], round: 1 }
    },
    on: {
      order(state, { body: { value, chain } }, ctx) {
        const signers = chain.map(({ by }) => by)
        const expected = signers[0] === ctx.config['commander'] && rule.mayHaveSigned(signers)
        if (!expected || state.round > rounds(ctx) || signers.includes(ctx.self)) return ctx.refuse()
        if (!rule.inTime(chain.length, state.round)) return ctx.refuse()
        if (!rule.mayBelieve(value, chain, ctx.verify)) return ctx.refuse()
        const relay = chain.length < rounds(ctx) && rule.mustRelay(state.orders, value)
        state.orders = rule.keep(state.orders, value)
        if (!relay) return
        const signature = { by: ctx.self, signature: ctx.sign(signed(value, chain)) }
        for (const peer of ctx.peers)
          if (!signers.includes(peer)) ctx.send(peer, { type: 'order', value, chain: [...chain, signature] })
      },
    },
    timers: {
      round(state, ctx, round) {
        state.round = Number(round) + 1
        if (Number(round) < rounds(ctx)) ctx.arm('round', Number(ctx.config['roundMs']), state.round)
        else ctx.output({ type: 'decide', value: rule.decide(state.orders) })
      },
    },
  })
}

export const signedMessages = defineProtocol({
  name: 'signed-messages',
  source:
    'Lamport, Shostak & Pease, The Byzantine Generals Problem, TOPLAS 1982, section 4; Dolev & Strong 1983',
  says: 'every order carries the signatures of all who passed it on, so that a traitor can hide an order but not change it; m traitors need m + 2 generals',
  cluster: ['c', 'l1', 'l2'],
  rules: signedMessagesRules,
  roles: (rule) => ({ commander, lieutenant: lieutenant(rule) }),
  params: generalsParams,
  assign: assignGenerals,
  properties: interactiveConsistency,
  rounds: 'round',
  lies(said, liar) {
    if (said !== null) return Array.isArray(said['chain']) ? otherWords(said as Message, liar) : []
    const general = String(liar.config['commander'] ?? liar.self)
    const heard = liar.heard.filter((body) => Array.isArray(body['chain'])) as unknown as readonly Message[]
    const signed = heard.flatMap((message) => shorterAndLonger(message, liar))
    // Without the commander's key all that is left is to claim that he signed, and to sign that oneself.
    const own = liar.traitors.includes(general) ? chainsAlone(general, liar) : forgedChains(general, liar)
    return [...signed, ...own]
  },
  label({ type, value, chain }, fits = () => true) {
    if (type !== 'order') return `${type === 'command' ? 'orders' : 'decides'} ${String(value)}`
    const signers = Array.isArray(chain) ? (chain as unknown as Chain) : []
    const marked = signers.map(({ by, signature }, i) => {
      const isTrue = fits(by, signed(value as Order, signers.slice(0, i)), signature)
      return isTrue ? by : `${by}!`
    })
    return `${String(value)} :${marked.length === 0 ? 'unsigned' : marked.join(':')}`
  },
  view(state, role) {
    if (role === 'commander') return {}
    const { orders, round } = state as unknown as Lieutenant
    return { orders: [...orders], round }
  },
})

/** The other order under the same names: traitors sign it anew, and of loyal ones stand signatures that do not fit. */
function otherWords({ value, chain }: Message, liar: Liar): readonly Message[] {
  const other = otherOrder(value)
  let anew: Chain = []
  for (const one of chain)
    anew = liar.traitors.includes(one.by) ? withSignature(anew, other, one.by, liar) : [...anew, one]
  return [claim(other, anew)]
}

/** A true order with some of its signatures taken off, and with one of a traitor put on, also a second time. */
function shorterAndLonger({ value, chain }: Message, liar: Liar): readonly Message[] {
  return chain.flatMap((_, i) => {
    const start = chain.slice(0, i + 1)
    return [start, ...liar.traitors.map((name) => withSignature(start, value, name, liar))].map((one) =>
      claim(value, one),
    )
  })
}

/** What traitors can sign alone if the commander is one of them: by him, by one more, and as long as the last round asks. */
function chainsAlone(general: string, liar: Liar): readonly Message[] {
  const friends = liar.traitors.filter((name) => name !== general)
  const longest = Number(liar.config['m']) + 1
  const short = [[general], ...friends.map((name) => [general, name])]
  const stretched = short.map((names) =>
    Array.from({ length: longest }, (_, i) => names[Math.min(i, names.length - 1)]!),
  )
  return ORDERS.flatMap((order) => [...short, ...stretched].map((names) => signedBy(names, order, liar)))
}

/** An order of nobody: with the name of the commander, and with a true signature of the liar under that. */
function forgedChains(general: string, liar: Liar): readonly Message[] {
  const forged = [{ by: general, signature: 'forged' }]
  return ORDERS.flatMap((order) =>
    [forged, withSignature(forged, order, liar.self, liar)].map((chain) => claim(order, chain)),
  )
}

function signedBy(signers: readonly string[], order: Order, liar: Liar): Message {
  let chain: Chain = []
  for (const by of signers) chain = withSignature(chain, order, by, liar)
  return claim(order, chain)
}

function withSignature(chain: Chain, order: Order, by: string, liar: Liar): Chain {
  return [...chain, { by, signature: liar.sign(by, signed(order, chain)) }]
}

function claim(value: Order, chain: Chain): Message {
  return { type: 'order', value, chain }
}
