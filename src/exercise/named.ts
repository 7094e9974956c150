/** namedCheck: the check that a wrong answer says it fails, in its first line. An edge: it reads the file. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Exercise } from './exercise.ts'
import { ExerciseProblem } from './folders.ts'

/** `// fails: NAME`. Throws `ExerciseProblem` where the line is missing or names no check. */
export function namedCheck(exercise: Exercise, wrong: string): string {
  const file = join(exercise.folder, 'hidden', 'wrong', wrong)
  const line = readFileSync(file, 'utf8').split('\n', 1)[0]!
  const name = /^\/\/ fails: (.+)/.exec(line)?.[1]?.trim()
  const names = exercise.checks.map((check) => check.name)
  if (name !== undefined && names.includes(name)) return name
  const wrongWith =
    name === undefined ? 'does not say which check it fails' : `names "${name}", which is no check`
  throw new ExerciseProblem(
    `${file}:1`,
    wrongWith,
    `let its first line be // fails: and one of these:\n${names.map((one) => `  ${one}`).join('\n')}`,
  )
}
