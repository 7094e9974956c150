/** A notebook: a lesson being taken. Runs cells, keeps what they gave, and judges claims and challenges. */
import type { View } from '../base/view.ts'
import type { HistoryEvent } from '../history/read.ts'
import type { Result } from '../scenario/command.ts'
import { goldenText, LineProblem, type Played, play } from '../scenario/play.ts'
import { type Kept, type Onlooker, Session, type SessionInput } from '../scenario/session.ts'
import { type CellState, type ChallengeState, IDLE } from './cellState.ts'
import type { KeptCell } from './keptNotebook.ts'
import {
  type Cell,
  type ChallengeCell,
  type ClaimCell,
  cellsOf,
  isRun,
  type Lesson,
  type Proof,
  type RunCell,
  type ScenarioCell,
} from './lesson.ts'
import { finished, finishedWith, type Typist, type Work } from './notebookWork.ts'
import { whatIsMissing } from './proofs.ts'

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

export class Notebook {
  private states: Map<string, CellState>
  private onlooker: Onlooker | null = null
  private onStage: { session: Session; challenge: ChallengeCell | null; stepsBefore: number }

  constructor(
    private text: Lesson,
    private readonly input: SessionInput,
  ) {
    this.states = new Map(cellsOf(text).map((cell) => [cell.id, { cell, ...IDLE }]))
    this.onStage = { session: new Session(input), challenge: null, stepsBefore: 0 }
  }

  get lesson(): Lesson {
    return this.text
  }

  get cells(): readonly CellState[] {
    return [...this.states.values()]
  }

  /** The world the prompt speaks to: that of the cell which ran last. */
  get session(): Session {
    return this.onStage.session
  }

  /**
   * Runs a cell. A scenario is played from its nearest `cluster` or `history` on; a claim runs the cells that prove
   * it. Throws `RangeError` where there is TypeScript to run: see `runWith`.
   */
  run(id: string): CellState {
    return finished(this.running(id))
  }

  /** The same, with someone who runs TypeScript. */
  runWith(typist: Typist, id: string): Promise<CellState> {
    return finishedWith(typist, this.running(id))
  }

  runAll(): void {
    finished(this.runningAll())
  }

  runAllWith(typist: Typist): Promise<void> {
    return finishedWith(typist, this.runningAll())
  }

  /** Whether any of its cells is TypeScript. */
  get hasTypeScript(): boolean {
    return cellsOf(this.text).some((cell) => cell.kind === 'ts')
  }

  private *running(id: string): Work<CellState> {
    const { cell } = this.state(id)
    switch (cell.kind) {
      case 'scenario':
      case 'ts':
        return yield* this.runningChain(cell)
      case 'claim':
        for (const { cell: part } of cell.proof) yield* this.running(part)
        return this.judge(cell)
      case 'challenge':
        return this.openChallenge(cell)
      case 'predict':
        return this.state(id)
    }
  }

  private *runningAll(): Work<void> {
    for (const { cell } of this.cells) if (isRun(cell)) yield* this.running(cell.id)
    for (const { cell } of this.cells) if (cell.kind === 'claim') this.judge(cell)
  }

