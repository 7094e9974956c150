/** Words found in drawn lines, also where they run over the end of one, and shown there. */
import { type Line, lineText, type Span, type Tone } from '../door.ts'

/** Part of a line, in code units of its text. */
export interface Range {
  readonly line: number
  readonly from: number
  readonly to: number
}

/** One place where the words stand: its part of each line, the first first. */
export type Match = readonly Range[]

/** Every place in the lines, top to bottom. Case and the number of blanks do not count, nor do the bars of cells. */
export function matchesIn(lines: readonly Line[], query: string): Match[] {
  const wanted = [...query.trim().replace(/\s+/g, ' ')].map(small).join('')
  if (wanted === '') return []
  const { text, places } = flowOf(lines)
  const matches: Match[] = []
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length))
    matches.push(rangesOf(places.slice(at, at + wanted.length)))
  return matches
}

/** Null is the blank between two lines. */
type Place = { readonly line: number; readonly column: number } | null

/** The lines as one text, and where each of its code units stands. */
interface Flow {
  readonly text: string
  readonly places: readonly Place[]
}

/** A page hands out the same lines until they change, and is searched at every key. */
const FLOWS = new WeakMap<readonly Line[], Flow>()

function flowOf(lines: readonly Line[]): Flow {
  const flow = FLOWS.get(lines) ?? flowing(lines)
  FLOWS.set(lines, flow)
  return flow
}

function flowing(lines: readonly Line[]): Flow {
  const letters: string[] = []
  const places: Place[] = []
  lines.forEach((line, i) => {
    const text = lineText(line)
    const margin = /^[\s│┃|#>•]*/.exec(text)![0].length
    for (let column = margin; column < text.length; column++) {
      const blank = /\s/.test(text[column]!)
      if (blank && (letters.length === 0 || letters.at(-1) === ' ')) continue
      letters.push(blank ? ' ' : small(text[column]!))
      places.push({ line: i, column })
    }
    if (letters.length > 0 && letters.at(-1) !== ' ') {
      letters.push(' ')
      places.push(null)
    }
  })
  return { text: letters.join(''), places }
}

/** One code unit stays one, so that places stay right. */
function small(letter: string): string {
  const lower = letter.toLowerCase()
  return lower.length === letter.length ? lower : letter
}

function rangesOf(places: readonly Place[]): Match {
  const ranges: { line: number; from: number; to: number }[] = []
  for (const place of places) {
    if (place === null) continue
    const { line, column } = place
    const last = ranges.at(-1)
    if (last?.line === line) last.to = column + 1
    else ranges.push({ line, from: column, to: column + 1 })
  }
  return ranges
}

/** A line with its ranges in another tone. */
export function shownIn(line: Line, ranges: readonly Pick<Range, 'from' | 'to'>[], tone: Tone): Line {
  const spans: Span[] = []
  let at = 0
  for (const span of line) {
    const end = at + span.text.length
    const cuts = [at, end, ...ranges.flatMap(({ from, to }) => [from, to])]
      .filter((cut) => cut >= at && cut <= end)
      .sort((a, b) => a - b)
    for (let i = 1; i < cuts.length; i++) {
      const [from, to] = [cuts[i - 1]!, cuts[i]!]
      if (from === to) continue
      const found = ranges.some((range) => range.from <= from && to <= range.to)
      spans.push({ text: span.text.slice(from - at, to - at), tone: found ? tone : span.tone })
    }
    at = end
  }
  return spans
}
