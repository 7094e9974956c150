/** One exercise by its name. A folder that is not valid ends the program with its place and the next step. */
import { join } from 'node:path'
import { named } from './command.ts'
import { type Exercise, exerciseFolders, notedExercise, packageRoot } from './door.ts'

/** No other folder is read. Rejects with `ExerciseProblem` or `UsageProblem`. */
export async function exerciseCalled(word: string): Promise<Exercise> {
  const { folder } = named(exerciseFolders(join(packageRoot(), 'exercises')), word, 'exercise')
  const noted = notedExercise(folder)
  if (noted !== null) return noted
  // It was changed since the build. What reads its files takes longer to load than they take to read.
  const { loadExercise } = await import('./door.ts')
  return loadExercise(folder)
}
