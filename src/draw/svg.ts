/** Views as SVG: the same pictures as in the terminal, drawn with lines instead of characters. */
import type { Line, View } from '../base/view.ts'
import { svgChart } from './svgChart.ts'
import { type Drawing, escapeXml, ROW, round, svgText, textPixels } from './svgParts.ts'
import { svgTimeline } from './svgTimeline.ts'
import { renderView } from './text.ts'

/** Columns of text in a picture, where a view is text. */
const TEXT_WIDTH = 80
const PAD = 14

/**
 * The look of pictures, as rules of CSS: dark on light, light on dark where the reader prefers that. It belongs
 * into every file once.
 */
export const SVG_STYLE = [
  '.sb{--ink:#1f2430;--dim:#68707f;--back:#fbfbfd;--line:#c9ced8;--good:#1a7f37;--bad:#b3261e;--warn:#8a5a00;--accent:#1558b0}',
  '@media(prefers-color-scheme:dark){.sb{--ink:#d5d8de;--dim:#8f97a6;--back:#1b1e25;--line:#4a5060;--good:#8fc17c;--bad:#e2777a;--warn:#d9b268;--accent:#7aa6da}}',
  ".sb text{font:13px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;fill:var(--ink);white-space:pre;paint-order:stroke;stroke:var(--back);stroke-width:3px;stroke-linejoin:round}",
  '.sb .back{fill:var(--back)}.sb .rule{stroke:var(--line);fill:none}',
  ...(['dim', 'good', 'bad', 'warn', 'accent'] as const).map(
    (tone) => `.sb .${tone}{fill:var(--${tone})}.sb .s-${tone}{stroke:var(--${tone});fill:none}`,
  ),
  '.sb .ink{fill:var(--ink)}.sb .s-plain,.sb .s-strong,.sb .s-code{stroke:var(--ink);fill:none}.sb .strong{font-weight:600}',
].join('\n')

/** A file of its own: one `<svg>` element with its style. `title` is what a screen reader says first. */
export function svgFile(view: View, title: string): string {
  return `${svgElement(view, title, `<style>${SVG_STYLE}</style>`)}\n`
}

/** The `<svg>` element, to stand in a page that has the style. */
export function svgElement(view: View, title: string, before = ''): string {
  const drawing = draw(view)
  const width = Math.ceil(drawing.width + 2 * PAD)
  const height = Math.ceil(drawing.height + 2 * PAD)
  return [
    `<svg class="sb" xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<title>${escapeXml(title)}</title>${before}`,
    `<rect class="back" width="100%" height="100%" rx="6"/>`,
    `<g transform="translate(${PAD} ${PAD})">${drawing.body}</g>`,
    '</svg>',
  ].join('\n')
}

/** Any view as a drawing. */
export function draw(view: View): Drawing {
  switch (view.kind) {
    case 'timeline':
      return svgTimeline(view)
    case 'bars':
    case 'curve':
    case 'ring':
      return svgChart(view)
    case 'verdict': {
      const words = textDrawing(renderView({ ...view, picture: null }, { width: TEXT_WIDTH }))
      return view.picture === null ? words : below([words, svgTimeline(view.picture)])
    }
    case 'stack':
      return below(view.views.map(draw))
    case 'cycle':
    case 'lines':
    case 'table':
      return textDrawing(renderView(view, { width: TEXT_WIDTH }))
  }
}

/** Whether a view has something that is more than text. */
export function isPicture(view: View): boolean {
  switch (view.kind) {
    case 'timeline':
    case 'bars':
    case 'curve':
    case 'ring':
      return true
    case 'verdict':
      return view.picture !== null
    case 'stack':
      return view.views.some(isPicture)
    case 'cycle':
    case 'lines':
    case 'table':
      return false
  }
}

function below(parts: readonly Drawing[]): Drawing {
  let height = 0
  const body = parts.map((part, i) => {
    if (i > 0) height += ROW
    const moved = `<g transform="translate(0 ${round(height)})">${part.body}</g>`
    height += part.height
    return moved
  })
  return { width: Math.max(0, ...parts.map((part) => part.width)), height, body: body.join('') }
}

function textDrawing(lines: readonly Line[]): Drawing {
  const widths = lines.map((line) => line.reduce((sum, span) => sum + span.text.length, 0))
  const body = lines
    .map((line, i) => {
      let column = 0
      return line
        .map((span) => {
          const x = textPixels(' '.repeat(column))
          column += span.text.length
          return span.text.trim() === '' ? '' : svgText(x, i * ROW + 14, span.text, span.tone)
        })
        .join('')
    })
    .join('')
  return { width: textPixels(' '.repeat(Math.max(0, ...widths))), height: lines.length * ROW, body }
}
