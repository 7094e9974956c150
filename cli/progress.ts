/** What a learner has done so far, and where they were: a small value. Where it is kept is another matter. */

export interface LessonProgress {
  /** Ids of cells that were run, answered or reached. */
  readonly done: readonly string[]
  /** Which answer was chosen in each prediction. */
  readonly chosen: { readonly [cell: string]: number }
  /** True once every counted cell is done. */
  readonly finished: boolean
  /** What was at the top of the page, and which cell was current. */
  readonly at: { readonly block: string; readonly offset: number; readonly focus: string | null } | null
}

export interface ExerciseProgress {
  readonly held: number
  readonly checks: number
  readonly earned: number
  readonly points: number
  readonly passed: boolean
}

export interface Progress {
  readonly schemaVersion: 1
  /** The screen that was open last. */
  readonly last: { readonly kind: 'lesson' | 'exercise'; readonly id: string } | null
  readonly lessons: { readonly [id: string]: LessonProgress }
  readonly exercises: { readonly [id: string]: ExerciseProgress }
}

export const NO_PROGRESS: Progress = { schemaVersion: 1, last: null, lessons: {}, exercises: {} }

export const NOT_BEGUN: LessonProgress = { done: [], chosen: {}, finished: false, at: null }

/** Progress from a file's text; what cannot be read as progress counts as none. */
export function parseProgress(text: string): Progress {
  try {
    const value = JSON.parse(text) as Partial<Progress> | null
    if (value === null || typeof value !== 'object' || value.schemaVersion !== 1) return NO_PROGRESS
    return {
      schemaVersion: 1,
      last: value.last ?? null,
      lessons: Object.fromEntries(
        Object.entries(value.lessons ?? {}).map(([id, lesson]) => [id, { ...NOT_BEGUN, ...lesson }]),
      ),
      exercises: { ...value.exercises },
    }
  } catch {
    return NO_PROGRESS
  }
}

/** The same progress with some of one lesson's replaced. */
export function withLesson(progress: Progress, id: string, change: Partial<LessonProgress>): Progress {
  const before = progress.lessons[id] ?? NOT_BEGUN
  return { ...progress, lessons: { ...progress.lessons, [id]: { ...before, ...change } } }
}

export function withExercise(progress: Progress, id: string, result: ExerciseProgress): Progress {
  return { ...progress, exercises: { ...progress.exercises, [id]: result } }
}
