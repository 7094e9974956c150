/** Wrapping and cutting of styled lines by what a terminal will show: the same width and wrapping that Ink uses. */
import stringWidth from 'string-width'
import wrapAnsi from 'wrap-ansi'
import type { Line, Span, Tone } from '../base/view.ts'

/** Letters of English, and what pictures are drawn with: one column each, alone or side by side. */
const SINGLE = /^[ -~·»–—‖“”‘’…›←↑→↓↵↻≠≡─-╿■▶▷▸▾◀◇○●✓✗•]*$/

/** How many columns a text takes. Most texts are simple, and asking what every character is takes long. */
export function textWidth(text: string): number {
  return SINGLE.test(text) ? text.length : stringWidth(text, { countAnsiEscapeCodes: true })
}

/** How many columns a line takes. */
export function lineWidth(line: Line): number {
  return line.reduce((sum, span) => sum + textWidth(span.text), 0)
}

/** A text as a terminal may safely show it: tabs are spaces; other control characters, and those that turn the direction of writing, are gone. */
export function safeText(text: string): string {
  return text
    .normalize()
    .replace(/\r\n?/g, '\n')
    .replace(/\t/g, '  ')
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/g, '')
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
}

/** The same in one line. */
export function safeLine(text: string): string {
  return safeText(text).replaceAll('\n', ' ')
}

/** What stands before the first line of a wrapped text, and before the others. Both are counted in the width. */
export interface Margin {
  readonly first: Line
  readonly rest: Line
}

const NO_MARGIN: Margin = { first: [], rest: [] }

/**
 * Wraps spans at `width` columns, between words where that is possible. Line ends inside spans are kept.
 * A margin that would leave less than eight columns is left out.
 */
export function wrapSpans(spans: Line, width: number, margin: Margin = NO_MARGIN): Line[] {
  const own = Math.max(lineWidth(margin.first), lineWidth(margin.rest))
  const used = own > 0 && width - own < 8 ? NO_MARGIN : margin
  const clean = spans.map((span) => ({ ...span, text: safeText(span.text) }))
  const source = clean.map((span) => span.text).join('')
  const rows = rowsOf(
    source,
    Math.max(2, width - lineWidth(used.first)),
    Math.max(2, width - lineWidth(used.rest)),
  )
  const cursor = new Cursor(clean)
  return rows.map((row, i) => [...(i === 0 ? used.first : used.rest), ...cursor.take(row)])
}

/** Rows of which the first has another width than the rest. */
function rowsOf(text: string, first: number, rest: number): string[] {
  const rows = wrapAnsi(text, first, { hard: true, trim: true }).split('\n')
  const [head = ''] = rows
  if (first === rest || rows.length === 1) return rows
  const left = text.slice(text.indexOf(head) + head.length).replace(/^(?:\n| +\n?)/, '')
  return [head, ...wrapAnsi(left, rest, { hard: true, trim: true }).split('\n')]
}

/** The line cut to `width` columns; what is cut off shows as an ellipsis. */
export function cutLine(line: Line, width: number, ellipsis = '…'): Line {
  if (lineWidth(line) <= width) return line
  const mark = textWidth(ellipsis) <= width ? ellipsis : ''
  let room = width - textWidth(mark)
  const kept: Span[] = []
  let tone: Tone = 'dim'
  for (const span of line) {
    tone = span.tone
    const text = headOf(span.text, room)
    if (text !== '') kept.push({ ...span, text })
    room -= textWidth(text)
    if (text.length < span.text.length) break
  }
  return mark === '' ? kept : [...kept, { text: mark, tone: kept.length === 0 ? 'dim' : tone }]
}

/** The line filled with spaces to `width` columns, cut if it is longer. */
export function padLine(line: Line, width: number): Line {
  const cut = cutLine(line, width)
  const missing = width - lineWidth(cut)
  return missing > 0 ? [...cut, { text: ' '.repeat(missing), tone: 'plain' }] : cut
}

/** `left` at the left edge, `right` at the right one; `right` goes first where both do not fit. */
export function justify(left: Line, right: Line, width: number): Line {
  const gap = width - lineWidth(left) - lineWidth(right)
  if (gap >= 1 || lineWidth(right) === 0)
    return gap > 0 && lineWidth(right) > 0
      ? [...left, { text: ' '.repeat(gap), tone: 'plain' }, ...right]
      : cutLine(left, width)
  return cutLine(left, width)
}

/** Made when it is needed: to make one takes longer than most commands. */
let segmenter: Intl.Segmenter | null = null

/** The longest start of a text that takes at most `room` columns. */
function headOf(text: string, room: number): string {
  if (textWidth(text) <= room) return text
  let head = ''
  let used = 0
  segmenter ??= new Intl.Segmenter()
  for (const { segment } of segmenter.segment(text)) {
    used += textWidth(segment)
    if (used > room) break
    head += segment
  }
  return head
}

/** Walks toned text in step with its wrapped rows, from which spaces may be missing. */
class Cursor {
  /** The span of each character. */
  readonly #spans: Span[] = []
  readonly #text: string
  #at = 0

  constructor(spans: Line) {
    this.#text = spans.map((span) => span.text).join('')
    for (const span of spans) for (let i = 0; i < span.text.length; i++) this.#spans.push(span)
  }

  take(row: string): Span[] {
    const spans: { -readonly [field in keyof Span]: Span[field] }[] = []
    for (let i = 0; i < row.length; i++) {
      while (this.#at < this.#text.length && this.#text[this.#at] !== row[i]) this.#at++
      const { tone, href }: Span = this.#spans[this.#at] ?? { text: '', tone: 'plain' }
      this.#at++
      const last = spans.at(-1)
      if (last?.tone === tone && last.href === href) last.text += row[i]
      else spans.push({ text: row[i]!, tone, ...(href === undefined ? {} : { href }) })
    }
    return spans
  }
}
