/** A check that failed: expected, happened, why, the shortest story. The first is shown largest; the others are named. */
import {
  type CheckReport,
  type CheckResult,
  count,
  justify,
  type Line,
  plain,
  renderView,
  type Span,
  toned,
  wrapLine,
} from '../door.ts'
import { labelled, mark, type ReportLook, SIGNS } from './reportLook.ts'

export function failure(check: CheckResult, look: ReportLook): Line[] {
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
    ...said(check, look),
    ...section(check, look),
    ...story(check, look),
    ...hints(check, look),
  ]
}

/** What the answer logged stands in the story, at its step; where there is no story, here. */
function said(check: CheckResult, look: ReportLook): Line[] {
  if (check.trace !== null) return []
  return check.log
    .slice(0, 12)
    .flatMap((line, i) => labelled(i === 0 ? 'it said' : '', toned('dim', line), look))
}

function section({ section: heading }: CheckResult, look: ReportLook): Line[] {
  if (heading === null || look.exercise === null) return []
  const { number, lesson } = look.exercise
  const how = look.keys ? '   l opens it' : `   splitbrain learn ${lesson}`
  const words: Line = [
    { text: `lesson ${number}, ${heading}`, tone: 'plain' },
    { text: how, tone: 'dim' },
  ]
  return labelled('read', words, look)
}

function story(check: CheckResult, look: ReportLook): Line[] {
  if (check.trace === null) return []
  const picture = renderView(check.trace.picture, {
    width: look.width - 2,
    ascii: look.ascii,
    sentences: look.aloud,
  })
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

export function after(report: CheckReport, failed: CheckResult, look: ReportLook): Line[] {
  const rest = report.checks.slice(report.checks.indexOf(failed) + 1)
  const others = rest.filter((check) => check.verdict === 'failed' || check.verdict === 'error')
  const open = rest.filter((check) => check.verdict === 'skipped' || check.verdict === 'gaveUp')
  const lines: Line[] = []
  if (others.length > 0)
    lines.push(...wrapLine(toned('dim', `also failing: ${namesOf(others)}`), look.width - 2))
  if (open.length > 0)
    lines.push(
      ...wrapLine(
        toned('dim', `still to see: ${count(open.length, 'check')} after this one`),
        look.width - 2,
      ),
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

function text(words: string | null): Line | null {
  return words === null ? null : plain(words)
}
