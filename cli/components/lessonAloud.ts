/** A lesson from top to bottom to be read aloud: every cell run, pictures as sentences, no signs. */
import {
  type Cell,
  type CellState,
  type ClaimCell,
  isNamed,
  type Lesson,
  type Line,
  markdownAloud,
  type Notebook,
  type PredictCell,
  plain,
  type RunCell,
  renderView,
  spokenText,
  wrapLine,
} from '../door.ts'
import { VERDICTS } from './claimCell.ts'
import { type Piece, piecesOf } from './pieces.ts'

/** No line is wider than `width`. The notebook has been run. */
export function lessonAloud(notebook: Notebook, width: number): Line[] {
  const { lesson } = notebook
  return piecesOf(lesson).flatMap((piece) => [...pieceAloud(piece, notebook, width), plain('')])
}

function pieceAloud(piece: Piece, notebook: Notebook, width: number): Line[] {
  switch (piece.kind) {
    case 'intro':
      return intro(notebook.lesson, width)
    case 'prose':
      return markdownAloud(piece.markdown, width).slice(0, -1)
    case 'cell':
      return cellAloud(piece.cell, notebook, width)
    case 'fold':
      return said(`Section: ${piece.title}.`, width)
    case 'older':
      return []
    case 'end':
      return end(notebook.lesson, width)
  }
}

function intro({ number, title, unit, minutes }: Lesson, width: number): Line[] {
  return said(`Lesson ${number}: ${title}. ${unit}. ${minutes} minutes.`, width)
}

function end({ exercises, sources }: Lesson, width: number): Line[] {
  const what = exercises.length === 1 ? 'Exercise' : 'Exercises'
  const how =
    exercises.length === 0
      ? []
      : [`${what}: ${exercises.join(', ')}. The command is: splitbrain check ${exercises[0]}`]
  const from = sources.map((source) => `Source: ${source}.`)
  return [...how, ...from].flatMap((one) => said(one, width))
}

function cellAloud(cell: Cell, notebook: Notebook, width: number): Line[] {
  const state = notebook.cells.find((one) => one.cell.id === cell.id)!
  switch (cell.kind) {
    case 'scenario':
    case 'ts':
      return [...runAloud(cell, width), ...outcome(state, width)]
    case 'predict':
      return predictAloud(cell, width)
    case 'claim':
      return claimAloud(cell, state, width)
    case 'challenge': {
      const steps = `${cell.steps} ${cell.steps === 1 ? 'step' : 'steps'}`
      return [
        ...said(`Challenge: break ${cell.property} in at most ${steps}.`, width),
        ...markdownAloud(cell.says, width).slice(0, -1),
        ...commandsAloud(cell.commands, width),
        ...outcome(state, width),
      ]
    }
  }
}

function runAloud(cell: RunCell, width: number): Line[] {
  const name = isNamed(cell.id) ? ` ${cell.id}` : ''
  return cell.kind === 'scenario'
    ? [plain(`Run${name}.`), ...commandsAloud(cell.commands, width)]
    : [plain(`TypeScript${name}:`), ...cell.source.split('\n').flatMap((line) => said(line, width))]
}

function commandsAloud(commands: readonly { readonly text: string }[], width: number): Line[] {
  return commands.flatMap(({ text }) => said(`Command: ${text}`, width))
}

function outcome({ output, problem }: CellState, width: number): Line[] {
  return [
    ...(output === null ? [] : [plain('It prints:'), ...renderView(output, { width, sentences: true })]),
    ...(problem === null ? [] : problem.split('\n').flatMap((line) => said(line, width))),
  ]
}

function predictAloud(cell: PredictCell, width: number): Line[] {
  const answers = cell.answers.flatMap(({ text, right, reason }, i) => {
    const judged = right ? 'which is right' : 'which is wrong'
    return markdownAloud(`Answer ${i + 1}, ${judged}: ${text}\n\n${reason}`, width).filter(
      (line) => line.length > 0 && line[0]!.text !== '',
    )
  })
  return [...markdownAloud(`Question: ${cell.question}`, width).slice(0, -1), ...answers]
}

function claimAloud(cell: ClaimCell, { status, unproven }: CellState, width: number): Line[] {
  const proof = [...new Set(cell.proof.map((one) => one.cell))].join(', ')
  const proven =
    status === 'done' ? `It is proven by the runs ${proof}.` : `It is not proven. ${unproven.join('. ')}`
  return [
    ...markdownAloud(`Claim ${cell.id}: ${cell.statement}`, width).slice(0, -1),
    ...said(`Verdict: ${VERDICTS[cell.verdict].words} ${proven}`, width),
  ]
}

function said(text: string, width: number): Line[] {
  return wrapLine(plain(spokenText(text)), width)
}
