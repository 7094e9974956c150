/** A text of several lines being written: a value, what keys make of it, and how it is drawn. */
import { cutLine, type Line, textWidth } from '../door.ts'
import { type ActionOf, actionFor } from '../keys.ts'
import type { Press } from '../presses.ts'
import { type Caret, caretAfter, caretBefore, caretWordAfter, caretWordBefore, edgeAfter } from './caret.ts'

/** Shared with prompts, so that a key does the same in both. */
export interface TextBox extends Caret {
  /** The column that Up and Down come back to. */
  readonly goal: number | null
}

export function textBox(text: string): TextBox {
  return { text, cursor: text.length, goal: null }
}

/** What a key makes of it. */
export function pressedBox(box: TextBox, key: Press): TextBox {
  const action = actionFor('edit', key.name)
  return action === null ? (key.text === '' ? box : inserted(box, key.text)) : acted(box, action)
}

/** Control characters vanish; tabs are two spaces. */
export function inserted({ text, cursor }: TextBox, added: string): TextBox {
  const clean = added
    .replace(/\r\n?/g, '\n')
    .replace(/\t/g, '  ')
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, '')
  return {
    text: text.slice(0, cursor) + clean + text.slice(cursor),
    cursor: cursor + clean.length,
    goal: null,
  }
}

function acted(box: TextBox, action: ActionOf<'edit'>): TextBox {
  switch (action) {
    case 'leave':
    case 'runIt':
    case 'pageUp':
    case 'pageDown':
      return box
    case 'newline':
      return inserted(box, '\n')
    case 'indent':
      return inserted(box, '  ')
    case 'up':
      return vertically(box, -1)
    case 'down':
      return vertically(box, 1)
    case 'left':
      return moved(box, caretBefore(box))
    case 'right':
      return moved(box, caretAfter(box))
    case 'wordLeft':
      return moved(box, caretWordBefore(box))
    case 'wordRight':
      return moved(box, caretWordAfter(box))
    case 'start':
      return moved(box, lineStart(box))
    case 'end':
      return moved(box, lineEnd(box))
    case 'erase':
      return erased(box, caretBefore(box), box.cursor)
    case 'eraseNext':
      return erased(box, box.cursor, caretAfter(box))
    case 'eraseWord':
      return erased(box, caretWordBefore(box), box.cursor)
    case 'eraseToStart':
      return erased(box, lineStart(box), box.cursor)
    case 'eraseToEnd':
      return erased(box, box.cursor, Math.max(lineEnd(box), caretAfterAtEnd(box)))
  }
}

/** At the end of a line its end is erased, as in editors. */
function caretAfterAtEnd(box: TextBox): number {
  return box.cursor === lineEnd(box) ? caretAfter(box) : box.cursor
}

function moved({ text }: TextBox, cursor: number): TextBox {
  return { text, cursor, goal: null }
}

function erased({ text }: TextBox, from: number, to: number): TextBox {
  return { text: text.slice(0, from) + text.slice(to), cursor: from, goal: null }
}

function lineStart({ text, cursor }: TextBox): number {
  return cursor === 0 ? 0 : text.lastIndexOf('\n', cursor - 1) + 1
}

function lineEnd({ text, cursor }: TextBox): number {
  const end = text.indexOf('\n', cursor)
  return end < 0 ? text.length : end
}

/** A line up or down, to the same column as far as the line goes; past the ends to the ends. */
function vertically(box: TextBox, by: 1 | -1): TextBox {
  const start = lineStart(box)
  const goal = box.goal ?? textWidth(box.text.slice(start, box.cursor))
  if (by < 0 && start === 0) return moved(box, 0)
  if (by > 0 && lineEnd(box) === box.text.length) return moved(box, box.text.length)
  const from = by < 0 ? lineStart({ ...box, cursor: start - 1 }) : lineEnd(box) + 1
  const to = lineEnd({ ...box, cursor: from })
  let cursor = from
  while (cursor < to) {
    const next = edgeAfter(box.text, cursor)
    if (textWidth(box.text.slice(from, next)) > goal) break
    cursor = next
  }
  return { text: box.text, cursor, goal }
}

/** The text as lines no wider than `width`, and where the cursor is. The line of the cursor is scrolled sideways. */
export function boxLines(
  box: TextBox,
  width: number,
): { readonly lines: readonly Line[]; readonly cursor: { readonly x: number; readonly y: number } } {
  const at = lineStart(box)
  const y = box.text.slice(0, at).split('\n').length - 1
  const line = box.text.slice(at, lineEnd(box))
  let start = 0
  while (textWidth(line.slice(start, box.cursor - at)) > width - 1) start = edgeAfter(line, start)
  const lines = box.text.split('\n').map((text, i): Line => {
    if (i !== y || start === 0) return cutLine([{ text, tone: 'plain' }], width)
    const rest = text.slice(edgeAfter(text, start))
    const mark = '…'.padEnd(textWidth(text.slice(start, edgeAfter(text, start))))
    return cutLine(
      [
        { text: mark, tone: 'dim' },
        { text: rest, tone: 'plain' },
      ],
      width,
    )
  })
  return { lines, cursor: { x: textWidth(line.slice(start, box.cursor - at)), y } }
}
