/** A claim as styled lines: its statement, its verdict, and how its proof stands. */
import {
  type Cell,
  type ClaimCell,
  type Line,
  type ProofPart,
  plain,
  renderMarkdown,
  type Span,
  type Tone,
  toned,
  wrapLine,
} from '../door.ts'
import { asciiMark, indent, title } from './cellParts.ts'
import type { CellLook } from './cells.ts'

export const VERDICTS = {
  true: { words: 'True.', tone: 'good' },
  cond: { words: 'True on a condition.', tone: 'warn' },
  imprecise: { words: 'Imprecise.', tone: 'warn' },
  false: { words: 'False.', tone: 'bad' },
  opinion: { words: 'A matter of opinion.', tone: 'plain' },
} as const satisfies {
  readonly [verdict in ClaimCell['verdict']]: { readonly words: string; readonly tone: Tone }
}

export function claim(cell: ClaimCell, look: CellLook, width: number): Line[] {
  const { words, tone } = VERDICTS[cell.verdict]
  const { state } = look
  const [mark, markTone, status] =
    state.status === 'done' || (state.status === 'idle' && look.before)
      ? (['✓', 'good', toned('good', 'proven here')] as const)
      : state.status === 'failed'
        ? (['✗', 'bad', toned('bad', 'not proven')] as const)
        : (['≡', 'accent', unproven(look)] as const)
  const margin = { first: plain('  '), rest: plain('  ') }
  return [
    title(look.ascii ? asciiMark(mark) : mark, markTone, `Claim ${cell.id}`, status, width),
    ...indent(renderMarkdown(cell.statement, width - 2)),
    ...wrapLine([{ text: words, tone }, ...proofWords(look)], width, margin),
    ...state.unproven.flatMap((what) =>
      wrapLine(toned('bad', what), width, { first: plain('  '), rest: plain('    ') }),
    ),
  ]
}

function unproven(look: CellLook): Line {
  if (look.busy) return toned('accent', 'running ...')
  return toned('dim', look.focused && !look.linear ? 'Enter proves it' : 'not proven yet')
}

const PARTS: { readonly [part in ProofPart]: string } = {
  literal: 'At its word:',
  fixed: 'Put right:',
  with: 'With it:',
  without: 'Without it:',
  holds: 'Holds:',
  mutant: 'Broken on purpose:',
  numbers: 'Numbers:',
}

/** The cells that prove a claim, each once for every part it plays. */
export function proofOf(cell: Cell, isDone: (id: string) => boolean): CellLook['proof'] {
  if (cell.kind !== 'claim') return []
  const parts = new Map(cell.proof.map(({ part, cell: id }) => [`${part} ${id}`, { part, id }]))
  return [...parts.values()].map(({ part, id }) => ({ part, id, done: isDone(id) }))
}

/** `At its word: dual-loss ✓ dual-crash ✓  Put right: real ○` */
function proofWords(look: CellLook): Line {
  const [yes, no] = look.ascii ? ['+', '-'] : ['✓', '○']
  return Object.entries(PARTS).flatMap(([name, words]): Span[] => {
    const cells = look.proof.filter(({ part }) => part === name)
    if (cells.length === 0) return []
    const ids = cells.flatMap(({ id, done }): Span[] => [
      { text: ` ${id}`, tone: 'code' },
      { text: ` ${done ? yes : no}`, tone: done ? 'good' : 'dim' },
    ])
    return [{ text: `  ${words}`, tone: 'dim' }, ...ids]
  })
}
