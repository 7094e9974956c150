/** noted: what the build has noted of the exercises, so that nobody waits for their files to be compiled. An edge. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { editionOf } from './edition.ts'
import type { Exercise } from './exercise.ts'
import { scenariosIn } from './scenarioFiles.ts'

interface Notes {
  /** By what they were made of: a file that was changed since the build has no note. */
  readonly exercises: { readonly [made: string]: Omit<Exercise, 'folder' | keyof Listed> }
  /** The names that `forChecks.ts` exports. */
  readonly names: readonly string[]
}

/** Beside the built program. */
const NOTES = new URL(
  import.meta.url.endsWith('.ts') ? '../../.build/exercises.json' : './exercises.json',
  import.meta.url,
)

let notes: Notes | null = null

/** The exercise in this folder; null where the build does not know it as it is now. */
export function notedExercise(folder: string): Exercise | null {
  notes ??= readNotes()
  const made = madeOf(folder)
  const noted = made === null ? undefined : notes.exercises[made]
  if (noted === undefined || !folder.endsWith(`${noted.number}-${noted.id}`)) return null
  return { ...noted, folder, ...listed(folder) }
}

type Listed = Pick<Exercise, 'wrong' | 'right' | 'scenarios'>

/** The names of files, which are looked up each time. */
export function listed(folder: string): Listed {
  return {
    wrong: filesIn(join(folder, 'hidden', 'wrong')),
    right: filesIn(join(folder, 'hidden', 'right')),
    scenarios: scenariosIn(folder).map((file) => file.name),
  }
}

/** Which file of the built kit 'splitbrain' is for a file of checks: the small door, where that has all it imports. */
export function doorFor(text: string): 'forChecks.js' | 'index.js' {
  notes ??= readNotes()
  const { names } = notes
  const imports = [...text.matchAll(/\bimport\s+(type\s)?([^'";]*?)\s*from\s*['"]splitbrain['"]/g)]
  const wanted = imports.flatMap(([, type, words = '']) => {
    if (type !== undefined) return []
    const inBraces = /^\{([^}]*)\}$/.exec(words)?.[1]
    return inBraces === undefined ? [words] : valuesIn(inBraces)
  })
  return wanted.every((name) => names.includes(name)) ? 'forChecks.js' : 'index.js'
}

/** `a, type B, c as d` without the type. */
function valuesIn(words: string): readonly string[] {
  return words
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '' && !one.startsWith('type '))
    .map((one) => one.split(/\s/, 1)[0]!)
}

/** Notes exercises, and the names of the small door, in a file for later. */
export function noteExercises(exercises: readonly Exercise[], names: readonly string[], file: string): void {
  const noted = exercises.map(({ folder, wrong: _, right: __, scenarios: ___, ...rest }) => [
    madeOf(folder),
    rest,
  ])
  const all: Notes = { exercises: Object.fromEntries(noted), names }
  writeFileSync(file, `${JSON.stringify(all)}\n`)
}

/** A short word for the task and the checks as they are; null where a file is missing. */
function madeOf(folder: string): string | null {
  try {
    const task = createHash('sha256').update(readFileSync(join(folder, 'task.md')))
    return `${editionOf({ folder })}-${task.digest('hex').slice(0, 12)}`
  } catch {
    return null
  }
}

function filesIn(folder: string): readonly string[] {
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.ts'))
        .sort()
    : []
}

function readNotes(): Notes {
  try {
    return JSON.parse(readFileSync(NOTES, 'utf8')) as Notes
  } catch {
    return { exercises: {}, names: [] }
  }
}
