/** How a cell of a notebook stands: what it printed, what came out of it, what was answered. */
import type { View } from '../base/view.ts'
import type { Result } from '../scenario/command.ts'
import type { Cell } from './lesson.ts'

export interface CellState {
  readonly cell: Cell
  readonly status: 'idle' | 'done' | 'failed'
  readonly output: View | null
  /** For scenarios with expected output: whether this is it. */
  readonly matches: boolean | null
  readonly verdicts: Result['verdicts']
  /** For predictions: the answer given. */
  readonly chosen: number | null
  /** For claims that ran: the parts that did not come out, empty if it is proven. */
  readonly unproven: readonly string[]
  /** For scenarios that made no sense: the line, the place and the advice. */
  readonly problem: string | null
  /** What is shown belongs to an older text of the cell, or of one that it goes on from; with the answer given then. */
  readonly older: { readonly answer: string | null } | null
}

/** How a challenge stands after a command. */
export interface ChallengeState {
  readonly steps: number
  readonly done: boolean
  readonly says: string
}

/** A cell that nobody has touched. */
export const IDLE = {
  status: 'idle',
  output: null,
  matches: null,
  verdicts: [],
  chosen: null,
  unproven: [],
  problem: null,
  older: null,
} as const
