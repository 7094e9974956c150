/** The lessons and exercises there are. A file that is not valid ends the program with its place and the next step. */

import { join } from 'node:path'
import type { Io } from './command.ts'
import { type Exercise, type Lesson, loadCourse, loadExercises, packageRoot } from './door.ts'

/** Lesson files that cannot be read: one sentence each. */
export class InvalidLessons extends Error {
  override readonly name = 'InvalidLessons'
  constructor(readonly problems: readonly string[]) {
    super(problems[0] ?? '')
  }
}

/** The lessons that can be read; says on standard error which cannot. Throws `InvalidLessons` if none can. */
export function lessonsOf(io: Pick<Io, 'err'>): readonly Lesson[] {
  const { lessons, problems } = loadCourse(join(packageRoot(), 'lessons'))
  const sentences = problems.map((problem) => problem.message)
  if (lessons.length === 0 && sentences.length > 0) throw new InvalidLessons(sentences)
  for (const sentence of sentences) io.err(`${sentence}\n`)
  return lessons
}

/** Throws `ExerciseProblem` at the first folder that is not valid. */
export function exercisesOf(): readonly Exercise[] {
  return loadExercises(join(packageRoot(), 'exercises'))
}
