/** What a kernel and its thread say to each other: plain data only, programs by name. */
import type { Result } from '../scenario/command.ts'
import { ScenarioProblem } from '../scenario/command.ts'
import { remake } from '../scenario/retell.ts'
import {
  type Kept,
  type Origin,
  type Progress,
  type Run,
  Session,
  type SessionInput,
} from '../scenario/session.ts'
import type { ChallengeState } from './cellState.ts'
import type { KeptCell } from './keptNotebook.ts'
import type { Lesson } from './lesson.ts'
import type { Notebook, NotebookRecord } from './notebook.ts'

/** What can be asked: a cell to run, all of them, or a line to carry out. */
export type Ask =
  | { readonly kind: 'cell'; readonly id: string }
  | { readonly kind: 'all' }
  | { readonly kind: 'line'; readonly line: string }

/** With what a thread begins; its run is told again from `kept`. */
export interface Begin {
  readonly lesson: Lesson
  readonly flag: Int32Array<SharedArrayBuffer>
  readonly record: NotebookRecord
  readonly kept: Kept | null
}

export type Request =
  | { readonly ask: Ask }
  | { readonly revise: { readonly lesson: Lesson; readonly kept: readonly KeptCell[] } }

export type Answered =
  | { readonly kind: 'done'; readonly result: Result | null; readonly challenge: ChallengeState | null }
  | {
      readonly kind: 'problem'
      readonly column: number
      readonly message: string
      readonly suggestion: string | null
    }

export type FromKernel =
  | { readonly kind: 'seen'; readonly progress: Progress; readonly ms: number }
  | { readonly kind: 'answer'; readonly answered: Answered; readonly change: Change | null }

/** What the notebook has become. */
export interface Change {
  readonly record: NotebookRecord
  readonly run: RunChange | null
}

/** A run as a change of the one sent before: its first `kept` worlds, and what follows them. */
export interface RunChange {
  readonly origin: Origin
  readonly budgets: Run['budgets']
  /** 0 if nothing is the same, not even the cluster. */
  readonly kept: number
  readonly worlds: Run['worlds']
  readonly moments: Run['moments']
}

/** What to send of a run, given the one that was sent before. */
export function runChange(before: Run | null, now: Run | null): RunChange | null {
  if (now === null) return null
  const { origin, budgets, worlds, moments } = now
  const same = before !== null && before.model === now.model ? before.worlds : []
  let kept = 0
  while (kept < same.length && kept < worlds.length && same[kept] === worlds[kept]) kept++
  return {
    origin,
    budgets,
    kept,
    worlds: worlds.slice(kept),
    moments: moments.slice(Math.max(0, kept - 1)),
  }
}

/** Brings a notebook to where another one is that sent this. */
export function adoptRun(notebook: Notebook, { record, run }: Change, input: SessionInput): void {
  const before = notebook.session.run
  const session = new Session(input)
  if (run !== null) session.run = runOf(session, before, run)
  notebook.adopt(record, session)
}

function runOf(session: Session, before: Run | null, change: RunChange): Run {
  const { origin, budgets, kept, worlds, moments } = change
  if (kept > 0 && before !== null)
    return {
      ...before,
      origin,
      budgets,
      worlds: [...before.worlds.slice(0, kept), ...worlds],
      moments: [...before.moments.slice(0, kept - 1), ...moments],
    }
  remake(session, origin, budgets)
  return { ...session.current, worlds, moments }
}

/** A problem as plain data. Anything else is no problem of the line: thrown again. */
export function problemData(error: unknown): Answered {
  if (!(error instanceof ScenarioProblem)) throw error
  return { kind: 'problem', column: error.column, message: error.message, suggestion: error.suggestion }
}
