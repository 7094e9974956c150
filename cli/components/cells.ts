/** The cells of a lesson as styled lines: the same for the screen and for plain text. */
import {
  type CellState,
  type ChallengeCell,
  type ChallengeState,
  cutLine,
  type Exchange,
  highlight,
  type Line,
  type ProofPart,
  plain,
  type RunCell,
  renderMarkdown,
  renderView,
  type Span,
  type Tone,
  toned,
  wrapLine,
} from '../door.ts'
import { asciiMark, indent, named, title } from './cellParts.ts'
import { claim } from './claimCell.ts'
import { predict } from './predictCell.ts'
import { boxLines, type TextBox } from './textBox.ts'
/** Everything that decides how a cell looks, except its width. */
export interface CellLook {
  readonly state: CellState
  readonly focused: boolean
  /** It is running now. */
  readonly busy: boolean
  /** It was run or proven on an earlier visit. */
  readonly before: boolean
  /** What was typed under it. */
  readonly exchanges: readonly Exchange[]
  /** How the cells stand that prove a claim. */
  readonly proof: readonly { readonly part: ProofPart; readonly id: string; readonly done: boolean }[]
  /** How far a challenge is; null before it was begun. */
  readonly goal: ChallengeState | null
  /** Its text while it is being written, or null. */
  readonly box: TextBox | null
  /** Plain text shows every answer with its reason, and no keys. */
  readonly linear: boolean
  readonly ascii: boolean
}

/** The lines of a cell, at most `width` columns wide, with a bar at the left that shows how far it reaches. */
export function cellLines(look: CellLook, width: number): Line[] {
  const inner = Math.max(10, width - 2)
  const typed = look.exchanges.flatMap((exchange) => exchangeLines(exchange, look.ascii, inner))
  const body = [...content(look, inner), ...typed, ...standing(look, inner)]
  const bar: Span = look.focused
    ? { text: look.ascii ? '# ' : '┃ ', tone: 'accent' }
    : { text: look.ascii ? '| ' : '│ ', tone: 'dim' }
  return body.map((line) => cutLine([bar, ...line], width))
}

function content(look: CellLook, width: number): Line[] {
  const { cell } = look.state
  switch (cell.kind) {
    case 'scenario':
    case 'ts':
      return run(cell, look, width)
    case 'predict':
      return predict(cell, look, width)
    case 'claim':
      return claim(cell, look, width)
    case 'challenge':
      return challenge(cell, look, width)
  }
}

function run(cell: RunCell, look: CellLook, width: number): Line[] {
  const { state } = look
  const [mark, tone] =
    state.status === 'failed'
      ? (['✗', 'bad'] as const)
      : state.status === 'done' || (look.before && state.older === null)
        ? (['✓', 'good'] as const)
        : (['▷', 'accent'] as const)
  return [
    title(
      look.ascii ? asciiMark(mark) : mark,
      tone,
      named(cell.id, cell.kind === 'ts' ? 'TypeScript' : 'run'),
      ownAndStatus(cell, look),
      width,
    ),
    ...(look.box === null
      ? textLines(cell, width)
      : boxLines(look.box, boxWidth(width)).lines.map((line) => [BOX_MARGIN, ...line])),
    ...outcome(state, look, width),
  ]
}

function textLines(cell: RunCell, width: number): Line[] {
  if (cell.kind === 'scenario') return cell.commands.flatMap(({ text }) => commandLines(text, width))
  return highlight(cell.source, 'ts').map((line) => [BOX_MARGIN, ...cutLine(line, boxWidth(width))])
}

/** What is being written stands this far in. */
const BOX_MARGIN: Span = { text: '    ', tone: 'plain' }

/** The width of a text that is written in a cell of the inner width given. */
function boxWidth(inner: number): number {
  return inner - BOX_MARGIN.text.length
}

/** Where the cursor stands in the lines of a cell that is being written. */
export function boxCursor(box: TextBox, width: number): { readonly x: number; readonly y: number } {
  const { cursor } = boxLines(box, boxWidth(Math.max(10, width - 2)))
  return { x: 2 + BOX_MARGIN.text.length + cursor.x, y: 1 + cursor.y }
}

