/** Edge: notices when an answer or a lesson is saved, where the disk tells of it and where it does not. */
import { readdirSync, statSync, watch } from 'node:fs'
import { join } from 'node:path'

/** An editor may write a file in several steps; what follows within this time belongs to the same save. */
export const SETTLE_MS = 40
/** Network file systems tell nothing of what changes: the folder is looked at this often as well. */
const POLL_MS = 500

export interface Saves {
  /** What is there now is known: it is no save of the learner's. */
  seen(): void
  stop(): void
}

/** The files that make up an answer. Dated copies and an editor's own files do not count. */
const ANSWERS = /^[^.]+\.(?:ts|scenario)$/

/** Calls back after every save of such a file in a folder. A folder that goes away and comes back is no end. */
export function watchSaves(folder: string, saved: () => void, files: RegExp = ANSWERS): Saves {
  let known = stampOf(folder, files)
  let timer: NodeJS.Timeout | undefined
  const look = (): void => {
    const now = stampOf(folder, files)
    if (now === known || now === '') return
    known = now
    clearTimeout(timer)
    timer = setTimeout(saved, SETTLE_MS)
  }
  const stopEvents = events(folder, look)
  const poll = setInterval(look, POLL_MS)
  return {
    seen() {
      known = stampOf(folder, files)
    },
    stop() {
      clearTimeout(timer)
      clearInterval(poll)
      stopEvents()
    },
  }
}

/** Folders are watched rather than files, since many editors replace a file by another one. */
function events(folder: string, look: () => void): () => void {
  try {
    const watcher = watch(folder, look)
    watcher.on('error', () => {})
    return () => watcher.close()
  } catch {
    return () => {}
  }
}

/** The files with their dates and sizes. */
function stampOf(folder: string, files: RegExp): string {
  try {
    return readdirSync(folder)
      .filter((name) => files.test(name))
      .sort()
      .map((name) => {
        const stats = statSync(join(folder, name), { throwIfNoEntry: false })
        return stats === undefined ? '' : `${name} ${stats.mtimeMs} ${stats.size}`
      })
      .join('\n')
  } catch {
    return ''
  }
}
