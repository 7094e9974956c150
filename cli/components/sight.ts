/** What there is to see at a place of a story, as lines: sections under headings, and where each begins. */
import { type Line, plain, renderView, type Sight, sightSections, toned, wrapLine } from '../door.ts'

export interface SightPage {
  readonly lines: readonly Line[]
  /** The line of each heading. */
  readonly headings: readonly number[]
}

/** `hidden` nodes are left out. */
export function sightPage(
  sight: Sight,
  nodes: readonly string[],
  hidden: ReadonlySet<string>,
  width: number,
  ascii: boolean,
): SightPage {
  const lines: Line[] = []
  const headings: number[] = []
  for (const { title, view } of sightSections(sight, shownNodes(nodes, hidden))) {
    headings.push(lines.length)
    const rule = '─'.repeat(Math.max(0, Math.min(width, 60) - title.length - 4))
    // What is broken stands on top, and says so itself.
    if (title !== 'broken') lines.push(toned('dim', `── ${title} ${rule}`))
    lines.push(...renderView(view, { width, ascii }))
  }
  return { lines, headings }
}

/** The same to be read aloud, section by section. */
export function sightSentences(
  sight: Sight,
  nodes: readonly string[],
  hidden: ReadonlySet<string>,
  width: number,
): Line[] {
  return sightSections(sight, shownNodes(nodes, hidden)).flatMap(({ title, sentences }) => [
    plain(''),
    toned('strong', `${title[0]!.toUpperCase()}${title.slice(1)}:`),
    ...sentences.flatMap((sentence) => wrapLine(plain(sentence), width)),
  ])
}

function shownNodes(nodes: readonly string[], hidden: ReadonlySet<string>): ReadonlySet<string> {
  return new Set(nodes.filter((node) => !hidden.has(node)))
}
