/** What is kept of a notebook between two visits: what cells gave, what was typed, and the learner's own texts. */
import type { Line, View } from '../base/view.ts'
import type { CellState, ChallengeState } from './cellState.ts'
import type { RunCell } from './lesson.ts'
import { isSoundView } from './soundView.ts'

/** One line typed at the prompt under a cell, and what came of it. */
export interface Exchange {
  readonly line: string
  readonly output: View | null
  readonly note: string | null
  readonly problem: readonly Line[] | null
}

/** What one cell gave, and to which text it belongs. */
export interface KeptCell {
  readonly id: string
  /** The text that ran, or the question that was answered. */
  readonly source: string
  /** All that ran before it, from where its world begins. */
  readonly above: string
  readonly status: CellState['status']
  readonly output: View | null
  readonly verdicts: CellState['verdicts']
  readonly problem: string | null
  /** For predictions: the words of the answer. */
  readonly answer: string | null
  readonly goal: ChallengeState | null
  readonly typed: readonly Exchange[]
}

/** In what a run is written. */
export type Language = RunCell['kind']

/** A cell of the lesson that the learner has changed. */
export interface ChangedCell {
  readonly id: string
  readonly language: Language
  readonly text: string
  /** What the lesson said there. */
  readonly source: string
}

/** A cell of the learner's own. */
export interface ScratchCell {
  readonly id: string
  readonly language: Language
  /** The cell it stands below; the end of the lesson where that is not there. */
  readonly below: string
  readonly text: string
}

export interface KeptNotebook {
  readonly schemaVersion: 1
  readonly cells: readonly KeptCell[]
  readonly changed: readonly ChangedCell[]
  readonly scratch: readonly ScratchCell[]
  /** What belongs to texts that the lesson no longer has. */
  readonly older: readonly KeptCell[]
}

export const NOTHING_KEPT: KeptNotebook = { schemaVersion: 1, cells: [], changed: [], scratch: [], older: [] }

/** What the file of a notebook says; null for what is none, or was written by another version of the program. */
export function readNotebook(text: string): KeptNotebook | null {
  let value: Partial<KeptNotebook> | null
  try {
    value = JSON.parse(text, withoutControls) as Partial<KeptNotebook> | null
  } catch {
    return null
  }
  if (value === null || typeof value !== 'object' || value.schemaVersion !== 1) return null
  const { cells, changed, scratch, older } = value
  const lists: readonly unknown[] = [cells, changed, scratch, older]
  if (!lists.every(isListOfNamed)) return null
  const kept = value as KeptNotebook
  return { ...kept, cells: kept.cells.filter(isDrawable), older: kept.older.filter(isDrawable) }
}

/** Nothing that a terminal would obey comes out of a file. */
function withoutControls(_: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '') : value
}

function isDrawable({ output, typed }: KeptCell): boolean {
  const views = [output, ...(Array.isArray(typed) ? typed.map((one: Exchange) => one.output) : [{}])]
  return views.every((view) => view === null || isSoundView(view))
}

function isListOfNamed(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((one: unknown) => typeof (one as { id?: unknown } | null)?.id === 'string')
  )
}

export function notebookText(kept: KeptNotebook): string {
  return `${JSON.stringify(kept, null, 1)}\n`
}

/** With what a cell gave now. */
export function withCell(kept: KeptNotebook, cell: KeptCell): KeptNotebook {
  const others = kept.cells.filter((one) => one.id !== cell.id)
  return { ...kept, cells: [...others, cell] }
}

/** Without what a cell gave. */
export function withoutCell(kept: KeptNotebook, id: string): KeptNotebook {
  return { ...kept, cells: kept.cells.filter((one) => one.id !== id) }
}

/** A new cell of the learner's own, directly below another one, and its name. */
export function withScratch(
  kept: KeptNotebook,
  below: string,
  text: string,
  language: Language,
): { readonly kept: KeptNotebook; readonly id: string } {
  const scratch = added(kept.scratch, below, text, language)
  return { kept: { ...kept, scratch }, id: scratch[0]!.id }
}

function added(
  all: readonly ScratchCell[],
  below: string,
  text: string,
  language: Language,
): readonly ScratchCell[] {
  const numbers = all.map(({ id }) => Number(/^mine-(\d+)$/.exec(id)?.[1] ?? 0))
  return [{ id: `mine-${Math.max(0, ...numbers) + 1}`, language, below, text }, ...all]
}

/**
 * Another text for a cell. `seen` is the text it was made from: where somebody else has changed the cell meanwhile,
 * their text is kept as a cell of its own.
 */
export function withText(
  kept: KeptNotebook,
  { id, language, text, source, seen }: ChangedCell & { readonly seen: string },
): KeptNotebook {
  const mine = kept.scratch.find((one) => one.id === id)
  const theirs = mine?.text ?? kept.changed.find((one) => one.id === id)?.text ?? null
  const safe =
    theirs !== null && theirs !== seen && theirs !== text
      ? withScratch(kept, id, theirs, language).kept
      : kept
  if (mine !== undefined)
    return { ...safe, scratch: safe.scratch.map((one) => (one.id === id ? { ...one, text } : one)) }
  const others = safe.changed.filter((one) => one.id !== id)
  return { ...safe, changed: text === source ? others : [...others, { id, language, text, source }] }
}

/** Without a cell of the learner's own, or with the lesson's own text again. What somebody else has made of it stays. */
export function withoutText(kept: KeptNotebook, id: string, seen: string): KeptNotebook {
  const stays = (one: ScratchCell | ChangedCell): boolean => one.id !== id || one.text !== seen
  const gone = kept.scratch.find((one) => !stays(one))
  const scratch = kept.scratch
    .filter(stays)
    .map((one) => (gone !== undefined && one.below === id ? { ...one, below: gone.below } : one))
  const left = { ...kept, scratch, changed: kept.changed.filter(stays) }
  return gone === undefined ? left : withoutCell(left, id)
}
