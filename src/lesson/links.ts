/** linksOf: where a lesson leads: other lessons that it builds on or names, addresses in its text, its sources. */
import { Lexer, marked, type Tokens } from 'marked'
import { linkedLesson } from '../draw/markdown.ts'
import { cellsOf, type Lesson } from './lesson.ts'

export type Link =
  /** `why` says how this lesson comes to it. */
  | { readonly kind: 'lesson'; readonly lesson: Lesson; readonly why: string }
  /** `words` are those of the link that leads there. */
  | { readonly kind: 'source'; readonly text: string; readonly words: string | null }

/** Lessons first, in the order of the course; each once. Lessons that are not there are left out. */
export function linksOf(lesson: Lesson, lessons: readonly Lesson[]): readonly Link[] {
  const prose = lesson.parts.flatMap((part) => (part.kind === 'prose' ? [part.markdown] : [])).join('\n')
  const links = linksIn(prose)
  const linked = new Set(links.map(({ href }) => linkedLesson(href)))
  const others = lessons.flatMap((other): Link[] => {
    if (other.id === lesson.id) return []
    const why = whyTo(other, lesson, prose) ?? (linked.has(other.number) ? 'linked in the text' : null)
    return why === null ? [] : [{ kind: 'lesson', lesson: other, why }]
  })
  const addresses = links.flatMap(({ href }) => (/^https?:/.test(href) ? [href] : []))
  const texts = new Set([...lesson.sources, ...addresses])
  const sources = [...texts].map((text): Link => {
    const words = links.find(({ href }) => href === text)?.text ?? text
    return { kind: 'source', text, words: words === text ? null : words }
  })
  return [...others, ...sources]
}

/** The links in Markdown, in their order. */
function linksIn(markdown: string): readonly Tokens.Link[] {
  const links: Tokens.Link[] = []
  marked.walkTokens(Lexer.lex(markdown), (token) => {
    if (token.type === 'link') links.push(token as Tokens.Link)
  })
  return links
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
