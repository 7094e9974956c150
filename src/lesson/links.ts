/** linksOf: where a lesson leads: other lessons that it builds on or names, addresses in its text, its sources. */
import { cellsOf, type Lesson } from './lesson.ts'

export type Link =
  /** `why` says how this lesson comes to it. */
  | { readonly kind: 'lesson'; readonly lesson: Lesson; readonly why: string }
  | { readonly kind: 'source'; readonly text: string }

/** Lessons first, in the order of the course; each once. Lessons that are not there are left out. */
export function linksOf(lesson: Lesson, lessons: readonly Lesson[]): readonly Link[] {
  const prose = lesson.parts.flatMap((part) => (part.kind === 'prose' ? [part.markdown] : [])).join('\n')
  const others = lessons.flatMap((other): Link[] => {
    if (other.id === lesson.id) return []
    const why = whyTo(other, lesson, prose)
    return why === null ? [] : [{ kind: 'lesson', lesson: other, why }]
  })
  const addresses = prose.match(/https?:\/\/[^\s<>()"'`]*[^\s<>()"'`.,;:!?]/g) ?? []
  const texts = new Set([...lesson.sources, ...addresses])
  return [...others, ...[...texts].map((text) => ({ kind: 'source' as const, text }))]
}

function whyTo(other: Lesson, lesson: Lesson, prose: string): string | null {
  if (lesson.needs.includes(other.id)) return 'this lesson builds on it'
  if (new RegExp(`\\blessons?\\s+(?:\\d\\d(?:,\\s+|\\s+and\\s+))*${other.number}\\b`, 'i').test(prose))
    return 'named in the text'
  const claim = cellsOf(other).find((cell) => cell.kind === 'claim' && namesClaim(prose, cell.id))
  if (claim !== undefined) return `proves the claim ${claim.id}`
  return other.needs.includes(lesson.id) ? 'builds on this lesson' : null
}

/** Whether a text names a claim. */
export function namesClaim(text: string, claim: string): boolean {
  return new RegExp(`(^|[^\\w-])${claim}($|[^\\w-])`).test(text)
}
