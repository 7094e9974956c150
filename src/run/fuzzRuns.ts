/** fuzzRuns: the runs of a fuzz, one a seed, each as plain data; who makes them changes nothing. */
import { randomStream } from '../base/random.ts'
import { begin } from '../world/apply.ts'
import type { Choice } from '../world/choice.ts'
import type { Model } from '../world/protocol.ts'
import { enter, type Situation } from '../world/situation.ts'
import type { World } from '../world/world.ts'
import { CALM_MS, NO_THROW } from './judge.ts'
import { simulate } from './simulate.ts'
import type { SimulateOptions } from './simulator.ts'
import {
  drawPlan,
  LONGEST_MS,
  SWARM_LIMITS,
  type SwarmLimits,
  type SwarmPlan,
  SYNCHRONOUS_LIMITS,
} from './swarm.ts'

/** What a run depends on beside its model and its seed. */
export interface RunOptions {
  /** Names of the properties to judge; all of the model's by default. */
  readonly properties?: readonly string[]
  readonly limits?: Partial<SwarmLimits>
  /** Where every run begins. By default: the first world, or a situation of the protocol. */
  readonly from?: World
  /** Situations to begin in besides the first world; all of the protocol's by default. */
  readonly situations?: readonly Situation[]
  /** What clients ask, the same in every run; drawn by default, unless the model's clients have their lists. */
  readonly requests?: SimulateOptions['requests']
  /** How long faults go on, in virtual milliseconds. Default: 2,000. */
  readonly faultsMs?: number
  /** How long an `afterRepair` property gets to be met in the end. Default: `CALM_MS`. */
  readonly calmMs?: number
  /** The most steps of one run. Default: 2,000. */
  readonly maxSteps?: number
}

/** What one run showed. */
export interface FuzzRun {
  readonly seed: number
  /** Name of the situation it began in, or null. */
  readonly situation: string | null
  /** The properties that it judged to the end, in the order of the model. */
  readonly judged: readonly string[]
  readonly broken: readonly {
    readonly property: string
    readonly why: string
    /** From the first world on, or from `from`. */
    readonly trace: readonly Choice[]
  }[]
}

/** A run that was to be made by others, and will not be. */
export interface Lost {
  /** Null where none of them had begun it. */
  readonly seed: number | null
  readonly why: string
}

/** The runs of these seeds, ascending. A property that an earlier one of them broke is not told as broken again. */
export function* fuzzRuns(model: Model, options: RunOptions, seeds: Iterable<number>): Generator<FuzzRun> {
  const wanted = [NO_THROW, ...(options.properties ?? model.properties.map((p) => p.name))]
  const told = new Set<string>()
  for (const seed of seeds) {
    const run = runOf(model, options, wanted, seed)
    const broken = run.broken.filter(({ property }) => !told.has(property))
    for (const { property } of broken) told.add(property)
    yield { ...run, broken }
  }
}

function runOf(model: Model, options: RunOptions, wanted: readonly string[], seed: number): FuzzRun {
  const { faultsMs = 2000, calmMs = CALM_MS, maxSteps = 2000, requests } = options
  const plan = planOf(model, options, seed)
  const own = modelOf(model, seed, plan)
  const { situation, from, before } = startOf(own, options, seed)
  const { verdicts } = simulate(own, {
    seed,
    ...(from !== null && { from }),
    // A node that dies just before the end of the faults is back soon after; then the calm begins.
    untilMs: faultsMs + 2 * LONGEST_MS + calmMs,
    maxSteps,
    faults: plan.faults,
    requests: requests ?? plan.requests,
  })
  const asked = verdicts.filter(({ property }) => wanted.includes(property))
  return {
    seed,
    situation,
    judged: asked.flatMap(({ kind, property }) => (kind === 'gaveUp' ? [] : [property])),
    broken: asked.flatMap((verdict) =>
      verdict.kind === 'broken'
        ? [{ property: verdict.property, why: verdict.why, trace: [...before, ...verdict.trace] }]
        : [],
    ),
  }
}

/** The model as the run of a seed has it: with the delays and disks that were drawn for it. */
export function runModel(model: Model, options: RunOptions, seed: number): Model {
  return modelOf(model, seed, planOf(model, options, seed))
}

/** The most that a run may draw of each kind of fault. */
export function limitsOf(model: Model, { limits }: RunOptions): SwarmLimits {
  return { ...(model.protocol.rounds === undefined ? SWARM_LIMITS : SYNCHRONOUS_LIMITS), ...limits }
}

function planOf(model: Model, options: RunOptions, seed: number): SwarmPlan {
  const asks = options.requests === undefined && Object.keys(model.clients).length === 0
  return drawPlan(model, seed, limitsOf(model, options), options.faultsMs ?? 2000, asks)
}

function modelOf(model: Model, seed: number, { delayMs, disk }: SwarmPlan): Model {
  const wire = model.options.wire === 'fifo' ? 'fifo' : 'bag'
  return { ...model, options: { ...model.options, wire, seed, delayMs, disk } }
}

/** Where a run begins. */
interface Start {
  readonly situation: string | null
  /** Null for the first world, where starting is a part of the run. */
  readonly from: World | null
  readonly before: readonly Choice[]
}

/** The first world in half of the runs, or in all if there is no situation that can be reached. */
function startOf(model: Model, options: RunOptions, seed: number): Start {
  if (options.from !== undefined) return { situation: null, from: options.from, before: [] }
  const situations = options.situations ?? model.protocol.situations ?? []
  const dice = randomStream(seed, 'situation')
  const chosen = situations.length > 0 && dice.chance(0.5) ? dice.choose(situations) : null
  const entered = chosen === null ? null : enter(model, begin(model).world, chosen)
  if (chosen === null || entered === null) return { situation: null, from: null, before: [] }
  return { situation: chosen.name, from: entered.world, before: entered.trace }
}
