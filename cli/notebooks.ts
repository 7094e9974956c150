/** The notebook of a lesson as one file in the workspace, shared with every other process that uses it. */
import {
  changeKept,
  type KeptNotebook,
  NOTHING_KEPT,
  notebookText,
  readKept,
  readNotebook,
  workspaceFolder,
} from './door.ts'
import { now } from './ledger.ts'
import type { KeptPlace } from './screens/course.ts'
import { tilde } from './tilde.ts'

/** Kept in memory only where the file cannot be written; that is said once, and stops nobody. */
export class NotebookFile implements KeptPlace {
  problem: string | null = null
  /** Where a file was put aside that could not be read as a notebook, or null. */
  putAside: string | null = null
  #kept: KeptNotebook = NOTHING_KEPT
  readonly #folder: string
  readonly #name: string

  constructor(folder: string | undefined, lesson: string) {
    this.#folder = workspaceFolder(folder)
    this.#name = `notebooks/${lesson}.json`
  }

  read(): KeptNotebook {
    if (this.problem === null)
      this.#trying(() => {
        const text = readKept({ folder: this.#folder }, this.#name)
        this.#kept = (text === null ? null : readNotebook(text)) ?? NOTHING_KEPT
      })
    return this.#kept
  }

  change(by: (kept: KeptNotebook) => KeptNotebook): KeptNotebook {
    let changed = false
    const change = (kept: KeptNotebook): KeptNotebook => {
      changed = true
      this.#kept = by(kept)
      return this.#kept
    }
    if (this.problem === null)
      this.#trying(() => {
        const aside = changeKept(
          { folder: this.#folder },
          this.#name,
          (text) => notebookText(change((text === null ? null : readNotebook(text)) ?? NOTHING_KEPT)),
          now(),
        )
        if (aside !== null) this.putAside = tilde(aside)
      })
    return changed ? this.#kept : change(this.#kept)
  }

  #trying(work: () => void): void {
    try {
      work()
    } catch {
      this.problem = `Your notebook is not kept: ${tilde(this.#folder)} cannot be used. Choose another folder with --workspace.`
    }
  }
}
