/** The learner's own texts in a lesson: changing a cell here or in the editor, adding one, taking it back. */
import { OLDER } from '../components/pieces.ts'
import { isRun, type Language, type Line, toned } from '../door.ts'
import { actionFor } from '../keys.ts'
import type { Press } from '../presses.ts'
import type { CellEditing } from './cellEditing.ts'
import type { Course } from './course.ts'
import type { LessonBook } from './lessonBook.ts'
import type { LessonPage } from './lessonPage.ts'
import type { Host } from './screen.ts'

export class OwnCells {
  /** What is to be removed, until the question is answered. */
  #removing: string | null = null

  constructor(
    readonly book: LessonBook,
    readonly page: LessonPage,
    readonly editing: CellEditing,
    readonly course: Course,
    readonly host: Host,
    readonly notice: (line: Line) => void,
  ) {}

  change(): void {
    const id = this.#changeable()
    if (id !== null) this.editing.begin(id)
  }

  changeInEditor(): void {
    const id = this.#changeable()
    const seen = id === null ? null : this.book.textOf(id)
    if (id === null || seen === null) return
    void this.host.suspend(() => {
      const edited = this.course.editText(seen, `.${this.book.languageOf(id)}`)
      if (edited.kind === 'problem') this.notice(toned('warn', edited.says))
      else if (edited.text.trim() === '') this.book.remove(id)
      else if (edited.text !== seen) this.book.setText(id, edited.text, seen)
    })
  }

  add(language: Language): void {
    const { current } = this.page
    const id = this.book.add(current?.kind === 'cell' ? current.id : '', language)
    this.page.focusOn(id)
    this.editing.begin(id)
  }

  askToRemove(): void {
    const { current } = this.page
    if (current !== null && (current.id === OLDER || this.#whose !== null)) this.#removing = current.id
    else this.notice(toned('warn', 'This is the text of the lesson: there is nothing of yours to take away.'))
  }

  /** What is asked now, or null. */
  get question(): string | null {
    if (this.#removing === null) return null
    if (this.#removing === OLDER) return 'Forget all that belongs to an older text of this lesson?'
    return this.#whose === 'scratch'
      ? 'Remove this cell of yours?'
      : "Take the lesson's text again? Yours is gone then."
  }

  answer(key: Press): void {
    const action = actionFor('confirm', key.name)
    const id = this.#removing
    if (action === null || id === null) return
    this.#removing = null
    if (action === 'no') return
    if (id === OLDER) this.book.forgetOlder()
    else this.book.remove(id)
  }

  get #whose() {
    const { current } = this.page
    return current?.kind === 'cell' && isRun(current.cell) ? current.cell.own : null
  }

  /** The cell at hand, if it can be changed; says why not otherwise. */
  #changeable(): string | null {
    const id = this.page.current?.id ?? null
    if (id !== null && this.book.textOf(id) !== null) return id
    this.notice(toned('warn', 'Only runs can be changed. o adds a cell of your own below this one.'))
    return null
  }
}