function ownAndStatus(cell: RunCell, look: CellLook): Line {
  const status = runStatus(look)
  const whose = cell.own === null ? '' : OWN[cell.own]
  if (whose === '') return status
  return [
    { text: whose, tone: 'warn' },
    ...(status.length > 0 ? [{ text: ' · ', tone: 'dim' as const }] : []),
    ...status,
  ]
}

const OWN = {
  changed: 'changed by you',
  outdated: 'changed by you, then by the lesson',
  scratch: 'yours',
} as const

function runStatus(look: CellLook): Line {
  const { status, matches, older } = look.state
  if (look.busy) return toned('accent', 'running ...')
  if (look.box !== null) return toned('accent', 'Esc keeps it, Ctrl-R runs it')
  if (older !== null)
    return toned('warn', look.focused ? 'of an older text, Enter runs it' : 'of an older text')
  if (status === 'failed') return toned('bad', 'stopped')
  if (status === 'done' && matches === false) return toned('warn', 'differs from the lesson')
  if (look.linear) return []
  if (status === 'done') return toned('dim', 'ran')
  if (look.focused) return toned('dim', look.before ? 'ran before, Enter shows it' : 'Enter runs it')
  return toned('dim', look.before ? 'ran before' : 'not run yet')
}

function commandLines(text: string, width: number): Line[] {
  const [word = '', ...rest] = text.split(' ')
  const spans: Line = [
    { text: word, tone: 'code' },
    { text: rest.length > 0 ? ` ${rest.join(' ')}` : '', tone: 'plain' },
  ]
  return wrapLine(spans, width, {
    first: [{ text: '  > ', tone: 'dim' }],
    rest: [{ text: '      ', tone: 'dim' }],
  })
}

function outcome(state: CellState, look: CellLook, width: number): Line[] {
  const lines =
    state.output === null
      ? []
      : [plain(''), ...indent(renderView(state.output, { width: width - 2, ascii: look.ascii }))]
  const problem = state.problem === null ? [] : [plain(''), ...indent(problemText(state.problem, width - 2))]
  return [...lines, ...problem]
}

/** The line, and under it the caret at its place. */
function problemText(problem: string, width: number): Line[] {
  return problem.split('\n').flatMap((line) => {
    const place = plain(/^ */.exec(line)![0])
    return wrapLine(toned('bad', line.trimStart()), width, { first: place, rest: place })
  })
}

/** A line that was typed, and what came of it. */
export function exchangeLines(exchange: Exchange, ascii: boolean, width: number): Line[] {
  const output =
    exchange.output === null ? [] : indent(renderView(exchange.output, { width: width - 2, ascii }))
  const note = exchange.note === null ? [] : indent(wrapLine(toned('dim', exchange.note), width - 2))
  const typed = exchange.line.split('\n').flatMap((line) => commandLines(line, width))
  return [plain(''), ...typed, ...(exchange.problem ?? []), ...output, ...note]
}

function challenge(cell: ChallengeCell, look: CellLook, width: number): Line[] {
  const { goal } = look
  const done = goal?.done === true || look.state.status === 'done' || look.before
  const mark = done ? '✓' : '◇'
  const within = `break ${cell.property} in at most ${cell.steps} ${cell.steps === 1 ? 'step' : 'steps'}`
  return [
    title(look.ascii ? asciiMark(mark) : mark, done ? 'good' : 'accent', `Challenge: ${within}`, [], width),
    ...indent(renderMarkdown(cell.says, width - 2)),
    ...cell.commands.flatMap(({ text }) => commandLines(text, width)),
    ...outcome(look.state, look, width),
  ]
}

/** How far a challenge is, under all that was typed. */
function standing(look: CellLook, width: number): Line[] {
  const { goal } = look
  const { cell } = look.state
  if (cell.kind !== 'challenge') return []
  if (look.linear) return []
  const [tone, words]: readonly [Tone, string] =
    goal === null
      ? ['dim', 'Enter sets the stage and opens the prompt.']
      : goal.done
        ? ['good', sentence(goal.says)]
        : [goal.steps > cell.steps ? 'warn' : 'dim', `${sentence(goal.says)} Esc, then Enter, starts over.`]
  return [plain(''), ...indent(wrapLine(toned(tone, words), width - 2))]
}

function sentence(words: string): string {
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}.`
}
