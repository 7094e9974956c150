/** What runs in a lesson: cells one after the other, what came of them, and whose world the prompt is at. */
import { progressText } from '../components/progressLine.ts'
import {
  type CellState,
  type ChallengeState,
  type Computing,
  count,
  type Exchange,
  isRun,
  type KeptCell,
  type Line,
  type Outcome,
  toned,
} from '../door.ts'
import { exchangeOf } from './prompting.ts'
import type { Host } from './screen.ts'

/** Who is told what came of a run. */
export interface RunsHost {
  notice(line: Line | null): void
  /** A cell looks different now; all of them where none is named. */
  changed(id?: string): void
  /** A cell gave something: it may be done, and is to be kept. */
  done(): void
  reveal(id: string): void
  /** How wide what is said of a mistake may be. */
  width(): number
}

/** A cell to run, or a line to type again under one. */
type Step = { readonly id: string; readonly line: string | null }

export class LessonRuns {
  /** The cell that is being run. */
  busy: string | null = null
  /** The cell whose world the session holds, with all that was typed under it. */
  stage: string | null = null
  readonly #exchanges = new Map<string, readonly Exchange[]>()
  readonly #goals = new Map<string, ChallengeState>()
  /** What is still to be run. */
  #waiting: readonly Step[] = []
  #stopped = false

  constructor(
    readonly kernel: Computing,
    readonly shell: Host,
    readonly host: RunsHost,
  ) {}

  get isRunning(): boolean {
    return this.busy !== null || this.#waiting.length > 0
  }

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

  /** The lesson has another text, with what is kept of its cells. The world stays if its cell does. */
  revised(kept: readonly KeptCell[]): void {
    this.#exchanges.clear()
    this.#goals.clear()
    for (const { id, typed, goal } of kept) {
      if (typed.length > 0) this.#exchanges.set(id, typed)
      if (goal !== null) this.#goals.set(id, goal)
    }
    const staged = this.kernel.notebook.cells.find(({ cell }) => cell.id === this.stage)
    const stays = staged !== undefined && staged.older === null
    if (!stays) this.stage = null
  }

