/** The glossary as lines: a word, what it means, and the lessons that show it. */
import { type Lesson, type Line, plain, type Term, toned, wrapLine } from '../door.ts'

export function glossaryLines(
  terms: readonly Term[],
  lessons: readonly Pick<Lesson, 'id' | 'number'>[],
  width: number,
): Line[] {
  return terms.flatMap((term) => [...termLines(term, lessons, width), plain('')])
}

function termLines(
  { term, chinese, says, lessons: ids }: Term,
  lessons: readonly Pick<Lesson, 'id' | 'number'>[],
  width: number,
): Line[] {
  const places = ids.map((id) => `${lessons.find((lesson) => lesson.id === id)?.number ?? ''} ${id}`.trim())
  const margin = { first: plain('   '), rest: plain('   ') }
  return [
    [{ text: ` ${term}`, tone: 'strong' }, ...(chinese === '' ? [] : toned('dim', `  ${chinese}`))],
    ...wrapLine(plain(says), width - 1, margin),
    ...wrapLine(toned('dim', `lesson ${places.join(', ')}`), width - 1, margin),
  ]
}
