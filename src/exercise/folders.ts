/** exerciseFolders: which exercises there are, by the names of their folders; none of them is read. An edge. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Exercise } from './exercise.ts'

/** A folder that is no valid exercise. */
export class ExerciseProblem extends Error {
  override readonly name = 'ExerciseProblem'
  constructor(
    readonly folder: string,
    problem: string,
    readonly next: string,
  ) {
    super(`${folder}: ${problem}`)
  }
}

/** Where the course keeps its exercises, in a clone and in the package. */
export const EXERCISES = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../exercises' : '../exercises', import.meta.url),
)

/** The folders of all exercises in the order of the course, and what their names say. */
export function exerciseFolders(
  root: string = EXERCISES,
): readonly Pick<Exercise, 'id' | 'number' | 'folder'>[] {
  if (!existsSync(root)) return []
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => ({ folder: join(root, name), ...nameOf(name) }))
}

/** `09` and `two-phase-commit`; both empty where a folder is not called so. */
export function nameOf(folder: string): Pick<Exercise, 'id' | 'number'> {
  const [, number = '', id = ''] = /(?:^|[\\/])(\d\d)-([a-z][a-z0-9-]*)$/.exec(folder) ?? []
  return { number, id }
}

export function checksFile(exercise: Exercise): string {
  return join(exercise.folder, 'hidden', 'checks.test.ts')
}
