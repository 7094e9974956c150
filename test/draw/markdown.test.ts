/** Markdown on a terminal: never wider than it, nothing lost. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Line, lineText } from '../../src/base/view.ts'
import { renderMarkdown } from '../../src/draw/markdown.ts'
import { cutLine, justify, lineWidth, padLine, textWidth, wrapSpans } from '../../src/draw/wrap.ts'

const word = fc.oneof(
  { weight: 8, arbitrary: fc.stringMatching(/^[a-zA-Z,.;:-]{1,14}$/) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '`ctx.disk.sync()`',
      '**forced**',
      '*in doubt*',
      '日本語',
      '→',
      'é',
      '[Gray](https://example.org/notes-on-data-base)',
    ),
  },
  { weight: 1, arbitrary: fc.stringMatching(/^[a-z]{30,60}$/) },
)
const sentence = fc.array(word, { minLength: 1, maxLength: 30 }).map((words) => words.join(' '))
const block = fc.oneof(
  sentence,
  sentence.map((s) => `## ${s}`),
  fc.array(sentence, { minLength: 1, maxLength: 4 }).map((items) => items.map((s) => `- ${s}`).join('\n')),
  fc
    .array(sentence, { minLength: 1, maxLength: 3 })
    .map((items) => items.map((s, i) => `${i + 1}. ${s}\n   - ${s}`).join('\n')),
  sentence.map((s) => `> ${s}`),
  fc.tuple(sentence, sentence, sentence).map(([a, b, c]) => `| ${a} | ${b} |\n|---|---|\n| ${c} | ${a} |`),
  sentence.map((s) => `\`\`\`ts\nconst a = '${s}' // ${s}\n\`\`\``),
  sentence.map((s) => `<details>\n<summary>${s}</summary>\n\n${s}\n\n</details>`),
)
const page = fc.array(block, { minLength: 1, maxLength: 6 }).map((blocks) => blocks.join('\n\n'))

describe('Markdown on a terminal', () => {
  test('no line is wider than the terminal, from 20 columns on', () => {
    fc.assert(
      fc.property(page, fc.integer({ min: 20, max: 140 }), (markdown, width) => {
        for (const line of renderMarkdown(markdown, width)) expect(lineWidth(line)).toBeLessThanOrEqual(width)
      }),
      { numRuns: 150 },
    )
  })

  test('wrapping at another width keeps every character of the words', () => {
    const letters = (lines: readonly Line[]) => lines.map(lineText).join('').replace(/\s/g, '')
    fc.assert(
      fc.property(sentence, fc.integer({ min: 20, max: 140 }), (markdown, width) => {
        expect(letters(renderMarkdown(markdown, width))).toBe(letters(renderMarkdown(markdown, 1000)))
      }),
      { numRuns: 150 },
    )
  })

  test('control characters of a page never reach the terminal', () => {
    const text = renderMarkdown('a \u001b[2J b \u0007 `c\u001b]0;x\u0007`', 80).map(lineText).join('\n')
    expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/)
  })

  test('a table too wide for columns becomes labelled entries', () => {
    const text = renderMarkdown(
      '| name of it | what it does to you |\n|---|---|\n| incomprehensibilities | electroencephalographically |',
      24,
    )
    expect(text.map(lineText).join('\n')).toContain('what it does to you:')
  })

  test('a folded section shows its summary', () => {
    const text = renderMarkdown('<details>\n<summary>Also said</summary>\n\nBody.\n\n</details>', 40).map(
      lineText,
    )
    expect(text).toEqual(['Also said', '', 'Body.'])
  })
})

describe('one line', () => {
  const line = fc.array(
    fc.record({
      text: fc.string({ maxLength: 12 }),
      tone: fc.constantFrom('plain' as const, 'good' as const),
    }),
    { maxLength: 5 },
  )

  test('cut and padded lines have the width that was asked for', () => {
    const clean = (l: Line): Line =>
      l.map((span) => ({ ...span, text: span.text.replace(/[\u0000-\u001f]/g, '') }))
    fc.assert(
      fc.property(line, fc.integer({ min: 0, max: 40 }), (spans, width) => {
        expect(lineWidth(cutLine(clean(spans), width))).toBeLessThanOrEqual(width)
        expect(lineWidth(padLine(clean(spans), width))).toBe(width)
      }),
    )
  })

  test('a row after the first has the width that its own margin leaves', () => {
    const margin = {
      first: [{ text: 'expected: ', tone: 'dim' }],
      rest: [{ text: '  ', tone: 'dim' }],
    } as const
    const wrap = (text: string, width: number) =>
      wrapSpans([{ text, tone: 'plain' }], width, margin).map(lineText)
    expect(wrap('one two three four five six', 20)).toEqual([
      'expected: one two',
      '  three four five',
      '  six',
    ])
    expect(wrap('one two\n\nthree four five six', 20)).toEqual([
      'expected: one two',
      '  ',
      '  three four five',
      '  six',
    ])
    expect(wrap('abcdefghijklmnopqrstuvwxyz', 20)).toEqual(['expected: abcdefghij', '  klmnopqrstuvwxyz'])
  })

  test('tones stay with their words when a line is wrapped', () => {
    const lines = wrapSpans(
      [
        { text: 'one two ', tone: 'plain' },
        { text: 'three four', tone: 'bad' },
      ],
      10,
    )
    expect(lines).toEqual([[{ text: 'one two', tone: 'plain' }], [{ text: 'three four', tone: 'bad' }]])
  })

  test('what stands right goes first where both do not fit', () => {
    expect(lineText(justify([{ text: 'left', tone: 'plain' }], [{ text: 'right', tone: 'dim' }], 12))).toBe(
      'left   right',
    )
    expect(
      textWidth(lineText(justify([{ text: 'left', tone: 'plain' }], [{ text: 'right', tone: 'dim' }], 6))),
    ).toBe(4)
  })
})
