/** A story: a trace as it travels out of the fork, with its picture and the token that replays it. */
import type { Span, View } from '../base/view.ts'
import { apply, begin, type Moment } from '../world/apply.ts'
import { type Choice, choiceText } from '../world/choice.ts'
import type { Model } from '../world/protocol.ts'

export interface Story {
  readonly steps: number
  readonly token: string
  readonly picture: View
}

export function storyOf(model: Model, trace: readonly Choice[]): Story {
  return { steps: trace.length, token: tokenOf(model, trace), picture: pictureOf(momentsOf(model, trace)) }
}

/** What is to be seen of each step. Stops where a step is not possible, which a trace of ours never is. */
export function momentsOf(model: Model, trace: readonly Choice[]): readonly Moment[] {
  let { world } = begin(model)
  const moments: Moment[] = []
  for (const choice of trace) {
    const next = apply(model, world, choice)
    if (next.kind === 'refused') break
    world = next.world
    moments.push(next.moment)
  }
  return moments
}

function pictureOf(moments: readonly Moment[]): View {
  const lines = moments.map(({ choice, outputs, threw }, i): readonly Span[] => {
    const said = outputs.map(({ node, body }) => ` · ${node} announces ${body.type}`).join('')
    return [
      { text: `${String(i + 1).padStart(4)}  `, tone: 'dim' },
      { text: choiceText(choice) + said, tone: 'plain' },
      ...(threw === null ? [] : [{ text: `  ${threw.message}`, tone: 'bad' } as const]),
    ]
  })
  return { kind: 'lines', lines }
}

function tokenOf(model: Model, trace: readonly Choice[]): string {
  return Buffer.from(JSON.stringify({ protocol: model.protocol.name, names: model.cluster.names, params: model.params, trace })).toString('base64url')
}

