/** What checking an answer found: the first failure first and largest, or what was shown and with which limits. */
import {
  type CheckReport,
  type CheckResult,
  justify,
  type Line,
  plain,
  type Tone,
  toned,
  wrapLine,
} from '../door.ts'
import { after, failure } from './failure.ts'
import { held } from './held.ts'
import { checkLines, labelled, mark, type ReportLook } from './reportLook.ts'
import { scenarioLines } from './scenarios.ts'

/** The check that failed first, or gave up first if none failed. */
export function firstFailure(report: CheckReport): CheckResult | null {
  const bad = report.checks.filter((check) => check.verdict !== 'passed' && check.verdict !== 'skipped')
  return bad[0] ?? null
}

export function reportLines(report: CheckReport, look: ReportLook): Line[] {
  const head = headline(report, look)
  if (report.problem !== null) return [head, plain(''), ...problem(report.problem, look), ...tail(look)]
  const failed = firstFailure(report)
  if (failed === null)
    return [head, ...held(report, look), ...scenarioLines(report.scenarios, look), ...types(report, look)]
  return [
    head,
    plain(''),
    ...before(report, failed, look),
    ...failure(failed, look),
    ...after(report, failed, look),
    ...scenarioLines(report.scenarios, look),
    ...types(report, look),
    ...tail(look),
  ]
}

function headline(report: CheckReport, look: ReportLook): Line {
  const { checks } = report
  const passed = checks.filter((check) => check.verdict === 'passed').length
  const earned = sum(checks.map((check) => check.earned))
  const points = sum(checks.map((check) => check.points))
  const tone: Tone = report.verdict === 'passed' ? 'good' : 'plain'
  const score = `${passed} of ${checks.length} held · ${earned}/${points} points`
  // Where there is no room for both, the score is what one came for.
  if (report.exercise.length + score.length + 2 > look.width) return toned(tone, score)
  return justify(toned('strong', report.exercise), toned(tone, score), look.width)
}

function problem(found: NonNullable<CheckReport['problem']>, look: ReportLook): Line[] {
  return [
    ...wrapLine(toned('bad', found.message), look.width, {
      first: [{ text: `${mark('✗', look)} `, tone: 'bad' }],
      rest: plain('  '),
    }),
    ...(found.place === null ? [] : [labelled('where', toned('code', found.place), look)].flat()),
    ...labelled('next', plain(found.next), look),
  ]
}

/** The checks before the failure, which all held or were not reached. */
function before(report: CheckReport, failed: CheckResult, look: ReportLook): Line[] {
  const passed = report.checks
    .slice(0, report.checks.indexOf(failed))
    .filter((check) => check.verdict === 'passed')
  if (passed.length === 0) return []
  if (!look.brief || passed.length <= 3) return passed.flatMap((check) => checkLines(check, look))
  return [
    [
      { text: `${mark('✓', look)} `, tone: 'good' },
      plain(`${passed.length} checks held before this one`)[0]!,
    ],
  ]
}

function types(report: CheckReport, look: ReportLook): Line[] {
  if (report.types.length === 0) return []
  const shown = report.types.slice(0, 5)
  const more = report.types.length - shown.length
  return [
    plain(''),
    ...wrapLine(
      toned(
        'warn',
        report.types.length === 1
          ? '1 type error, which fails nothing by itself'
          : `${report.types.length} type errors, which fail nothing by themselves`,
      ),
      look.width,
    ),
    ...shown.flatMap((error) =>
      wrapLine(
        [
          { text: error.place, tone: 'code' },
          { text: `  ${error.message}`, tone: 'dim' },
        ],
        look.width,
        { first: plain('  '), rest: plain('    ') },
      ),
    ),
    ...(more > 0 ? [toned('dim', `  and ${more} more`)] : []),
  ]
}

function tail(look: ReportLook): Line[] {
  return look.next.length === 0 ? [] : [plain(''), ...look.next]
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0)
}
