/** The lessons there are. A file that is not valid ends the program with its place and the next step. */
import { join } from 'node:path'
import { InvalidFiles, named, UsageProblem } from './command.ts'
import { type Lesson, LessonProblem, lessonText, loadCourse, packageRoot, parseLesson } from './door.ts'
import { watchSaves } from './saves.ts'
import type { LessonText } from './screens/course.ts'

export interface Lessons {
  readonly lessons: readonly Lesson[]
  /** What is wrong with files that are no lessons, one sentence each. */
  readonly problems: readonly string[]
  /** The text of every file. */
  readonly texts: { readonly [file: string]: string }
}

/** All lessons that can be read. */
export function readLessons(): Lessons {
  const { lessons, problems, texts } = loadCourse(join(packageRoot(), 'lessons'))
  return { lessons, problems: problems.map((problem) => problem.message), texts }
}

/** Calls back whenever the file of a lesson has another text than `known`; returns how to stop. */
export function watchLesson(
  file: string,
  known: string | undefined,
  told: (text: LessonText) => void,
): () => void {
  const folder = join(packageRoot(), 'lessons')
  let before = known
  const saved = (): void => {
    const text = lessonText(folder, file)
    // While an editor replaces a file it may not be there for a moment.
    if (text === null || text === before) return
    before = text
    try {
      told({ kind: 'lesson', lesson: parseLesson(file, text) })
    } catch (error) {
      if (!(error instanceof LessonProblem)) throw error
      told({ kind: 'problem', says: error.message })
    }
  }
  const saves = watchSaves(folder, saved, /^\d\d-[^.]+\.md$/)
  // It may have changed since it was read.
  saved()
  return () => saves.stop()
}

/** One lesson by its name. Throws `InvalidFiles` where its file is there and is not valid. */
export function lessonCalled(word: string): Lesson {
  const { lessons, problems } = readLessons()
  try {
    return named(lessons, word, 'lesson')
  } catch (error) {
    const broken = problems.filter((problem) => {
      const [, number, id] = /^(\d\d)-([a-z0-9-]+)\.md:/.exec(problem) ?? []
      return [number, id, `${number}-${id}`].includes(word.toLowerCase())
    })
    if (error instanceof UsageProblem && broken.length > 0) throw new InvalidFiles(broken)
    throw error
  }
}
