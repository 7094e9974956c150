/** The file of a lesson while it is on the screen: another text is taken when nothing runs, a broken one is said. */
import { type Line, plain, toned, wrapLine } from '../door.ts'
import type { Course, LessonText } from './course.ts'
import type { LessonBook } from './lessonBook.ts'

export class LessonFile {
  /** Why the file is no lesson now, or null; the last good text is shown meanwhile. */
  #broken: string | null = null
  /** A text that came at a bad moment. */
  #waiting: LessonText | null = null
  #unwatch = (): void => {}

  constructor(
    readonly course: Course,
    readonly book: LessonBook,
    /** Whether something runs or is being written that another text would disturb. */
    readonly busy: () => boolean,
    readonly redraw: () => void,
  ) {}

  watch(): void {
    this.#unwatch = this.course.watch(this.book.lesson, (text) => {
      this.#waiting = text
      this.settle()
      this.redraw()
    })
  }

  close(): void {
    this.#unwatch()
  }

  /** Takes what has come, if this is a good moment. */
  settle(): void {
    const text = this.#waiting
    if (text === null || this.busy()) return
    this.#waiting = null
    this.#broken = text.kind === 'problem' ? text.says : null
    if (text.kind === 'lesson') this.book.reread(text.lesson)
  }

  /** What is wrong with the file; nothing where all is well. */
  lines(width: number): Line[] {
    if (this.#broken === null) return []
    const margin = { first: toned('bad', ' ✗ '), rest: plain('   ') }
    const end = this.#broken.endsWith('?') ? '' : '.'
    const says = `${this.#broken}${end} Shown is the last text that could be read.`
    return wrapLine(toned('bad', says), width - 1, margin).slice(0, 4)
  }
}
