/** What a learner has done so far, and where they were: a small value. Where it is kept is another matter. */
import type { CheckReport } from './door.ts'

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

/** The best result of an exercise. */
export interface ExerciseProgress {
  readonly held: number
  readonly checks: number
  readonly earned: number
  readonly points: number
  /** Whether it was ever passed. */
  readonly passed: boolean
  /** The edition of the exercise that `held` to `points` are about; empty where it is not known. */
  readonly edition: string
  /** The editions that were passed. */
  readonly passedEditions: readonly string[]
  /** The check that failed first the last time, or null. */
  readonly failing: string | null
  /** How many hints of that check were shown on the command line. */
  readonly hints: number
  /** The reference was shown before the exercise was passed. */
  readonly gaveUp: boolean
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

export const NOT_TRIED: ExerciseProgress = {
  held: 0,
  checks: 0,
  earned: 0,
  points: 0,
  passed: false,
  edition: '',
  passedEditions: [],
  failing: null,
  hints: 0,
  gaveUp: false,
}

/** Progress from a file's text; what cannot be read as progress counts as none. */
export function parseProgress(text: string): Progress {
  return readProgressText(text) ?? NO_PROGRESS
}

/** The same, but null for what is no progress or comes from another version of the program. */
export function readProgressText(text: string): Progress | null {
  try {
    const value = JSON.parse(text) as Partial<Progress> | null
    if (value === null || typeof value !== 'object' || value.schemaVersion !== 1) return null
    return {
      schemaVersion: 1,
      last: value.last ?? null,
      lessons: filled(value.lessons, NOT_BEGUN),
      exercises: filled(value.exercises, NOT_TRIED),
    }
  } catch {
    return null
  }
}

function filled<T>(all: { readonly [id: string]: T } | undefined, empty: T): { readonly [id: string]: T } {
  return Object.fromEntries(Object.entries(all ?? {}).map(([id, one]) => [id, { ...empty, ...one }]))
}

export function progressText(progress: Progress): string {
  return `${JSON.stringify(progress, null, 2)}\n`
}

/** The same progress with some of one lesson's replaced. */
export function withLesson(progress: Progress, id: string, change: Partial<LessonProgress>): Progress {
  const before = progress.lessons[id] ?? NOT_BEGUN
  return { ...progress, lessons: { ...progress.lessons, [id]: { ...before, ...change } } }
}

/** The same progress with a result more of one exercise. The best counts: trying something else takes nothing away. */
export function withExercise(progress: Progress, id: string, result: Partial<ExerciseProgress>): Progress {
  const before = Object.hasOwn(progress.exercises, id) ? progress.exercises[id] : undefined
  const merged =
    before === undefined
      ? { ...NOT_TRIED, ...result }
      : better(before, { ...next(before, result), ...result })
  return { ...progress, exercises: { ...progress.exercises, [id]: merged } }
}

/** What stays as it was: the hints that were shown, as long as it is the same check that fails. */
function next(before: ExerciseProgress, { failing }: Partial<ExerciseProgress>): ExerciseProgress {
  return failing === undefined || failing === before.failing ? before : { ...before, hints: 0 }
}

/** What a check found, as it is kept. */
export function resultOf({ checks, verdict }: CheckReport, edition: string): Partial<ExerciseProgress> {
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
  const passed = verdict === 'passed'
  return {
    held: checks.filter((check) => check.verdict === 'passed').length,
    checks: checks.length,
    earned: sum(checks.map((check) => check.earned)),
    points: sum(checks.map((check) => check.points)),
    edition,
    failing: checks.find((check) => check.verdict !== 'passed' && check.verdict !== 'skipped')?.name ?? null,
    ...(passed && { passed, passedEditions: [edition] }),
  }
}

/** Everything that is in either. Where both know a place, `later` is where the learner is. */
export function mergeProgress(earlier: Progress, later: Progress): Progress {
  return {
    schemaVersion: 1,
    last: later.last ?? earlier.last,
    lessons: merged(earlier.lessons, later.lessons, both),
    exercises: merged(earlier.exercises, later.exercises, better),
  }
}

function merged<T>(
  a: { readonly [id: string]: T },
  b: { readonly [id: string]: T },
  join: (a: T, b: T) => T,
): { readonly [id: string]: T } {
  const common = Object.entries(b).map(([id, one]) => [id, Object.hasOwn(a, id) ? join(a[id]!, one) : one])
  return { ...a, ...Object.fromEntries(common) }
}

function both(a: LessonProgress, b: LessonProgress): LessonProgress {
  return {
    done: union(a.done, b.done),
    chosen: { ...a.chosen, ...b.chosen },
    finished: a.finished || b.finished,
    at: b.at ?? a.at,
  }
}

/** Points of two editions cannot be compared: the later result is the one that is kept. */
function better(a: ExerciseProgress, b: ExerciseProgress): ExerciseProgress {
  const kept = a.edition === b.edition && a.earned > b.earned ? a : b
  return {
    ...kept,
    failing: b.failing,
    hints: b.hints,
    passed: a.passed || b.passed,
    passedEditions: union(a.passedEditions, b.passedEditions),
    gaveUp: a.gaveUp || b.gaveUp,
  }
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return [...new Set([...a, ...b])]
}

/** Where an exercise stands, given its edition now. `stale`: passed, but it has changed since. */
export type Standing = 'not started' | 'started' | 'passed' | 'stale'

/** `hasAnswer` says whether the learner has written anything yet. */
export function standingOf(
  progress: ExerciseProgress | undefined,
  edition: string,
  hasAnswer: boolean,
): Standing {
  if (progress === undefined || progress.checks === 0) return hasAnswer ? 'started' : 'not started'
  if (!progress.passed) return 'started'
  // A result from before editions were kept says nothing about a change.
  const known = progress.passedEditions.length > 0
  return known && !progress.passedEditions.includes(edition) ? 'stale' : 'passed'
}
