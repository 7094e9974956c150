/** loadExercises: reads the folders of exercises; a folder that is not right is a problem that says what is missing. */
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Message } from 'esbuild'
import { ChecksProblem, collectChecks } from './collect.ts'
import type { Exercise } from './exercise.ts'
import { EXERCISES, ExerciseProblem, exerciseFolders, nameOf } from './folders.ts'
import { type Front, FrontProblem, frontOf } from './front.ts'
import { listed, notedExercise } from './noted.ts'

/** All exercises in the order of the course. Throws `ExerciseProblem` at the first folder that is not right. */
export function loadExercises(root: string = EXERCISES): readonly Exercise[] {
  return exerciseFolders(root).map(({ folder }) => loadExercise(folder))
}

/** The exercise in one folder. Throws `ExerciseProblem`. */
export function loadExercise(folder: string): Exercise {
  return notedExercise(folder) ?? readExercise(folder)
}

/** The same, from its files. */
export function readExercise(folder: string): Exercise {
  const { number, id } = nameOf(folder)
  if (id === '')
    throw new ExerciseProblem(
      folder,
      'the name is not NN-slug',
      'call it by the number of its lesson and a slug, such as 09-two-phase-commit',
    )
  const task = readPart(
    folder,
    'task.md',
    'describe the task in it: a heading, then what to write and what is judged',
  )
  const start = existsSync(join(folder, 'start')) ? 'start/start.ts' : 'start.ts'
  readPart(folder, start, 'put what the learner begins with in it')
  readPart(folder, 'hidden/checks.test.ts', 'write the checks in it, an ordinary Vitest file')
  const title = /^# (.+)$/m.exec(task)?.[1]
  if (title === undefined)
    throw new ExerciseProblem(
      folder,
      'task.md has no heading',
      'begin it with a line such as: # Two-phase commit',
    )
  return {
    id,
    number,
    title: title.trim(),
    folder,
    ...readFront(folder, id, task),
    checks: checksIn(folder),
    ...listed(folder),
  }
}

function readFront(folder: string, id: string, task: string): Front {
  try {
    return frontOf(id, task)
  } catch (error) {
    if (error instanceof FrontProblem)
      throw new ExerciseProblem(`${join(folder, 'task.md')}:${error.line}`, error.message, error.next)
    throw error
  }
}

function checksIn(folder: string) {
  try {
    return collectChecks(join(folder, 'hidden', 'checks.test.ts'))
  } catch (error) {
    const message = loadingWords(error)
    const next =
      error instanceof ChecksProblem
        ? 'correct hidden/checks.test.ts'
        : 'make hidden/checks.test.ts load: npx vitest list shows its errors'
    throw new ExerciseProblem(folder, message, next)
  }
}

/** What stopped the file, at its line where the compiler knows it. */
function loadingWords(error: unknown): string {
  const first = (error as { errors?: readonly Message[] }).errors?.[0]
  if (first?.location)
    return `hidden/checks.test.ts cannot be read: ${first.text} (${basename(first.location.file)}:${first.location.line})`
  const says = error instanceof Error ? error.message.split('\n', 1)[0]! : String(error)
  return error instanceof ChecksProblem ? says : `hidden/checks.test.ts cannot be loaded: ${says}`
}

function readPart(folder: string, name: string, next: string): string {
  try {
    return readFileSync(join(folder, name), 'utf8')
  } catch {
    throw new ExerciseProblem(folder, `${name} is missing`, next)
  }
}
