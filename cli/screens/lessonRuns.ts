/** What runs in a lesson: cells one after the other, what came of them, and whose world the prompt is at. */
import type { Exchange } from '../components/cells.ts'
import { progressText } from '../components/progressLine.ts'
import {
  type CellState,
  type ChallengeState,
  type Computing,
  type Line,
  type Outcome,
  toned,
} from '../door.ts'
import type { Host } from './screen.ts'

/** Who is told what came of a run. */
export interface RunsHost {
  notice(line: Line | null): void
  /** A cell looks different now; all of them where none is named. */
  changed(id?: string): void
  /** A cell is done, or may be. */
  done(): void
  reveal(id: string): void
}

export class LessonRuns {
  /** The cell that is being run. */
  busy: string | null = null
  /** The cell whose world the session holds. */
  stage: string | null = null
  readonly #exchanges = new Map<string, readonly Exchange[]>()
  readonly #goals = new Map<string, ChallengeState>()
  /** Cells that are still to run. */
  #waiting: readonly string[] = []
  #stopped = false

  constructor(
    readonly kernel: Computing,
    readonly shell: Host,
    readonly host: RunsHost,
  ) {}

  state(id: string): CellState {
    return this.kernel.notebook.cells.find((state) => state.cell.id === id)!
  }

  /** What was typed under a cell, and what came of it. */
  typed(id: string): readonly Exchange[] {
    return this.#exchanges.get(id) ?? []
  }

  /** How far a challenge is; null before it was begun. */
  goal(id: string): ChallengeState | null {
    return this.#goals.get(id) ?? null
  }

  /** Runs a cell with what it depends on, and forgets what was typed under it. */
  run(id: string, then: () => void = () => {}): void {
    this.#compute(id, (challenge) => {
      this.#staged(id, challenge)
      this.host.reveal(id)
      then()
    })
  }

  /** Runs the cells that prove a claim. */
  prove(claim: string): void {
    this.#compute(claim, () => {
      this.host.notice(null)
      this.#exchanges.clear()
      this.stage = null
      this.host.changed()
      this.host.done()
      this.host.reveal(claim)
    })
  }

  /** Runs every cell, one after the other, so that the screen lives on in between. */
  runAll(): void {
    this.#stopped = false
    this.#waiting = this.#scenarios.map(({ cell }) => cell.id)
    this.#runNext()
  }

  /** A line was carried out, or was not possible; it goes under the cell whose world it was typed at. */
  told(exchange: Exchange, outcome: Outcome): void {
    const id = this.stage
    if (id === null) return
    this.#exchanges.set(id, [...this.typed(id), exchange])
    if (outcome.kind === 'done') this.#judge(id, outcome.challenge)
    this.host.changed(id)
  }

  /** Stops what runs and what waits; false if nothing does. */
  stop(): boolean {
    const many = this.#waiting.length > 0
    this.#waiting = []
    this.#stopped = many
    return this.kernel.stop() || many
  }

  /** Has a cell run; `then` comes after it, unless it was ended by force. */
  #compute(id: string, then: (challenge: ChallengeState | null) => void): void {
    this.busy = id
    this.host.changed(id)
    this.kernel.ask(
      { kind: 'cell', id },
      {
        done: (outcome) =>
          this.shell.later(() => {
            this.busy = null
            this.host.changed(id)
            if (outcome.kind === 'done') return then(outcome.challenge)
            this.#waiting = []
            const says = outcome.kind === 'ended' ? `${id}: ${outcome.says}` : outcome.problem.message
            this.host.notice(toned('warn', says))
          }),
        seen: (progress, ms) => {
          this.host.notice(toned('accent', progressText(progress, ms)))
          this.shell.redraw()
        },
      },
    )
  }

  #staged(id: string, challenge: ChallengeState | null): void {
    this.host.notice(null)
    this.#exchanges.delete(id)
    this.stage = id
    this.#judge(id, challenge)
    this.host.changed()
    this.host.done()
  }

  #runNext(): void {
    const [id, ...rest] = this.#waiting
    if (id === undefined) return this.#ranAll()
    this.#waiting = rest
    const all = this.#scenarios.length
    this.host.notice(toned('dim', `Running ${all - rest.length} of ${all}: ${id}   Ctrl-C stops`))
    this.#compute(id, (challenge) => {
      this.#staged(id, challenge)
      if (this.#stopped) this.host.notice(toned('dim', 'Stopped.'))
      else this.#runNext()
    })
  }

  #ranAll(): void {
    const states = this.#scenarios
    const odd = states.filter((state) => state.status === 'failed' || state.matches === false)
    const names = odd.map((state) => state.cell.id).join(' ')
    this.host.notice(
      odd.length === 0
        ? toned('good', `All ${states.length} cells ran as the lesson says.`)
        : toned('bad', `${odd.length} of ${states.length} cells did not run as the lesson says: ${names}`),
    )
  }

  /** How far a challenge is after what was done last. */
  #judge(id: string, now: ChallengeState | null): void {
    if (now === null || this.state(id).cell.kind !== 'challenge') return
    this.#goals.set(id, now)
    this.host.done()
  }

  get #scenarios(): CellState[] {
    return this.kernel.notebook.cells.filter(({ cell }) => cell.kind === 'scenario')
  }
}
