/** A lesson from top to bottom as plain lines: every cell run, every answer with its reason. */
import type { CellState, Line, Notebook } from '../door.ts'
import { proofOf } from './claimCell.ts'
import { pieceLines } from './pageBlocks.ts'
import { piecesOf } from './pieces.ts'

/** The whole lesson, no line wider than `width`. The notebook has been run. */
export function linearLesson(notebook: Notebook, width: number, ascii: boolean): Line[] {
  const { lesson } = notebook
  const state = (id: string): CellState => notebook.cells.find((one) => one.cell.id === id)!
  const proven = (id: string): boolean => {
    const found = notebook.cells.find((one) => one.cell.id === id)
    return found?.status === 'done' && found.matches !== false
  }
  return piecesOf(lesson).flatMap((piece) => [
    ...pieceLines(
      piece,
      {
        lesson,
        edition: 0,
        open: true,
        focused: false,
        ascii,
        linear: true,
        look: (cell) => ({
          state: state(cell.id),
          focused: false,
          busy: false,
          before: false,
          exchanges: [],
          proof: proofOf(cell, proven),
          goal: null,
          box: null,
          linear: true,
          ascii,
        }),
      },
      width,
    ),
    [],
  ])
}
