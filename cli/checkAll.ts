/** `check --all`: every exercise that has an answer, a line each with what became of its scenarios, and the first failure at the end. */

import { jsonOf } from './checkJson.ts'
import { EXIT, type Io, print, printJson } from './command.ts'
import { reportLines } from './components/report.ts'
import {
  answerFile,
  type CheckOptions,
  type CheckReport,
  checkExercise,
  count,
  type Exercise,
  hasAnswer,
  justify,
  type Line,
  lineWidth,
  plain,
  toned,
  workspaceFolder,
} from './door.ts'
import { exercisesOf } from './exercises.ts'
import { recordCheck } from './ledger.ts'

export async function checkAll(io: Io, options: CheckOptions, json: boolean): Promise<number> {
  const folder = workspaceFolder(io.workspace)
  const begun = exercisesOf().filter((exercise) => hasAnswer({ folder }, exercise))
  const found: { readonly exercise: Exercise; readonly report: CheckReport }[] = []
  for (const exercise of begun) {
    const report = await checkExercise(exercise, answerFile({ folder }, exercise), options)
    const unkept = recordCheck(io.workspace, exercise, report)
    if (unkept !== null) io.err(`${unkept}\n`)
    found.push({ exercise, report })
    if (!json) print(io, summary(exercise, report, io.columns))
  }
  if (json) printJson(io, { reports: found.map(({ report }) => jsonOf(report)) })
  else if (begun.length === 0)
    print(io, [plain('No exercise has an answer yet.'), toned('dim', 'splitbrain status lists them')])
  const first = found.find(({ report }) => report.verdict !== 'passed')
  if (first === undefined) return EXIT.good
  const { exercise, report } = first
  if (!json)
    print(io, [
      plain(''),
      ...reportLines(report, {
        width: io.columns,
        ascii: io.ascii,
        aloud: io.aloud,
        hints: 0,
        brief: true,
        keys: false,
        exercise,
        next: [toned('dim', `go on with it  splitbrain check ${exercise.id} --watch`)],
      }),
    ])
  return exitOf(found.map((one) => one.report))
}

/** A failure weighs more than a search that gave up. */
function exitOf(reports: readonly CheckReport[]): number {
  return reports.some(({ verdict }) => verdict === 'failed' || verdict === 'error')
    ? EXIT.failed
    : EXIT.gaveUp
}

/** The checks judge; the learner's own scenarios are counted beside them, below where there is no room. */
function summary(exercise: Exercise, report: CheckReport, width: number): Line[] {
  const passed = report.verdict === 'passed'
  const held = report.checks.filter((check) => check.verdict === 'passed').length
  const words = report.problem === null ? `${held} of ${report.checks.length} held` : 'does not run'
  const name: Line = [
    { text: passed ? '✓ ' : '✗ ', tone: passed ? 'good' : 'bad' },
    { text: `${exercise.number} ${exercise.id}`, tone: 'plain' },
  ]
  const own = scenarioWords(report)
  const tone = passed ? 'good' : 'plain'
  const beside = [
    { text: words, tone } as const,
    ...(own === '' ? [] : [{ text: ` · ${own}`, tone: 'dim' } as const]),
  ]
  if (lineWidth(name) + lineWidth(beside) < width) return [justify(name, beside, width)]
  return [justify(name, toned(tone, words), width), ...(own === '' ? [] : [toned('dim', `     ${own}`)])]
}

function scenarioWords({ scenarios }: CheckReport): string {
  const passed = scenarios.filter(({ verdict }) => verdict === 'passed').length
  if (scenarios.length === 0) return ''
  const all = count(scenarios.length, 'scenario')
  return passed === scenarios.length ? all : `${passed} of ${all}`
}
