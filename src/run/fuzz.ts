/** fuzz: many random runs under swarm fault plans; what breaks is shrunk to a short story. */
import { randomStream } from '../base/random.ts'
import type { Bound, Verdict } from '../base/verdict.ts'
import { begin } from '../world/apply.ts'
import type { Choice } from '../world/choice.ts'
import type { Model, ModelOptions } from '../world/protocol.ts'
import { enter, type Situation } from '../world/situation.ts'
import type { World } from '../world/world.ts'
import { CALM_MS, judgeOf, NO_THROW } from './judge.ts'
import { shrink } from './shrink.ts'
import { simulate } from './simulate.ts'
import type { SimulateOptions, Simulation } from './simulator.ts'
import {
  drawPlan,
  LONGEST_MS,
  limitWords,
  SWARM_LIMITS,
  type SwarmLimits,
  type SwarmPlan,
  SYNCHRONOUS_LIMITS,
} from './swarm.ts'

export interface FuzzOptions {
  /** How many runs. Default: 200. */
  readonly seeds?: number
  /** The seed of the first run; the others follow it. Default: 1. */
  readonly firstSeed?: number
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
  /** False: stories stay as they were found. */
  readonly shrink?: boolean
  /** Called after every run; `false` stops, and what has not broken is then given up. */
  onProgress?(seen: { readonly runs: number; readonly broken: number }): boolean
}

/** What broke a property first. */
export interface Finding {
  readonly property: string
  readonly why: string
  readonly seed: number
  /** Name of the situation the run began in, or null. */
  readonly situation: string | null
  /** From `from` on; replays on `model` without a stop. */
  readonly trace: readonly Choice[]
  /** How many steps the run had up to there, before it was shrunk. */
  readonly foundSteps: number
  readonly from: World
  /** The given model, or where the story needs the delays and disks of its run, that of the run. */
  readonly model: Model
  /** The options in which `model` differs from the given one. */
  readonly options: Partial<ModelOptions>
}

export interface Fuzzed {
  /** One verdict a property, in the order asked for; `NoThrow` comes first where a handler threw. */
  readonly verdicts: readonly Verdict<Choice>[]
  readonly findings: readonly Finding[]
  readonly runs: number
}

/**
 * Runs seed after seed until every property is broken or the seeds are used up. Depends on its arguments
 * only. `held` counts the runs that were judged to their end, and says nothing of any other run.
 */
export function fuzz(model: Model, options: FuzzOptions = {}): Fuzzed {
  return new Fuzzer(model, options).run()
}

/** Where a run begins. */
interface Start {
  readonly situation: string | null
  readonly first: World
  readonly world: World
  readonly before: readonly Choice[]
}

class Fuzzer {
  private readonly wanted: readonly string[]
  private readonly limits: SwarmLimits
  private readonly findings = new Map<string, Finding>()
  /** How many runs judged each property to the end. */
  private readonly judged = new Map<string, number>()
  private readonly begun = new Set<string>()
  private runs = 0
  private stopped = false

  constructor(
    private readonly model: Model,
    private readonly options: FuzzOptions,
  ) {
    this.wanted = options.properties ?? model.properties.map((p) => p.name)
    for (const name of this.wanted) judgeOf(model, name)
    const usual = model.protocol.rounds === undefined ? SWARM_LIMITS : SYNCHRONOUS_LIMITS
    this.limits = { ...usual, ...options.limits }
  }

  run(): Fuzzed {
    const { seeds = 200, firstSeed = 1 } = this.options
    for (let seed = firstSeed; seed < firstSeed + seeds && !this.allBroken(); seed++) {
      this.once(seed)
      this.runs++
      if (this.options.onProgress?.({ runs: this.runs, broken: this.findings.size }) !== false) continue
      this.stopped = true
      break
    }
    const names = this.findings.has(NO_THROW) ? [NO_THROW, ...this.wanted] : this.wanted
    return {
      verdicts: names.map((name) => this.verdict(name)),
      findings: [...this.findings.values()],
      runs: this.runs,
    }
  }

