/** check: one answer against the hidden checks of its exercise. `Checker` stays warm between answers. */
import { basename, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type CompileResult, compileAnswer, type Problem, placeText } from '../sandbox/compile.ts'
import { type Ending, ForkSupply } from '../sandbox/fork.ts'
import { DEFAULT_LIMITS, type Limits } from '../sandbox/limits.ts'
import { runAnswer } from '../sandbox/runAnswer.ts'
import { endingOf } from './ending.ts'
import type { CheckReport, CheckResult, Exercise, ScenarioFile, ScenarioResult } from './exercise.ts'
import { Results, skipped } from './results.ts'
import { scenariosIn } from './scenarioFiles.ts'
import type { Walked } from './story.ts'
import { type Asked, PLAIN } from './told.ts'
import { typeErrors } from './types.ts'
import { kitFile, WarmVitest } from './warmVitest.ts'

export interface CheckOptions {
  /** Seeds of the random runs derive from it. Default: 1. */
  readonly seed?: number
  readonly limits?: Partial<Limits>
  /** Thousands of random runs and larger searches; takes minutes. */
  readonly deep?: boolean
  /** Ends the run at the first check that is not passed; the rest counts as skipped. */
  readonly stopAtFirst?: boolean
  /** Whether type errors are looked for beside the behaviour. Default: true. */
  readonly types?: boolean
  /** Whether the scenarios beside the answer are played after the checks. Default: false. */
  readonly scenarios?: boolean
  /** Ends the run; what was not reached counts as skipped. */
  readonly signal?: AbortSignal
  /** Called when a check begins and when its result is known, in the order of the ladder. */
  onCheck?(result: CheckResult): void
}

/** A deep check takes minutes, not seconds. */
const DEEP_LIMITS: Partial<Limits> = { checkMs: 600_000, totalMs: 1_800_000, rssMb: 1500 }

/** A story told again, or why it cannot be. */
export type Retold =
  | { readonly kind: 'walked'; readonly walked: Walked }
  | { readonly kind: 'problem'; readonly problem: NonNullable<CheckReport['problem']> }

/** A scenario told step by step, or why the answer cannot be run. */
export type WalkedScenario =
  | {
      readonly kind: 'played'
      readonly result: ScenarioResult
      /** Null where there is no cluster, or where it could not be played to its end. */
      readonly walked: Walked | null
    }
  | (Retold & { readonly kind: 'problem' })

