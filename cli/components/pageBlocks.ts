/** The blocks of a lesson's page: each piece with what decides how it looks. */
import {
  type Cell,
  isNamed,
  type KeptCell,
  type Lesson,
  type Line,
  plain,
  renderMarkdown,
  renderView,
  type Tone,
  toned,
  wrapLine,
} from '../door.ts'
import { asciiMark } from './cellParts.ts'
import { type CellLook, cellLines } from './cells.ts'
import type { Block } from './pages.ts'
import type { Piece } from './pieces.ts'

export interface PieceLook {
  readonly lesson: Lesson
  /** Grows whenever the piece would look different for another reason than its width. */
  readonly edition: number
  /** Whether a fold is open. */
  readonly open: boolean
  readonly focused: boolean
  readonly ascii: boolean
  readonly linear: boolean
  look(cell: Cell): CellLook
}

/** A piece as a block of the page; an empty line ends it. */
export function pieceBlock(piece: Piece, look: PieceLook): Block {
  return {
    id: piece.id,
    version: `${look.edition}${look.open ? 'o' : ''}${look.focused ? 'f' : ''}`,
    lines: (width) => [...pieceLines(piece, look, width), plain('')],
  }
}

export function pieceLines(piece: Piece, look: PieceLook, width: number): Line[] {
  switch (piece.kind) {
    case 'intro':
      return intro(look.lesson, width)
    case 'prose':
      return renderMarkdown(piece.markdown, width, look.linear ? 'told' : 'follow')
    case 'cell':
      return cellLines(look.look(piece.cell), width)
    case 'fold':
      return fold(piece.title, look, width)
    case 'older':
      return older(piece.kept, look, width)
    case 'end':
      return end(look, width)
  }
}

/** A cell that the lesson no longer has: its text, the answer that was given, what it printed, what was typed. */
function older(kept: KeptCell, { ascii }: PieceLook, width: number): Line[] {
  const margin = { first: plain('  '), rest: plain('  ') }
  const words = (tone: Tone, text: string): Line[] =>
    text.split('\n').flatMap((line) => wrapLine(toned(tone, line), width, margin))
  const printed = [kept.output, ...kept.typed.map((one) => one.output)].flatMap((view) => view ?? [])
  const typed = kept.typed.map(({ line }) => `> ${line}`)
  return [
    ...wrapLine(toned('strong', isNamed(kept.id) ? kept.id : 'a cell without a name'), width),
    ...words('dim', [kept.source, ...typed].join('\n')),
    ...(kept.answer === null ? [] : words('plain', `You answered: ${kept.answer}`)),
    ...printed.flatMap((view) => [
      plain(''),
      ...renderView(view, { width: width - 2, ascii }).map((line) => [...plain('  '), ...line]),
    ]),
  ]
}

function intro(lesson: Lesson, width: number): Line[] {
  const facts = [lesson.unit, `${lesson.minutes} minutes`]
  return [...renderMarkdown(`# ${lesson.title}`, width), ...wrapLine(toned('dim', facts.join(' · ')), width)]
}

function fold(title: string, look: PieceLook, width: number): Line[] {
  if (look.linear) return renderMarkdown(`## ${title}`, width)
  const mark = look.open ? '▾' : '▸'
  const hint = look.focused ? (look.open ? '   Enter closes' : '   Enter opens') : ''
  return [
    [
      { text: `${look.ascii ? asciiMark(mark) : mark} `, tone: look.focused ? 'accent' : 'dim' },
      { text: title, tone: look.focused ? 'accent' : 'strong' },
      { text: hint, tone: 'dim' },
    ],
  ]
}

function end({ lesson, linear }: PieceLook, width: number): Line[] {
  const lines: Line[] = [toned('dim', '─'.repeat(Math.min(width, 40)))]
  if (lesson.exercises.length > 0) {
    const how = linear ? `splitbrain check ${lesson.exercises[0]}` : 'e opens it'
    lines.push(
      ...wrapLine(
        [
          { text: 'Exercise: ', tone: 'strong' },
          { text: lesson.exercises.join(', '), tone: 'code' },
          { text: `   ${how}`, tone: 'dim' },
        ],
        width,
      ),
    )
  }
  if (lesson.sources.length > 0) {
    lines.push(plain(''), toned('strong', 'Sources'))
    for (const source of lesson.sources)
      lines.push(
        ...wrapLine(toned('dim', source), width, {
          first: [{ text: '• ', tone: 'dim' }],
          rest: [{ text: '  ', tone: 'plain' }],
        }),
      )
  }
  return lines
}
