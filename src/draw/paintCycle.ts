/** A cycle as lines: one thing under the other, and an arrow from the last back to the first; and as sentences. */
import wrapAnsi from 'wrap-ansi'
import type { CycleView, Line, Span, Tone } from '../base/view.ts'
import { textWidth } from './wrap.ts'

const GLYPHS = {
  unicode: { top: '┌▶', bottom: '└─', side: '│ ', down: '│', tip: '▼', back: '┘' },
  ascii: { top: '+>', bottom: '+-', side: '| ', down: '|', tip: 'v', back: '+' },
} as const

const INDENT = '  '

export function paintCycle({ title, things }: CycleView, width: number, ascii = false): Line[] {
  const glyphs = ascii ? GLYPHS.ascii : GLYPHS.unicode
  const named = Math.max(0, ...things.map(({ name }) => textWidth(name))) + 2
  const lines: Line[] = folded([], [title, 'strong'], width)
  for (const [i, { name, says, edge }] of things.entries()) {
    const left = INDENT + (i === 0 ? glyphs.top : glyphs.side)
    const side = `${INDENT}${glyphs.side}`
    const last = i === things.length - 1
    const lead: Span[] = [
      { text: left, tone: 'accent' },
      { text: ` ${name}`.padEnd(named + 1), tone: 'strong' },
    ]
    lines.push(...folded(lead, [says, 'plain'], width, `${side}${' '.repeat(named + 1)}`))
    const arrow: Span[] = [
      { text: `${side} ${glyphs.down} `, tone: 'accent' },
      { text: `${edge.label}: `, tone: 'warn' },
    ]
    lines.push(
      ...folded(
        arrow,
        [edge.why, 'dim'],
        width,
        `${side} ${glyphs.down} ${' '.repeat(edge.label.length + 2)}`,
      ),
    )
    lines.push([
      {
        text: last ? `${INDENT}${glyphs.bottom}${ascii ? '-' : '─'}${glyphs.back}` : `${side} ${glyphs.tip}`,
        tone: 'accent',
      },
    ])
  }
  return lines
}

/** The first line begins with `lead`, the others with `rest`; in between the text, wrapped. */
function folded(
  lead: readonly Span[],
  [text, tone]: readonly [string, Tone],
  width: number,
  rest = '',
): Line[] {
  const room = Math.max(
    8,
    width -
      Math.max(
        textWidth(rest),
        lead.reduce((sum, span) => sum + textWidth(span.text), 0),
      ),
  )
  return wrapAnsi(text, room, { hard: true, trim: true })
    .split('\n')
    .map(
      (part, i): Line => [
        ...(i === 0 ? lead : rest === '' ? [] : [{ text: rest, tone: 'accent' as const }]),
        { text: part, tone },
      ],
    )
}

/** A cycle read aloud, one sentence a thing and one a reason. */
export function cycleSentences({ title, things }: CycleView): string[] {
  const first = things[0]?.name ?? ''
  return [
    `${title}, ${things.length} in a circle.`,
    ...things.flatMap(({ name, says, edge }, i) => [
      `${name}: ${says}.`,
      `${name} comes before ${things[i + 1]?.name ?? `${first} again`}, ${edge.label}: ${edge.why}.`,
    ]),
  ]
}
