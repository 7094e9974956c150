/** Results: what came back of each check, in the words and places of the learner's own file. */
import { grouped } from '../base/verdict.ts'
import { type Compiled, placeText } from '../sandbox/compile.ts'
import type { Ending, Told } from '../sandbox/fork.ts'
import { ANSWER_FILE } from '../sandbox/given.ts'
import { endingOf, spentWords } from './ending.ts'
import type { CheckInfo, CheckReport, CheckResult, ScenarioFile, ScenarioResult } from './exercise.ts'
import type { ScenarioOutcome } from './ownScenarios.ts'
import type { CheckOutcome } from './recorder.ts'

/** What came back of each check, and of each scenario of the learner. */
export class Results {
  private readonly byName = new Map<string, CheckResult>()
  private readonly played: ScenarioResult[] = []
  private running: string | null = null
  private playing: string | null = null

  constructor(
    private readonly declared: readonly CheckInfo[],
    private readonly program: Compiled,
    private readonly file: string,
    private readonly onCheck: ((result: CheckResult) => void) | undefined,
  ) {}

  take(told: Told): void {
    if (told.type === 'scenarioBegan') this.playing = String(told['file'])
    if (told.type === 'scenario') this.takeScenario(told as unknown as ScenarioOutcome)
    if (told.type === 'began') this.running = String(told['name'])
    if (told.type !== 'check') return
    this.running = null
    const outcome = told as unknown as CheckOutcome
    const declared = this.declared.find((check) => check.name === outcome.name)
    if (declared !== undefined) this.add(this.resultOf(declared, outcome))
  }

  /** The ladder's whole list; `all` says that every check was to run. The check that was running when the fork ended is told why. */
  finish(ending: Ending, all: boolean): Pick<CheckReport, 'verdict' | 'checks'> {
    const stopped =
      this.declared.find((check) => check.name === this.running) ??
      this.declared.find((check) => !this.byName.has(check.name))
    if (ending.kind !== 'dismissed' && ending.kind !== 'spent' && stopped !== undefined)
      this.add({ ...skipped(stopped), ...endingOf(ending, this.file) })
    const checks = this.declared.map(
      (check) => this.byName.get(check.name) ?? (all ? notRun(check) : skipped(check)),
    )
    return { verdict: verdictOf(checks), checks }
  }

  /** In the order of their files. */
  get scenarios(): readonly ScenarioResult[] {
    return this.played.toSorted((a, b) => (a.file < b.file ? -1 : 1))
  }

  /** Those of which nothing was heard yet. The one that was being played when the fork ended is told why. */
  unplayed(files: readonly ScenarioFile[], ending: Ending): readonly ScenarioFile[] {
    if (this.playing !== null) this.played.push(brokenOff(this.playing, ending, this.file))
    this.playing = null
    return files.filter(({ name }) => !this.played.some(({ file }) => file === name))
  }

  get hasFailure(): boolean {
    return [...this.byName.values()].some((check) => check.verdict !== 'passed')
  }

  private takeScenario({ type: _, stack, spent, ...outcome }: ScenarioOutcome): void {
    this.playing = null
    this.played.push({
      ...outcome,
      ...(spent && { happened: spentWords(spent).happened }),
      place: spent === null ? this.placeOf(stack) : this.placeOfSite(spent.site),
    })
  }

  private add(result: CheckResult): void {
    this.byName.set(result.name, result)
    this.onCheck?.(result)
  }

  private resultOf(declared: CheckInfo, outcome: CheckOutcome): CheckResult {
    const passed = outcome.verdict === 'passed'
    return {
      ...declared,
      verdict: outcome.verdict,
      earned: passed ? declared.points : 0,
      expected: passed ? null : outcome.expected,
      happened:
        outcome.verdict === 'error'
          ? `the check itself failed; this is our bug, not yours: ${withoutPaths(outcome.happened ?? '')}`
          : outcome.happened,
      why: passed ? null : outcome.why,
      trace: outcome.story,
      bound: outcome.bound,
      cost: passed && declared.reference !== null ? outcome.cost : null,
      place: this.placeOf(outcome.stack),
      log:
        outcome.dropped > 0
          ? [...outcome.log, `... and ${grouped(outcome.dropped)} lines more`]
          : outcome.log,
      ...(outcome.spent && { ...spentWords(outcome.spent), place: this.placeOfSite(outcome.spent.site) }),
    }
  }

  private placeOfSite(site: number): string | null {
    const place = this.program.placeOfSite(site)
    return place === null ? null : placeText(place)
  }

  private placeOf(stack: string | null): string | null {
    return stack === null ? null : placeInAnswer(this.program, stack)
  }
}

/** The first frame of a stack that lies in the answer, as the learner's own place. */
export function placeInAnswer(program: Compiled, stack: string): string | null {
  const frame = stack.match(new RegExp(`${ANSWER_FILE.replace('.', '\\.')}:(\\d+):(\\d+)`))
  if (!frame) return null
  const place = program.placeOf(Number(frame[1]), Number(frame[2]))
  return place === null ? null : placeText(place)
}

/** A scenario that came to no end of its own. */
function brokenOff(name: string, ending: Ending, answer: string): ScenarioResult {
  const ended = ending.kind !== 'dismissed' && ending.kind !== 'spent'
  const told = ended ? endingOf(ending, answer) : null
  const late =
    ending.kind === 'overtime' ? `it was not done after ${ending.ms / 1000} s and was stopped` : null
  return {
    file: name,
    verdict: 'error',
    held: 0,
    line: null,
    column: null,
    text: null,
    happened: late ?? told?.happened ?? 'it could not be played to its end; this is our bug, not yours',
    suggestion: null,
    place: late === null ? (told?.place ?? null) : null,
    printed: [],
    trace: null,
    log: [],
  }
}

/** A check that was not run. */
export function skipped(check: CheckInfo): CheckResult {
  return {
    ...check,
    verdict: 'skipped',
    earned: 0,
    expected: null,
    happened: null,
    why: null,
    trace: null,
    bound: null,
    cost: null,
    place: null,
    log: [],
  }
}

function notRun(check: CheckInfo): CheckResult {
  return {
    ...skipped(check),
    verdict: 'error',
    happened: 'the check did not run; this is our bug, not yours',
  }
}

/** Hidden checks stay hidden: what they throw is for whoever writes them, their places are for nobody. */
function withoutPaths(text: string): string {
  return text.replace(/(?:file:\/\/)?(?:\/[\w.@-]+){2,}/g, '...')
}

function verdictOf(checks: readonly CheckResult[]): CheckReport['verdict'] {
  if (checks.some((check) => check.verdict === 'error')) return 'error'
  if (checks.some((check) => check.verdict === 'failed')) return 'failed'
  if (checks.some((check) => check.verdict !== 'passed')) return 'gaveUp'
  return 'passed'
}
