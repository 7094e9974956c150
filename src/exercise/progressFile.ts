/** The progress file: the text of a learner's progress in the workspace. An edge; what the text means is the course's business. */
import { existsSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { dated, type Workspace, writeAtomically, writing } from './workspace.ts'

/** What is in the file, or null where there is none. */
export function readProgress({ folder }: Workspace): string | null {
  const file = progressFile(folder)
  return writing(file, () => (existsSync(file) ? readFileSync(file, 'utf8') : null))
}

/**
 * Writes the whole file at once. One that is damaged, or that a newer program wrote, is kept beside it under
 * a dated name; returns that name, or null. Throws `WorkspaceProblem`.
 */
export function writeProgress({ folder }: Workspace, text: string, now: Date): string | null {
  const file = progressFile(folder)
  return writing(file, () => {
    const before = existsSync(file) ? readFileSync(file, 'utf8') : null
    const backup = before !== null && versionOf(before) !== versionOf(text) ? dated(file, now) : null
    if (backup !== null) renameSync(file, backup)
    writeAtomically(file, text)
    return backup
  })
}

function progressFile(folder: string): string {
  return join(folder, 'progress.json')
}

function versionOf(text: string): unknown {
  try {
    return (JSON.parse(text) as { schemaVersion?: unknown } | null)?.schemaVersion ?? null
  } catch {
    return null
  }
}
