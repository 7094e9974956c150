/** Markdown as styled lines of a given width, for the screen and for plain text alike. */
import { marked, type Token, type Tokens } from 'marked'
import type { Line, Span, Tone } from '../base/view.ts'
import { highlight } from './highlight.ts'
import { cutLine, lineWidth, type Margin, padLine, safeText, wrapSpans } from './wrap.ts'

/**
 * Renders Markdown. No line is wider than `width`, down to 20 columns; blocks are an empty line apart. Behind the words of
 * a link stands where it leads; with `follow` it does not, for a screen on which links can be followed.
 */
export function renderMarkdown(markdown: string, width: number, links: 'told' | 'follow' = 'told'): Line[] {
  const tokens = marked.lexer(markdown)
  if (links === 'follow')
    marked.walkTokens(tokens, (token) => {
      if (token.type === 'link') token.type = FOLLOWED
    })
  return blocks(tokens, Math.max(1, width))
}

/** A link on a screen on which it can be followed. */
const FOLLOWED = 'followed'

const EMPTY: Line = []

/** Blocks one after another, with one empty line between them unless `tight`. */
function blocks(tokens: readonly Token[], width: number, tight = false): Line[] {
  const lines: Line[] = []
  for (const token of tokens) {
    const drawn = block(token, width)
    if (drawn.length === 0) continue
    if (lines.length > 0 && !tight) lines.push(EMPTY)
    lines.push(...drawn)
  }
  return lines
}

function block(token: Token, width: number): Line[] {
  switch (token.type) {
    case 'space':
    case 'def':
      return []
    case 'heading':
      return heading(token as Tokens.Heading, width)
    case 'paragraph':
    case 'text':
      return wrapSpans(inline(token.tokens ?? [token], 'plain'), width)
    case 'code':
      return code(token as Tokens.Code, width)
    case 'blockquote':
      return indented(
        blocks(token.tokens ?? [], Math.max(8, width - 2)),
        [{ text: '│ ', tone: 'dim' }],
        width,
      )
    case 'list':
      return list(token as Tokens.List, width)
    case 'table':
      return table(token as Tokens.Table, width)
    case 'hr':
      return [[{ text: '─'.repeat(width), tone: 'dim' }]]
    case 'html':
      return html(token.raw, width)
    default:
      return wrapSpans([{ text: token.raw, tone: 'plain' }], width)
  }
}

function heading(token: Tokens.Heading, width: number): Line[] {
  const tone: Tone = token.depth <= 2 ? 'accent' : 'strong'
  const text = wrapSpans(inline(token.tokens, tone, tone), width)
  if (token.depth > 1) return text
  const rule = Math.max(...text.map(lineWidth))
  return [...text, [{ text: '═'.repeat(rule), tone: 'accent' }]]
}

