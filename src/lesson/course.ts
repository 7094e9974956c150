/** The course: every lesson of the folder, in the order of their numbers. An edge: it reads files. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lesson } from './lesson.ts'
import { notedLesson } from './noted.ts'
import { LessonProblem, parseLesson } from './parse.ts'

export interface Course {
  readonly lessons: readonly Lesson[]
  /** Files that are no lessons, each with its place and reason. */
  readonly problems: readonly LessonProblem[]
  /** The text of every file. */
  readonly texts: { readonly [file: string]: string }
}

export function loadCourse(folder: string): Course {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.md'))
    .sort()
  const lessons: Lesson[] = []
  const problems: LessonProblem[] = []
  const texts: { [file: string]: string } = {}
  for (const file of files) {
    const text = readFileSync(join(folder, file), 'utf8')
    texts[file] = text
    try {
      lessons.push(notedLesson(file, text) ?? parseLesson(file, text))
    } catch (error) {
      if (!(error instanceof LessonProblem)) throw error
      problems.push(error)
    }
  }
  return { lessons, problems, texts }
}

/** The text of a lesson's file; null while it is not there. */
export function lessonText(folder: string, file: string): string | null {
  try {
    return readFileSync(join(folder, file), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** A lesson by `09`, `two-phase-commit` or `09-two-phase-commit`; undefined if there is none. */
export function findLesson(lessons: readonly Lesson[], id: string): Lesson | undefined {
  return lessons.find(
    (lesson) => id === lesson.id || id === lesson.number || id === `${lesson.number}-${lesson.id}`,
  )
}
