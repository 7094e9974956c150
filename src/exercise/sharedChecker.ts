/** SharedChecker: many answers of the repo itself, one after the other in one fork; what ends a fork is run again in its own. */
import { basename } from 'node:path'
import { compileAnswer } from '../sandbox/compile.ts'
import { type Fork, ForkSupply } from '../sandbox/fork.ts'
import { DEFAULT_LIMITS } from '../sandbox/limits.ts'
import type { Chance } from './chance.ts'
import { Checker, type CheckOptions } from './check.ts'
import type { CheckReport, Exercise, ScenarioFile } from './exercise.ts'
import { Results } from './results.ts'
import { type Asked, PLAIN } from './told.ts'
import { typeErrors } from './types.ts'
import { kitFile, WarmVitest } from './warmVitest.ts'

export interface SharedOptions extends Pick<CheckOptions, 'types' | 'stopAtFirst'> {
  /** The name of the one check to run; the rest counts as skipped. Default: all of them. */
  readonly only?: string
  /** Scenarios to play after the checks; those of an answer that ends its fork are not. */
  readonly scenarios?: readonly ScenarioFile[]
}

/** How one answer went in the shared fork; null where that cannot be told, because the fork ended or a check was wrong. */
type Shared = Pick<CheckReport, 'verdict' | 'checks'> | null

/**
 * The reports are those of a `Checker`. Not for answers of strangers: a fork that has run one of them is not to be
 * trusted with another.
 */
export class SharedChecker {
  private readonly vitest: Promise<WarmVitest>
  private readonly forks = new ForkSupply(kitFile('sharedWorker.js'), DEFAULT_LIMITS)
  private fork: Fork | null = null
  private readonly asked: Chance[] = []
  /** For what cannot share. */
  private alone: Checker | null = null

  constructor(private readonly exercise: Exercise) {
    this.forks.warm()
    this.vitest = WarmVitest.start(exercise, 'many')
    this.vitest.catch(() => {})
  }

  /** Checks one answer; the caller waits for one before it asks for the next. Rejects only on a bug of ours. */
  async check(
    file: string,
    { types = true, stopAtFirst = false, only, scenarios = [] }: SharedOptions = {},
  ): Promise<CheckReport> {
    const began = performance.now()
    const errors = types ? typeErrors(file, TYPES_MS) : Promise.resolve([])
    const compiled = await compileAnswer(file)
    if (compiled.kind === 'compiled') {
      const results = new Results(this.exercise.checks, compiled.program, basename(file), undefined)
      const asked = { ...PLAIN, exercise: this.exercise.id, only: only ?? null, stopAtFirst, scenarios }
      const found = await this.judged(compiled.program.code, asked, results)
      if (found !== null)
        return {
          exercise: this.exercise.id,
          problem: null,
          ...found,
          scenarios: results.scenarios,
          types: await errors,
          seed: PLAIN.seed,
          ms: Math.round(performance.now() - began),
        }
    }
    this.alone ??= new Checker(this.exercise)
    const report = await this.alone.check(file, { types: false, stopAtFirst })
    return { ...report, types: await errors, ms: Math.round(performance.now() - began) }
  }

  /** Which checks have asked clock or dice so far, and what. */
  get chances(): readonly Chance[] {
    return this.asked
  }

  /** Ends every process of this checker. */
  async close(): Promise<void> {
    await this.forks.close()
    await this.alone?.close()
    await this.vitest.then((vitest) => vitest.close()).catch(() => {})
  }

  private async judged(code: string, input: Asked, results: Results): Promise<Shared> {
    const fork = await this.running()
    const late = setTimeout(() => fork.kill(), DEFAULT_LIMITS.totalMs)
    const idle = new Promise<{ readonly kind: 'idle' }>((resolve) => {
      fork.onTold((told) => {
        if (told.type === 'idle') resolve({ kind: 'idle' })
        else if (told.type === 'chance') this.asked.push(told as unknown as Chance)
        else results.take(told)
      })
    })
    fork.send({ type: 'answer', code, limits: DEFAULT_LIMITS, input })
    const ending = await Promise.race([idle, fork.ended])
    clearTimeout(late)
    if (ending.kind !== 'idle') this.fork = null
    if (ending.kind !== 'idle' && ending.kind !== 'spent') return null
    const all = ending.kind === 'idle' && input.only === null && !(input.stopAtFirst && results.hasFailure)
    const found = results.finish(ending.kind === 'idle' ? { kind: 'dismissed' } : ending, all)
    return found.verdict === 'error' ? null : found
  }

  /** The fork in which Vitest runs the checks; a fresh one where the last has ended. */
  private async running(): Promise<Fork> {
    const vitest = await this.vitest
    if (this.fork !== null) return this.fork
    const fork = this.forks.take()
    if (!(await fork.ready)) throw new Error(`the sandbox did not start: ${fork.lastWords}`)
    vitest.run(fork).catch(() => {})
    this.fork = fork
    return fork
  }
}

/** Nobody waits for it as a learner does, and an audit must not miss an error on a busy machine. */
const TYPES_MS = 60_000
