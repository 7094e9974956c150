/** A timeline with a cursor: the past as it is, the step just taken marked, the future dim. */
import { cutLine, type Line, paintTimeline, renderView, type View } from '../door.ts'

interface Row {
  /** -1 for what stands above the rows. */
  readonly step: number
  readonly line: Line
}

/**
 * `height` lines of a picture around the step that led to place `at` (0: before the first).
 * The names of the lanes stay on top. Nothing is wider than `width`.
 */
export function walkTimeline(
  picture: View,
  at: number,
  width: number,
  height: number,
  ascii: boolean,
): Line[] {
  const rows = rowsOf(picture, width - 2, ascii)
  const top = rows.filter((row) => row.step < 0)
  const body = rows.filter((row) => row.step >= 0)
  const room = Math.max(1, height - top.length)
  const current = Math.max(
    0,
    body.findLastIndex((row) => row.step < at),
  )
  const start = Math.max(0, Math.min(current - Math.floor(room / 2), body.length - room))
  const shown = body.slice(start, start + room)
  return [
    ...top.map((row) => led('  ', row.line)),
    ...shown.map((row, i) => marked(row, shown[i - 1]?.step ?? -1, at, ascii)),
  ].map((line) => cutLine(line, width))
}

/** How many steps a picture shows. */
export function pictureSteps(picture: View): number {
  return Math.max(0, ...rowsOf(picture, 80, false).map((row) => row.step + 1))
}

/** How many lines a picture takes. */
export function pictureHeight(picture: View, width: number, ascii: boolean): number {
  return rowsOf(picture, width - 2, ascii).length
}

/** Every line with its step; each line of a picture that is no timeline is a step of its own. */
function rowsOf(picture: View, width: number, ascii: boolean): readonly Row[] {
  if (picture.kind === 'timeline') return paintTimeline(picture, width, ascii)
  return renderView(picture, { width, ascii }).map((line, step) => ({ step, line }))
}

/** The first line of the step just taken is pointed at. `above` is the step of the line above. */
function marked({ step, line }: Row, above: number, at: number, ascii: boolean): Line {
  const pointer = above === step ? '  ' : ascii ? '> ' : '▶ '
  if (step === at - 1) return [{ text: pointer, tone: 'accent' }, ...line.map(bold)]
  if (step < at) return led('  ', line)
  return led(
    '  ',
    line.map((span) => ({ text: span.text, tone: 'dim' as const })),
  )
}

function bold(span: Line[number]): Line[number] {
  return span.tone === 'plain' ? { text: span.text, tone: 'strong' } : span
}

function led(lead: string, line: Line): Line {
  return [{ text: lead, tone: 'plain' }, ...line]
}