  /** Runs a cell with what it depends on, and forgets what was typed under it. */
  run(id: string, then: () => void = () => {}): void {
    this.#exchanges.delete(id)
    this.#follow([{ id, line: null }], () => {
      this.host.reveal(id)
      then()
    })
  }

  /** Runs a cell again, with the lines that were typed under it. */
  rerun(id: string, then: () => void = () => this.host.reveal(id)): void {
    this.#follow(this.#again(id), then)
  }

  /** Runs the cells that prove a claim. */
  prove(claim: string): void {
    this.#compute(claim, () => {
      this.host.notice(null)
      this.stage = null
      this.host.changed()
      this.host.done()
      this.host.reveal(claim)
    })
  }

  /** Runs every cell from the top, up to one of them where one is named. */
  runAll(last: string | null = null): void {
    const cells = this.kernel.notebook.cells
    const end = last === null ? cells.length : cells.findIndex(({ cell }) => cell.id === last) + 1
    const ids = cells.slice(0, end).flatMap(({ cell }) => (isRun(cell) ? [cell.id] : []))
    if (ids.length === 0) return this.host.notice(toned('warn', 'Nothing runs up to here.'))
    this.#follow(
      ids.map((id) => ({ id, line: null })),
      () => this.host.notice(this.#verdict(ids)),
    )
  }

  /** Begins anew, and runs again all that had run. */
  restart(): void {
    const ran = this.kernel.notebook.cells.filter(
      ({ cell, status }) => status !== 'idle' && (isRun(cell) || cell.kind === 'challenge'),
    )
    this.kernel.restart()
    this.stage = null
    this.#follow(
      ran.flatMap(({ cell }) => this.#again(cell.id)),
      () => this.host.notice(toned('good', `Begun anew: ${count(ran.length, 'cell')} ran again.`)),
    )
  }

  /** A line was carried out, or was not possible; it goes under the cell whose world it was typed at. */
  told(exchange: Exchange, outcome: Outcome): void {
    if (this.stage !== null) this.#typedAt(this.stage, exchange, outcome)
  }

  /** Stops what runs and what waits; false if nothing does. */
  stop(): boolean {
    const many = this.#waiting.length > 0
    // What waits is left when what runs has ended, so that lines stay in their order.
    this.#stopped = many
    return this.kernel.stop() || many
  }

  /** A cell and the lines under it, which are put there again one by one. */
  #again(id: string): Step[] {
    return [{ id, line: null }, ...this.typed(id).map(({ line }) => ({ id, line }))]
  }

  /** Runs steps one after the other, so that the screen lives on in between. */
  #follow(steps: readonly Step[], ended: () => void): void {
    this.#stopped = false
    this.#waiting = steps
    this.#next(steps, ended)
  }

  #next(all: readonly Step[], ended: () => void): void {
    const [step, ...rest] = this.#waiting
    if (step === undefined) return ended()
    this.#waiting = rest
    if (all.length > 1) {
      const what = step.line ?? step.id
      const place = `${all.length - rest.length} of ${all.length}`
      this.host.notice(toned('dim', `Running ${place}: ${what}   Ctrl-C stops`))
    }
    const next = (): void => {
      if (!this.#stopped) return this.#next(all, ended)
      this.#leaveWaiting()
      this.host.done()
      this.host.notice(toned('dim', 'Stopped.'))
    }
    if (step.line !== null) return this.#typeAgain(step.id, step.line, next)
    this.#compute(step.id, (challenge) => {
      this.#ran(step.id, challenge, all)
      next()
    })
  }

  #ran(id: string, challenge: ChallengeState | null, all: readonly Step[]): void {
    this.host.notice(null)
    if (all.some((one) => one.id === id && one.line !== null)) this.#exchanges.delete(id)
    // Where lines were typed under it that are not typed again, the prompt is not at its world.
    this.stage = this.typed(id).length === 0 ? id : null
    this.#judge(id, challenge)
    this.host.changed()
    this.host.done()
  }

  #typeAgain(id: string, line: string, then: () => void): void {
    this.#ask(id, { kind: 'line', line }, (outcome) => {
      this.#typedAt(id, exchangeOf(line, outcome, 0, this.host.width()), outcome)
      this.stage = id
      then()
    })
  }

  #typedAt(id: string, exchange: Exchange, outcome: Outcome): void {
    this.#exchanges.set(id, [...this.typed(id), exchange])
    if (outcome.kind === 'done') this.#judge(id, outcome.challenge)
    this.host.changed(id)
    this.host.done()
  }

  /** Lines that are not typed again after all are not lost. */
  #leaveWaiting(): void {
    for (const { id, line } of this.#waiting) {
      if (line === null) continue
      const left: Exchange = { line, output: null, note: 'not run again', problem: null }
      this.#exchanges.set(id, [...this.typed(id), left])
      if (this.stage === id) this.stage = null
      this.host.changed(id)
    }
    this.#waiting = []
  }

  /** Has a cell run; `then` comes after it, unless it was ended by force. */
  #compute(id: string, then: (challenge: ChallengeState | null) => void): void {
    this.#ask(id, { kind: 'cell', id }, (outcome) => {
      if (outcome.kind === 'done') return then(outcome.challenge)
      this.#leaveWaiting()
      const says = outcome.kind === 'ended' ? `${id}: ${outcome.says}` : outcome.problem.message
      this.host.notice(toned('warn', says))
    })
  }

  #ask(id: string, ask: Parameters<Computing['ask']>[0], then: (outcome: Outcome) => void): void {
    this.busy = id
    this.host.changed(id)
    this.kernel.ask(ask, {
      done: (outcome) =>
        this.shell.later(() => {
          this.busy = null
          this.host.changed(id)
          then(outcome)
        }),
      seen: (progress, ms) => {
        this.host.notice(toned('accent', progressText(progress, ms)))
        this.shell.redraw()
      },
    })
  }

  /** Whether these cells ran as the lesson says. */
  #verdict(ids: readonly string[]): Line {
    const states = ids.map((id) => this.state(id))
    const odd = states.filter((state) => state.status === 'failed' || state.matches === false)
    const names = odd.map((state) => state.cell.id).join(' ')
    return odd.length === 0
      ? toned('good', 'All ran as the lesson says.')
      : toned('bad', `Not as the lesson says: ${names}`)
  }

  /** How far a challenge is after what was done last. */
  #judge(id: string, now: ChallengeState | null): void {
    if (now === null || this.state(id).cell.kind !== 'challenge') return
    this.#goals.set(id, now)
  }
}
