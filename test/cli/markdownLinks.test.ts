/** Links in the prose of a lesson: on a screen words that lead somewhere, in plain text words and where they lead. */
import { expect, test } from 'vitest'
import { type Line, lineText, renderMarkdown } from '../../cli/door.ts'
import { COLOUR, PLAIN, paint, themeFor } from '../../cli/theme.ts'

const PROSE =
  'Read [the first page](https://example.org/p?q=1) or [lesson two](02-order.md), not [this](#here).'

const textOf = (lines: readonly Line[]): string => lines.map(lineText).join('\n')

test('plain text tells where a link leads', () => {
  expect(textOf(renderMarkdown(PROSE, 100))).toBe(
    'Read the first page (https://example.org/p?q=1) or lesson two (lesson 02), not this.',
  )
  expect(textOf(renderMarkdown('See https://example.org/p and [lesson 02](./02-order.md#why).', 100))).toBe(
    'See https://example.org/p and lesson 02.',
  )
})

test('a screen shows the words, and each piece of a wrapped link leads there', () => {
  const lines = renderMarkdown(PROSE, 15, 'follow')
  expect(textOf(lines).replace(/\n/g, ' ')).toBe('Read the first page or lesson two, not this.')
  const linked = lines.flat().filter((span) => span.href !== undefined)
  expect(linked.map((span) => span.text)).toEqual(['the first', 'page'])
  expect(new Set(linked.map((span) => span.href))).toEqual(new Set(['https://example.org/p?q=1']))
})

test('an address can end no sequence of the terminal, and is not encoded twice', () => {
  const hrefs = (markdown: string) =>
    renderMarkdown(markdown, 80, 'follow')
      .flat()
      .map((span) => span.href)
  expect(hrefs('[a](https://example.org/ä%20b)')).toEqual(['https://example.org/%C3%A4%20b'])
  expect(hrefs('[a](javascript:alert(1))')).toEqual([undefined])
  const painted = paint([{ text: 'a', tone: 'plain', href: 'https://x/\u001b]8;;\u0007b' }], {
    ...PLAIN,
    links: true,
  })
  expect(painted).toBe('\u001b]8;;https://x/]8;;b\u0007a\u001b]8;;\u0007')
})

test('links are underlined in colour, and opened by terminals that say they can', () => {
  const link = [{ text: 'words', tone: 'accent', href: 'https://example.org/' }] as const
  expect(paint(link, PLAIN)).toBe('words')
  expect(paint(link, COLOUR)).toBe('\u001b[1;36;4mwords\u001b[0m')
  expect(paint(link, { ...COLOUR, links: true })).toBe(
    '\u001b]8;;https://example.org/\u0007\u001b[1;36;4mwords\u001b[0m\u001b]8;;\u0007',
  )
})

test.each([
  [{ TERM: 'xterm-256color' }, false],
  [{ TERM: 'xterm-kitty' }, true],
  [{ TERM: 'xterm-kitty', TMUX: '/tmp/tmux,1,0' }, false],
  [{ TERM: 'screen', TMUX: '/tmp/tmux,1,0', FORCE_HYPERLINK: '1' }, true],
  [{ TERM: 'xterm-256color', VTE_VERSION: '7200' }, true],
  [{ TERM: 'xterm-256color', VTE_VERSION: '4800' }, false],
  [{ TERM: 'xterm-256color', TERM_PROGRAM: 'vscode', FORCE_HYPERLINK: '0' }, false],
])('a terminal with %j: %s', (env, links) => {
  expect(themeFor({ isTTY: true }, env).links).toBe(links)
  expect(themeFor({}, env).links).toBe(false)
})
