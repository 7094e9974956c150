/** Edge: progress as one small file in the workspace, shared with every other process that uses it. */
import {
  type CheckReport,
  changeKept,
  type Exercise,
  editionOf,
  makeFolder,
  readKept,
  workspaceFolder,
} from './door.ts'
import {
  mergeProgress,
  NO_PROGRESS,
  type Progress,
  parseProgress,
  progressText,
  resultOf,
  withExercise,
} from './progress.ts'
import { tilde } from './tilde.ts'

const FILE = 'progress.json'

/** Kept in memory only where the file cannot be written; that is said once, and stops nobody. */
export class Ledger {
  progress: Progress = NO_PROGRESS
  problem: string | null = null
  /** Where a file that could not be read as progress was put aside, or null. */
  putAside: string | null = null
  readonly #folder: string

  constructor(folder: string | undefined) {
    this.#folder = workspaceFolder(folder)
    this.#trying(() => {
      const text = readKept({ folder: this.#folder }, FILE)
      if (text !== null) this.progress = parseProgress(text)
    })
  }

  /** Changes the progress as it is in the file now, not as it was when this process began. */
  record(change: (progress: Progress) => Progress): void {
    if (this.problem !== null) {
      this.progress = change(this.progress)
      return
    }
    if (progressText(change(this.progress)) === progressText(this.progress)) return
    this.#trying(() => {
      makeFolder(this.#folder)
      const aside = changeKept(
        { folder: this.#folder },
        FILE,
        (text) => {
          const fresh = text === null ? NO_PROGRESS : parseProgress(text)
          this.progress = mergeProgress(fresh, change(mergeProgress(this.progress, fresh)))
          return progressText(this.progress)
        },
        now(),
      )
      if (aside !== null) this.putAside = tilde(aside)
    })
  }

  #trying(work: () => void): void {
    try {
      work()
    } catch {
      this.problem = `Your progress is not kept: ${tilde(this.#folder)} cannot be used. Choose another folder with --workspace.`
    }
  }
}

/** Keeps the result of a check made outside the screens. Answers why it could not be kept, or null. */
export function recordCheck(
  folder: string | undefined,
  exercise: Exercise,
  report: CheckReport,
): string | null {
  if (report.problem !== null) return null
  const ledger = new Ledger(folder)
  ledger.record((progress) => withExercise(progress, exercise.id, resultOf(report, editionOf(exercise))))
  return ledger.problem
}

export function now(): Date {
  return new Date()
}