  private once(seed: number): void {
    const { faultsMs = 2000, calmMs = CALM_MS, maxSteps = 2000, requests } = this.options
    const asks = requests === undefined && Object.keys(this.model.clients).length === 0
    const plan = drawPlan(this.model, seed, this.limits, faultsMs, asks)
    const model = this.modelOf(seed, plan)
    const start = this.startOf(model, seed)
    const run = simulate(model, {
      seed,
      from: start.world,
      // A node that dies just before the end of the faults is back soon after; then the calm begins.
      untilMs: faultsMs + 2 * LONGEST_MS + calmMs,
      maxSteps,
      faults: plan.faults,
      requests: requests ?? plan.requests,
    })
    for (const verdict of run.verdicts) this.take(verdict, run, seed, start)
  }

  private take(verdict: Verdict<Choice>, run: Simulation, seed: number, start: Start): void {
    const name = verdict.property
    if (name !== NO_THROW && !this.wanted.includes(name)) return
    if (verdict.kind !== 'gaveUp') this.judged.set(name, (this.judged.get(name) ?? 0) + 1)
    if (verdict.kind !== 'broken' || this.findings.has(name)) return
    const trace = [...start.before, ...verdict.trace]
    const found = { property: name, seed, situation: start.situation, foundSteps: trace.length }
    this.findings.set(name, { ...found, ...this.toldShort(run.model, start.first, trace, verdict) })
  }

  /** The story on the given model if it breaks there too, otherwise on the model of its run. */
  private toldShort(
    model: Model,
    first: World,
    trace: readonly Choice[],
    { property, why }: Verdict<Choice> & { kind: 'broken' },
  ): Pick<Finding, 'trace' | 'why' | 'from' | 'model' | 'options'> {
    const { calmMs } = this.options
    const limits = {
      ...(calmMs !== undefined && { calmMs }),
      ...(this.options.shrink === false && { maxReplays: 0 }),
    }
    const from = this.options.from ?? begin(this.model).world
    const own = shrink(this.model, from, trace, property, limits)
    if (own !== null) return { trace: own.trace, why: own.why, from, model: this.model, options: {} }
    const theirs = shrink(model, first, trace, property, limits)
    const { wire, seed, delayMs, disk } = model.options
    const told = { from: first, model, options: { wire, seed, delayMs, disk } }
    return { ...told, trace: theirs?.trace ?? trace, why: theirs?.why ?? why }
  }

  private modelOf(seed: number, { delayMs, disk }: SwarmPlan): Model {
    return {
      ...this.model,
      options: {
        ...this.model.options,
        wire: this.model.options.wire === 'fifo' ? 'fifo' : 'bag',
        seed,
        delayMs,
        disk,
      },
    }
  }

  /** The first world in half of the runs, or in all if there is no situation that can be reached. */
  private startOf(model: Model, seed: number): Start {
    if (this.options.from !== undefined)
      return { situation: null, first: this.options.from, world: this.options.from, before: [] }
    const first = begin(model).world
    const situations = this.options.situations ?? model.protocol.situations ?? []
    const dice = randomStream(seed, 'situation')
    const chosen = situations.length > 0 && dice.chance(0.5) ? dice.choose(situations) : null
    const entered = chosen === null ? null : enter(model, first, chosen)
    if (chosen === null || entered === null) return { situation: null, first, world: first, before: [] }
    this.begun.add(chosen.name)
    return { situation: chosen.name, first, world: entered.world, before: entered.trace }
  }

  private allBroken(): boolean {
    return this.wanted.every((name) => this.findings.has(name))
  }

  private verdict(property: string): Verdict<Choice> {
    const finding = this.findings.get(property)
    const judged = this.judged.get(property) ?? 0
    const bound = this.bound(finding === undefined ? judged : this.runs)
    if (finding !== undefined)
      return { kind: 'broken', property, why: finding.why, trace: finding.trace, bound }
    if (this.stopped) return { kind: 'gaveUp', property, budget: `stopped after ${this.runs} runs`, bound }
    if (judged > 0) return { kind: 'held', property, bound }
    return { kind: 'gaveUp', property, budget: this.whyNotJudged(property), bound }
  }

  private whyNotJudged(property: string): string {
    const judge = this.model.properties.find((p) => p.name === property)?.judge
    return judge?.kind === 'nonBlocking'
      ? 'no random run can show that something is out of reach; explore can'
      : `${this.options.maxSteps ?? 2000} steps a run`
  }

  private bound(runs: number): Bound {
    const begun = [...this.begun].map((name) => `also from: ${name}`)
    return { driver: 'simulate', runs, budgets: [...limitWords(this.limits), ...begun] }
  }
}
