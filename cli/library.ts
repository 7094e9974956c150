/** The lessons and exercises there are. A file that is not valid ends the program with its place and the next step. */
import { join } from 'node:path'
import { named, UsageProblem } from './command.ts'
import { type Exercise, type Lesson, loadCourse, loadExercises, packageRoot } from './door.ts'

/** Lesson files that cannot be read: one sentence each, with the place. */
export class InvalidLessons extends Error {
  override readonly name = 'InvalidLessons'
  constructor(readonly problems: readonly string[]) {
    super(problems[0] ?? '')
  }
}

export interface Lessons {
  readonly lessons: readonly Lesson[]
  /** What is wrong with files that are no lessons, one sentence each. */
  readonly problems: readonly string[]
}

/** All lessons that can be read. */
export function readLessons(): Lessons {
  const { lessons, problems } = loadCourse(join(packageRoot(), 'lessons'))
  return { lessons, problems: problems.map((problem) => problem.message) }
}

/** One lesson by its name. Throws `InvalidLessons` where its file is there and is not valid. */
export function lessonCalled(word: string): Lesson {
  const { lessons, problems } = readLessons()
  try {
    return named(lessons, word, 'lesson')
  } catch (error) {
    const broken = problems.filter((problem) => {
      const [, number, id] = /^(\d\d)-([a-z0-9-]+)\.md:/.exec(problem) ?? []
      return [number, id, `${number}-${id}`].includes(word.toLowerCase())
    })
    if (error instanceof UsageProblem && broken.length > 0) throw new InvalidLessons(broken)
    throw error
  }
}

/** Throws `ExerciseProblem` at the first folder that is not valid. */
export function exercisesOf(): readonly Exercise[] {
  return loadExercises(join(packageRoot(), 'exercises'))
}
