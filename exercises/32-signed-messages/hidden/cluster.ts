/** The generals that answers run in: all the answer's, but for some who are silent, and for whom a check speaks and signs. */
import {
  answer,
  byHand,
  canonicalText,
  defineNode,
  defineProtocol,
  type HandRun,
  type Model,
  makeModel,
  type Protocol,
  signedMessages,
} from 'splitbrain'

export type Order = 'attack' | 'retreat'

export interface Signature {
  readonly by: string
  readonly signature: string
}

/** How long a round lasts, in milliseconds. A message takes one, and so does each word that a check puts in. */
const ROUND_MS = 100

/** Does nothing by itself. */
const silent = defineNode<Record<string, never>, never>({ start: () => ({}), on: {} })

export interface CouncilOptions {
  /** How many generals, the commander among them. */
  readonly n?: number
  readonly m?: number
  readonly order?: Order
  /** Who does nothing by itself. */
  readonly silent?: readonly string[]
  readonly signatures?: 'tags' | 'ed25519'
}

/** `c l1 l2 ...`. */
export function generals(n: number): readonly string[] {
  return ['c', ...Array.from({ length: n - 1 }, (_, i) => `l${i + 1}`)]
}

export function protocol(): Protocol {
  const nodes = answer('commander', 'lieutenant')
  const { lies, label, params, assign } = signedMessages
  return defineProtocol({
    name: 'signed-messages',
    source: "the learner's answer",
    says: 'generals who sign what they say',
    cluster: [...generals(3)],
    rules: {},
    roles: () => ({ ...nodes, silent }),
    params: { ...params, silent: { default: [], says: 'who does nothing by itself' } },
    assign(names, { silent: quiet = [], ...given }) {
      const usual = assign(names, given)
      const roleOf = (name: string) =>
        (quiet as readonly string[]).includes(name) ? 'silent' : usual[name]!.role
      return Object.fromEntries(names.map((name) => [name, { ...usual[name]!, role: roleOf(name) }]))
    },
    properties: signedMessages.properties,
    rounds: 'round',
    lies: lies!,
    label: label!,
  })
}

/** Only what is judged is kept track of: by hand, nothing. */
export function council(options: CouncilOptions = {}, judged = false): Model {
  const { n = 3, m = 1, order = 'attack', silent: quiet = [], signatures = 'tags' } = options
  return makeModel(protocol(), {
    names: generals(n),
    params: { m, order, roundMs: ROUND_MS, silent: [...quiet] },
    options: { signatures },
    ...(judged ? {} : { properties: [] }),
  })
}

export function gathered(options: CouncilOptions = {}, judged = false): HandRun {
  return byHand(council(options, judged))
}

/** The order with the true signatures of these generals, one on the other, under what has been signed already. */
export function chainOf(
  { model }: HandRun,
  value: Order,
  signers: readonly string[],
  before: readonly Signature[] = [],
): readonly Signature[] {
  let chain = before
  for (const by of signers)
    chain = [...chain, { by, signature: model.signatures.sign(by, signedText(value, chain)) }]
  return chain
}

/** Whether every signature of a chain is true. */
export function isTrue({ model }: HandRun, value: Order, chain: readonly Signature[]): boolean {
  return chain.every(({ by, signature }, i) =>
    model.signatures.verify(by, signedText(value, chain.slice(0, i)), String(signature)),
  )
}

function signedText(order: Order, chain: readonly Signature[]): string {
  return canonicalText({ order, chain: chain.map(({ by, signature }) => ({ by, signature })) })
}

/** The last of the signers sends `to` this order, signed by all of them, or with another chain that is given. */
export function say(
  run: HandRun,
  to: string,
  value: Order,
  signers: readonly string[],
  chain: readonly Signature[] = chainOf(run, value, signers),
): HandRun {
  return run.receive(to, signers.at(-1)!, { type: 'order', value, chain: chain.map((one) => ({ ...one })) })
}

/** Lets everything happen until round `r` is over: its timers have fired, and what was sent then has arrived. */
export function endOfRound(run: HandRun, r: number): HandRun {
  return run.wait(r * ROUND_MS + 10 - run.world.timeUs / 1000)
}

/** The last moment of round `r`: what is sent now arrives in the next one. */
export function beforeEnd(run: HandRun, r: number): HandRun {
  return run.wait(r * ROUND_MS - 1 - run.world.timeUs / 1000)
}

/** What each of the lieutenants has decided; one that has not, or not once, fails the check. */
export function decisions(run: HandRun, lieutenants: readonly string[]): readonly Order[] {
  return lieutenants.map((node) => {
    const said = run.outputs.filter((o) => o.node === node && o.body.type === 'decide')
    const values = [...new Set(said.map(({ body }) => body['value']))]
    if (values.length === 1) return values[0] as Order
    return run.fail(
      values.length === 0
        ? `the rounds are over, and ${node} has not decided`
        : `${node} decided ${values.join(' and then ')}`,
    )
  })
}
