/** A notebook: a lesson being taken. Runs cells, keeps what they gave, and judges claims and challenges. */
import type { View } from '../base/view.ts'
import type { HistoryEvent } from '../history/read.ts'
import type { Result } from '../scenario/command.ts'
import { goldenText, LineProblem, play } from '../scenario/play.ts'
import { type Kept, type Onlooker, Session, type SessionInput } from '../scenario/session.ts'
import type { Cell, ChallengeCell, ClaimCell, Lesson, Proof, ScenarioCell } from './lesson.ts'

export interface CellState {
  readonly cell: Cell
  readonly status: 'idle' | 'done' | 'failed'
  readonly output: View | null
  /** For scenarios with expected output: whether this is it. */
  readonly matches: boolean | null
  readonly verdicts: Result['verdicts']
  /** For predictions: the answer given. */
  readonly chosen: number | null
  /** For claims that ran: the parts that did not come out, empty if it is proven. */
  readonly unproven: readonly string[]
  /** For scenarios that made no sense: the line, the place and the advice. */
  readonly problem: string | null
}

/** How a challenge stands after a command. */
export interface ChallengeState {
  readonly steps: number
  readonly done: boolean
  readonly says: string
}

/** What a notebook has reached, but for the run it is in: plain data. */
export interface NotebookRecord {
  readonly states: readonly CellState[]
  /** The challenge that is open, or null. */
  readonly challenge: string | null
  readonly stepsBefore: number
  readonly saved: readonly (readonly [name: string, kept: Kept])[]
  /** The history that was written by hand, or null. */
  readonly written: readonly HistoryEvent[] | null
}

const IDLE = {
  status: 'idle',
  output: null,
  matches: null,
  verdicts: [],
  chosen: null,
  unproven: [],
  problem: null,
} as const

export class Notebook {
  private states: Map<string, CellState>
  private onlooker: Onlooker | null = null
  private onStage: { session: Session; challenge: ChallengeCell | null; stepsBefore: number }

  constructor(
    readonly lesson: Lesson,
    private readonly input: SessionInput,
  ) {
    this.states = new Map(cellsOf(lesson).map((cell) => [cell.id, { cell, ...IDLE }]))
    this.onStage = { session: new Session(input), challenge: null, stepsBefore: 0 }
  }

  get cells(): readonly CellState[] {
    return [...this.states.values()]
  }

  /** The world the prompt speaks to: that of the cell which ran last. */
  get session(): Session {
    return this.onStage.session
  }

  /** Runs a cell. A scenario is played from its nearest `cluster` or `history` on; a claim runs the cells that prove it. */
  run(id: string): CellState {
    const { cell } = this.state(id)
    switch (cell.kind) {
      case 'scenario':
        return this.runScenario(cell)
      case 'claim':
        return this.runClaim(cell)
      case 'challenge':
        return this.openChallenge(cell)
      case 'predict':
        return this.state(id)
    }
  }

  runAll(): void {
    for (const { cell } of this.cells) if (cell.kind === 'scenario') this.run(cell.id)
    for (const { cell } of this.cells) if (cell.kind === 'claim') this.judge(cell)
  }

  predict(id: string, answer: number): CellState {
    const state = this.state(id)
    if (state.cell.kind !== 'predict' || state.cell.answers[answer] === undefined)
      throw new RangeError(`no answer ${answer + 1} in ${id}`)
    return this.set(id, { ...state, status: 'done', chosen: answer })
  }

  /** One line typed by the learner. Throws `ScenarioProblem`; then nothing has changed. */
  prompt(line: string): Result {
    return this.session.execute(line)
  }

  /** What was reached, as plain data for another thread. */
  get record(): NotebookRecord {
    const { session, challenge, stepsBefore } = this.onStage
    return {
      states: this.cells,
      challenge: challenge?.id ?? null,
      stepsBefore,
      saved: [...session.saved],
      written: session.written,
    }
  }

  /** Takes over what another notebook of this lesson has reached, with the session it is in. */
  adopt(record: NotebookRecord, session: Session): void {
    // A prediction is the learner's, made here; it may be newer than what the other one knows.
    const mine = this.states
    this.states = new Map(
      record.states.map((state) => {
        const own = mine.get(state.cell.id)
        return [state.cell.id, own !== undefined && own.chosen !== null ? own : state]
      }),
    )
    session.saved.clear()
    for (const [name, kept] of record.saved) session.saved.set(name, kept)
    session.written = record.written
    const challenge = record.challenge === null ? null : this.state(record.challenge).cell
    this.onStage = {
      session,
      challenge: challenge?.kind === 'challenge' ? challenge : null,
      stepsBefore: record.stepsBefore,
    }
  }

  /** Who looks on while a search runs, in this session and in those to come. */
  watch(onlooker: Onlooker | null): void {
    this.onlooker = onlooker
    this.onStage.session.onlooker = onlooker
  }

