/** What the debugger can walk from a cell. */
import type { Computing } from '../door.ts'
import { brokenStories, sessionWalk, type Walk } from '../walk.ts'
import type { LessonRuns } from './lessonRuns.ts'

/** The stories that the cell, or what was typed under it, found last; then the run that it made. */
export function walksOf(
  id: string | null,
  kernel: Computing,
  runs: LessonRuns,
): readonly { readonly name: string; readonly walk: Walk }[] {
  const cell = kernel.notebook.cells.find((state) => state.cell.id === id)
  const typed = id === null ? [] : runs.typed(id)
  const outputs = [cell?.output ?? null, ...typed.map((one) => one.output)]
  const found = outputs.map(brokenStories).findLast((stories) => stories.length > 0) ?? []
  const walk = sessionWalk(kernel.notebook.session)
  return walk === null ? found : [...found, { name: 'the run of this cell', walk }]
}
