/** A timeline with a cursor: the past as it is, the step just taken marked, the future dim. */
import { cutLine, type Line, renderView, type View } from '../door.ts'

/**
 * `height` lines of a picture around the step that led to place `at` (0: before the first).
 * What stands above the rows, such as the names of the lanes, stays on top. Nothing is wider than `width`.
 */
export function walkTimeline(
  picture: View,
  at: number,
  width: number,
  height: number,
  ascii: boolean,
): Line[] {
  const lines = renderView(picture, { width: width - 2, ascii })
  const starts = rowStarts(picture, lines.length, width - 2, ascii)
  const steps = rowSteps(picture)
  const head = starts[0] ?? lines.length
  const stepOf = (line: number): number => steps[starts.findLastIndex((start) => start <= line)] ?? 0
  const top = lines.slice(0, head).map((line) => [{ text: '  ', tone: 'plain' as const }, ...line])
  const body = lines.slice(head).map((line, i) => marked(line, stepOf(head + i), at, ascii))
  const room = Math.max(1, height - top.length)
  const current = lines.slice(head).findLastIndex((_, i) => stepOf(head + i) < at)
  const start = Math.max(0, Math.min(Math.max(0, current) - Math.floor(room / 2), body.length - room))
  return [...top, ...body.slice(start, start + room)].map((line) => cutLine(line, width))
}

/** How many steps a picture shows. */
export function pictureSteps(picture: View): number {
  return Math.max(0, ...rowSteps(picture).map((step) => step + 1))
}

function marked(line: Line, step: number, at: number, ascii: boolean): Line {
  if (step === at - 1) return [{ text: ascii ? '> ' : '▶ ', tone: 'accent' }, ...line.map(bold)]
  const lead = { text: '  ', tone: 'plain' } as const
  return step < at
    ? [lead, ...line]
    : [lead, ...line.map((span) => ({ text: span.text, tone: 'dim' as const }))]
}

function bold(span: Line[number]): Line[number] {
  return span.tone === 'plain' ? { text: span.text, tone: 'strong' } : span
}

/** Which step each row of the picture belongs to; every line of a plain list is a step. */
function rowSteps(picture: View): number[] {
  if (picture.kind === 'timeline') return picture.rows.map((row) => row.step)
  return picture.kind === 'lines' ? picture.lines.map((_, i) => i) : []
}

/** The first line of each row: found by drawing ever more rows, so that it fits however a row is drawn. */
function rowStarts(picture: View, lines: number, width: number, ascii: boolean): number[] {
  if (picture.kind !== 'timeline') return Array.from({ length: lines }, (_, i) => i)
  const key = `${width}${ascii}`
  const kept = STARTS.get(picture)
  if (kept?.key === key) return kept.starts
  const upTo = (rows: number): number =>
    renderView({ ...picture, rows: picture.rows.slice(0, rows) }, { width, ascii }).length
  const starts = picture.rows.map((_, i) => upTo(i))
  STARTS.set(picture, { key, starts })
  return starts
}

const STARTS = new WeakMap<View, { readonly key: string; readonly starts: number[] }>()
