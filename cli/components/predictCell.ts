/** A prediction as styled lines: its question, its answers, and after one was chosen, the reasons. */
import { type Line, type PredictCell, plain, renderMarkdown, type Tone, toned, wrapLine } from '../door.ts'
import { asciiMark, indent, title } from './cellParts.ts'
import type { CellLook } from './cells.ts'

export function predict(cell: PredictCell, look: CellLook, width: number): Line[] {
  const { chosen } = look.state
  const right = cell.answers.findIndex((answer) => answer.right)
  const answered = chosen !== null
  const mark = !answered ? '?' : chosen === right ? '✓' : '✗'
  const tone: Tone = !answered ? 'accent' : chosen === right ? 'good' : 'bad'
  const words = !answered
    ? 'What do you expect?'
    : chosen === right
      ? 'You expected what happens'
      : 'You expected something else'
  const range = `1-${cell.answers.length}`
  const status: Line = answered || look.linear ? [] : [{ text: `${range} answers`, tone: 'dim' }]
  return [
    title(look.ascii ? asciiMark(mark) : mark, tone, words, status, width),
    ...indent(renderMarkdown(cell.question, width - 2)),
    plain(''),
    ...cell.answers.flatMap((answer, i) => answerLines(answer, i, look, width)),
    ...olderAnswer(look, width),
  ]
}

/** What was answered when the question had another text. */
function olderAnswer({ state }: CellLook, width: number): Line[] {
  const answer = state.older?.answer ?? null
  if (answer === null) return []
  const said = toned('warn', `To an older text of this question you answered: ${answer}`)
  return [plain(''), ...wrapLine(said, width, { first: plain('  '), rest: plain('  ') })]
}

function answerLines(
  answer: PredictCell['answers'][number],
  i: number,
  look: CellLook,
  width: number,
): Line[] {
  const { chosen } = look.state
  const open = look.linear || chosen !== null
  const mark = !open
    ? ' '
    : answer.right
      ? look.ascii
        ? '+'
        : '✓'
      : chosen === i
        ? look.ascii
          ? 'x'
          : '✗'
        : ' '
  const tone: Tone = !open ? 'plain' : answer.right ? 'good' : chosen === i ? 'bad' : 'dim'
  const margin = {
    first: [
      { text: `  ${mark} `, tone },
      { text: `${i + 1} `, tone: 'accent' },
    ],
    rest: [{ text: '      ', tone: 'plain' }],
  } as const
  const text = wrapLine(inlineOf(answer.text, tone === 'dim' ? 'dim' : 'plain'), width, margin)
  const reason = answer.reason !== '' && (look.linear || (open && (answer.right || chosen === i)))
  const space = [{ text: '      ', tone: 'plain' }] as const
  return reason
    ? [...text, ...wrapLine(inlineOf(answer.reason, 'dim'), width, { first: space, rest: space })]
    : text
}

/** Inline Markdown as one unwrapped line; plain words get `tone`. */
function inlineOf(markdown: string, tone: Tone): Line {
  const line = renderMarkdown(markdown.replace(/\s+/g, ' '), 10_000)[0] ?? []
  return line.map((span) => (span.tone === 'plain' ? { text: span.text, tone } : span))
}
