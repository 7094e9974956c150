/** What the tests of protocols share: a model with some readings in force, and worlds led to by hand. */
import { alternatives } from '../../src/protocols/index.ts'
import { type ExploreOptions, explore } from '../../src/run/explore.ts'
import { apply, begin } from '../../src/world/apply.ts'
import { DEFAULT_BUDGETS } from '../../src/world/budgets.ts'
import { type Choice, choiceText } from '../../src/world/choice.ts'
import { choices } from '../../src/world/choices.ts'
import { type Model, type ModelInput, makeModel, type Protocol, variant } from '../../src/world/protocol.ts'
import type { World } from '../../src/world/world.ts'

/** A model of the protocol with alternatives as a lesson names them: `chooseValue=largest`. */
export function reading(protocol: Protocol, readings: readonly string[], input: ModelInput = {}): Model {
  const rules = readings.map((text) => {
    const [rule = '', name] = text.split('=')
    const found = alternatives.find((a) => a.protocol === protocol.name && a.rule === rule && a.name === name)
    if (found === undefined) throw new RangeError(`${protocol.name} has no alternative ${text}`)
    return [rule, found.is] as const
  })
  return makeModel(
    rules.length === 0 ? protocol : variant(protocol, readings.join(), Object.fromEntries(rules)),
    input,
  )
}

/** What explore says of one property: `held`, `broken in 9`, or what it gave up for. */
export function searched(model: Model, property: string, options: ExploreOptions = {}): string {
  const [verdict] = explore(model, { ...options, properties: [property] }).verdicts
  if (verdict?.kind === 'broken') return `broken in ${verdict.trace.length}`
  return verdict?.kind === 'gaveUp' ? `gave up: ${verdict.budget}` : 'held'
}

/** The shortest story that breaks a property, in words. */
export function storyOf(model: Model, property: string, options: ExploreOptions = {}): string[] {
  const [verdict] = explore(model, { ...options, properties: [property] }).verdicts
  return verdict?.kind === 'broken' ? verdict.trace.map(choiceText) : [`it ${verdict?.kind}`]
}

/**
 * Leads a model from a world along steps, each given by the beginning of its choice in words, such as
 * `a1 receives prepare`, with `..` for words left out; of several that fit, the first in canonical order.
 * A choice can be given whole.
 */
export function lead(
  model: Model,
  steps: readonly (string | Choice)[],
  from: World = begin(model).world,
): World {
  return steps.reduce<World>((world, step) => {
    const chosen = typeof step === 'string' ? find(model, world, step) : step
    const applied = apply(model, world, chosen)
    if (applied.kind === 'refused') throw new Error(`${choiceText(chosen)}: ${applied.why}`)
    return applied.world
  }, from)
}

/** Why a property is broken in this world; null where it is not. */
export function brokenIn(model: Model, world: World, property: string): string | null {
  const i = model.properties.findIndex((p) => p.name === property)
  const judge = model.properties[i]?.judge
  return judge?.kind === 'always' ? judge.broken(world.folds[i]!, model.cluster) : null
}

const EVERYTHING = { ...DEFAULT_BUDGETS, crashes: 100, drops: 100, duplicates: 100, timeouts: 1000 }

function find(model: Model, world: World, step: string): Choice {
  const all = choices(model, world, EVERYTHING)
  const parts = step.split('..')
  const found = all.find((choice) => {
    const text = choiceText(choice)
    let at = 0
    return parts.every((part, i) => {
      const place = text.indexOf(part, at)
      at = place + part.length
      return i === 0 ? place === 0 : place >= 0
    })
  })
  if (found === undefined)
    throw new Error(`"${step}" is not possible now; possible is:\n${all.map(choiceText).join('\n')}`)
  return found
}
