/** What of a lesson is done, as the learner's progress keeps it: cells, answers, the place on the page. */
import { countedCells } from '../components/pieces.ts'
import type { Computing } from '../door.ts'
import { type LessonProgress, NOT_BEGUN, withLesson } from '../progress.ts'
import type { Course } from './course.ts'
import type { LessonPage } from './lessonPage.ts'
import type { LessonRuns } from './lessonRuns.ts'

export class LessonRecord {
  constructor(
    readonly course: Course,
    readonly kernel: Computing,
    readonly runs: LessonRuns,
  ) {}

  get #lesson() {
    return this.kernel.notebook.lesson
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
    const done = states.filter((state) => this.isDone(state.cell.id)).map((state) => state.cell.id)
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

  /** Brings back what was answered before, and the place on the page. Cells are run again only when asked for. */
  restore(page: LessonPage): void {
    const { notebook } = this.kernel
    for (const { cell, chosen: now } of notebook.cells) {
      const chosen = this.kept.chosen[cell.id]
      if (cell.kind === 'predict' && now === null && chosen !== undefined && chosen < cell.answers.length)
        notebook.predict(cell.id, chosen)
    }
    page.arrive(this.kept.at)
  }
}
