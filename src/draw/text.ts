/** renderView: a view as lines of text, at a width; the same as sentences for a screen reader. */
import wrapAnsi from 'wrap-ansi'
import {
  type Line,
  lineText,
  plain,
  type TableCell,
  type TimelineView,
  toned,
  type VerdictView,
  type View,
} from '../base/view.ts'
import { paintTimeline } from './paint.ts'
import { chartSentences, paintChart } from './paintChart.ts'
import { cycleSentences, paintCycle } from './paintCycle.ts'
import { textWidth } from './wrap.ts'

export interface TextOptions {
  readonly width: number
  /** ASCII only. */
  readonly ascii?: boolean
  /** Pictures as sentences. */
  readonly sentences?: boolean
}

/** Lines no wider than `width`. */
export function renderView(view: View, options: TextOptions): Line[] {
  switch (view.kind) {
    case 'lines':
      return view.lines.flatMap((line) => wrapLine(line, options.width))
    case 'table':
      return options.sentences
        ? tableSentences(view.columns, view.rows).flatMap((row) => wrapLine(plain(row), options.width, '  '))
        : renderTable(view.columns, view.rows, options.width)
    case 'timeline':
      return renderTimeline(view, options)
    case 'verdict':
      return renderVerdict(view, options)
    case 'cycle':
      return options.sentences
        ? cycleSentences(view).flatMap((sentence) => wrapLine(plain(sentence), options.width, '  '))
        : paintCycle(view, options.width, options.ascii ?? false)
    case 'bars':
    case 'curve':
    case 'ring':
      return options.sentences
        ? chartSentences(view).flatMap((sentence) => wrapLine(plain(sentence), options.width, '  '))
        : paintChart(view, options.width, options.ascii ?? false)
    case 'stack':
      return view.views.flatMap((part, i) => [...(i > 0 ? [plain('')] : []), ...renderView(part, options)])
  }
}

/** The same without tones, as golden files and pipes have it; no blanks at line ends. */
export function viewText(view: View, options: TextOptions = { width: 80 }): string {
  return renderView(view, options)
    .map((line) => lineText(line).trimEnd())
    .join('\n')
}

/** Wraps at words. A line in one tone keeps it; in a line of several, a wrapped rest is plain. */
export function wrapLine(line: Line, width: number, indent = ''): Line[] {
  const text = lineText(line)
  if (textWidth(text) <= width) return [line]
  const tone = line.every((span) => span.tone === line[0]?.tone) ? (line[0]?.tone ?? 'plain') : 'plain'
  const room = Math.max(1, width - textWidth(indent))
  const wrapped = wrapAnsi(text, room, { hard: true, trim: true }).split('\n')
  return wrapped.map((part, i) => toned(tone, i === 0 ? part : indent + part))
}

function renderTimeline(view: TimelineView, options: TextOptions): Line[] {
  if (options.sentences)
    return timelineSentences(view).flatMap((sentence) => wrapLine(plain(sentence), options.width, '  '))
  const lines = paintTimeline(view, options.width, options.ascii).map(({ line }) => line)
  return view.rows.length > 0 ? lines : [...lines, ...wrapLine(toned('dim', NOTHING_YET), options.width)]
}

/** In the place of rows: what is told is so before the first step. */
const NOTHING_YET = '          (nothing has happened yet)'

function renderVerdict(view: VerdictView, options: TextOptions): Line[] {
  const tone = view.verdict === 'held' ? 'good' : view.verdict === 'broken' ? 'bad' : 'warn'
  const headline: Line = [
    { text: view.property, tone: 'strong' },
    { text: '  ', tone: 'plain' },
    { text: view.headline, tone },
  ]
  return [
    ...wrapLine(headline, options.width, '  '),
    ...(view.why === null ? [] : wrapLine(plain(view.why), options.width)),
    ...(view.picture === null ? [] : [plain(''), ...renderTimeline(view.picture, options)]),
  ]
}

/** A timeline read aloud, one sentence a row. */
export function timelineSentences(view: TimelineView): string[] {
  let at = ''
  if (view.rows.length === 0) return ['Nothing has happened yet.']
  return view.rows.map(({ label, what }) => {
    if (label !== '') at = label
    const when = label === '' ? '' : `${/^\d+$/.test(at) ? `Step ${at}` : `At ${at}`}: `
    switch (what.kind) {
      case 'message':
        return `${when}${what.to} ${what.fate === 'lost' ? 'never receives' : 'receives'} ${what.text} from ${what.from}.`
      case 'mark':
        if (what.mark === 'ask' || what.mark === 'within') return `${when}${what.lane} asks: ${what.text}.`
        if (what.mark === 'answer') return `${when}${what.lane} is told: ${what.text}.`
        return `${when}${what.lane}: ${what.text}.`
      case 'note':
        return `${when}${what.text}.`
    }
  })
}

/** A table read aloud: a sentence for each row, with the name of the column before what stands in it. */
function tableSentences(columns: readonly string[], rows: readonly (readonly TableCell[])[]): string[] {
  return rows.map((row) => {
    const cells = row.flatMap(({ text }, i) => {
      const name = columns[i] ?? ''
      const said = text.trim()
      return said === '' ? [] : [name === '' ? said : `${name}: ${said}`]
    })
    return /[.?!]$/.test(cells.at(-1) ?? '') ? cells.join('; ') : `${cells.join('; ')}.`
  })
}

/** Columns as wide as their widest cell; the last one wraps into what is left. */
function renderTable(
  columns: readonly string[],
  rows: readonly (readonly TableCell[])[],
  width: number,
): Line[] {
  const head = columns.map((text): TableCell => ({ text, tone: 'dim' }))
  const all = columns.some((text) => text !== '') ? [head, ...rows] : [...rows]
  const widths = columns.map((_, i) => Math.max(...all.map((row) => textWidth(row[i]?.text ?? ''))))
  const fixed = widths.slice(0, -1).reduce((sum, w) => sum + w + 2, 0)
  const last = Math.max(8, width - fixed)
  return all.flatMap((row) => {
    const wrapped = wrapLine([{ text: row.at(-1)?.text ?? '', tone: row.at(-1)?.tone ?? 'plain' }], last)
    return wrapped.map((tail, i): Line => {
      const spans = row
        .slice(0, -1)
        .map(({ text, tone = 'plain' }, c) => ({ text: pad(i === 0 ? text : '', widths[c]! + 2), tone }))
      return fit([...spans, ...tail], width)
    })
  })
}

/** Cuts a line at a width, for tables on very narrow screens. */
function fit(line: Line, width: number): Line {
  let left = width
  return line.flatMap((span) => {
    const text = [...span.text].slice(0, Math.max(0, left)).join('')
    left -= textWidth(span.text)
    return text === '' ? [] : [{ ...span, text }]
  })
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)))
}
