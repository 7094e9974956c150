/** What a lesson is: prose and cells in the order of the page. */

export interface Lesson {
  /** The slug: `two-phase-commit`. */
  readonly id: string
  readonly number: string
  readonly title: string
  readonly unit: string
  readonly minutes: number
  /** Ids of lessons, exercises, and the sources by name. */
  readonly needs: readonly string[]
  readonly exercises: readonly string[]
  readonly sources: readonly string[]
  readonly file: string
  readonly parts: readonly Part[]
}

/** `line` is where the part starts in the file, from 1. */
export type Part =
  | { readonly kind: 'prose'; readonly markdown: string; readonly line: number }
  | { readonly kind: 'cell'; readonly cell: Cell; readonly line: number }

export type Cell = RunCell | PredictCell | ClaimCell | ChallengeCell

/** What can be run, and changed by a learner. */
export type RunCell = ScenarioCell | TypedCell

/** What every cell has. */
interface Written {
  /** Its own name, or `cell-3` by position. */
  readonly id: string
  /** What the author wrote in the fence, without the output that is expected of it. */
  readonly source: string
  readonly line: number
}

export interface ScenarioCell extends Written {
  readonly kind: 'scenario'
  readonly commands: readonly { readonly text: string; readonly line: number }[]
  /** What it prints, or null where the author has not written it yet. */
  readonly expected: string | null
  readonly own: Own
}

/** TypeScript on the world of the cells above; it looks and draws, and changes nothing. */
export interface TypedCell extends Written {
  readonly kind: 'ts'
  readonly expected: string | null
  readonly own: Own
}

/**
 * Whose text a run is: the lesson's own (null); changed by the learner, of which the lesson's own text may have
 * become another one meanwhile (`outdated`); or a cell that the learner has added.
 */
export type Own = null | 'changed' | 'outdated' | 'scratch'

export interface PredictCell extends Written {
  readonly kind: 'predict'
  readonly question: string
  readonly answers: readonly { readonly text: string; readonly right: boolean; readonly reason: string }[]
}

export type ClaimVerdict = 'true' | 'cond' | 'imprecise' | 'false' | 'opinion'

export interface ClaimCell extends Written {
  readonly kind: 'claim'
  readonly verdict: ClaimVerdict
  readonly statement: string
  /** What proves it: for each part it plays, a cell and the verdict that must come out of it. */
  readonly proof: readonly Proof[]
}

/**
 * The part a cell plays in a proof. It must break the property: `literal` (the claim as worded), `without`
 * (a condition removed), `mutant`. It must hold: `fixed`, `with`, `holds`. `numbers` shows a trade-off.
 */
export type ProofPart = 'literal' | 'fixed' | 'with' | 'without' | 'holds' | 'mutant' | 'numbers'

/** Written `literal=CELL:PROPERTY:STEPS`; steps only where a shortest story is meant. */
export interface Proof {
  readonly part: ProofPart
  readonly cell: string
  readonly property: string | null
  readonly steps: number | null
}

/** An open prompt with a goal: break `property` in at most `steps` steps. */
export interface ChallengeCell extends Written {
  readonly kind: 'challenge'
  readonly says: string
  /** Commands that set the stage. */
  readonly commands: readonly { readonly text: string; readonly line: number }[]
  readonly property: string
  readonly steps: number
  /** One way to do it, played by the tests. */
  readonly solution: readonly string[]
}

/** Whether the author gave it the name; cells without one are only numbered. */
export function isNamed(id: string): boolean {
  return !/^cell-\d+$/.test(id)
}

export function cellsOf(lesson: Lesson): readonly Cell[] {
  return lesson.parts.flatMap((part) => (part.kind === 'cell' ? [part.cell] : []))
}

/** Whether it can be run, and changed by a learner. */
export function isRun(cell: Cell): cell is RunCell {
  return cell.kind === 'scenario' || cell.kind === 'ts'
}
