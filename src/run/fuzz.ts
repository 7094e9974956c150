/** fuzz: many random runs under swarm fault plans; what breaks is shrunk to a short story. */
import { type Bound, count, type Verdict } from '../base/verdict.ts'
import { begin } from '../world/apply.ts'
import type { Choice } from '../world/choice.ts'
import type { Model, ModelOptions } from '../world/protocol.ts'
import type { World } from '../world/world.ts'
import { type FuzzRun, fuzzRuns, type Lost, limitsOf, type RunOptions, runModel } from './fuzzRuns.ts'
import { judgeOf, NO_THROW } from './judge.ts'
import { type ShrinkOptions, shrink } from './shrink.ts'
import { limitWords } from './swarm.ts'

/** How many runs there are unless told otherwise. */
export const DEFAULT_SEEDS = 200

export interface FuzzOptions extends RunOptions {
  /** How many runs. Default: 200. */
  readonly seeds?: number
  /** The seed of the first run; the others follow it. Default: 1. */
  readonly firstSeed?: number
  /** The runs of all the seeds, in their order, if others make them; null where the next is not there yet. */
  readonly runs?: Iterable<FuzzRun | Lost | null>
  /** False: stories stay as they were found. */
  readonly shrink?: boolean
  /**
   * Called after every run, and while one is waited for or a story is made shorter. `false` stops: what has not broken is
   * then given up, and a story stays as short as it is by then.
   */
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
  /** Where others made the runs: the first that they could not make. None after it counts. */
  readonly lost: Lost | null
}

/**
 * Runs seed after seed until every property is broken or the seeds are used up. Depends on its arguments
 * only. `held` counts the runs that were judged to their end, and says nothing of any other run.
 */
export function fuzz(model: Model, options: FuzzOptions = {}): Fuzzed {
  return new Fuzzer(model, options).run()
}

class Fuzzer {
  private readonly wanted: readonly string[]
  private readonly findings = new Map<string, Finding>()
  /** How many runs judged each property to the end. */
  private readonly judged = new Map<string, number>()
  private readonly begun = new Set<string>()
  private runs = 0
  private lost: Lost | null = null
  private stopped = false

  constructor(
    private readonly model: Model,
    private readonly options: FuzzOptions,
  ) {
    this.wanted = options.properties ?? model.properties.map((p) => p.name)
    for (const name of this.wanted) judgeOf(model, name)
  }

  run(): Fuzzed {
    const {
      seeds = DEFAULT_SEEDS,
      firstSeed = 1,
      runs = fuzzRuns(this.model, this.options, ascending(firstSeed, seeds)),
    } = this.options
    for (const run of this.allBroken() ? [] : runs) {
      if (run !== null && 'why' in run) {
        this.lost = run
        break
      }
      if (run !== null) this.take(run)
      if (!this.goesOn() || this.allBroken()) break
    }
    const names = this.findings.has(NO_THROW) ? [NO_THROW, ...this.wanted] : this.wanted
    return {
      verdicts: names.map((name) => this.verdict(name)),
      findings: [...this.findings.values()],
      runs: this.runs,
      lost: this.lost,
    }
  }

  private goesOn(): boolean {
    const { onProgress } = this.options
    this.stopped ||= onProgress?.({ runs: this.runs, broken: this.findings.size }) === false
    return !this.stopped
  }

  private take({ seed, situation, judged, broken }: FuzzRun): void {
    this.runs++
    if (situation !== null) this.begun.add(situation)
    for (const name of judged) this.judged.set(name, (this.judged.get(name) ?? 0) + 1)
    for (const { property, why, trace } of broken) {
      if (this.findings.has(property)) continue
      const found = { property, seed, situation, foundSteps: trace.length }
      this.findings.set(property, { ...found, ...this.toldShort(seed, trace, property, why) })
    }
  }

  /** The story on the given model if it breaks there too, otherwise on the model of its run. */
  private toldShort(
    seed: number,
    trace: readonly Choice[],
    property: string,
    why: string,
  ): Pick<Finding, 'trace' | 'why' | 'from' | 'model' | 'options'> {
    const { calmMs } = this.options
    const limits: ShrinkOptions = {
      goesOn: () => this.goesOn(),
      ...(calmMs !== undefined && { calmMs }),
      ...(this.options.shrink === false && { maxReplays: 0 }),
    }
    const from = this.options.from ?? begin(this.model).world
    const own = shrink(this.model, from, trace, property, limits)
    if (own !== null) return { trace: own.trace, why: own.why, from, model: this.model, options: {} }
    const model = runModel(this.model, this.options, seed)
    const first = this.options.from ?? begin(model).world
    const theirs = shrink(model, first, trace, property, limits)
    const { wire, delayMs, disk } = model.options
    // The seed of the run is not that of the keys: what was signed under these would be forged under others.
    const keys = model.signatures.used && { keys: model.options.keys }
    const told = { from: first, model, options: { wire, seed, delayMs, disk, ...keys } }
    return { ...told, trace: theirs?.trace ?? trace, why: theirs?.why ?? why }
  }

  private allBroken(): boolean {
    // Where no property is asked for, a throw is all that there is to find.
    return this.wanted.length === 0
      ? this.findings.has(NO_THROW)
      : this.wanted.every((name) => this.findings.has(name))
  }

  private verdict(property: string): Verdict<Choice> {
    const finding = this.findings.get(property)
    const judged = this.judged.get(property) ?? 0
    const bound = this.bound(finding === undefined ? judged : this.runs)
    if (finding !== undefined)
      return { kind: 'broken', property, why: finding.why, trace: finding.trace, bound }
    if (this.stopped)
      return { kind: 'gaveUp', property, budget: `stopped after ${count(this.runs, 'run')}`, bound }
    if (this.lost !== null) return { kind: 'gaveUp', property, budget: this.lost.why, bound }
    if (judged > 0) return { kind: 'held', property, bound }
    return { kind: 'gaveUp', property, budget: this.whyNotJudged(property), bound }
  }

  private whyNotJudged(property: string): string {
    const judge = this.model.properties.find((p) => p.name === property)?.judge
    if (judge?.kind === 'nonBlocking')
      return 'no random run can show that something is out of reach; explore can'
    if (judge?.kind === 'sometimes') return 'random runs do not look for what must be seen once; explore does'
    return `${this.options.maxSteps ?? 2000} steps a run`
  }

  private bound(runs: number): Bound {
    const begun = [...this.begun].map((name) => `also from: ${name}`)
    const betrayed = (this.options.from?.traitors ?? []).length > 0
    return {
      driver: 'simulate',
      runs,
      budgets: [...limitWords(limitsOf(this.model, this.options), betrayed), ...begun],
    }
  }
}

function* ascending(first: number, count: number): Generator<number> {
  for (let seed = first; seed < first + count; seed++) yield seed
}