  /** How the open challenge stands, or null if none is open. */
  challengeState(): ChallengeState | null {
    const { challenge, session, stepsBefore } = this.onStage
    if (challenge === null || session.run === null) return null
    const steps = session.run.moments
      .slice(stepsBefore)
      .filter((moment) => moment.choice.kind !== 'wait').length
    const verdict = session.execute(`check ${challenge.property}`).verdicts[0]
    if (verdict?.kind !== 'broken')
      return { steps, done: false, says: `${steps} of ${challenge.steps} steps; ${challenge.property} holds` }
    if (steps > challenge.steps)
      return {
        steps,
        done: false,
        says: `${challenge.property} is broken, but after ${steps} steps: at most ${challenge.steps} were asked for`,
      }
    this.set(challenge.id, { ...this.state(challenge.id), status: 'done' })
    return { steps, done: true, says: `done: ${challenge.property} is broken after ${steps} steps` }
  }

  private newSession(): Session {
    const session = new Session(this.input)
    session.onlooker = this.onlooker
    for (const [name, kept] of this.session.saved) session.saved.set(name, kept)
    return session
  }

  private state(id: string): CellState {
    const state = this.states.get(id)
    if (state === undefined) throw new RangeError(`no cell is called "${id}"`)
    return state
  }

  private set(id: string, state: CellState): CellState {
    this.states.set(id, state)
    return state
  }

  private runScenario(cell: ScenarioCell): CellState {
    const session = this.newSession()
    this.onStage = { session, challenge: null, stepsBefore: 0 }
    for (const earlier of this.chainTo(cell))
      if (!this.playCell(session, earlier)) return this.blocked(cell, earlier)
    this.judgeReady()
    return this.state(cell.id)
  }

  /** The scenarios from the nearest one that begins anew, with `cluster` or `history`, up to this one. */
  private chainTo(cell: ScenarioCell): ScenarioCell[] {
    const scenarios = cellsOf(this.lesson).filter((c) => c.kind === 'scenario')
    const end = scenarios.findIndex((c) => c.id === cell.id)
    const start = scenarios
      .slice(0, end + 1)
      .findLastIndex((c) => /^\s*(cluster\b|history\s*$)/.test(c.commands[0]?.text ?? ''))
    return scenarios.slice(Math.max(0, start), end + 1)
  }

  private playCell(session: Session, cell: ScenarioCell): boolean {
    try {
      const { views, verdicts } = play(session, cell.commands)
      const output: View | null =
        views.length === 0 ? null : views.length === 1 ? views[0]! : { kind: 'stack', views }
      const matches = cell.expected === null ? null : goldenText(views) === cell.expected
      this.set(cell.id, { ...this.state(cell.id), status: 'done', output, matches, verdicts, problem: null })
      return true
    } catch (error) {
      if (!(error instanceof LineProblem)) throw error
      this.set(cell.id, { ...this.state(cell.id), ...IDLE, status: 'failed', problem: error.message })
      return false
    }
  }

  private blocked(cell: ScenarioCell, by: ScenarioCell): CellState {
    if (by.id === cell.id) return this.state(cell.id)
    return this.set(cell.id, {
      ...this.state(cell.id),
      ...IDLE,
      status: 'failed',
      problem: `it goes on from the cell "${by.id}", which failed`,
    })
  }

  private runClaim(cell: ClaimCell): CellState {
    for (const { cell: id } of cell.proof) this.run(id)
    return this.judge(cell)
  }

  /** Judges every claim all of whose cells have run. */
  private judgeReady(): void {
    for (const { cell } of this.cells)
      if (cell.kind === 'claim' && cell.proof.every((proof) => this.state(proof.cell).status === 'done'))
        this.judge(cell)
  }

  /** A claim whose cells have not run is not proven. */
  private judge(cell: ClaimCell): CellState {
    const unproven = cell.proof.flatMap((proof) => whatIsMissing(proof, this.state(proof.cell)) ?? [])
    return this.set(cell.id, {
      ...this.state(cell.id),
      status: unproven.length === 0 ? 'done' : 'failed',
      unproven,
    })
  }

  private openChallenge(cell: ChallengeCell): CellState {
    const session = this.newSession()
    play(session, cell.commands)
    this.onStage = { session, challenge: cell, stepsBefore: session.run?.moments.length ?? 0 }
    return this.set(cell.id, {
      ...this.state(cell.id),
      status: 'idle',
      output: session.run === null ? null : session.timelineView(),
    })
  }
}

export function cellsOf(lesson: Lesson): readonly Cell[] {
  return lesson.parts.flatMap((part) => (part.kind === 'cell' ? [part.cell] : []))
}

/** Compares verdict, property and step count, never printed text; null if the part came out. */
function whatIsMissing(proof: Proof, state: CellState): string | null {
  const { part, cell, property, steps } = proof
  if (state.status !== 'done') return `${part}: the cell ${cell} has not run`
  if (part === 'numbers')
    return state.matches === false ? `numbers: the cell ${cell} printed something else` : null
  const expected = part === 'literal' || part === 'without' || part === 'mutant' ? 'broken' : 'held'
  const verdicts = state.verdicts.filter((v) => property === null || v.property === property)
  if (verdicts.length === 0)
    return `${part}: the cell ${cell} gave no verdict${property === null ? '' : ` on ${property}`}`
  const wrong = verdicts.find((v) => v.kind !== expected || (steps !== null && v.steps !== steps))
  if (wrong === undefined) return null
  const found = wrong.steps === null ? wrong.kind : `${wrong.kind} in ${wrong.steps} steps`
  return `${part}: the cell ${cell} should give ${property ?? 'its property'} ${expected}${steps === null ? '' : ` in ${steps} steps`}, and gave ${found}`
}
