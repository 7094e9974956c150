/** A story: a trace as it travels out of the fork, with its picture and the token that replays it. */
import type { View } from '../base/view.ts'
import { timelineOf } from '../draw/timeline.ts'
import { replay } from '../run/replay.ts'
import { tokenOf } from '../run/token.ts'
import { begin } from '../world/apply.ts'
import type { Choice } from '../world/choice.ts'
import type { Model } from '../world/protocol.ts'

export interface Story {
  readonly steps: number
  readonly token: string
  readonly picture: View
}

/** The story of a trace that begins in the model's first world. */
export function storyOf(model: Model, trace: readonly Choice[]): Story {
  const { moments } = replay(model, begin(model).world, trace)
  const { protocol, cluster, params, options } = model
  const program = `exercise:${protocol.name}`
  const token = tokenOf({ program, rules: [], names: cluster.names, params, options, trace })
  return { steps: trace.length, token, picture: timelineOf(model, moments, { labels: 'step' }) }
}
