/** editionOf: which edition of an exercise this is, so that a result can be told from one of an older edition. An edge. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Exercise } from './exercise.ts'

/**
 * A short word that changes when what is judged changes: the checks, and the files they share. The task's
 * words, the reference and the known answers may change without it.
 */
export function editionOf(exercise: Exercise): string {
  const hidden = join(exercise.folder, 'hidden')
  const hash = createHash('sha256')
  for (const name of readdirSync(hidden).sort())
    if (/\.ts$/.test(name) && name !== 'solution.ts')
      hash.update(name).update(readFileSync(join(hidden, name)))
  return hash.digest('hex').slice(0, 12)
}
