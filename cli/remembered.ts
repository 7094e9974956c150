/** Edge: what is remembered of this user on this machine: which workspace was the last. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import envPaths from 'env-paths'
import { makeFolder, WorkspaceProblem, writeAtomically } from './door.ts'
import { tilde } from './tilde.ts'

const FILE = (): string => join(envPaths('splitbrain', { suffix: '' }).config, 'preferences.json')

interface Preferences {
  readonly schemaVersion: 1
  readonly workspace: string | null
}

/** The workspace that `init` made last; undefined if there was none. Throws where it has gone away. */
export function lastWorkspace(): string | undefined {
  const folder = preferences().workspace
  if (folder === null) return undefined
  if (existsSync(folder)) return folder
  throw new WorkspaceProblem(
    folder,
    `your workspace is not there any more: ${tilde(folder)}`,
    'say where it is now: splitbrain init FOLDER; what is in it stays as it is',
  )
}

/** Answers false where it cannot be remembered: then --workspace has to say it each time. */
export function rememberWorkspace(folder: string): boolean {
  try {
    makeFolder(dirname(FILE()))
    const text: Preferences = { schemaVersion: 1, workspace: folder }
    writeAtomically(FILE(), `${JSON.stringify(text, null, 2)}\n`)
    return true
  } catch {
    return false
  }
}

function preferences(): Preferences {
  try {
    const { workspace } = JSON.parse(readFileSync(FILE(), 'utf8')) as Partial<Preferences>
    return { schemaVersion: 1, workspace: typeof workspace === 'string' ? workspace : null }
  } catch {
    return { schemaVersion: 1, workspace: null }
  }
}
