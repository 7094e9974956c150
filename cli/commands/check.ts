/** `check`: an answer against the hidden checks of its exercise. */
import { type CliCommand, EXIT, type Io, named, print, printJson, UsageProblem } from '../command.ts'
import { reportLines } from '../components/report.ts'
import {
  type CheckReport,
  type CheckResult,
  checkExercise,
  type Line,
  openAnswer,
  openWorkspace,
  toned,
  workspaceFolder,
} from '../door.ts'
import { recordCheck } from '../ledger.ts'
import { exercisesOf } from '../library.ts'

export const check: CliCommand = {
  usage: 'check <exercise> [file]',
  says: 'check your answer, or another file',
  options: [
    ['--json', 'one JSON object'],
    ['--seed <n>', 'the seed of the random runs'],
    ['--hints', 'show all hints of the check that failed'],
  ],
  async run(io, [id, given], options) {
    const exercise = named(exercisesOf(), id!, 'exercise')
    const seed = seedOf(options['seed'])
    if (given !== undefined) mustBeThere(io, given)
    const file = given ?? openAnswer(openWorkspace(workspaceFolder(io.workspace)), exercise)
    const report = await checkExercise(exercise, file, { seed })
    if (given === undefined) recordCheck(io.workspace, exercise, report)
    if (options['json'] === true) printJson(io, jsonOf(report))
    else {
      const hints = options['hints'] === true ? Number.MAX_SAFE_INTEGER : 0
      print(
        io,
        reportLines(report, {
          width: io.columns,
          ascii: io.ascii,
          hints,
          brief: false,
          next: nextSteps(report, file, given),
        }),
      )
    }
    return exitOf(report)
  },
}

/** What `--json` prints; the names are part of the contract. */
export function jsonOf(report: CheckReport): { readonly [name: string]: unknown } {
  return {
    exercise: report.exercise,
    verdict: report.verdict,
    problem: report.problem,
    checks: report.checks.map(checkJson),
    types: report.types,
    seed: report.seed,
    ms: report.ms,
  }
}

function checkJson(check: CheckResult): { readonly [name: string]: unknown } {
  return {
    name: check.name,
    rung: check.rung,
    verdict: check.verdict,
    points: check.earned,
    maxPoints: check.points,
    expected: check.expected,
    happened: check.happened,
    why: check.why,
    trace: check.trace === null ? null : { steps: check.trace.steps, token: check.trace.token },
    bound: check.bound,
    hint: check.hints[0] ?? null,
    place: check.place,
    log: check.log,
  }
}

function exitOf(report: CheckReport): number {
  switch (report.verdict) {
    case 'passed':
      return EXIT.good
    case 'failed':
    case 'error':
      return EXIT.failed
    case 'gaveUp':
      return EXIT.gaveUp
  }
}

function nextSteps(report: CheckReport, file: string, given: string | undefined): Line[] {
  if (report.verdict === 'passed') return []
  const again = `splitbrain check ${report.exercise}${given === undefined ? '' : ` ${given}`}`
  const token = report.checks.find((one) => one.verdict === 'failed')?.trace?.token
  return [
    toned('dim', `your answer   ${file}`),
    toned('dim', `check again   ${again}`),
    toned('dim', `with hints    ${again} --hints`),
    ...(token === undefined ? [] : [toned('dim', 'this story'), toned('dim', `splitbrain replay ${token}`)]),
  ]
}

function seedOf(word: string | boolean | undefined): number {
  if (word === undefined || typeof word === 'boolean') return 1
  if (/^\d{1,15}$/.test(word)) return Number(word)
  throw new UsageProblem(`a seed is a whole number, not "${word}"`, 'such as --seed 7')
}

function mustBeThere(io: Io, file: string): void {
  const read = io.readFile(file)
  if ('problem' in read) throw new UsageProblem(read.problem, 'give the file of an answer')
}
