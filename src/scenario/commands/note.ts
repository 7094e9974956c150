/** noteOf: what has just happened, in one line for whoever typed the command. */
import { labelOf } from '../../draw/timeline.ts'
import { bodyText, choiceText } from '../../world/choice.ts'
import type { Moment } from '../../world/draft.ts'
import type { Model } from '../../world/protocol.ts'

export function noteOf(model: Model, moments: readonly Moment[]): string {
  if (moments.length === 0) return 'nothing happened'
  const outputs = moments.flatMap((m) => m.outputs.map(({ node, body }) => `${node}: ${bodyText(body)}`))
  const threw = moments.find((m) => m.threw !== null)?.threw
  if (threw) return threw.message
  const last = moments.at(-1)!
  const what =
    moments.length === 1 ? choiceText(last.choice) : `${moments.length} steps, until ${last.timeUs / 1000} ms`
  const sent =
    moments.length === 1 && last.sent.length > 0
      ? `; sends ${last.sent.map((e) => `${labelOf(model, e.body)} to ${e.to}`).join(', ')}`
      : ''
  return outputs.length === 0 ? `${what}${sent}` : `${what}; ${outputs.join('; ')}${sent}`
}
