/** What checking an answer found: the first failure first and largest, or what was shown and with which limits. */
import {
  type CheckReport,
  type CheckResult,
  justify,
  type Line,
  plain,
  renderView,
  type Span,
  type Tone,
  toned,
  wrapLine,
} from '../door.ts'

export interface ReportLook {
  readonly width: number
  readonly ascii: boolean
  /** How many hints of the failed check are open. */
  readonly hints: number
  /** On a screen, checks that held are counted, not listed, above the failure. */
  readonly brief: boolean
  /** What can be done next, in words that fit the place. */
  readonly next: readonly Line[]
}

/** The check that failed first, or gave up first if none failed. */
export function firstFailure(report: CheckReport): CheckResult | null {
  const bad = report.checks.filter((check) => check.verdict !== 'passed' && check.verdict !== 'skipped')
  return bad[0] ?? null
}

export function reportLines(report: CheckReport, look: ReportLook): Line[] {
  const head = headline(report, look)
  if (report.problem !== null)
    return [head, plain(''), ...problem(report.problem, look), ...types(report, look), ...tail(look)]
  const failed = firstFailure(report)
  if (failed === null) return [head, ...held(report, look), ...types(report, look)]
  return [
    head,
    plain(''),
    ...before(report, failed, look),
    ...failure(failed, look),
    ...after(report, failed, look),
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
  if (!look.brief || passed.length <= 3) return passed.map((check) => checkLine(check, look))
  return [
    [
      { text: `${mark('✓', look)} `, tone: 'good' },
      plain(`${passed.length} checks held before this one`)[0]!,
    ],
  ]
}

function checkLine(check: CheckResult, look: ReportLook): Line {
  const [sign, tone] = SIGNS[check.verdict]
  return justify(
    [
      { text: `${mark(sign, look)} `, tone },
      { text: check.name, tone: 'plain' },
    ],
    toned('dim', check.bound ?? ''),
    look.width,
  )
}

const SIGNS: { readonly [verdict in CheckResult['verdict']]: readonly [string, Tone] } = {
  passed: ['✓', 'good'],
  failed: ['✗', 'bad'],
  gaveUp: ['…', 'warn'],
  error: ['✗', 'bad'],
  skipped: ['·', 'dim'],
}

function failure(check: CheckResult, look: ReportLook): Line[] {
  const [sign, tone] = SIGNS[check.verdict]
  const right = toned('dim', `rung ${check.rung} of 4 · ${check.earned}/${check.points}`)
  const named: Span[] = [
    { text: `${mark(sign, look)} `, tone },
    { text: check.name, tone: 'strong' },
  ]
  return [
    ...(look.width >= 60 ? [justify(named, right, look.width)] : [...wrapLine(named, look.width), right]),
    plain(''),
    ...labelled('expected', text(check.expected), look),
    ...labelled('happened', text(check.happened), look),
    ...labelled('why', text(check.why), look),
    ...labelled('where', check.place === null ? null : toned('code', check.place), look),
    ...check.log
      .slice(0, 12)
      .flatMap((line, i) => labelled(i === 0 ? 'it said' : '', toned('dim', line), look)),
    ...hints(check, look),
    ...story(check, look),
  ]
}

function story(check: CheckResult, look: ReportLook): Line[] {
  if (check.trace === null) return []
  const picture = renderView(check.trace.picture, { width: look.width - 2, ascii: look.ascii })
  return [plain(''), ...picture.map((line) => [{ text: '  ', tone: 'plain' as const }, ...line])]
}

function hints(check: CheckResult, look: ReportLook): Line[] {
  return check.hints.slice(0, look.hints).flatMap((hint, i) => [
    plain(''),
    ...wrapLine(plain(hint), look.width, {
      first: [{ text: `  hint ${i + 1} of ${check.hints.length}   `, tone: 'accent' }],
      rest: plain('  '),
    }),
  ])
}

function after(report: CheckReport, failed: CheckResult, look: ReportLook): Line[] {
  const rest = report.checks.slice(report.checks.indexOf(failed) + 1)
  const others = rest.filter((check) => check.verdict === 'failed' || check.verdict === 'error')
  const open = rest.filter((check) => check.verdict === 'skipped' || check.verdict === 'gaveUp')
  const lines: Line[] = []
  if (others.length > 0)
    lines.push(...wrapLine(toned('dim', `also failing: ${namesOf(others)}`), look.width - 2))
  if (open.length > 0)
    lines.push(
      toned('dim', `still to see: ${open.length} ${open.length === 1 ? 'check' : 'checks'} after this one`),
    )
  return lines.length === 0
    ? []
    : [plain(''), ...lines.map((line) => [{ text: '  ', tone: 'plain' as const }, ...line])]
}

/** A few names, and how many more: what fails first comes first, the others often fail with it. */
function namesOf(checks: readonly CheckResult[]): string {
  const shown = checks.slice(0, 3).map((check) => check.name)
  const more = checks.length - shown.length
  return shown.join(' · ') + (more > 0 ? ` · and ${more} more` : '')
}

/** Every check with what was looked at; never the word correct. What to do next stands at once under the good news. */
function held(report: CheckReport, look: ReportLook): Line[] {
  const bounded = report.checks.filter((check) => check.bound !== null)
  const stories = report.checks.filter((check) => check.bound === null)
  const rule: Line = toned('good', '─'.repeat(look.width))
  return [
    rule,
    toned('good', `${mark('✓', look)} All ${report.checks.length} checks held.`),
    ...look.next,
    rule,
    ...(bounded.length === 0 ? [] : [plain(''), toned('strong', 'What was shown, with its limits')]),
    ...bounded.flatMap((check) => [
      checkLine({ ...check, bound: null }, look),
      ...wrapLine(toned('dim', check.bound ?? ''), look.width, { first: plain('    '), rest: plain('    ') }),
    ]),
    ...(stories.length === 0 ? [] : [plain(''), toned('strong', 'And in one story each')]),
    ...stories.map((check) => checkLine(check, look)),
  ]
}

function types(report: CheckReport, look: ReportLook): Line[] {
  if (report.types.length === 0) return []
  const shown = report.types.slice(0, 5)
  const more = report.types.length - shown.length
  return [
    plain(''),
    toned(
      'warn',
      report.types.length === 1
        ? '1 type error, which fails nothing by itself'
        : `${report.types.length} type errors, which fail nothing by themselves`,
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

/** A word in a column of its own, and the text beside it; below it where the width is too small. */
function labelled(label: string, words: Line | null, look: ReportLook): Line[] {
  if (words === null) return []
  const wide = look.width >= 48
  const head: Line = [{ text: wide ? `  ${label.padEnd(11)}` : `  ${label}: `, tone: 'dim' }]
  return wrapLine(words, look.width, { first: head, rest: plain(wide ? ' '.repeat(13) : '    ') })
}

function text(words: string | null): Line | null {
  return words === null ? null : plain(words)
}

function mark(sign: string, look: ReportLook): string {
  if (!look.ascii) return sign
  return { '✓': '+', '✗': 'x', '…': '~', '·': '-' }[sign] ?? sign
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0)
}
