/** editionOf: which edition of an exercise this is, so that a result can be told from one of an older edition. An edge. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Exercise } from './exercise.ts'

/**
 * A short word that changes when what is judged changes: the checks, and the files they share. The task's
 * words, the reference and the known answers may change without it.
 */
export function editionOf(exercise: Pick<Exercise, 'folder'>): string {
  const hash = createHash('sha256')
  for (const file of judgedFiles(exercise)) hash.update(basename(file)).update(readFileSync(file))
  return hash.digest('hex').slice(0, 12)
}

/** The checks, and the files they share. */
export function judgedFiles(exercise: Pick<Exercise, 'folder'>): readonly string[] {
  const hidden = join(exercise.folder, 'hidden')
  return readdirSync(hidden)
    .filter((name) => /\.ts$/.test(name) && name !== 'solution.ts')
    .sort()
    .map((name) => join(hidden, name))
}
