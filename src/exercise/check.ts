/** check: one answer against the hidden checks of its exercise. `Checker` stays warm between answers. */
import { basename } from 'node:path'
import { type Compiled, compileAnswer, type Problem, placeText } from '../sandbox/compile.ts'
import { type Ending, ForkSupply, type Told } from '../sandbox/fork.ts'
import { DEFAULT_LIMITS, type Limits } from '../sandbox/limits.ts'
import { ANSWER_FILE } from '../sandbox/realm.ts'
import { runAnswer } from '../sandbox/runAnswer.ts'
import type { DeclaredCheck } from './collect.ts'
import { endingOf } from './ending.ts'
import type { CheckReport, CheckResult, Exercise } from './exercise.ts'
import { checksFile } from './load.ts'
import type { CheckOutcome } from './recorder.ts'
import { typeErrors } from './types.ts'
import { beside, WarmVitest } from './warmVitest.ts'

export interface CheckOptions {
  /** Seeds of the random runs derive from it. Default: 1. */
  readonly seed?: number
  readonly limits?: Partial<Limits>
  /** Whether type errors are looked for beside the behaviour. Default: true. */
  readonly types?: boolean
  /** Called when a check begins and when its result is known, in the order of the ladder. */
  onCheck?(result: CheckResult): void
}

/** Keeps Vitest and one booted fork ready. Close it, or its processes stay. */
export class Checker {
  private readonly vitest: Promise<WarmVitest>
  private readonly forks: ForkSupply
  private queue: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly exercise: Exercise,
    private readonly limits: Limits = DEFAULT_LIMITS,
  ) {
    this.forks = new ForkSupply(beside('worker'), limits)
    this.forks.warm()
    this.vitest = WarmVitest.start(exercise.folder)
    this.vitest.catch(() => {})
  }

  /** Checks one answer. Calls wait for each other. Rejects only on a bug of ours. */
  check(file: string, options: CheckOptions = {}): Promise<CheckReport> {
    const next = this.queue.then(() => this.checkNow(file, options))
    this.queue = next.catch(() => {})
    return next
  }

  /** Ends every process of this checker. */
  async close(): Promise<void> {
    await this.forks.close()
    await this.vitest.then((vitest) => vitest.close()).catch(() => {})
  }

  private async checkNow(file: string, options: CheckOptions): Promise<CheckReport> {
    const began = performance.now()
    const seed = options.seed ?? 1
    const types = options.types === false ? Promise.resolve([]) : typeErrors(file)
    const compiled = await compileAnswer(file)
    const report = async (
      rest: Pick<CheckReport, 'verdict' | 'problem' | 'checks'>,
    ): Promise<CheckReport> => ({
      exercise: this.exercise.id,
      ...rest,
      types: await types,
      seed,
      ms: Math.round(performance.now() - began),
    })
    if (compiled.kind === 'problem') {
      const problem = asReported(compiled.problem)
      return report({ verdict: 'error', problem, checks: this.exercise.checks.map(skipped) })
    }
    const results = new Results(
      this.exercise.checks as readonly DeclaredCheck[],
      compiled.program,
      basename(file),
      options.onCheck,
    )
    const limits = { ...this.limits, ...options.limits }
    const vitest = await this.vitest
    const program = {
      code: compiled.program.code,
      forks: this.forks,
      input: { seed },
      onTold: (told: Told) => results.take(told),
      drive: (fork: Parameters<WarmVitest['run']>[1]) => vitest.run(checksFile(this.exercise), fork),
    }
    const ending = await runAnswer(program, limits)
    this.forks.warm()
    return report({ problem: null, ...results.finish(ending) })
  }
}

/** Checks one answer with a checker of its own. */
export async function checkExercise(
  exercise: Exercise,
  file: string,
  options: CheckOptions = {},
): Promise<CheckReport> {
  const checker = new Checker(exercise, { ...DEFAULT_LIMITS, ...options.limits })
  try {
    return await checker.check(file, options)
  } finally {
    await checker.close()
  }
}

/** What came back of each check. */
class Results {
  private readonly byName = new Map<string, CheckResult>()
  private running: string | null = null

  constructor(
    private readonly declared: readonly DeclaredCheck[],
    private readonly program: Compiled,
    private readonly file: string,
    private readonly onCheck: ((result: CheckResult) => void) | undefined,
  ) {}

  take(told: Told): void {
    if (told.type === 'began') this.running = String(told['name'])
    if (told.type !== 'check') return
    this.running = null
    const outcome = told as unknown as CheckOutcome
    const declared = this.declared.find((check) => check.name === outcome.name)
    if (declared !== undefined) this.add(this.resultOf(declared, outcome))
  }

  /** The ladder's whole list, with the check that was running when the fork ended. */
  finish(ending: Ending): Pick<CheckReport, 'verdict' | 'checks'> {
    const stopped =
      this.declared.find((check) => check.name === this.running) ??
      this.declared.find((check) => !this.byName.has(check.name))
    if (ending.kind !== 'dismissed' && stopped !== undefined)
      this.add({ ...skipped(stopped), ...endingOf(ending, this.file) })
    const checks = this.declared.map(
      (check) =>
        this.byName.get(check.name) ?? (ending.kind === 'dismissed' ? notRun(check) : skipped(check)),
    )
    return { verdict: verdictOf(checks), checks }
  }

  private add(result: CheckResult): void {
    this.byName.set(result.name, result)
    this.onCheck?.(result)
  }

  private resultOf(declared: DeclaredCheck, outcome: CheckOutcome): CheckResult {
    const passed = outcome.verdict === 'passed'
    return {
      ...infoOf(declared),
      verdict: outcome.verdict,
      earned: passed ? declared.points : 0,
      expected: passed ? null : declared.expected,
      happened:
        outcome.verdict === 'error'
          ? 'the check itself failed; this is our bug, not yours'
          : outcome.happened,
      why: passed ? null : (outcome.why ?? declared.why),
      trace: outcome.story,
      bound: outcome.bound,
      place: this.placeOf(outcome.stack),
      log: outcome.log,
    }
  }

  /** The first frame of the stack that lies in the answer. */
  private placeOf(stack: string | null): string | null {
    const frame = stack?.match(new RegExp(`${ANSWER_FILE.replace('.', '\\.')}:(\\d+):(\\d+)`))
    if (!frame) return null
    const place = this.program.placeOf(Number(frame[1]), Number(frame[2]))
    return place === null ? null : placeText(place)
  }
}

function infoOf({ name, rung, points, hints }: DeclaredCheck) {
  return { name, rung, points, hints }
}

function skipped(check: CheckResult | Exercise['checks'][number]): CheckResult {
  const { name, rung, points, hints } = check
  return {
    name,
    rung,
    points,
    hints,
    verdict: 'skipped',
    earned: 0,
    expected: null,
    happened: null,
    why: null,
    trace: null,
    bound: null,
    place: null,
    log: [],
  }
}

function notRun(check: DeclaredCheck): CheckResult {
  return {
    ...skipped(check),
    verdict: 'error',
    happened: 'the check did not run; this is our bug, not yours',
  }
}

function verdictOf(checks: readonly CheckResult[]): CheckReport['verdict'] {
  if (checks.some((check) => check.verdict === 'error')) return 'error'
  if (checks.some((check) => check.verdict === 'failed')) return 'failed'
  if (checks.some((check) => check.verdict !== 'passed')) return 'gaveUp'
  return 'passed'
}

function asReported({ message, place, next }: Problem): NonNullable<CheckReport['problem']> {
  return { message, place: place === null ? null : placeText(place), next }
}
