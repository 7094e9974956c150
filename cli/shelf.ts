/** Edge: the course as it lies on this machine: lessons, exercises, what the learner has done and typed. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import envPaths from 'env-paths'
import type { Io } from './command.ts'
import { FolderDesk } from './desk.ts'
import { type Kernel, type Lesson, makeFolder, newKernel, writeAtomically } from './door.ts'
import { editText } from './editor.ts'
import { exercisesOf } from './exercises.ts'
import { Ledger } from './ledger.ts'
import { readLessons, watchLesson } from './library.ts'
import { NotebookFile } from './notebooks.ts'
import type { Course } from './screens/course.ts'
import { keepStory } from './stories.ts'

const MOST_LINES = 500

/** Opens the course for the screens. Nothing here fails because a folder cannot be written: it is said once. */
export function openShelf(io: Io): Course {
  const { lessons: read, problems, texts } = readLessons()
  const lessons = [...read]
  const exercises = exercisesOf()
  const ledger = new Ledger(io.workspace)
  const history = new History()
  const kernels = new Map<string, Kernel>()
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
    kernel(lesson: Lesson) {
      const kernel = kernels.get(lesson.id) ?? newKernel(lesson)
      kernels.set(lesson.id, kernel)
      return kernel
    },
    notebook: (lesson) => new NotebookFile(io.workspace, lesson.id),
    watch: (lesson, told) =>
      watchLesson(lesson.file, texts[lesson.file], (text) => {
        const at = lessons.findIndex((one) => one.id === lesson.id)
        if (text.kind === 'lesson') lessons[at] = text.lesson
        told(text)
      }),
    editText,
    desk: (exercise) => new FolderDesk(exercise, io.workspace),
    keepStory: (name, text) => keepStory(io, name, text),
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
