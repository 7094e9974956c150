/** Edge: the course as it lies on this machine: the learner's workspace, what they have done, their editor. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, unwatchFile, watch, watchFile } from 'node:fs'
import { homedir } from 'node:os'
import { basename, dirname, join, sep } from 'node:path'
import envPaths from 'env-paths'
import type { Io } from './command.ts'
import {
  answerFile,
  Checker,
  type CheckReport,
  type Exercise,
  type Lesson,
  makeFolder,
  type Notebook,
  newNotebook,
  openAnswer,
  openWorkspace,
  readProgress,
  resetAnswer,
  type Workspace,
  WorkspaceProblem,
  workspaceFolder,
  writeAtomically,
  writeProgress,
} from './door.ts'
import { exercisesOf, readLessons } from './library.ts'
import { type ExerciseProgress, NO_PROGRESS, type Progress, parseProgress, withExercise } from './progress.ts'
import { type Course, type Desk, Stopped } from './screens/course.ts'

const MOST_LINES = 500

/** Opens the course for the screens. Nothing here fails because a folder cannot be written: it is said once. */
export function openShelf(io: Io): Course {
  const { lessons, problems } = readLessons()
  const exercises = exercisesOf()
  const ledger = new Ledger(io.workspace)
  const history = new History()
  const notebooks = new Map<string, Notebook>()
  return {
    lessons,
    exercises,
    problems,
    get progress() {
      return ledger.progress
    },
    record: (change) => ledger.record(change),
    get unkept() {
      return ledger.problem
    },
    get history() {
      return history.lines
    },
    remember: (line) => history.add(line),
    notebook(lesson: Lesson) {
      const notebook = notebooks.get(lesson.id) ?? newNotebook(lesson)
      notebooks.set(lesson.id, notebook)
      return notebook
    },
    desk: (exercise) => new FolderDesk(exercise, io.workspace),
  }
}

/** Keeps the result of a check made outside the screens. A workspace that cannot be written loses only this. */
export function recordCheck(folder: string | undefined, report: CheckReport): void {
  if (report.problem !== null) return
  const ledger = new Ledger(folder)
  ledger.record((progress) => better(progress, report))
}

export function now(): Date {
  return new Date()
}

/** The best result counts: trying something else later takes nothing away. */
function better(progress: Progress, report: CheckReport): Progress {
  const result = resultOf(report)
  const before = progress.exercises[report.exercise]
  return before !== undefined && before.earned > result.earned
    ? progress
    : withExercise(progress, report.exercise, result)
}

function resultOf({ checks, verdict }: CheckReport): ExerciseProgress {
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
  return {
    held: checks.filter((check) => check.verdict === 'passed').length,
    checks: checks.length,
    earned: sum(checks.map((check) => check.earned)),
    points: sum(checks.map((check) => check.points)),
    passed: verdict === 'passed',
  }
}

/** Progress as one small file in the workspace; in memory only where that cannot be written. */
class Ledger {
  progress: Progress = NO_PROGRESS
  problem: string | null = null
  readonly #folder: string

  constructor(folder: string | undefined) {
    this.#folder = workspaceFolder(folder)
    this.#trying(() => {
      const text = readProgress({ folder: this.#folder })
      if (text !== null) this.progress = parseProgress(text)
    })
  }

