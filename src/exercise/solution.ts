/** The reference to an exercise: its files, and all of it as text to read. An edge. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Exercise } from './exercise.ts'
import { filesOf } from './workspace.ts'

/** `hidden/solution.ts`, or all that lies in `hidden/solution/`, its `start.ts` first. */
export function solutionFiles({ folder }: Exercise): ReturnType<typeof filesOf> {
  return filesOf(join(folder, 'hidden'), 'solution')
}

/** One file as it is; several, each below its name. */
export function solutionText(exercise: Exercise): string {
  const files = solutionFiles(exercise).map(({ name, path }) => ({ name, text: readFileSync(path, 'utf8') }))
  if (files.length === 1) return files[0]!.text
  return files.map(({ name, text }) => `// ${name}\n${text}`).join('\n')
}
