/** The exercises there are. A folder that is not valid ends the program with its place and the next step. */
import { join } from 'node:path'
import { type Exercise, loadExercises, packageRoot } from './door.ts'

/** Throws `ExerciseProblem` at the first folder that is not valid. */
export function exercisesOf(): readonly Exercise[] {
  return loadExercises(join(packageRoot(), 'exercises'))
}