  record(change: (progress: Progress) => Progress): void {
    const after = change(this.progress)
    if (JSON.stringify(after) === JSON.stringify(this.progress)) return
    this.progress = after
    if (this.problem !== null) return
    this.#trying(() => {
      makeFolder(this.#folder)
      writeProgress({ folder: this.#folder }, `${JSON.stringify(after, null, 2)}\n`, now())
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

/** What was typed at prompts, in the state folder of this user. */
class History {
  readonly lines: string[]
  readonly #file = join(envPaths('splitbrain', { suffix: '' }).log, 'history')

  constructor() {
    this.lines = existsSync(this.#file)
      ? readFileSync(this.#file, 'utf8').split('\n').filter(Boolean).slice(-MOST_LINES)
      : []
  }

  add(line: string): void {
    if (this.lines.at(-1) === line) return
    this.lines.push(line)
    try {
      makeFolder(dirname(this.#file))
      writeAtomically(this.#file, `${this.lines.slice(-MOST_LINES).join('\n')}\n`)
    } catch {
      // A history that cannot be kept is no reason to bother anybody.
    }
  }
}

/** An exercise in the learner's workspace. */
class FolderDesk implements Desk {
  readonly #folder: string
  #checker: Checker | null = null
  #stopNow: (() => void) | null = null
  /** The file as it was when it was looked at last. */
  #seen: string | null = null

  constructor(
    readonly exercise: Exercise,
    folder: string | undefined,
  ) {
    this.#folder = workspaceFolder(folder)
  }

  get shown(): string {
    return tilde(this.#file)
  }

  get #file(): string {
    return answerFile(this.#workspace, this.exercise)
  }

  get #workspace(): Workspace {
    return { folder: this.#folder }
  }

  prepare(): string | null {
    try {
      openAnswer(openWorkspace(this.#folder), this.exercise)
      this.#checker ??= new Checker(this.exercise)
      return null
    } catch (error) {
      if (error instanceof WorkspaceProblem) return `${error.message}; ${error.next}.`
      throw error
    }
  }

  check(told: Parameters<Desk['check']>[0]): Promise<CheckReport> {
    this.#checker ??= new Checker(this.exercise)
    const stopped = new Promise<never>((_, reject) => {
      this.#stopNow = () => reject(new Stopped())
    })
    return Promise.race([this.#checker.check(this.#file, { onCheck: told }), stopped])
  }

  stop(): void {
    this.#stopNow?.()
    this.close()
  }

  close(): void {
    void this.#checker?.close()
    this.#checker = null
  }

  /** Watches the folder, since editors replace files; and looks itself twice a second, since some disks tell nothing. */
  watch(saved: () => void): () => void {
    const file = this.#file
    if (!existsSync(dirname(file))) return () => {}
    this.#seen = stamp(file)
    let timer: NodeJS.Timeout | undefined
    const look = (): void => {
      const is = stamp(file)
      if (is === this.#seen || is === null) return
      this.#seen = is
      clearTimeout(timer)
      timer = setTimeout(saved, 40)
    }
    const watcher = watch(dirname(file), (_, name) => {
      if (name === null || name === basename(file)) look()
    })
    watcher.on('error', () => {})
    watchFile(file, { interval: 500 }, look)
    return () => {
      clearTimeout(timer)
      watcher.close()
      unwatchFile(file, look)
    }
  }

  get editor(): readonly string[] | null {
    const words = (process.env['VISUAL'] || process.env['EDITOR'] || '').trim()
    return words === '' ? null : words.split(/\s+/)
  }

  edit(): string | null {
    const [program, ...words] = this.editor ?? []
    if (program === undefined) return `$EDITOR is not set: open ${this.shown} yourself.`
    const { error } = spawnSync(program, [...words, this.#file], { stdio: 'inherit' })
    return error === undefined
      ? null
      : `$EDITOR is "${program}", which cannot be started: open ${this.shown} yourself.`
  }

  reset(): string | null {
    const kept = resetAnswer(this.#workspace, this.exercise, now())
    // Putting the start back is no save of the learner's.
    this.#seen = stamp(this.#file)
    return kept === null ? null : tilde(kept)
  }
}

/** When a file was written last and how long it is; null where there is none. */
function stamp(file: string): string | null {
  const stats = statSync(file, { throwIfNoEntry: false })
  return stats === undefined ? null : `${stats.mtimeMs} ${stats.size}`
}

function tilde(path: string): string {
  const home = homedir()
  return path.startsWith(home + sep) ? `~${path.slice(home.length)}` : path
}