/** Keeps Vitest and one booted fork ready. Close it, or its processes stay. */
export class Checker {
  private readonly vitest: Promise<WarmVitest>
  private readonly forks: ForkSupply
  /** What a spare does until there is an answer; compiling it has warmed the compiler too. */
  private readonly rehearsal: Promise<CompileResult> | null = null
  private queue: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly exercise: Exercise,
    private readonly limits: Limits = DEFAULT_LIMITS,
    /** Whether a fork is booted for the answer after this one. */
    private readonly again = true,
  ) {
    this.forks = new ForkSupply(kitFile('worker.js'), limits)
    // First of all, since it boots by itself while Vitest starts in this process.
    this.forks.warm()
    this.vitest = WarmVitest.start(exercise)
    this.vitest.catch(() => {})
    if (again) this.rehearsal = compileAnswer(fileURLToPath(kitFile('rehearsal.mjs')))
    this.warm()
  }

  /** Checks one answer. Calls wait for each other. Rejects only on a bug of ours. */
  check(file: string, options: CheckOptions = {}): Promise<CheckReport> {
    const next = this.queue.then(() => this.checkNow(file, options))
    this.queue = next.catch(() => {})
    return next
  }

  /**
   * Tells a story again on the answer as it is now. `story` is the token that came with a check of this
   * exercise. Waits for what runs already. Rejects only on a bug of ours.
   */
  retell(file: string, story: string): Promise<Retold> {
    const next = this.queue.then(() => this.retellNow(file, story))
    this.queue = next.catch(() => {})
    return next
  }

  /** Plays a learner's own scenario on the answer as it is now. Waits for what runs already. Rejects only on a bug of ours. */
  walk(file: string, scenario: ScenarioFile): Promise<WalkedScenario> {
    const next = this.queue.then(() => this.walkNow(file, scenario))
    this.queue = next.catch(() => {})
    return next
  }

  /** Ends every process of this checker. */
  async close(): Promise<void> {
    await this.forks.close()
    await this.vitest.then((vitest) => vitest.close()).catch(() => {})
  }

  /** Boots the fork for the next answer, and loads the checks in it. */
  private warm(): void {
    const fork = this.forks.warm()
    if (fork === null) return
    this.rehearsal
      ?.then((made) => {
        if (made.kind !== 'compiled') throw new Error(made.problem.message)
        fork.send({ type: 'rehearsal', code: made.program.code, limits: this.limits })
      })
      .catch(() => {})
    this.vitest.then((vitest) => vitest.load(fork)).catch(() => {})
  }

  /** Vitest, and a spare that has the checks as they are now. */
  private async ready(): Promise<WarmVitest> {
    const vitest = await this.vitest
    const spare = this.forks.warm()
    if (spare !== null && !vitest.isFresh(spare)) spare.kill()
    return vitest
  }

  private asked(some: Partial<Asked>): { readonly [name: string]: unknown } {
    return { ...PLAIN, ...some, exercise: this.exercise.id }
  }

  private async walkNow(file: string, scenario: ScenarioFile): Promise<WalkedScenario> {
    const compiled = await compileAnswer(file)
    if (compiled.kind === 'problem') return { kind: 'problem', problem: asReported(compiled.problem) }
    const results = new Results([], compiled.program, basename(file), undefined)
    let walked: Walked | null = null
    const vitest = await this.ready()
    const ending = await runAnswer(
      {
        code: compiled.program.code,
        forks: this.forks,
        input: this.asked({ only: NO_CHECK, scenarios: [scenario], walk: true }),
        onTold(told) {
          if (told.type === 'walked') walked = told['walked'] as Walked | null
          results.take(told)
        },
        drive: (fork) => vitest.run(fork),
      },
      this.limits,
    )
    this.warm()
    results.unplayed([scenario], ending)
    const [result] = results.scenarios
    if (result !== undefined) return { kind: 'played', result, walked: placed(walked, result.place) }
    if (vitest.trouble !== null) return { kind: 'problem', problem: vitest.trouble }
    throw new Error(`nothing was heard of ${scenario.name}`)
  }

  private async retellNow(file: string, story: string): Promise<Retold> {
    const compiled = await compileAnswer(file)
    if (compiled.kind === 'problem') return { kind: 'problem', problem: asReported(compiled.problem) }
    let walked: Walked | null = null
    const vitest = await this.ready()
    const ending = await runAnswer(
      {
        code: compiled.program.code,
        forks: this.forks,
        input: this.asked({ story }),
        onTold(told, fork) {
          if (told.type !== 'walked') return
          walked = told['walked'] as Walked
          fork.kill()
        },
        drive: (fork) => vitest.run(fork),
      },
      this.limits,
    )
    this.warm()
    if (walked !== null) return { kind: 'walked', walked }
    const ended = ending.kind !== 'dismissed' && ending.kind !== 'spent'
    const stopped = ended ? endingOf(ending, basename(file)) : null
    return {
      kind: 'problem',
      problem: {
        message: stopped?.happened ?? 'this story cannot be played any more: its check begins otherwise now',
        place: stopped?.place ?? null,
        next: `check the answer again: splitbrain check ${this.exercise.id}`,
      },
    }
  }

  private async checkNow(file: string, options: CheckOptions): Promise<CheckReport> {
    const began = performance.now()
    const seed = options.seed ?? 1
    const types = options.types === false ? Promise.resolve([]) : typeErrors(file)
    const compiled = await compileAnswer(file)
    const report = async (
      rest: Pick<CheckReport, 'verdict' | 'problem' | 'checks' | 'scenarios'>,
    ): Promise<CheckReport> => ({
      exercise: this.exercise.id,
      ...rest,
      types: await types,
      seed,
      ms: Math.round(performance.now() - began),
    })
    if (compiled.kind === 'problem') {
      const problem = asReported(compiled.problem)
      return report({ verdict: 'error', problem, checks: this.exercise.checks.map(skipped), scenarios: [] })
    }
    const results = new Results(this.exercise.checks, compiled.program, basename(file), options.onCheck)
    const limits = { ...this.limits, ...(options.deep && DEEP_LIMITS), ...options.limits }
    const vitest = await this.ready()
    const scenarios = options.scenarios ? scenariosIn(dirname(file)) : []
    const run = (asked: Partial<Asked>): Promise<Ending> =>
      runAnswer(
        {
          code: compiled.program.code,
          forks: this.forks,
          input: this.asked({ seed, deep: options.deep ?? false, ...asked }),
          onTold(told, fork) {
            results.take(told)
            if (told.type === 'over' || (options.stopAtFirst && results.hasFailure)) fork.kill()
          },
          drive: (fork) => {
            const stop = (): void => fork.kill()
            if (options.signal?.aborted) stop()
            options.signal?.addEventListener('abort', stop, { once: true })
            return vitest.run(fork).finally(() => options.signal?.removeEventListener('abort', stop))
          },
        },
        limits,
      )
    const ending = await run({ scenarios })
    const isStopped = (): boolean => options.signal?.aborted === true
    const all = ending.kind === 'dismissed' && !isStopped() && !(options.stopAtFirst && results.hasFailure)
    const found = results.finish(ending, all)
    // A check may have ended the fork, and so may a scenario: the others are played in another one.
    let left = results.unplayed(scenarios, ending)
    for (let before = Number.POSITIVE_INFINITY; left.length > 0 && left.length < before && !isStopped(); ) {
      before = left.length
      left = results.unplayed(scenarios, await run({ only: NO_CHECK, scenarios: left }))
    }
    if (this.again) this.warm()
    return report({ problem: vitest.trouble, ...found, scenarios: results.scenarios })
  }
}

/** With the place in the answer at which the story stops, where there is one. */
function placed(walked: Walked | null, place: string | null): Walked | null {
  if (walked === null || walked.stopped === null || place === null) return walked
  return { ...walked, stopped: `${walked.stopped} (${place})` }
}

/** No check is called so. */
const NO_CHECK = ''

/** Checks one answer with a checker of its own. */
export async function checkExercise(
  exercise: Exercise,
  file: string,
  options: CheckOptions = {},
): Promise<CheckReport> {
  const checker = new Checker(exercise, { ...DEFAULT_LIMITS, ...options.limits }, false)
  try {
    return await checker.check(file, options)
  } finally {
    await checker.close()
  }
}

function asReported({ message, place, next }: Problem): NonNullable<CheckReport['problem']> {
  return { message, place: place === null ? null : placeText(place), next }
}
