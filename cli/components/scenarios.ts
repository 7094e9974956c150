/** The learner's own scenarios under a verdict: what became of each, and where one stopped, the line and its story. */
import {
  count,
  justify,
  type Line,
  lineWidth,
  plain,
  renderView,
  type ScenarioResult,
  toned,
} from '../door.ts'
import { problemLines } from './problem.ts'
import { labelled, mark, type ReportLook } from './reportLook.ts'

/** Lines that an answer logs are many; so many of them stand under a scenario. */
const MOST_LOGGED = 8

/** Nothing where there are none. */
export function scenarioLines(scenarios: readonly ScenarioResult[], look: ReportLook): Line[] {
  if (scenarios.length === 0) return []
  return [
    plain(''),
    ...headline(look),
    ...scenarios.flatMap((one, i) => {
      const lines = [headOf(one, look), ...bodyOf(one, look)]
      const isLast = i === scenarios.length - 1
      return lines.length === 1 || isLast ? lines : [...lines, plain('')]
    }),
  ]
}

/** On one line, or where there is no room for both on two. */
function headline({ keys, width }: ReportLook): Line[] {
  const title = toned('strong', 'Your scenarios')
  const words = toned('dim', keys ? 'worth no points · s walks them' : 'worth no points')
  return lineWidth(title) + lineWidth(words) < width ? [justify(title, words, width)] : [title, words]
}

function headOf(one: ScenarioResult, look: ReportLook): Line {
  const passed = one.verdict === 'passed'
  const sign = passed ? '✓' : one.verdict === 'gaveUp' ? '…' : '✗'
  const tone = passed ? 'good' : one.verdict === 'gaveUp' ? 'warn' : 'bad'
  return justify(
    [
      { text: `${mark(sign, look)} `, tone },
      { text: one.file, tone: 'plain' },
      ...(one.line === null
        ? []
        : [{ text: `:${one.line}${one.column === null ? '' : `:${one.column}`}`, tone: 'plain' as const }]),
    ],
    toned('dim', passed ? heldWords(one) : ''),
    look.width,
  )
}

function heldWords({ held }: ScenarioResult): string {
  return held === 0 ? 'played to its end; it expects nothing' : `${count(held, 'expectation')} held`
}

function bodyOf(one: ScenarioResult, look: ReportLook): Line[] {
  return [
    ...indented(one.printed.flatMap((view) => [...pictured(view, look), plain('')]).slice(0, -1)),
    ...(one.verdict === 'passed' ? [] : stopped(one, look)),
    ...logged(one, look),
  ]
}

/** The line that makes no sense with a caret, or what was expected in it and what happened instead. */
function stopped(one: ScenarioResult, look: ReportLook): Line[] {
  if (one.verdict === 'invalid' && one.text !== null && one.column !== null) {
    const { text, happened, suggestion, column } = one
    const problem = { column: column - 1, message: happened ?? '', suggestion }
    return [[...plain('  '), { text, tone: 'code' }], ...problemLines(text, problem, look.width, 2)]
  }
  return [
    ...labelled(isExpectation(one) ? 'expected' : 'line', expectation(one), look),
    ...labelled('happened', one.happened === null ? null : plain(one.happened), look),
    ...labelled('where', one.place === null ? null : toned('code', one.place), look),
    ...(one.trace === null || isSearch(one)
      ? []
      : [plain(''), ...indented(pictured(one.trace.picture, look))]),
  ]
}

/** The words behind `expect`; of any other line the line itself. */
function expectation({ text }: ScenarioResult): Line | null {
  return text === null ? null : plain(text.trim().replace(/^expect\s+/, ''))
}

/** A line that says what must be so, or one of the output that is written down. */
function isExpectation({ text, happened }: ScenarioResult): boolean {
  return /^\s*expect\b/.test(text ?? '') || /^(?:printed|the output)\b/.test(happened ?? '')
}

/** A search shows a story of its own. */
function isSearch({ text }: ScenarioResult): boolean {
  return /^\s*(?:explore|fuzz|simulate)\b/.test(text ?? '')
}

/** What the answer logged is in the story; where there is none to see, it stands here. */
function logged(one: ScenarioResult, look: ReportLook): Line[] {
  if (one.verdict !== 'passed' && one.trace !== null) return []
  const rest = one.log.length - MOST_LOGGED
  return [
    ...one.log
      .slice(0, MOST_LOGGED)
      .flatMap((line, i) => labelled(i === 0 ? 'it said' : '', toned('dim', line), look)),
    ...(rest > 0 ? labelled('', toned('dim', `... ${count(rest, 'line')} more`), look) : []),
  ]
}

function pictured(view: ScenarioResult['printed'][number], look: ReportLook): Line[] {
  return renderView(view, { width: look.width - 2, ascii: look.ascii, sentences: look.aloud })
}

function indented(lines: readonly Line[]): Line[] {
  return lines.map((line) => [{ text: '  ', tone: 'plain' }, ...line])
}
