/** A timeline as SVG: one vertical line a lane, an arrow a message, a sign a mark. */
import type { Mark, TimelineRow, TimelineView, Tone } from '../base/view.ts'
import { type Drawing, ROW, round, svgText, textPixels } from './svgParts.ts'

const LABELS = 70
const STEP = 24
const LEAST_GAP = 120

const SIGNS: { readonly [mark in Mark]: { readonly sign: string; readonly tone: Tone } } = {
  crash: { sign: '✗', tone: 'bad' },
  restart: { sign: '↻', tone: 'accent' },
  pause: { sign: '‖', tone: 'warn' },
  resume: { sign: '▷', tone: 'accent' },
  timer: { sign: '○', tone: 'warn' },
  output: { sign: '✓', tone: 'strong' },
  write: { sign: '■', tone: 'dim' },
  log: { sign: '»', tone: 'dim' },
  doubt: { sign: '╎', tone: 'warn' },
  throw: { sign: '✗', tone: 'bad' },
  ask: { sign: '┌', tone: 'accent' },
  within: { sign: '│', tone: 'accent' },
  answer: { sign: '└', tone: 'accent' },
  lie: { sign: '≠', tone: 'bad' },
}

export function svgTimeline(view: TimelineView): Drawing {
  const gap = Math.max(LEAST_GAP, ...view.rows.map(({ what }) => roomFor(what)))
  const x = (lane: string) => LABELS + 30 + Math.max(0, view.lanes.indexOf(lane)) * gap
  const y = (row: number) => ROW + 22 + row * STEP
  const height = y(view.rows.length)
  const names = view.lanes.map((lane) => svgText(x(lane), 14, lane, 'strong', 'middle'))
  const rows = view.rows.map((row, i) => rowBody(row, y(i), x))
  return {
    width: Math.max(x(view.lanes.at(-1) ?? '') + 60, ...view.rows.map(({ what }) => reach(what, x))),
    height,
    body: [...names, ...view.lanes.map((lane) => laneBody(view, lane, x(lane), y, height)), ...rows].join(''),
  }
}

/** How far apart lanes must stand for the words of a message to fit between them. */
function roomFor(what: TimelineRow['what']): number {
  return what.kind === 'message' ? Math.min(200, textPixels(what.text) + 44) : 0
}

/** How far to the right the words of a row reach. */
function reach(what: TimelineRow['what'], x: (lane: string) => number): number {
  if (what.kind === 'note') return LABELS + textPixels(what.text) + 20
  if (what.kind === 'mark') return x(what.lane) + 16 + textPixels(what.text)
  return what.from === what.to ? x(what.from) + 16 + textPixels(`${what.text} (to itself)`) : 0
}

/** The line of a lane, with gaps where its node is down. */
function laneBody(
  view: TimelineView,
  lane: string,
  x: number,
  y: (row: number) => number,
  height: number,
): string {
  let from: number | null = ROW + 4
  let path = ''
  view.rows.forEach(({ what }, i) => {
    const repaired = what.kind === 'note' && what.text === 'everything is repaired'
    if (what.kind === 'mark' && what.lane === lane && what.mark === 'crash' && from !== null) {
      path += `M${x} ${from}V${y(i) - 8}`
      from = null
    } else if (
      from === null &&
      (repaired || (what.kind === 'mark' && what.lane === lane && what.mark === 'restart'))
    )
      from = y(i) + 6
  })
  if (from !== null) path += `M${x} ${from}V${height}`
  return path === '' ? '' : `<path class="rule" d="${path}"/>`
}

function rowBody({ label, what }: TimelineRow, y: number, x: (lane: string) => number): string {
  const left = label === '' ? '' : svgText(LABELS - 14, y + 4, label, 'dim', 'end')
  switch (what.kind) {
    case 'message':
      return left + messageBody(what, y, x)
    case 'mark': {
      const { sign, tone } = SIGNS[what.mark]
      const at = x(what.lane)
      return `${left}${svgText(at, y + 4, sign, tone, 'middle')}${svgText(at + 12, y + 4, what.text, tone)}`
    }
    case 'note':
      return left + svgText(LABELS, y + 4, what.text, 'warn')
  }
}

/** The words stand above the line and near the sender, so that arrows which cross stay readable. */
function messageBody(
  what: TimelineRow['what'] & { kind: 'message' },
  y: number,
  x: (lane: string) => number,
): string {
  const [from, to] = [x(what.from), x(what.to)]
  const tone: Tone = what.fate === 'lost' ? 'bad' : 'accent'
  if (from === to)
    return `<circle class="${tone}" cx="${from}" cy="${y}" r="3.5"/>${svgText(from + 12, y + 4, `${what.text} (to itself)`, tone)}`
  const way = to > from ? 1 : -1
  const tip = to - way * 5
  const head =
    what.fate === 'lost'
      ? `<path class="s-bad" stroke-width="1.6" d="M${tip - 4} ${y - 4}l8 8m0 -8l-8 8"/>`
      : `<path class="${tone}" d="M${round(tip)} ${y}l${-way * 8} -4v8z"/>`
  return [
    `<circle class="${tone}" cx="${from}" cy="${y}" r="3.5"/>`,
    `<path class="s-${tone}"${what.fate === 'lost' ? ' stroke-dasharray="4 3"' : ''} d="M${from} ${y}H${round(tip)}"/>`,
    head,
    svgText(from + way * 12, y - 4, what.text, tone, way > 0 ? 'start' : 'end'),
  ].join('')
}
