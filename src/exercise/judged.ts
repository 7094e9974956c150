/** explored: an exhaustive search whose verdicts a check can expect to hold. */
import { type ExploreOptions, explore } from '../run/explore.ts'
import type { Model } from '../world/protocol.ts'
import type { Judged } from './matchers.ts'

/** Every schedule of the model within the budgets: `expect(explored(model, { budgets: { crashes: 1 } })).toHold()`. */
export function explored(model: Model, options: ExploreOptions = {}): Judged {
  return { model, verdicts: explore(model, options).verdicts }
}
