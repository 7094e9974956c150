/** Edge: what was typed at prompts, kept in the state folder of this user from day to day. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import envPaths from 'env-paths'
import { makeFolder, writeAtomically } from './door.ts'

const MOST_LINES = 500

export class History {
  readonly lines: string[]
  readonly #file = join(envPaths('splitbrain', { suffix: '' }).log, 'history')

  constructor() {
    this.lines = existsSync(this.#file)
      ? readFileSync(this.#file, 'utf8').split('\n').filter(Boolean).slice(-MOST_LINES)
      : []
  }

  /** A line of several is kept as one. */
  add(typed: string): void {
    const line = typed.replace(/\s*\n\s*/g, ' ')
    if (this.lines.at(-1) === line) return
    this.lines.push(line)
    try {
      makeFolder(dirname(this.#file))
      writeAtomically(this.#file, `${this.lines.slice(-MOST_LINES).join('\n')}\n`)
    } catch {
      // A history that cannot be kept is no reason to bother anybody.
    }
  }
}
