/** The frame every screen stands in: where you are above, what keys work below, exactly as many lines as the terminal has. */
import { cutLine, justify, type Line, lineWidth, plain, toned, wrapLine } from '../door.ts'
import { type Binding, shownKey } from '../keys.ts'

export interface Size {
  readonly columns: number
  readonly rows: number
}

/** A whole screen; the cursor is shown only where text is typed. */
export interface Picture {
  readonly lines: readonly Line[]
  readonly cursor: { readonly x: number; readonly y: number } | null
}

export interface Framed {
  /** Where you are, outermost first. */
  readonly where: readonly string[]
  /** At the right end of the header. */
  readonly status: Line
  /** Draws the body at its size, which is what the rest leaves. */
  readonly body: (width: number, height: number) => readonly Line[]
  /** Between body and footer: the prompt, a question. */
  readonly bar?: readonly Line[]
  /** The column of the cursor in the last line of the bar, where something is typed. */
  readonly cursor?: number | null
  /** Where the cursor is in the body, where something is typed there. */
  readonly bodyCursor?: { readonly x: number; readonly y: number } | null
  readonly keys: readonly Binding[]
  /** A message in place of the keys, until the next key. */
  readonly notice?: Line | null
}

export const SMALLEST: Size = { columns: 40, rows: 10 }

/** How many lines of a terminal the body of a screen gets. */
export function bodyHeight(size: Size, bar = 0): number {
  return Math.max(1, size.rows - (roomy(size) ? 4 : 2) - bar)
}

export function frame(size: Size, framed: Framed): Picture {
  if (size.columns < SMALLEST.columns || size.rows < SMALLEST.rows) return tooSmall(size)
  const { columns: width } = size
  const said = framed.notice ? noticeLines(framed.notice, width) : []
  const bar = [...(framed.bar ?? []), ...said.slice(0, -1)]
  const height = bodyHeight(size, bar.length)
  const body = framed.body(width, height).slice(0, height)
  const filler = Array.from({ length: height - body.length }, () => plain(''))
  const rule = roomy(size) ? [toned('dim', '─'.repeat(width))] : []
  const foot = said.at(-1) ?? footerLine(framed.keys, width)
  const lines = [
    headerLine(framed.where, framed.status, width),
    ...rule,
    ...body,
    ...filler,
    ...rule,
    ...bar,
    foot,
  ].map((line) => cutLine(line, width))
  return {
    lines,
    cursor: cursorIn(framed, lines.length - 2 - said.slice(0, -1).length, 1 + rule.length, width),
  }
}

/** `barRow` is the last row of the bar, `bodyRow` the first of the body. */
function cursorIn(framed: Framed, barRow: number, bodyRow: number, width: number): Picture['cursor'] {
  const { cursor = null, bodyCursor = null } = framed
  if (cursor !== null) return { x: Math.min(cursor, width - 1), y: barRow }
  return bodyCursor === null ? null : { x: Math.min(bodyCursor.x, width - 1), y: bodyRow + bodyCursor.y }
}

/** `Splitbrain › 09 Two-phase commit`, and the status at the right. */
export function headerLine(where: readonly string[], status: Line, width: number): Line {
  const parts = where.map((text, i) => ({
    text: ` ${text}`,
    tone: i === where.length - 1 ? ('strong' as const) : ('dim' as const),
  }))
  const left: Line = parts.flatMap((part, i) =>
    i === 0 ? [part] : [{ text: ' ›', tone: 'dim' as const }, part],
  )
  return justify(left, [...status, { text: ' ', tone: 'plain' }], width)
}

/** As many keys as fit, the most important first; the key that shows all the others is always among them. */
export function footerLine(bindings: readonly Binding[], width: number): Line {
  const items = bindings.filter((binding) => binding.label !== '').map(item)
  const last = bindings.some((binding) => binding.action === 'help') ? items.at(-1)! : []
  const others = last.length > 0 ? items.slice(0, -1) : items
  let used = 1 + lineWidth(last)
  const line: Line[] = []
  for (const next of others) {
    const cost = lineWidth(next) + 3
    if (used + cost > width) break
    used += cost
    line.push(next)
  }
  const gap: Line = [{ text: '   ', tone: 'plain' }]
  const shown = last.length > 0 ? [...line, last] : line
  return [{ text: ' ', tone: 'plain' }, ...shown.flatMap((one, i) => (i === 0 ? one : [...gap, ...one]))]
}

/** A message takes the place of the keys, and more lines where it needs them. */
function noticeLines(notice: Line, width: number): Line[] {
  const margin = plain(' ')
  return wrapLine(notice, width - 1, { first: margin, rest: margin }).slice(0, 3)
}

function item(binding: Binding): Line {
  return [
    { text: shownKey(binding), tone: 'accent' },
    { text: ` ${binding.label}`, tone: 'dim' },
  ]
}

function tooSmall({ columns, rows }: Size): Picture {
  const says = `This terminal has ${columns} columns and ${rows} rows; the course needs ${SMALLEST.columns} by ${SMALLEST.rows}. Enlarge it, or leave with Ctrl-C and run: splitbrain start --plain`
  const lines = wrapLine(plain(says), Math.max(2, columns)).slice(0, rows)
  while (lines.length < rows) lines.push(plain(''))
  return { lines: lines.map((line) => cutLine(line, columns)), cursor: null }
}

/** Rules above and below the body only where there is room. */
function roomy(size: Size): boolean {
  return size.rows >= 16
}
