/** What every export of a lesson needs: the lesson, and how its cells stand. */
import type { View } from '../../base/view.ts'
import type { CellState } from '../cellState.ts'
import type { ClaimVerdict, Lesson } from '../lesson.ts'

/** A lesson with the outputs of its cells. A cell that has not run is shown without one, and a claim as unproven. */
export interface TakenLesson {
  readonly lesson: Lesson
  readonly cells: readonly CellState[]
}

export function stateOf({ cells }: TakenLesson, id: string): CellState {
  const state = cells.find((one) => one.cell.id === id)
  if (state === undefined) throw new RangeError(`no cell is called "${id}"`)
  return state
}

export const VERDICT_WORDS: { readonly [verdict in ClaimVerdict]: string } = {
  true: 'True.',
  cond: 'True on a condition.',
  imprecise: 'Imprecise.',
  false: 'False.',
  opinion: 'A matter of opinion.',
}

/** `proven by the cells a, b`, or that it is not. */
export function proofWords(state: CellState): string {
  const { cell } = state
  if (cell.kind !== 'claim') return ''
  const cells = [...new Set(cell.proof.map((proof) => proof.cell))].join(', ')
  if (state.status === 'done') return `Proven by the runs ${cells}.`
  return state.status === 'failed'
    ? `Not proven: ${state.unproven.join('; ')}.`
    : `To be proven by the runs ${cells}.`
}

/** The parts of an output, one picture or text each. */
export function partsOf(output: View): readonly View[] {
  return output.kind === 'stack' ? output.views.flatMap(partsOf) : [output]
}
