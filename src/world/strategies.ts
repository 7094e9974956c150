/** Strategies of traitors: what one that follows a plan sends in the place of a message, or unasked. */
import { canonicalText } from '../base/canonical.ts'
import type { Body } from '../node/node.ts'
import type { Parcel } from './choice.ts'
import { liesInstead, madeUp } from './lies.ts'
import type { Model } from './protocol.ts'
import type { World } from './world.ts'

/**
 * `equivocate`: some are told the truth and others something else. `withhold`: nothing is sent. `replay`: what was
 * received is said again. `forge`: what nobody asked for is said, as far as the traitors can make it. Traitors
 * always collude: they know together, and sign for each other.
 */
export const STRATEGIES = ['equivocate', 'withhold', 'replay', 'forge'] as const
export type Strategy = (typeof STRATEGIES)[number]

/** What a strategy may put in the place of a message of a traitor; null for nothing. */
export function insteadBy(
  strategy: Strategy,
  model: Model,
  known: Pick<World, 'traitors' | 'heard'>,
  parcel: Parcel,
): readonly (Body | null)[] {
  switch (strategy) {
    case 'equivocate':
      return liesInstead(model, known, parcel).filter((body) => body !== null)
    case 'withhold':
      return [null]
    case 'replay':
      return known.heard.filter((body) => canonicalText(body) !== canonicalText(parcel.body))
    case 'forge':
      return madeUp(model, known, parcel.from)
  }
}
