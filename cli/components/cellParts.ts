/** What cells of every kind are made of: a title with its mark, and lines further in. */
import { isNamed, justify, type Line, type Tone } from '../door.ts'

/** A name the author gave; cells without one are called by their kind. */
export function named(id: string, kind: string): string {
  return isNamed(id) ? id : kind
}

export function title(mark: string, tone: Tone, text: string, status: Line, width: number): Line {
  return justify(
    [
      { text: `${mark} `, tone },
      { text, tone: 'strong' },
    ],
    status,
    width,
  )
}

/** A mark of the screen in ASCII. */
export function asciiMark(mark: string): string {
  const marks: { readonly [mark: string]: string } = {
    '✓': '+',
    '✗': 'x',
    '▷': '>',
    '◇': '*',
    '≡': '=',
    '▸': '>',
    '▾': 'v',
    '○': '-',
  }
  return marks[mark] ?? mark
}

export function indent(lines: readonly Line[]): Line[] {
  return lines.map((line) => (line.length === 0 ? line : [{ text: '  ', tone: 'plain' }, ...line]))
}
