/** verdictView: a verdict with its picture. */
import { boundText, count, type Verdict } from '../base/verdict.ts'
import type { TimelineView, VerdictView } from '../base/view.ts'
import { replay } from '../run/replay.ts'
import type { Choice } from '../world/choice.ts'
import type { Moment } from '../world/draft.ts'
import type { Model } from '../world/protocol.ts'
import type { World } from '../world/world.ts'
import { timelineOf } from './timeline.ts'

export interface Stage {
  readonly model: Model
  /** The world the trace begins in. */
  readonly from: World
  /** What led there, shown before the trace; it counts as no step. */
  readonly before?: readonly Moment[]
  readonly token?: string
}

export function verdictView(verdict: Verdict<Choice>, stage: Stage): VerdictView {
  const base = { kind: 'verdict', verdict: verdict.kind, property: verdict.property } as const
  switch (verdict.kind) {
    case 'held':
      return {
        ...base,
        headline: `held in ${boundText(verdict.bound)}`,
        why: null,
        steps: null,
        picture: null,
        token: null,
      }
    case 'gaveUp':
      return {
        ...base,
        headline: `gave up: ${verdict.budget}`,
        why: `This is not a pass: what lies beyond could still break it. It saw ${boundText(verdict.bound)}.`,
        steps: null,
        picture: null,
        token: null,
      }
    case 'broken':
      // Where no world shows something there is no story to tell.
      if (judgeOf(stage.model, verdict.property)?.kind === 'sometimes')
        return {
          ...base,
          headline: 'broken: never seen',
          why: verdict.why,
          steps: 0,
          picture: null,
          token: null,
        }
      return {
        ...base,
        headline: `broken in ${count(verdict.trace.length, 'step')}`,
        why: verdict.why,
        steps: verdict.trace.length,
        picture: pictureOf(verdict, stage),
        token: stage.token ?? null,
      }
  }
}

function pictureOf(verdict: Verdict<Choice> & { kind: 'broken' }, { model, from }: Stage): TimelineView {
  const { moments, worlds } = replay(model, from, verdict.trace)
  const last = worlds.at(-1)!
  return timelineOf(model, moments, { labels: 'step', last, doubts: doubts(model, last, verdict.property) })
}

/** The nodes that are up and owe what the broken property asks for. */
function doubts(model: Model, world: World, name: string): { node: string; state: string }[] {
  const index = model.properties.findIndex((property) => property.name === name)
  const judge = judgeOf(model, name)
  if (judge === undefined || (judge.kind !== 'nonBlocking' && judge.kind !== 'afterRepair')) return []
  return judge.open(world.folds[index]!, model.cluster).filter(({ node }) => world.nodes[node]?.up === true)
}

function judgeOf(model: Model, name: string) {
  return model.properties.find((property) => property.name === name)?.judge
}
