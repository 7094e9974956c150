/** judge: how a recorded run breaks a property, by the same rules as simulate. */

import { apply, begin } from '../world/apply.ts'
import type { Choice } from '../world/choice.ts'
import type { Moment } from '../world/draft.ts'
import type { AnyProperty } from '../world/property.ts'
import type { Model } from '../world/protocol.ts'
import type { World } from '../world/world.ts'
import { applyNextDue, dueInOrder } from './due.ts'

/** A handler threw: a failure that every model has, without a property of its own. */
export const NO_THROW = 'NoThrow'

/** What a node threw when it started first, in the first world of a model; null where none did. */
export function threwAtFirst(model: Model): string | null {
  return begin(model).moments.find(({ threw }) => threw !== null)?.threw?.message ?? null
}

/** How long everything must have gone well before a debt that is still open counts as never met. */
export const CALM_MS = 5000

/** The most steps a calm ending may have. */
const CALM_STEPS = 10_000

/** Looks at the worlds of a run, one after the other. */
export interface Judge {
  /** Why this world breaks the property, or null. `moment` led here; null for the world the run began in. */
  here(world: World, moment: Moment | null): string | null
  /**
   * Why the run breaks the property if it ends here, or null: an `afterRepair` or `eventually` property is broken where
   * everything is repaired and a debt is still open after `calmMs` in which all that was due happened.
   */
  atEnd(world: World, disturbedUs: number): string | null
  /** True where only `atEnd` can tell, so that a run needs a calm ending. */
  readonly needsEnding: boolean
}

/**
 * A judge of one property. `NoThrow` counts throws with the message `thrown` only, if it is given: another
 * error is another story. Throws `RangeError` for a name the model does not have. `nonBlocking` properties
 * are never found broken: no single run can show that something is out of reach.
 */
export function judgeOf(
  model: Model,
  name: string,
  options: { readonly calmMs?: number; readonly thrown?: string } = {},
): Judge {
  const { calmMs = CALM_MS, thrown } = options
  if (name === NO_THROW)
    return {
      here: (_world, moment) => {
        const message = moment?.threw?.message ?? null
        return thrown === undefined || message === thrown ? message : null
      },
      atEnd: () => null,
      needsEnding: false,
    }
  const index = model.properties.findIndex((property) => property.name === name)
  const property = model.properties[index]
  if (property === undefined)
    throw new RangeError(
      `${model.protocol.name} has no property "${name}"; it has ${model.properties.map((p) => p.name).join(', ') || 'none'}`,
    )
  return {
    here: (world) => brokenIn(model, property, index, world),
    atEnd(world, disturbedUs) {
      const { judge } = property
      if ((judge.kind !== 'afterRepair' && judge.kind !== 'eventually') || needsRepair(world)) return null
      if (applyNextDue(model, world, disturbedUs + calmMs * 1000) !== null) return null
      const fold = world.folds[index]!
      if (judge.kind === 'eventually') return judge.met(fold, model.cluster) ? null : judge.why
      return judge.open(fold, model.cluster)[0]?.why ?? null
    },
    needsEnding: property.judge.kind === 'afterRepair' || property.judge.kind === 'eventually',
  }
}

function brokenIn(model: Model, property: AnyProperty, index: number, world: World): string | null {
  switch (property.judge.kind) {
    case 'always':
      return property.judge.broken(world.folds[index]!, model.cluster)
    case 'atRest':
      if (dueInOrder(world).length > 0) return null
      return property.judge.broken(world.folds[index]!, model.cluster)
    case 'nonBlocking':
    case 'afterRepair':
    case 'eventually':
    case 'sometimes':
      return null
  }
}

/**
 * What makes a run end calmly: everything is repaired if something is amiss, and then all happens that is
 * due within `calmMs` of the last disturbance. Null where that never ends.
 */
export function calmEnding(
  model: Model,
  world: World,
  disturbedUs: number,
  calmMs: number = CALM_MS,
): { readonly choices: readonly Choice[]; readonly worlds: readonly World[] } | null {
  const choices: Choice[] = []
  const worlds: World[] = []
  let [now, sinceUs] = [world, disturbedUs]
  const repaired = needsRepair(world) ? apply(model, world, { kind: 'repair' }) : null
  if (repaired?.kind === 'applied') {
    choices.push(repaired.moment.choice)
    worlds.push(repaired.world)
    now = repaired.world
    sinceUs = now.timeUs
  }
  for (let step = 0; step < CALM_STEPS; step++) {
    const next = applyNextDue(model, now, sinceUs + calmMs * 1000)
    if (next === null) return { choices, worlds }
    choices.push(next.moment.choice)
    worlds.push(next.world)
    now = next.world
  }
  return null
}

/** Deliveries, timers and the passing of time disturb nobody, unless a node dies in them or a clock is off. */
export function disturbs(choice: Choice): boolean {
  if (choice.kind === 'deliver' || choice.kind === 'fire') return choice.crash !== undefined
  return choice.kind !== 'wait' || choice.rates !== undefined
}

function needsRepair(world: World): boolean {
  return world.cut.length > 0 || Object.values(world.nodes).some((slot) => !slot.up || slot.paused)
}
