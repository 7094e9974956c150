/** settled: what is kept of a notebook, brought to a lesson whose file may have changed meanwhile. */
import { type KeptNotebook, withScratch } from './keptNotebook.ts'
import { cellsOf, type Lesson } from './lesson.ts'
import { ownLesson } from './ownLesson.ts'

/**
 * What is kept, for the lesson as it is now. What belongs to a cell goes with its text, under whatever name; where
 * only the name is left it stays with that, as of an older text; the rest is put aside. A change of a cell that is
 * gone becomes a cell of the learner's own.
 */
export function settled(kept: KeptNotebook, lesson: Lesson): KeptNotebook {
  const changes = matched(kept.changed, cellsOf(lesson))
  const homed = changes.rest.reduce(
    (all, { text, language }) => withScratch(all, '', text, language).kept,
    kept,
  )
  const own = { ...homed, changed: changes.found }
  const { found, rest } = matched([...kept.cells, ...kept.older], cellsOf(ownLesson(lesson, own)))
  return { ...own, cells: found, older: rest }
}

/** Each entry with the name of the cell it belongs to now; no cell gets two. */
function matched<T extends { readonly id: string; readonly source: string }>(
  entries: readonly T[],
  cells: readonly { readonly id: string; readonly source: string }[],
): { found: T[]; rest: T[] } {
  const free = new Map(cells.map((cell) => [cell.id, cell]))
  const found = new Map<T, string>()
  const pass = (idFor: (entry: T) => string | undefined): void => {
    for (const entry of entries) {
      const id = found.has(entry) ? undefined : idFor(entry)
      if (id === undefined || !free.delete(id)) continue
      found.set(entry, id)
    }
  }
  pass((entry) => (free.get(entry.id)?.source === entry.source ? entry.id : undefined))
  pass((entry) => [...free.values()].find((cell) => cell.source === entry.source)?.id)
  pass((entry) => entry.id)
  return {
    found: entries.flatMap((entry) => {
      const id = found.get(entry)
      return id === undefined ? [] : [id === entry.id ? entry : { ...entry, id }]
    }),
    rest: entries.filter((entry) => !found.has(entry)),
  }
}
