/** Search in a lesson and its links: found wherever it stands, also over line ends and in what is folded away. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { matchesIn, shownIn } from '../../cli/components/searching.ts'
import { type Line, linesView, lineText, linksOf, parseLesson, plain, renderView } from '../../cli/door.ts'
import { fakeCourse, LESSON } from './fakes.ts'
import { TestHost } from './host.ts'

const OTHER = parseLesson(
  '04-exploring.md',
  `---
title: Exploring
unit: Tools
minutes: 10
sources: []
---

\`\`\`scenario id=all
cluster two-phase-commit tm rm1 rm2
explore AC1
\`\`\`

\`\`\`claim id=EXP-1 verdict=opinion numbers=all
It is so.
\`\`\`
`,
)

function inLesson(course = fakeCourse([OTHER, LESSON])): TestHost {
  const host = new TestHost(course)
  host.visit({ kind: 'lesson', id: LESSON.id })
  return host
}

test('words are found as they are typed, n and N walk around, Esc ends, and n is the next cell again', () => {
  const host = inLesson()
  host.type('/VOTED  yes')
  expect(host.text()).toMatch(/match 1 of 2\n/)
  host.type('<enter>')
  expect(
    host
      .text()
      .split('\n')
      .filter((line) => line.startsWith('›')),
  ).toEqual(['›┃   The coordinator dies after both voted yes. What can a participant do?'])
  host.type('n')
  expect(host.text()).toContain('›┃     1 Commit: everybody voted yes')
  host.type('n')
  expect(host.text()).toContain('match 1 of 2')
  host.type('N')
  expect(host.text()).toContain('match 2 of 2')
  host.type('<esc>n')
  expect(host.text()).toMatch(/┃ ▷ blocked +Enter runs it/)
})

test('what is folded away is found, opened and made visible', () => {
  const host = inLesson()
  host.size = { columns: 80, rows: 16 }
  host.type('/say otherwise<enter>')
  expect(host.text()).toContain('▾ Also said')
  expect(host.text()).toContain('›Some say otherwise.')
})

test('Esc while typing goes back to where one was; words that are nowhere are said to be', () => {
  const host = inLesson()
  host.size = { columns: 80, rows: 16 }
  const before = host.text()
  host.type('/otherwise')
  expect(host.text()).not.toBe(before)
  host.type('<esc>')
  expect(host.text().split('\n')[3]).toBe(before.split('\n')[3])
  host.type('/xyzzy<enter>')
  expect(host.text()).toContain('Nothing in this lesson says "xyzzy".')
  expect(host.front.keyed).toBe('lesson')
})

test('however a text is wrapped, the same words are found in it, and shown where they stand', () => {
  const word = fc.constantFrom('vote', 'Yes', 'tm', 'prepared', 'İ', '語')
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 3, maxLength: 40 }),
      fc.nat(),
      fc.integer({ min: 10, max: 60 }),
      (words, at, width) => {
        const from = at % (words.length - 1)
        const query = `${words[from]} ${words[from + 1]}`.toUpperCase()
        const lines = renderView(linesView(words.join(' ')), { width }).map(
          (line): Line => [{ text: '│ ', tone: 'dim' }, ...line],
        )
        const matches = matchesIn(lines, query)
        const naive = words.join(' ').toLowerCase().split(query.toLowerCase()).length - 1
        if (!query.includes('İ') && !words.includes('İ')) expect(matches).toHaveLength(naive)
        for (const match of matches) {
          const shown = match.map(({ line, from, to }) => lineText(lines[line]!).slice(from, to))
          if (!query.includes('İ'))
            expect(shown.join(' ').replace(/\s+/g, ' ').trim().toLowerCase()).toBe(query.toLowerCase())
        }
        for (const [i, line] of lines.entries()) {
          const ranges = matches.flat().filter((range) => range.line === i)
          const marked = shownIn(line, ranges, 'warn')
          expect(lineText(marked)).toBe(lineText(line))
          const toned = marked
            .filter(({ tone }) => tone === 'warn')
            .reduce((n, { text }) => n + text.length, 0)
          expect(toned).toBe(ranges.reduce((n, { from, to }) => n + to - from, 0))
        }
      },
    ),
  )
})

test('a lesson leads to those it builds on, those it names, those whose claims it names, and to its sources', () => {
  const text = (more: string) =>
    parseLesson(
      '05-cap.md',
      `---\ntitle: CAP\nunit: U\nminutes: 5\nneeds: []\nsources: [A paper]\n---\n\n${more}\n`,
    )
  const why = (more: string) =>
    linksOf(text(more), [OTHER, LESSON, text('')]).map((link) =>
      'why' in link ? [link.lesson.id, link.why] : link.text,
    )
  expect(why('Nothing.')).toEqual(['A paper'])
  expect(why('As in lessons 03 and 04.')).toEqual([['exploring', 'named in the text'], 'A paper'])
  expect(why('See EXP-1, not EXP-12 (https://example.org/a_b).')).toEqual([
    ['exploring', 'proves the claim EXP-1'],
    'A paper',
    'https://example.org/a_b',
  ])
  expect(why('[Counting](04-exploring.md#how) worlds.')).toEqual([
    ['exploring', 'linked in the text'],
    'A paper',
  ])
  expect(why('[That](99-nothing.md), [here](#top) and `https://example.org/code`.')).toEqual(['A paper'])
  expect(linksOf(text('[the page](https://example.org/a_(b))'), []).at(-1)).toEqual({
    kind: 'source',
    text: 'https://example.org/a_(b)',
    words: 'the page',
  })
  expect(why('EXP-12 and lesson 040')).toEqual(['A paper'])
  expect(linksOf({ ...text(''), needs: ['exploring'] }, [OTHER])[0]).toMatchObject({
    why: 'this lesson builds on it',
  })
})

test('a link leads to another lesson and back; a source is shown and copied', () => {
  const named = parseLesson(
    LESSON.file,
    `---\ntitle: T\nunit: U\nminutes: 5\nneeds: [exploring]\nsources: [Gray 1978]\n---\n\nText.\n`,
  )
  const host = new TestHost(fakeCourse([OTHER, named]))
  host.visit({ kind: 'lesson', id: named.id })
  host.type('l')
  expect(host.text()).toContain('▸ 04 Exploring   this lesson builds on it')
  host.type('<enter>')
  expect(host.text()).toContain('Splitbrain › 04 Exploring')
  host.type('qj<enter>')
  expect(host.copied).toBe('Gray 1978')
  expect(host.text()).toContain('▸ Gray 1978')
  host.type('q')
  expect(host.text()).toContain('Splitbrain › 09 T')
})

test('nothing is marked where nothing is searched', () => {
  expect(matchesIn([plain('a b')], ' ')).toEqual([])
})
