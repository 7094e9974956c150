/** The learner's copy of a lesson: its file as it is now, their own texts in it, and what cells gave before. */
import {
  type CellState,
  type Computing,
  cellsOf,
  type Exchange,
  isRun,
  type KeptCell,
  type KeptNotebook,
  type Language,
  type Lesson,
  NOTHING_KEPT,
  ownLesson,
  type RunCell,
  settled,
  shortened,
  withCell,
  withoutText,
  withScratch,
  withText,
} from '../door.ts'
import type { KeptPlace } from './course.ts'
import type { LessonRuns } from './lessonRuns.ts'

export class LessonBook {
  kept: KeptNotebook = NOTHING_KEPT
  /** What is known to be in the file, by cell. */
  readonly #written = new Map<string, string>()

  /** `revised` is told after the page has another text. */
  constructor(
    public lesson: Lesson,
    readonly kernel: Computing,
    readonly place: KeptPlace,
    readonly revised: () => void,
  ) {}

  /** Brings back what was there at the last visit. */
  open(): void {
    this.#take(this.place.read())
  }

  /** The lesson's file has another text. */
  reread(lesson: Lesson): void {
    this.lesson = lesson
    this.#take(this.place.read())
  }

  /** Keeps what has changed of what cells gave, and what was typed under them. */
  keep(runs: LessonRuns): void {
    const news = this.kernel.notebook.cells.flatMap((state) => {
      const whole = this.#keptCell(state, runs)
      if (whole === null) return []
      const cell = shortened(whole)
      const text = JSON.stringify(cell)
      if (text === this.#written.get(cell.id)) return []
      this.#written.set(cell.id, text)
      return [cell]
    })
    if (news.length === 0) return
    const before = ownTexts(this.kept)
    this.kept = this.place.change((fresh) => news.reduce(withCell, settled(fresh, this.lesson)))
    // Somebody else at the same lesson may have written a cell meanwhile.
    if (ownTexts(this.kept) !== before) this.#take(this.kept)
  }

  /** The text of a cell that can be changed, or null. */
  textOf(id: string): string | null {
    return this.#run(id)?.source ?? null
  }

  /** In what such a cell is written. */
  languageOf(id: string): Language {
    return this.#run(id)?.kind ?? 'scenario'
  }

  /** Gives a cell another text; `seen` is the one it was made from. */
  setText(id: string, text: string, seen: string): void {
    const source = cellsOf(this.lesson).find((one) => one.id === id)?.source ?? ''
    const language = this.languageOf(id)
    this.#change((kept) => withText(kept, { id, language, text, source, seen }))
  }

  /** A new cell below another one; answers with its name. */
  add(below: string, language: Language): string {
    let name = ''
    this.#change((kept) => {
      const added = withScratch(kept, below, '', language)
      name = added.id
      return added.kept
    })
    return name
  }

  #run(id: string): RunCell | null {
    const cell = cellsOf(this.kernel.notebook.lesson).find((one) => one.id === id)
    return cell !== undefined && isRun(cell) ? cell : null
  }

  /** Removes a cell of the learner's own, or takes the lesson's text again. */
  remove(id: string): void {
    const seen = this.textOf(id)
    if (seen !== null) this.#change((kept) => withoutText(kept, id, seen))
  }

  /** Forgets what belongs to texts that the lesson no longer has. */
  forgetOlder(): void {
    this.#change((kept) => ({ ...kept, older: [] }))
  }

  #change(by: (kept: KeptNotebook) => KeptNotebook): void {
    this.#take(this.place.change((fresh) => by(settled(fresh, this.lesson))))
  }

  #take(kept: KeptNotebook): void {
    this.kept = settled(kept, this.lesson)
    this.#written.clear()
    for (const cell of this.kept.cells) this.#written.set(cell.id, JSON.stringify(cell))
    this.kernel.revise(ownLesson(this.lesson, this.kept), this.kept.cells)
    this.revised()
  }

  #keptCell(state: CellState, runs: LessonRuns): KeptCell | null {
    const { cell, status, output, verdicts, problem, chosen, older } = state
    const typed: readonly Exchange[] = runs.typed(cell.id)
    const goal = runs.goal(cell.id)
    const nothing = status === 'idle' && goal === null && typed.length === 0
    if (cell.kind === 'claim' || older !== null || nothing) return null
    const answer = cell.kind === 'predict' && chosen !== null ? cell.answers[chosen]!.text : null
    const above = this.kernel.notebook.aboveOf(cell)
    return { id: cell.id, source: cell.source, above, status, output, verdicts, problem, answer, goal, typed }
  }
}

function ownTexts({ changed, scratch }: KeptNotebook): string {
  return JSON.stringify([changed, scratch])
}
