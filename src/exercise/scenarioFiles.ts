/** The learner's own scenarios: the `.scenario` files beside an answer. An edge: it reads them. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ScenarioFile } from './exercise.ts'

/** Nobody writes more by hand; what is larger was put there by mistake. */
const MOST_BYTES = 64 * 1024
const MOST_FILES = 50

/** By their names, in order. Files that are too large or cannot be read are not there. */
export function scenariosIn(folder: string): readonly ScenarioFile[] {
  return namesIn(folder)
    .filter((name) => /^[^.]+\.scenario$/.test(name))
    .sort()
    .slice(0, MOST_FILES)
    .flatMap((name) => {
      const text = textOf(join(folder, name))
      return text === null ? [] : [{ name, text }]
    })
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function textOf(file: string): string | null {
  try {
    const stats = statSync(file)
    return stats.isFile() && stats.size <= MOST_BYTES ? readFileSync(file, 'utf8') : null
  } catch {
    return null
  }
}
