/** A cell being written in place: its text, and what becomes of it when the learner is done. */
import type { Size } from '../components/frame.ts'
import { inserted, pressedBox, type TextBox, textBox } from '../components/textBox.ts'
import { actionFor } from '../keys.ts'
import type { Press } from '../presses.ts'
import type { LessonBook } from './lessonBook.ts'
import type { LessonPage } from './lessonPage.ts'

export class CellEditing {
  #open: { readonly id: string; readonly seen: string; readonly box: TextBox } | null = null

  constructor(
    readonly book: LessonBook,
    readonly page: LessonPage,
    /** Runs the cell that was written. */
    readonly run: (id: string) => void,
  ) {}

  get isOpen(): boolean {
    return this.#open !== null
  }

  /** The text that is being written in a cell, or null. */
  box(id: string): TextBox | null {
    return this.#open?.id === id ? this.#open.box : null
  }

  begin(id: string): void {
    const text = this.book.textOf(id)
    if (text !== null) this.#set(id, text, textBox(text))
  }

  press(key: Press): void {
    if (this.#open === null) return
    const { id, seen, box } = this.#open
    switch (actionFor('edit', key.name)) {
      case 'leave':
        return this.leave()
      case 'runIt':
        this.leave()
        if (this.book.textOf(id) !== null) this.run(id)
        return
      case 'pageUp':
        return this.page.scroll(2 - this.page.height)
      case 'pageDown':
        return this.page.scroll(this.page.height - 2)
      default:
        return this.#set(id, seen, pressedBox(box, key))
    }
  }

  paste(text: string): void {
    if (this.#open !== null) this.#set(this.#open.id, this.#open.seen, inserted(this.#open.box, text))
  }

  /** Keeps the text. An empty one is a cell of one's own that is not wanted, or the lesson's text again. */
  leave(): void {
    if (this.#open === null) return
    const { id, seen, box } = this.#open
    this.#open = null
    this.page.changed(id)
    const text = box.text.trimEnd()
    if (text.trim() === '') this.book.remove(id)
    else if (text !== seen) this.book.setText(id, text, seen)
  }

  /** Where the cursor is in the lines that can be seen, or null. */
  cursor(size: Size): { readonly x: number; readonly y: number } | null {
    return this.#open === null ? null : this.page.cursorIn(this.#open.id, this.#open.box, size)
  }

  #set(id: string, seen: string, box: TextBox): void {
    this.#open = { id, seen, box }
    this.page.changed(id)
    this.page.revealCursor(id, box)
  }
}