  predict(id: string, answer: number): CellState {
    const state = this.state(id)
    if (state.cell.kind !== 'predict' || state.cell.answers[answer] === undefined)
      throw new RangeError(`no answer ${answer + 1} in ${id}`)
    return this.set(id, { ...state, status: 'done', chosen: answer, older: null })
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

  /** Takes another text of the lesson, and what its cells gave before. The world that the session is in stays. */
  revise(lesson: Lesson, kept: readonly KeptCell[]): void {
    this.text = lesson
    const cells = cellsOf(lesson)
    this.states = new Map(
      cells.map((cell) => {
        const own = kept.find((one) => one.id === cell.id)
        return [cell.id, own === undefined ? { cell, ...IDLE } : this.remembered(cell, own)]
      }),
    )
    const { challenge } = this.onStage
    if (
      challenge !== null &&
      !cells.some((cell) => cell.id === challenge.id && cell.source === challenge.source)
    )
      this.onStage = { ...this.onStage, challenge: null }
    this.judgeReady()
  }

  /** Forgets the world, what was saved and what was declared. What cells gave is still shown. */
  restart(): void {
    this.onStage = { session: new Session(this.input), challenge: null, stepsBefore: 0 }
  }

  /** All that runs before a cell, from where its world begins; empty for what is no run. */
  aboveOf(cell: Cell): string {
    if (!isRun(cell)) return ''
    return this.chainTo(cell)
      .slice(0, -1)
      .map((one) => one.source)
      .join('\n')
  }

  private remembered(cell: Cell, kept: KeptCell): CellState {
    const same = kept.source === cell.source
    switch (cell.kind) {
      case 'claim':
        return { cell, ...IDLE }
      case 'predict': {
        const chosen = same ? cell.answers.findIndex((answer) => answer.text === kept.answer) : -1
        if (chosen >= 0) return { cell, ...IDLE, status: 'done', chosen }
        return { cell, ...IDLE, older: kept.answer === null ? null : { answer: kept.answer } }
      }
      case 'challenge':
      case 'ts':
      case 'scenario': {
        const { status, output, verdicts, problem } = kept
        if (!same || kept.above !== this.aboveOf(cell))
          return { cell, ...IDLE, output, older: { answer: null } }
        const matches = isRun(cell) && status === 'done' ? matching(cell, viewsOf(output)) : null
        return { cell, ...IDLE, status, output, matches, verdicts, problem }
      }
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

  private *runningChain(cell: RunCell): Work<CellState> {
    const session = this.newSession()
    this.onStage = { session, challenge: null, stepsBefore: 0 }
    yield { kind: 'begin' }
    for (const earlier of this.chainTo(cell))
      if (!(yield* this.playing(session, earlier))) return this.blocked(cell, earlier)
    this.judgeReady()
    return this.state(cell.id)
  }

  /** The runs from the nearest one that begins anew, with `cluster` or `history`, up to this one. */
  private chainTo(cell: RunCell): RunCell[] {
    // Cells of the lesson do not go on from what a learner has added, so that nobody can spoil a lesson; and
    // TypeScript changes nothing that a scenario goes on from.
    const runs = cellsOf(this.text)
      .filter(isRun)
      .filter((c) => c.own !== 'scratch' || cell.own === 'scratch')
      .filter((c) => c.kind === 'scenario' || cell.kind === 'ts')
    const end = runs.findIndex((c) => c.id === cell.id)
    const start = runs.slice(0, end + 1).findLastIndex(beginsAnew)
    return runs.slice(Math.max(0, start), end + 1)
  }

  private *playing(session: Session, cell: RunCell): Work<boolean> {
    const played = cell.kind === 'ts' ? yield { kind: 'type', cell, session } : playedOf(session, cell)
    if (played instanceof LineProblem) {
      this.set(cell.id, { cell, ...IDLE, status: 'failed', problem: played.message })
      return false
    }
    const { views, verdicts } = played ?? { views: [], verdicts: [] }
    const output: View | null =
      views.length === 0 ? null : views.length === 1 ? views[0]! : { kind: 'stack', views }
    const matches = matching(cell, views)
    this.set(cell.id, { cell, ...IDLE, status: 'done', output, matches, verdicts })
    return true
  }

  private blocked(cell: RunCell, by: RunCell): CellState {
    if (by.id === cell.id) return this.state(cell.id)
    return this.set(cell.id, {
      ...this.state(cell.id),
      ...IDLE,
      status: 'failed',
      problem: `it goes on from the cell "${by.id}", which failed`,
    })
  }

  /** Judges every claim all of whose cells have run. */
  private judgeReady(): void {
    for (const { cell } of this.cells)
      if (cell.kind === 'claim' && cell.proof.every((proof) => this.state(proof.cell).status === 'done'))
        this.judge(cell)
  }

  /** A claim whose cells have not run is not proven. */
  private judge(cell: ClaimCell): CellState {
    const unproven = cell.proof.flatMap(
      (proof) => this.changedFor(proof) ?? whatIsMissing(proof, this.state(proof.cell)) ?? [],
    )
    return this.set(cell.id, {
      ...this.state(cell.id),
      status: unproven.length === 0 ? 'done' : 'failed',
      unproven,
    })
  }

  /** A claim is about the lesson's own texts: what a learner has changed proves nothing about it. */
  private changedFor({ part, cell: id }: Proof): string | null {
    const { cell } = this.state(id)
    const changed = isRun(cell) ? this.chainTo(cell).find((one) => one.own !== null) : undefined
    return changed === undefined ? null : `${part}: you have changed the cell ${changed.id}`
  }

  private openChallenge(cell: ChallengeCell): CellState {
    const session = this.newSession()
    try {
      play(session, cell.commands)
    } catch (error) {
      if (!(error instanceof LineProblem)) throw error
      return this.set(cell.id, { cell, ...IDLE, status: 'failed', problem: error.message })
    }
    this.onStage = { session, challenge: cell, stepsBefore: session.run?.moments.length ?? 0 }
    return this.set(cell.id, {
      cell,
      ...IDLE,
      output: session.run === null ? null : session.timelineView(),
    })
  }
}

function beginsAnew(cell: RunCell): boolean {
  return cell.kind === 'scenario' && /^\s*(cluster\b|history\s*$)/.test(cell.commands[0]?.text ?? '')
}

function playedOf(session: Session, cell: ScenarioCell): Played | LineProblem {
  try {
    return play(session, cell.commands)
  } catch (error) {
    if (error instanceof LineProblem) return error
    throw error
  }
}

/** Whether a run printed what the lesson says; null where it says nothing. */
function matching(cell: RunCell, views: readonly View[]): boolean | null {
  return cell.expected === null ? null : goldenText(views) === cell.expected
}

function viewsOf(output: View | null): readonly View[] {
  if (output === null) return []
  return output.kind === 'stack' ? output.views : [output]
}
