/** What of a lesson is done, as the learner's progress keeps it: cells, answers, the place on the page. */
import { countedCells } from '../components/pieces.ts'
import { type Computing, cellsOf } from '../door.ts'
import { type LessonProgress, NOT_BEGUN, withLesson } from '../progress.ts'
import type { Course } from './course.ts'
import type { LessonBook } from './lessonBook.ts'
import type { LessonPage } from './lessonPage.ts'
import type { LessonRuns } from './lessonRuns.ts'

export class LessonRecord {
  constructor(
    readonly course: Course,
    readonly kernel: Computing,
    readonly book: LessonBook,
    readonly runs: LessonRuns,
  ) {}

  get #lesson() {
    return this.book.lesson
  }

  get kept(): LessonProgress {
    return this.course.progress.lessons[this.#lesson.id] ?? NOT_BEGUN
  }

  isDone(id: string): boolean {
    const state = this.runs.state(id)
    if (state.status === 'done' || state.chosen !== null) return true
    return this.runs.goal(id)?.done === true || this.kept.done.includes(id)
  }

  /** How many of the cells that count are done. */
  get counts(): { readonly done: number; readonly of: number } {
    const counted = countedCells(this.#lesson)
    return { done: counted.filter((id) => this.isDone(id)).length, of: counted.length }
  }

  /** Keeps what is done; true if the lesson is finished with it. */
  record(): boolean {
    const states = this.kernel.notebook.cells
    // A learner's own cells are theirs; the lesson is done without them.
    const lessons = new Set(cellsOf(this.#lesson).map((cell) => cell.id))
    const done = states.flatMap(({ cell }) => (lessons.has(cell.id) && this.isDone(cell.id) ? [cell.id] : []))
    const all = [...new Set([...this.kept.done, ...done])]
    const chosen = Object.fromEntries(
      states.flatMap((s) => (s.chosen === null ? [] : [[s.cell.id, s.chosen]])),
    )
    const finished = countedCells(this.#lesson).every((id) => all.includes(id))
    const news = finished && !this.kept.finished
    this.course.record((p) => withLesson(p, this.#lesson.id, { done: all, chosen, finished }))
    return news
  }

  keepPlace(page: LessonPage): void {
    const { place } = page
    if (place === null) return
    this.course.record((p) => withLesson(p, this.#lesson.id, { at: { ...place, focus: page.focus } }))
  }

  /** Brings back answers of which the notebook knows nothing, such as from another machine, and the place on the page. */
  restore(page: LessonPage): void {
    const { notebook } = this.kernel
    const known = new Set(this.book.kept.cells.map((cell) => cell.id))
    for (const { cell } of notebook.cells) {
      const chosen = this.kept.chosen[cell.id]
      if (
        cell.kind === 'predict' &&
        !known.has(cell.id) &&
        chosen !== undefined &&
        chosen < cell.answers.length
      )
        notebook.predict(cell.id, chosen)
    }
    page.arrive(this.kept.at)
  }
}
