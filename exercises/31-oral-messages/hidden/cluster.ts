/** The generals that answers run in: a commander who is given, and lieutenants who are the answer's. */
import {
  answer,
  byHand,
  type CouncilOptions,
  councilOf,
  type HandRun,
  type Model,
  oralMessages,
  type Protocol,
  withSilent,
} from 'splitbrain'

export type Order = 'attack' | 'retreat'

export const ORDERS: readonly Order[] = ['attack', 'retreat']

export function protocol(): Protocol {
  const { lieutenant } = answer('lieutenant')
  const { commander } = oralMessages.roles(oralMessages.rules)
  const roles = { commander: commander!, lieutenant }
  return withSilent(oralMessages, 'generals who tell each other what they were told', roles)
}

export function council(options: CouncilOptions = {}, judged = false): Model {
  return councilOf(protocol(), options, judged)
}

export function gathered(options: CouncilOptions = {}, judged = false): HandRun {
  return byHand(council(options, judged))
}

/** The last one on the path says to `to` what is said to have come along it. */
export function say(run: HandRun, to: string, path: readonly string[], value: Order): HandRun {
  return run.receive(to, path.at(-1)!, { type: 'order', path: [...path], value })
}
