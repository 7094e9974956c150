/** An exercise in the learner's workspace: their file, its checks, its saves. */
import { dirname } from 'node:path'
import {
  answerFile,
  Checker,
  type CheckReport,
  type CheckResult,
  type Exercise,
  editionOf,
  openAnswer,
  openWorkspace,
  type RetoldAnswer,
  resetAnswer,
  scenariosIn,
  type WalkedScenario,
  WorkspaceProblem,
  workspaceFolder,
} from './door.ts'
import { edit, editorWords } from './editor.ts'
import { now } from './ledger.ts'
import { type Saves, watchSaves } from './saves.ts'
import { type Desk, Stopped } from './screens/course.ts'
import { tilde } from './tilde.ts'

export class FolderDesk implements Desk {
  readonly #file: string
  readonly #folder: string
  #checker: Checker | null = null
  #stopNow: (() => void) | null = null
  #saves: Saves | null = null

  constructor(
    readonly exercise: Exercise,
    folder: string | undefined,
  ) {
    this.#folder = workspaceFolder(folder)
    this.#file = answerFile({ folder: this.#folder }, exercise)
  }

  get shown(): string {
    return tilde(this.#file)
  }

  get edition(): string {
    return editionOf(this.exercise)
  }

  prepare(): string | null {
    try {
      openAnswer(openWorkspace(this.#folder), this.exercise)
      this.#checker ??= new Checker(this.exercise)
      return null
    } catch (error) {
      if (error instanceof WorkspaceProblem) return `${error.message}; ${error.next}.`
      throw error
    }
  }

  check(told: Parameters<Desk['check']>[0]): Promise<CheckReport> {
    this.#checker ??= new Checker(this.exercise)
    const run = new AbortController()
    const stopped = new Promise<never>((_, reject) => {
      this.#stopNow = () => {
        run.abort()
        reject(new Stopped())
      }
    })
    const live = (result: CheckResult): void => {
      if (!run.signal.aborted) told(result)
    }
    return Promise.race([
      this.#checker.check(this.#file, { onCheck: live, signal: run.signal, scenarios: true }),
      stopped,
    ])
  }

  retell(token: string): Promise<RetoldAnswer> {
    this.#checker ??= new Checker(this.exercise)
    return this.#checker.retell(this.#file, token)
  }

  async walk(scenario: string): Promise<WalkedScenario> {
    this.#checker ??= new Checker(this.exercise)
    const file = scenariosIn(dirname(this.#file)).find(({ name }) => name === scenario)
    if (file !== undefined) return this.#checker.walk(this.#file, file)
    const message = `${scenario} is not there any more`
    return { kind: 'problem', problem: { message, place: null, next: 'check again' } }
  }

  /** Everything stays warm for the next check. */
  stop(): void {
    this.#stopNow?.()
  }

  close(): void {
    void this.#checker?.close()
    this.#checker = null
  }

  watch(saved: () => void): () => void {
    this.#saves = watchSaves(dirname(this.#file), saved)
    return () => this.#saves?.stop()
  }

  get editor(): readonly string[] | null {
    return editorWords()
  }

  edit(): string | null {
    const problem = edit(this.#file)
    return problem === null ? null : `${problem}: open ${this.shown} yourself.`
  }

  reset(): string | null {
    const kept = resetAnswer({ folder: this.#folder }, this.exercise, now())
    // Putting the start back is no save of the learner's.
    this.#saves?.seen()
    return kept === null ? null : tilde(kept)
  }
}
