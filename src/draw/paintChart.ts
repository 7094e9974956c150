/** Charts as lines of single-width characters, and as sentences. */
import type { BarsView, ChartView, CurveView, Line, RingView, Span, Tone } from '../base/view.ts'
import { axisRange, ringShares, SERIES_TONES, shortNumber } from './chart.ts'
import { cutLine, textWidth } from './wrap.ts'

/** Lines no wider than `width`. */
export function paintChart(view: ChartView, width: number, ascii: boolean): Line[] {
  const title: Line[] = view.title === '' ? [] : [[{ text: view.title, tone: 'strong' }]]
  return [...title, ...paintBody(view, width, ascii)].map((line) => cutLine(line, width, ascii ? '.' : '…'))
}

function paintBody(view: ChartView, width: number, ascii: boolean): Line[] {
  switch (view.kind) {
    case 'bars':
      return paintBars(view, width, ascii)
    case 'curve':
      return paintCurve(view, width, ascii)
    case 'ring':
      return paintRing(view, width, ascii)
  }
}

/** A chart read aloud: what it is of, then its numbers, as few as tell the story. */
export function chartSentences(view: ChartView): string[] {
  const head = view.title === '' ? [] : [`${view.title}.`]
  switch (view.kind) {
    case 'bars':
      return [
        ...head,
        ...view.bars.map((bar) => `${bar.label}: ${amount(bar.value, view.unit)}${noteText(bar.note)}.`),
      ]
    case 'curve':
      return [...head, ...view.series.flatMap((one) => curveSentence(view, one))]
    case 'ring':
      return [
        ...head,
        ...ringShares(view).map(
          ({ owner, share }) => `${owner} owns ${percent(share)} of the ring${pointsOf(view, owner)}.`,
        ),
        ...view.keys.map((key) => `${key.name} belongs to ${key.owner}.`),
      ]
  }
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

function paintBars({ bars, unit }: BarsView, width: number, ascii: boolean): Line[] {
  if (bars.length === 0) return [[{ text: 'nothing to show', tone: 'dim' }]]
  const labels = Math.min(
    Math.max(...bars.map((bar) => textWidth(bar.label))),
    Math.max(4, Math.floor(width / 3)),
  )
  const numbers = bars.map((bar) => `${amount(bar.value, unit)}${noteText(bar.note)}`)
  const room = Math.max(4, width - labels - Math.max(...numbers.map(textWidth)) - 4)
  const most = Math.max(...bars.map((bar) => bar.value))
  return bars.map(({ label, value, tone = 'accent' }, i): Line => {
    const shown = cutLine([{ text: label, tone: 'plain' }], labels, ascii ? '.' : '…')
    const pad = ' '.repeat(labels - shown.reduce((sum, span) => sum + textWidth(span.text), 0))
    return [
      ...shown,
      { text: `${pad}  `, tone: 'plain' },
      { text: barText(most === 0 ? 0 : (value / most) * room, ascii), tone },
      { text: `${value > 0 ? ' ' : ''}${numbers[i]}`, tone: 'plain' },
    ]
  })
}

/** A bar of that many columns; what is not nothing never looks like nothing. */
function barText(columns: number, ascii: boolean): string {
  if (columns === 0) return ''
  if (ascii) return '#'.repeat(Math.max(1, Math.round(columns)))
  const eighths = Math.max(1, Math.round(columns * 8))
  return '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8]!
}

const MARKERS = { unicode: ['●', '○', '◆', '◇', '■', '□'], ascii: ['*', 'o', '#', '+', 'x', '@'] }
const CURVE_ROWS = 12

function paintCurve(view: CurveView, width: number, ascii: boolean): Line[] {
  const markers = ascii ? MARKERS.ascii : MARKERS.unicode
  const points = view.series.flatMap((one) => one.points)
  const x = axisRange(
    view.x,
    points.map((point) => point[0]),
  )
  const y = axisRange(
    view.y,
    points.map((point) => point[1]),
  )
  const [top, bottom] = [shortNumber(y.to), shortNumber(y.from)]
  const margin = Math.max(textWidth(top), textWidth(bottom)) + 1
  const columns = Math.max(8, Math.min(64, width - margin - 2))
  const grid = Array.from({ length: CURVE_ROWS }, () => new Array<Span | null>(columns).fill(null))
  view.series.forEach((one, s) => {
    const span: Span = { text: markers[s % markers.length]!, tone: SERIES_TONES[s % SERIES_TONES.length]! }
    for (const [px, py] of one.points) {
      const column = Math.round(((px - x.from) / (x.to - x.from)) * (columns - 1))
      const row = Math.round(((y.to - py) / (y.to - y.from)) * (CURVE_ROWS - 1))
      if (grid[row]?.[column] !== undefined) grid[row]![column] = span
    }
  })
  const [bar, corner, dash] = ascii ? ['|', '+', '-'] : ['│', '└', '─']
  const rows = grid.map((cells, i): Line => {
    const label = i === 0 ? top : i === CURVE_ROWS - 1 ? bottom : ''
    return [
      { text: `${' '.repeat(margin - 1 - textWidth(label))}${label} ${bar}`, tone: 'dim' },
      ...joined(cells.map((cell) => cell ?? { text: ' ', tone: 'plain' })),
    ]
  })
  const [low, high] = [shortNumber(x.from), shortNumber(x.to)]
  const gap = Math.max(1, columns - textWidth(low) - textWidth(high))
  const middle = textWidth(view.x.name) + 2 <= gap ? view.x.name : ''
  const left = Math.floor((gap - textWidth(middle)) / 2)
  const below = `${low}${' '.repeat(left)}${middle}${' '.repeat(gap - left - textWidth(middle))}${high}`
  return [
    [{ text: view.y.name, tone: 'dim' }],
    ...rows,
    [{ text: `${' '.repeat(margin)}${corner}${dash.repeat(columns)}`, tone: 'dim' }],
    [{ text: `${' '.repeat(margin + 1)}${below}`, tone: 'dim' }],
    ...(middle === '' ? [[{ text: `${' '.repeat(margin + 1)}${view.x.name}`, tone: 'dim' as const }]] : []),
    ...legend(
      view.series.map((one) => one.name),
      markers,
      width,
    ),
  ]
}

/** One name needs no legend if it says nothing. */
function legend(names: readonly string[], markers: readonly string[], width: number): Line[] {
  if (names.length === 1 && names[0] === '') return []
  const lines: Span[][] = [[]]
  let used = 0
  names.forEach((name, i) => {
    const text = `${used > 0 ? '   ' : ''}${markers[i % markers.length]} ${name}`
    if (used > 0 && used + textWidth(text) > width) {
      lines.push([])
      used = 0
    }
    used += textWidth(text)
    lines.at(-1)!.push({
      text: used === textWidth(text) ? text.trimStart() : text,
      tone: SERIES_TONES[i % SERIES_TONES.length]!,
    })
  })
  return lines
}

/** Height of the drawn ring; a character is about twice as high as it is wide. */
const RING_ROWS = 13

function paintRing(view: RingView, width: number, ascii: boolean): Line[] {
  const shares = ringShares(view)
  const letter = (owner: string) => LETTERS[shares.findIndex((one) => one.owner === owner) % LETTERS.length]!
  const toneOf = (owner: string): Tone =>
    SERIES_TONES[
      Math.max(
        0,
        shares.findIndex((one) => one.owner === owner),
      ) % SERIES_TONES.length
    ]!
  const columns = RING_ROWS * 2 - 1
  const grid = Array.from({ length: RING_ROWS }, () =>
    new Array<Span>(columns).fill({ text: ' ', tone: 'plain' }),
  )
  const put = (at: number, span: Span, inside = 0) => {
    const angle = at * 2 * Math.PI
    const radius = (RING_ROWS - 1) / 2 - inside
    const row = Math.round((RING_ROWS - 1) / 2 - radius * Math.cos(angle))
    const column = Math.round((columns - 1) / 2 + 2 * radius * Math.sin(angle))
    grid[row]![column] = span
  }
  for (let i = 0; i < 96; i++) put(i / 96, { text: ascii ? '.' : '·', tone: 'dim' })
  for (const key of view.keys) put(key.at, { text: ascii ? 'o' : '○', tone: 'plain' }, 1)
  for (const { at, owner } of view.points) put(at, { text: letter(owner), tone: toneOf(owner) })
  const owners = shares.map(
    ({ owner, share }): Line => [
      { text: letter(owner), tone: toneOf(owner) },
      { text: ` ${owner}  ${percent(share)}${pointsOf(view, owner)}`, tone: 'plain' },
    ],
  )
  const keys = view.keys.map(
    (key): Line => [
      { text: `${ascii ? 'o' : '○'} ${key.name} `, tone: 'plain' },
      { text: `belongs to ${key.owner}`, tone: 'dim' },
    ],
  )
  const words = keys.length === 0 ? owners : [...owners, [], ...keys]
  const drawn = grid.map(joined)
  // Beside the ring where there is room for it, below it otherwise.
  const beside = width >= columns + BESIDE && words.length <= RING_ROWS
  if (!beside) return [...drawn, [], ...words]
  return drawn.map((line, i) => [...line, { text: '   ', tone: 'plain' }, ...(words[i] ?? [])])
}

/** What words beside a ring take at least. */
const BESIDE = 32

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']

/** Neighbours of one tone become one span. */
function joined(cells: readonly Span[]): Span[] {
  const spans: { text: string; tone: Tone }[] = []
  for (const { text, tone } of cells) {
    const last = spans.at(-1)
    if (last !== undefined && (last.tone === tone || text === ' ')) last.text += text
    else spans.push({ text, tone })
  }
  return spans
}

/** Units are given in the plural: `4 messages`, `1 message`. */
function amount(value: number, unit: string): string {
  if (unit === '') return shortNumber(value)
  return `${shortNumber(value)} ${value === 1 ? unit.replace(/s$/, '') : unit}`
}

function noteText(note: string | undefined): string {
  return note === undefined ? '' : `  ${note}`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`
}

function pointsOf(view: RingView, owner: string): string {
  const n = view.points.filter((point) => point.owner === owner).length
  return n === 1 ? '' : `, ${n} points`
}

/** Where it starts, its greatest value, and where it ends: what the eye takes from a curve. */
function curveSentence(view: CurveView, one: CurveView['series'][number]): string[] {
  const { points } = one
  if (points.length === 0) return []
  const say = ([px, py]: readonly [number, number]) =>
    `${shortNumber(py)} at ${view.x.name} ${shortNumber(px)}`
  const peak = points.reduce((best, point) => (point[1] > best[1] ? point : best))
  const name = one.name === '' ? view.y.name : `${one.name} (${view.y.name})`
  const [first, last] = [points[0]!, points.at(-1)!]
  const parts = [`starts with ${say(first)}`]
  if (peak !== first && peak !== last) parts.push(`is greatest with ${say(peak)}`)
  if (last !== first) parts.push(`ends with ${say(last)}`)
  return [`${name} ${parts.join(', ')}.`]
}