/** Code stands two columns in; a line that is too long goes on below, further in. */
function code(token: Tokens.Code, width: number): Line[] {
  const language = (token.lang ?? '').split(/[\s{]/)[0] ?? ''
  const margin = width >= 12 ? '  ' : ''
  return highlight(token.text, language).flatMap((line) => wrapCode(line, width, margin))
}

/** Wraps a line of code without touching its own spaces. */
function wrapCode(line: Line, width: number, margin: string): Line[] {
  const room = width - margin.length
  const lead = { text: margin, tone: 'plain' } as const
  if (lineWidth(line) <= room) return [line.length === 0 ? EMPTY : [lead, ...line]]
  const text = line.map((span) => span.text).join('')
  const indent = Math.min((/^ */.exec(text)?.[0].length ?? 0) + 2, Math.floor(room / 2))
  const first = { text: ' '.repeat(Math.max(0, indent - 2)), tone: 'plain' } as const
  const rest = { text: ' '.repeat(indent), tone: 'plain' } as const
  return wrapSpans(trimStart(line), width, { first: [lead, first], rest: [lead, rest] })
}

function trimStart(line: Line): Line {
  const [first, ...rest] = line
  return first === undefined ? line : [{ text: first.text.trimStart(), tone: first.tone }, ...rest]
}

function list(token: Tokens.List, width: number): Line[] {
  const start = Number(token.start || 1)
  const digits = String(start + token.items.length - 1).length
  const lines: Line[] = []
  token.items.forEach((item, i) => {
    const mark = token.ordered ? `${String(start + i).padStart(digits)}. ` : '• '
    const box = item.task ? (item.checked ? '[x] ' : '[ ] ') : ''
    const margin = width - mark.length >= 8 ? mark : ''
    const body = blocks(
      item.tokens.filter((t) => t.type !== 'checkbox'),
      width - margin.length - box.length,
      !token.loose,
    )
    if (i > 0 && token.loose) lines.push(EMPTY)
    lines.push(...hung(body, [{ text: margin + box, tone: 'accent' }]))
  })
  return lines
}

/** A mark before the first line, and as many spaces before the others. */
function hung(body: readonly Line[], mark: Line): Line[] {
  const space: Line = [{ text: ' '.repeat(lineWidth(mark)), tone: 'plain' }]
  return body.map((line, i) =>
    i === 0 ? [...mark, ...line] : line.length === 0 ? EMPTY : [...space, ...line],
  )
}

function indented(body: readonly Line[], mark: Line, width: number): Line[] {
  return body.map((line) => cutLine([...mark, ...line], width, ''))
}

/** A table as columns, or as one labelled entry after another where columns would be too narrow to read. */
function table(token: Tokens.Table, width: number): Line[] {
  const head = token.header.map((cell) => inline(cell.tokens, 'strong', 'strong'))
  const rows = token.rows.map((row) => row.map((cell) => inline(cell.tokens, 'plain')))
  const widths = columnWidths([head, ...rows], width)
  if (widths === null) return entries(head, rows, width)
  const rule: Line = [{ text: widths.map((w) => '─'.repeat(w)).join('──'), tone: 'dim' }]
  return [...tableRow(head, widths), rule, ...rows.flatMap((row) => tableRow(row, widths))]
}

function tableRow(cells: readonly Line[], widths: readonly number[]): Line[] {
  const wrapped = widths.map((w, i) => wrapSpans(cells[i] ?? EMPTY, w))
  const height = Math.max(...wrapped.map((lines) => lines.length))
  return Array.from({ length: height }, (_, row) =>
    widths.flatMap((w, i): Span[] => {
      const cell = wrapped[i]![row] ?? EMPTY
      const last = i === widths.length - 1
      return last ? [...cell] : [...padLine(cell, w), { text: '  ', tone: 'plain' }]
    }),
  )
}

/** What each column gets, or null where a column would be narrower than its longest word or eight columns. */
function columnWidths(rows: readonly (readonly Line[])[], width: number): number[] | null {
  const columns = rows[0]!.length
  const natural = Array.from({ length: columns }, (_, i) =>
    Math.max(1, ...rows.map((row) => lineWidth(row[i] ?? EMPTY))),
  )
  const least = natural.map((w, i) =>
    Math.min(w, Math.max(8, ...rows.map((row) => longestWord(row[i] ?? EMPTY)))),
  )
  const gaps = 2 * (columns - 1)
  if (sum(natural) + gaps <= width) return natural
  if (sum(least) + gaps > width) return null
  const widths = [...least]
  let left = width - gaps - sum(least)
  while (left > 0) {
    const wanting = widths.map((w, i) => natural[i]! - w)
    const open = wanting.filter((w) => w > 0)
    if (open.length === 0) break
    // The column that lacks least is filled first: short columns stay whole, the longest one wraps.
    widths[wanting.indexOf(Math.min(...open))]!++
    left--
  }
  return widths
}

function entries(head: readonly Line[], rows: readonly (readonly Line[])[], width: number): Line[] {
  return rows.flatMap((row, n) => [
    ...(n > 0 ? [EMPTY] : []),
    ...row.flatMap((cell, i) => {
      const label: Line = i === 0 ? [] : [...(head[i] ?? []), { text: ': ', tone: 'dim' }]
      const margin: Margin = { first: [], rest: [{ text: '  ', tone: 'plain' }] }
      return wrapSpans([...label, ...cell], width, margin)
    }),
  ])
}

/** Only the summary of a folded section shows; other tags are left out. */
function html(raw: string, width: number): Line[] {
  const summary = /<summary>([\s\S]*?)<\/summary>/i.exec(raw)?.[1]
  const text = (summary ?? raw)
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<[^>]*>/g, '')
    .trim()
  return text === '' ? [] : wrapSpans([{ text, tone: summary === undefined ? 'plain' : 'accent' }], width)
}

