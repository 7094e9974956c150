/** A screen as SVG: what the emulator holds, cell by cell, so that a picture in the docs is the real thing. */
import type { Terminal } from './terminal.ts'

const CELL = { width: 9, height: 19 }
const PAD = 14
const PALETTE = ['#3b3f4a', '#e2777a', '#8fc17c', '#d9b268', '#7aa6da', '#c397d8', '#6cc5c1', '#d5d8de']
const PLAIN = '#d5d8de'
const BACK = '#1b1e25'

interface Run {
  readonly x: number
  readonly cells: number
  readonly text: string
  readonly style: string
}

export function svgOf(terminal: Terminal): string {
  const width = terminal.columns * CELL.width + 2 * PAD
  const height = terminal.rows * CELL.height + 2 * PAD
  const rows = Array.from({ length: terminal.rows }, (_, y) =>
    runsOf(terminal, y)
      .filter((run) => run.text.trim() !== '')
      .map((run) => textOf(run, y)),
  ).flat()
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<rect width="100%" height="100%" rx="8" fill="${BACK}"/>`,
    `<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="15" fill="${PLAIN}" xml:space="preserve">`,
    ...rows,
    '</g>',
    '</svg>',
  ].join('\n')}\n`
}

/** Neighbours in one style; a space ends a run, so that every word stands in its own columns in any font. */
function runsOf(terminal: Terminal, y: number): Run[] {
  const runs: Run[] = []
  for (const [x, cell] of terminal.cells(y).entries()) {
    if (cell.getWidth() === 0) continue
    const text = cell.getChars() || ' '
    const style = styleOf(cell)
    const last = runs.at(-1)
    const joins =
      last !== undefined &&
      last.style === style &&
      last.x + last.cells === x &&
      text !== ' ' &&
      !last.text.endsWith(' ')
    if (joins)
      runs[runs.length - 1] = { ...last, cells: last.cells + cell.getWidth(), text: last.text + text }
    else runs.push({ x, cells: cell.getWidth(), text, style })
  }
  return runs
}

function styleOf(cell: ReturnType<Terminal['cells']>[number]): string {
  const colour = cell.isFgPalette() ? (PALETTE[cell.getFgColor() % 8] ?? PLAIN) : PLAIN
  return [
    colour === PLAIN ? '' : ` fill="${colour}"`,
    cell.isBold() ? ' font-weight="bold"' : '',
    cell.isDim() ? ' opacity="0.6"' : '',
  ].join('')
}

function textOf(run: Run, y: number): string {
  const x = PAD + run.x * CELL.width
  const baseline = PAD + y * CELL.height + 14
  const text = run.text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
  return `<text x="${x}" y="${baseline}" textLength="${run.cells * CELL.width}"${run.style}>${text}</text>`
}
