/** solutionText: the reference to an exercise, as text to read. An edge. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Exercise } from './exercise.ts'

/** One file as it is; several, each below its name. */
export function solutionText(exercise: Exercise): string {
  const several = join(exercise.folder, 'hidden', 'solution')
  if (!existsSync(several)) return readFileSync(`${several}.ts`, 'utf8')
  return readdirSync(several)
    .sort()
    .map((name) => `// ${name}\n${readFileSync(join(several, name), 'utf8')}`)
    .join('\n')
}
