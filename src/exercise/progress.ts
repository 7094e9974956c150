/** Progress: what a learner has done, as one versioned JSON file in the workspace. An edge. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Workspace, WorkspaceProblem, writeAtomically, writing } from './workspace.ts'

export interface Progress {
  readonly schemaVersion: 1
  /** By lesson id. */
  readonly lessons: { readonly [id: string]: LessonProgress }
  /** By exercise id. */
  readonly exercises: { readonly [id: string]: ExerciseProgress }
  /** What was open last, to go on from: `lesson two-phase-commit`. */
  readonly last: string | null
}

export interface LessonProgress {
  readonly done: boolean
  /** The furthest part of the page that was seen. */
  readonly part: number
}

export interface ExerciseProgress {
  readonly earned: number
  readonly points: number
  readonly passed: boolean
}

export const NO_PROGRESS: Progress = { schemaVersion: 1, lessons: {}, exercises: {}, last: null }

/** What is in the file; nothing yet where there is no file. Throws `WorkspaceProblem` where it is not ours to read. */
export function readProgress(workspace: Workspace): Progress {
  const file = progressFile(workspace)
  if (!existsSync(file)) return NO_PROGRESS
  const next = 'move the file away to begin with no progress, or get a newer splitbrain'
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    throw new WorkspaceProblem(file, `${file} cannot be read as JSON`, next)
  }
  const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion
  if (version !== 1)
    throw new WorkspaceProblem(
      file,
      `${file} has schemaVersion ${JSON.stringify(version) ?? 'none'}; this splitbrain knows 1`,
      next,
    )
  return { ...NO_PROGRESS, ...(value as Partial<Progress>), schemaVersion: 1 }
}

/** Reads, changes and writes the file at once, so that a second window loses little. Throws `WorkspaceProblem`. */
export function changeProgress(workspace: Workspace, change: (before: Progress) => Progress): Progress {
  const after = change(readProgress(workspace))
  const file = progressFile(workspace)
  writing(file, () => writeAtomically(file, `${JSON.stringify(after, null, 2)}\n`))
  return after
}

function progressFile({ folder }: Workspace): string {
  return join(folder, 'progress.json')
}
