/** ownLesson: a lesson as one learner has it, with the cells they changed and those they added. */
import type { KeptNotebook } from './keptNotebook.ts'
import { type Cell, isRun, type Lesson, type Part } from './lesson.ts'
import { runCell } from './parse.ts'

export function ownLesson(
  lesson: Lesson,
  { changed, scratch }: Pick<KeptNotebook, 'changed' | 'scratch'>,
): Lesson {
  if (changed.length === 0 && scratch.length === 0) return lesson
  const placed = new Set<string>()
  const below = (id: string): Part[] =>
    scratch.flatMap((one): Part[] => {
      if (one.below !== id || placed.has(one.id)) return []
      placed.add(one.id)
      const cell = { ...runCell(one.language, one.id, one.text, 0), expected: null, own: 'scratch' as const }
      return [{ kind: 'cell', cell, line: 0 }, ...below(one.id)]
    })
  const parts = lesson.parts.flatMap((part): Part[] =>
    part.kind === 'cell'
      ? [{ ...part, cell: changedCell(part.cell, changed) }, ...below(part.cell.id)]
      : [part],
  )
  const homeless = scratch.flatMap((one) => (placed.has(one.id) ? [] : below(one.below)))
  return { ...lesson, parts: [...parts, ...homeless] }
}

function changedCell(cell: Cell, changed: KeptNotebook['changed']): Cell {
  const own = changed.find((one) => one.id === cell.id)
  if (own === undefined || !isRun(cell)) return cell
  return {
    ...runCell(cell.kind, cell.id, own.text, cell.line),
    expected: null,
    own: own.source === cell.source ? 'changed' : 'outdated',
  }
}
