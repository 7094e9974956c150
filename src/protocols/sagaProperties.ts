/**
 * What is asked of a saga: that all of its steps took effect or none is left in effect, and that they are undone in
 * reverse (Garcia-Molina & Salem, Sagas, 1987).
 *
 * Services announce `{ type: 'step', saga, step, times }`, how often a step is in effect now, from their disk, and
 * `{ type: 'undone', saga, step }`. `steps` is how many steps the saga has.
 */
import { type AnyProperty, type Cluster, type Observation, property } from '../world/property.ts'

type Fold = {
  /** By saga: how often each step is in effect now, and which were undone, oldest first. */
  readonly [saga: string]: {
    readonly now: { readonly [step: string]: number }
    readonly undone: readonly number[]
  }
}

export function sagaProperties(serviceRole = 'service'): readonly AnyProperty[] {
  return [allOrCompensated(serviceRole), reverseOrder, effectPerStep]
}

/** At the end, everything repaired: every step of a saga is in effect, or none is. */
function allOrCompensated(role: string): AnyProperty {
  return property<Fold>({
    name: 'AllOrCompensated',
    says: 'All or compensated: in the end every step of a saga is in effect, or each that was has been undone',
    first: {},
    see: follow,
    judge: {
      kind: 'afterRepair',
      open: (fold, cluster) =>
        Object.entries(fold).flatMap(([saga, { now }]) => {
          const services = cluster.names.filter((name) => cluster.roleOf[name] === role)
          const inEffect = services.filter((_, i) => (now[i] ?? 0) > 0)
          if (inEffect.length === 0 || inEffect.length === services.length) return []
          return [
            {
              node: inEffect[0]!,
              what: `${saga} is whole or undone`,
              why: `${saga} is in effect at ${inEffect.join(' and ')} and not at ${others(services, inEffect)}, and stays so`,
              state: 'in effect',
            },
          ]
        }),
    },
  })
}

function others(all: readonly string[], some: readonly string[]): string {
  return all.filter((name) => !some.includes(name)).join(' and ')
}

/** A choice of this course: compensations that commute may as well run side by side. */
export const reverseOrder = property<Fold>({
  name: 'ReverseOrder',
  says: 'Reverse order: of two steps that took effect the later is undone first',
  first: {},
  see: follow,
  judge: {
    kind: 'always',
    broken(fold) {
      for (const [saga, { undone }] of Object.entries(fold)) {
        const at = undone.findIndex((step, i) => i > 0 && step > undone[i - 1]!)
        if (at > 0) return `${saga}: step ${undone[at]! + 1} was undone after step ${undone[at - 1]! + 1}`
      }
      return null
    },
  },
})

/** At most one effect of each step, however often it is asked for. */
export const effectPerStep = property<Fold>({
  name: 'EffectOnce',
  says: 'Effect once: a step of a saga is in effect at most once, however often it is asked for',
  first: {},
  see: follow,
  judge: {
    kind: 'always',
    broken(fold) {
      for (const [saga, { now }] of Object.entries(fold)) {
        const step = Object.keys(now).find((key) => now[key]! > 1)
        if (step !== undefined) return `step ${Number(step) + 1} of ${saga} is in effect ${now[step]} times`
      }
      return null
    },
  },
})

function follow(fold: Fold, seen: Observation, cluster: Cluster): Fold {
  if (seen.kind !== 'output' || (seen.body.type !== 'step' && seen.body.type !== 'undone')) return fold
  const saga = String(seen.body['saga'])
  const step = cluster.names.filter((name) => cluster.roleOf[name] === 'service').indexOf(seen.node)
  const own = fold[saga] ?? { now: {}, undone: [] }
  if (seen.body.type === 'undone')
    return own.undone.includes(step) ? fold : { ...fold, [saga]: { ...own, undone: [...own.undone, step] } }
  const times = Number(seen.body['times'])
  return own.now[step] === times ? fold : { ...fold, [saga]: { ...own, now: { ...own.now, [step]: times } } }
}
