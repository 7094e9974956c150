/** Where a caret may stand in a text: at the edges of characters as people see them, and of words. */

/** A place in a text, in code units, always at the edge of a character. */
export interface Caret {
  readonly text: string
  readonly cursor: number
}

const segmenter = new Intl.Segmenter()

/** The end of the character that begins at `at`. */
export function edgeAfter(text: string, at: number): number {
  const next = segmenter.segment(text.slice(at))[Symbol.iterator]().next()
  return next.done ? text.length : at + next.value.segment.length
}

export function caretBefore({ text, cursor }: Caret): number {
  const pieces = [...segmenter.segment(text.slice(0, cursor))]
  return cursor - (pieces.at(-1)?.segment.length ?? 0)
}

export function caretAfter({ text, cursor }: Caret): number {
  return edgeAfter(text, cursor)
}

export function caretWordBefore({ text, cursor }: Caret): number {
  return /\S*\s*$/.exec(text.slice(0, cursor))!.index
}

export function caretWordAfter({ text, cursor }: Caret): number {
  return cursor + /^\s*\S*/.exec(text.slice(cursor))![0].length
}
