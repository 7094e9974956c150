/**
 * The plain explorer: worlds as objects, keyed by their whole text. Slow and obvious; the oracle that the
 * packed explorer is compared with, and the baseline it is measured against.
 */
import { apply, begin } from '../world/apply.ts'
import { type Budgets, budgetsOf } from '../world/budgets.ts'
import type { Choice } from '../world/choice.ts'
import { choices } from '../world/choices.ts'
import type { Model } from '../world/protocol.ts'
import { NOTHING_SPENT, type World, worldText } from '../world/world.ts'
import { rootsOf } from './roots.ts'

export interface NaiveExploration {
  readonly distinct: number
  readonly generated: number
  readonly depth: number
  /** False where it stopped at the limit: the counts are then too small. */
  readonly complete: boolean
  /** Per `always` property that broke: the first shortest story. */
  readonly broken: ReadonlyMap<string, { readonly why: string; readonly trace: readonly Choice[] }>
}

export function exploreNaively(
  model: Model,
  partial: Partial<Budgets> = {},
  from?: World,
  maxWorlds = Number.POSITIVE_INFINITY,
): NaiveExploration {
  const budgets = budgetsOf(model, partial)
  const textOf = (world: World) => worldText(world, model.options.wire === 'fifo', budgets.ticks > 0)
  const roots = rootsOf(model, from ?? begin(model).world, budgets)
  const stories = new Map<string, readonly Choice[]>()
  const broken = new Map<string, { why: string; trace: readonly Choice[] }>()
  const first = roots.map(({ world, trace }) => {
    const root = forgetful({ ...world, spent: NOTHING_SPENT }, budgets)
    stories.set(textOf(root), trace)
    judge(model, root, trace, broken)
    return root
  })
  let generated = roots.length
  let depth = 1
  for (let level = first; level.length > 0; ) {
    const next: World[] = []
    for (const world of level) {
      if (stories.size > maxWorlds)
        return { distinct: stories.size, generated, depth, complete: false, broken }
      const story = stories.get(textOf(world))!
      for (const choice of choices(model, world, budgets)) {
        const applied = apply(model, world, choice)
        if (applied.kind === 'refused') throw new Error(`naive: ${applied.why}`)
        generated++
        const after = forgetful(applied.world, budgets)
        const text = textOf(after)
        if (stories.has(text)) continue
        const trace = [...story, choice]
        stories.set(text, trace)
        judge(model, after, trace, broken)
        next.push(after)
      }
    }
    if (next.length > 0) depth++
    level = next
  }
  return { distinct: stories.size, generated, depth, complete: true, broken }
}

/** What is not limited is not counted, so that retries close into a loop; nobody repeats what was heard when the lies are used up. */
function forgetful(world: World, budgets: Budgets): World {
  const { spent } = world
  return {
    ...world,
    spent: Number.isFinite(budgets.timeouts) ? spent : { ...spent, timeouts: 0 },
    heard: spent.lies < budgets.lies ? world.heard : [],
  }
}

function judge(
  model: Model,
  world: World,
  trace: readonly Choice[],
  broken: Map<string, { why: string; trace: readonly Choice[] }>,
): void {
  model.properties.forEach((property, i) => {
    if (property.judge.kind !== 'always' || broken.has(property.name)) return
    const why = property.judge.broken(world.folds[i]!, model.cluster)
    if (why !== null) broken.set(property.name, { why, trace })
  })
}
