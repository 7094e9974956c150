/** What a command of the scenario language is: one file each, with its grammar, its help and its completion. */
import type { View } from '../base/view.ts'
import type { Session } from './session.ts'

/** A word of a scenario line, and where it stands. Columns count from 0. */
export interface Word {
  readonly text: string
  readonly column: number
}

/** What a command gives back: a view for the page, and a short note for whoever typed it. */
export interface Result {
  readonly view: View | null
  readonly note: string | null
  /** Set where the command judged a property or searched: `false` if a property broke. */
  readonly verdicts: readonly {
    readonly property: string
    readonly kind: 'held' | 'broken' | 'gaveUp'
    readonly steps: number | null
  }[]
}

export interface Command {
  readonly name: string
  /** The grammar, one line: `crash NODE [process]`. */
  readonly usage: string
  /** One sentence. */
  readonly says: string
  readonly example: string
  /** Carries the command out. Throws `ScenarioProblem` and changes nothing where the words make no sense. */
  run(session: Session, words: readonly Word[]): Result
  /** What may come next, given the words before the one being typed. */
  complete(session: Session, before: readonly string[]): readonly string[]
}

/** A line that makes no sense: where, what was expected, and the nearest valid word. */
export class ScenarioProblem extends Error {
  override readonly name = 'ScenarioProblem'
  constructor(
    readonly column: number,
    message: string,
    /** What to write instead, or null. */
    readonly suggestion: string | null = null,
  ) {
    super(message)
  }
}

export const NOTHING: Result = { view: null, note: null, verdicts: [] }
