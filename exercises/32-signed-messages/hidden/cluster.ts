/** The generals that answers run in, all the answer's, and true signatures for whoever a check speaks for. */
import {
  answer,
  byHand,
  type CouncilOptions,
  canonicalText,
  councilOf,
  type HandRun,
  type Model,
  type Protocol,
  signedMessages,
  withSilent,
} from 'splitbrain'

export type Order = 'attack' | 'retreat'

export const ORDERS: readonly Order[] = ['attack', 'retreat']

export interface Signature {
  readonly by: string
  readonly signature: string
}

export function protocol(): Protocol {
  return withSilent(signedMessages, 'generals who sign what they say', answer('commander', 'lieutenant'))
}

export function council(options: CouncilOptions = {}, judged = false): Model {
  return councilOf(protocol(), options, judged)
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