/** The spans of inline tokens. `strong` is what bold text gets. */
function inline(tokens: readonly Token[], tone: Tone, strong: Tone = 'strong'): Span[] {
  return tokens.flatMap((token): Span[] => {
    switch (token.type) {
      case 'strong':
      case 'em':
        return inline(token.tokens ?? [], tone === 'plain' ? strong : tone, strong)
      case 'codespan':
        return [{ text: oneLine(token.text), tone: 'code' }]
      case 'br':
        return [{ text: '\n', tone }]
      case 'link':
        return [...linked(token as Tokens.Link, tone), ...target(token as Tokens.Link)]
      case FOLLOWED:
        return linked(token as unknown as Tokens.Link, tone)
      case 'image':
        return [{ text: `[${token.text}]`, tone }]
      case 'del':
        return inline(token.tokens ?? [], 'dim')
      case 'checkbox':
        return []
      case 'html':
        return []
      case 'escape':
        return [{ text: token.text, tone }]
      default:
        return token.type === 'text' && token.tokens
          ? inline(token.tokens, tone, strong)
          : [{ text: oneLine(entities('text' in token ? String(token.text) : token.raw)), tone }]
    }
  })
}

function linked(token: Tokens.Link, tone: Tone): Span[] {
  const words = inline(token.tokens, tone === 'plain' ? 'accent' : tone)
  const { href } = token
  return /^https?:\/\//.test(href)
    ? words.map((span) => ({ ...span, href: encodeURI(decoded(href)) }))
    : words
}

/** Where a link leads, unless its words say the same; a place on the same page needs no saying. */
function target({ href, tokens }: Tokens.Link): Span[] {
  const lesson = linkedLesson(href)
  const text = inline(tokens, 'plain')
    .map((span) => span.text)
    .join('')
  const said = lesson === null ? (/^https?:/.test(href) ? oneLine(href) : null) : `lesson ${lesson}`
  return said === null || text.includes(said) ? [] : [{ text: ` (${said})`, tone: 'dim' }]
}

/** The number of the lesson that a link between the files of lessons leads to, or null. */
export function linkedLesson(href: string): string | null {
  return /^(?:\.\/)?(\d\d)-[a-z0-9-]+\.md(?:#.*)?$/.exec(href)?.[1] ?? null
}

/** An address whose percent signs were made already is not to get more of them. */
function decoded(href: string): string {
  try {
    return decodeURI(href)
  } catch {
    return href
  }
}

function oneLine(text: string): string {
  return safeText(text).replace(/\n/g, ' ')
}

const ENTITIES: { readonly [name: string]: string } = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ' }

function entities(text: string): string {
  return text.replace(
    /&(amp|lt|gt|quot|nbsp|#39);/g,
    (whole, name: string) => ENTITIES[name] ?? (name === '#39' ? "'" : whole),
  )
}

function longestWord(line: Line): number {
  const text = line.map((span) => span.text).join('')
  return Math.max(1, ...text.split(/\s+/).map((word) => lineWidth([{ text: word, tone: 'plain' }])))
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0)
}
