/** Files that the course keeps in the workspace for a learner: progress, notebooks. An edge; what they mean is the course's business. */
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { dated, makeFolder, type Workspace, writeAtomically, writing } from './workspace.ts'

/** A lock older than this was left behind: nobody holds one for longer than it takes to write a small file. */
const STALE_MS = 10_000
const WAIT_MS = 4

/** What is in a file of the workspace, or null where there is none. Throws `WorkspaceProblem`. */
export function readKept({ folder }: Workspace, name: string): string | null {
  const file = join(folder, name)
  return writing(file, () => (existsSync(file) ? readFileSync(file, 'utf8') : null))
}

/**
 * Changes a file: `change` gets what is in it now (null where there is none) and answers with the whole new
 * text, or null to leave it. Others who do the same at the same time wait, so that nothing of theirs is lost.
 * A file that is damaged, or that a newer program wrote, is kept beside it under a dated name; returns that
 * name, or null. Throws `WorkspaceProblem`.
 */
export function changeKept(
  { folder }: Workspace,
  name: string,
  change: (before: string | null) => string | null,
  now: Date,
): string | null {
  const file = join(folder, name)
  return writing(file, () => {
    makeFolder(dirname(file))
    return locked(`${file}.lock`, () => {
      const before = existsSync(file) ? readFileSync(file, 'utf8') : null
      const text = change(before)
      if (text === null || text === before) return null
      const backup = before !== null && versionOf(before) !== versionOf(text) ? dated(file, now) : null
      if (backup !== null) renameSync(file, backup)
      writeAtomically(file, text)
      return backup
    })
  })
}

/** Runs the work while no other process runs such work with this lock. */
function locked<T>(lock: string, work: () => T): T {
  while (!taken(lock)) {
    if (isLeftBehind(lock)) removeLeftBehind(lock)
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAIT_MS)
  }
  try {
    return work()
  } finally {
    rmSync(lock, { force: true })
  }
}

/** Creates the lock; false if someone else has it. */
function taken(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Only one of those who find it may remove it: the second would remove the lock that the first then takes. */
function removeLeftBehind(lock: string): void {
  const permit = `${lock}.removing`
  if (!taken(permit)) {
    if (ageMs(permit) > STALE_MS) rmSync(permit, { force: true })
    return
  }
  try {
    if (isLeftBehind(lock)) rmSync(lock, { force: true })
  } finally {
    rmSync(permit, { force: true })
  }
}

/** True of a lock that is too old: whoever had it was killed. */
function isLeftBehind(lock: string): boolean {
  return ageMs(lock) > STALE_MS
}

function ageMs(file: string): number {
  const stats = statSync(file, { throwIfNoEntry: false })
  return stats === undefined ? 0 : Date.now() - stats.mtimeMs
}

function versionOf(text: string): unknown {
  try {
    return (JSON.parse(text) as { schemaVersion?: unknown } | null)?.schemaVersion ?? null
  } catch {
    return null
  }
}
