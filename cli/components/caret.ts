/** Where a caret may stand in a text: at the edges of characters as people see them, and of words. */

/** A place in a text, in code units, always at the edge of a character. */
export interface Caret {
  readonly text: string
  readonly cursor: number
}

/** Made when something is typed: to make one takes longer than a frame. */
let segmenter: Intl.Segmenter | null = null

function segmentsOf(text: string): Intl.Segments {
  segmenter ??= new Intl.Segmenter()
  return segmenter.segment(text)
}

/** A text in characters as people see them. */
export function charactersIn(text: string): string[] {
  return Array.from(segmentsOf(text), ({ segment }) => segment)
}

/** The end of the character that begins at `at`. */
export function edgeAfter(text: string, at: number): number {
  const next = segmentsOf(text.slice(at))[Symbol.iterator]().next()
  return next.done ? text.length : at + next.value.segment.length
}

export function caretBefore({ text, cursor }: Caret): number {
  return cursor - (charactersIn(text.slice(0, cursor)).at(-1)?.length ?? 0)
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
