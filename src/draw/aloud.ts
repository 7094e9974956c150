/** What is read aloud: Markdown as sentences, and any text with words in place of signs. */
import { marked, type Token, type Tokens } from 'marked'
import { type Line, lineText, plain } from '../base/view.ts'
import { renderMarkdown } from './markdown.ts'
import { wrapSpans } from './wrap.ts'

const WORDS: readonly (readonly [signs: RegExp, words: string])[] = [
  [/ *[→▶▸»›] */g, ' to '],
  [/ *[←◀] */g, ' from '],
  [/ *↔ */g, ' with '],
  [/ *≠ */g, ' is not '],
  [/ *≤ */g, ' at most '],
  [/ *≥ */g, ' at least '],
  [/ *× */g, ' times '],
  [/ *≈ */g, ' about '],
  [/ *¬/g, ' not '],
  [/ *∈ */g, ' is one of '],
  [/ *[—–] */g, ', '],
  [/ +· +/g, ', '],
  [/✓/g, 'check mark'],
  [/✗/g, 'cross'],
  [/…/g, '...'],
  // Lines, arrows and shapes that only draw.
  [/[\u2190-\u21ff\u2300-\u23ff\u2500-\u27bf\u2b00-\u2bff•·]+/g, ' '],
]

/** A text in which signs are words and nothing is drawn. Spaces in front stay. */
export function spokenText(text: string): string {
  if (!/[^\u0020-\u007e]/.test(text)) return text
  const said = WORDS.reduce((now, [signs, words]) => now.replace(signs, words), text)
  return said === text ? text : `${/^ */.exec(text)![0]}${said.trim().replace(/ {2,}/g, ' ')}`
}

/** A line as `spokenText`; tones are lost where something was changed. */
export function spokenLine(line: Line): Line {
  const text = lineText(line)
  const said = spokenText(text)
  return said === text ? line : plain(said)
}

/** Markdown to be read aloud: headings and code say what they are, a table is a sentence for each row. */
export function markdownAloud(markdown: string, width: number): Line[] {
  return marked.lexer(markdown).flatMap((token) => {
    const lines = blockAloud(token, width).map(spokenLine)
    return lines.length === 0 ? [] : [...lines, plain('')]
  })
}

function blockAloud(token: Token, width: number): Line[] {
  switch (token.type) {
    case 'heading':
      return wrapSpans(plain(`Section: ${words(token as Tokens.Heading)}`), width)
    case 'hr':
      return []
    case 'code':
      return [plain('Code:'), ...renderMarkdown(token.raw, width)]
    case 'table':
      return rows(token as Tokens.Table).flatMap((row) => wrapSpans(plain(row), width))
    case 'list':
      return (token as Tokens.List).items.flatMap((item, i) => {
        const { ordered, start } = token as Tokens.List
        const number = ordered ? `${Number(start || 1) + i}. ` : ''
        return item.tokens.flatMap((part, n) =>
          part.type === 'text' || part.type === 'paragraph'
            ? wrapSpans(plain(`${n === 0 ? number : ''}${words(part)}`), width)
            : blockAloud(part, width),
        )
      })
    case 'blockquote':
      return (token.tokens ?? []).flatMap((part) => blockAloud(part, width))
    default:
      return renderMarkdown(token.raw, width)
  }
}

/** The words of a paragraph, a heading or a cell, and where its links lead. */
function words(token: Token | Tokens.TableCell): string {
  const raw = 'text' in token ? token.text : token.raw
  return renderMarkdown(raw, 100_000).map(lineText).join(' ')
}

function rows({ header, rows: all }: Tokens.Table): string[] {
  return all.map(
    (row) => `${row.map((cell, i) => `${words(header[i]!)}: ${words(cell)}`.replace(/^: /, '')).join('; ')}.`,
  )
}
