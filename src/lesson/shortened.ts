/** shortened: a cell of a notebook that is not too long to be kept. What is left out of its output says so. */

import { grouped } from '../base/verdict.ts'
import type { View } from '../base/view.ts'
import type { KeptCell } from './keptNotebook.ts'

/** No more than this of one cell is kept: it can be run again. Characters of JSON. */
export const MOST_CHARACTERS = 400_000

/** The cell itself where it is not too long. Of what was typed under it, the last is kept whole rather than the first. */
export function shortened(cell: KeptCell, most: number = MOST_CHARACTERS): KeptCell {
  if (sizeOf(cell) <= most) return cell
  const bare = sizeOf({ ...cell, output: null, typed: [] })
  let room = Math.max(0, most - bare - 1_000)
  const output = cell.output === null ? null : headOf(cell.output, room)
  room -= output === null ? 0 : sizeOf(output)
  const typed: KeptCell['typed'][number][] = []
  for (const exchange of cell.typed.toReversed()) {
    const own = sizeOf({ ...exchange, output: null })
    if (own > room) break
    const kept = exchange.output === null ? null : headOf(exchange.output, room - own)
    typed.unshift({ ...exchange, output: kept })
    room -= own + (kept === null ? 0 : sizeOf(kept))
  }
  return { ...cell, output, typed }
}

/** As much of a view as fits, and a sentence on the rest. */
function headOf(view: View, room: number): View {
  if (sizeOf(view) <= room) return view
  const parts = view.kind === 'stack' ? view.views : view.kind === 'lines' ? linesOf(view) : []
  const kept: View[] = []
  let left = room
  for (const part of parts) {
    left -= sizeOf(part)
    if (left < 0) break
    kept.push(part)
  }
  const rest = sizeOf(view) - kept.reduce((sum, part) => sum + sizeOf(part), 0)
  const says = `Cut here: ${grouped(rest)} more characters are too many to be kept in a notebook. Run it again to see them.`
  return {
    kind: 'stack',
    views: [...joined(kept), { kind: 'lines', lines: [[{ text: says, tone: 'warn' }]] }],
  }
}

function linesOf({ lines }: Extract<View, { kind: 'lines' }>): View[] {
  return lines.map((line) => ({ kind: 'lines', lines: [line] }))
}

/** Lines one after another are one view again: between the views of a stack there is an empty line. */
function joined(views: readonly View[]): View[] {
  return views.every((view) => view.kind === 'lines') && views.length > 0
    ? [{ kind: 'lines', lines: views.flatMap((view) => view.lines) }]
    : [...views]
}

function sizeOf(value: unknown): number {
  return JSON.stringify(value).length
}
