/** What a screen reader gets: sentences for every picture, words for every sign, nothing drawn. */
import { expect, test } from 'vitest'
import { lessonAloud } from '../../cli/components/lessonAloud.ts'
import { reportLines } from '../../cli/components/report.ts'
import {
  lineText,
  markdownAloud,
  newNotebook,
  parseLesson,
  renderView,
  spokenText,
  taken,
  type View,
} from '../../cli/door.ts'
import { readLessons } from '../../cli/library.ts'
import { EXERCISE, reportOf } from './fakes.ts'

/** Arrows, mathematics, boxes, shapes, marks and bullets: what is read by its name, or not at all. */
const SIGNS = /[\u2190-\u23ff\u2500-\u27bf\u2b00-\u2bff•·…»]/

const LESSON = parseLesson(
  '09-aloud.md',
  `---
title: Aloud
unit: Tests
minutes: 5
exercises: [two-phase-commit]
sources: [Gray 1978]
---

# Why → how

Read [this](https://example.org/) · then:

| sign | means |
|---|---|
| ✓ | n ≥ 2 |

1. first
2. second

---

\`\`\`predict
Who ≠ who?
- [ ] nobody :: It is not.
- [x] **all** :: It is.
\`\`\`

\`\`\`scenario id=one
cluster two-phase-commit tm rm1 rm2
request client tm begin tx=t1
deliver all
show timeline
show state
\`\`\`

\`\`\`ts id=two
bars("votes", { a: 1, b: 2 })
----
\`\`\`

\`\`\`scenario id=three
cluster two-phase-commit tm rm1 rm2 rule.mayCommit=majority
explore AC1 depth=2
\`\`\`
`,
)

function told(lines: ReturnType<typeof lessonAloud>): string {
  return lines.map((line) => lineText(line).trimEnd()).join('\n')
}

test('a lesson', async () => {
  const text = told(lessonAloud(await taken(LESSON), 100))
  expect(text).not.toMatch(SIGNS)
  for (const part of [
    'Lesson 09: Aloud. Tests. 5 minutes.',
    'Section: Why to how',
    'Read this (https://example.org/), then:',
    'sign: check mark; means: n at least 2.',
    '1. first\n2. second',
    'Question: Who is not who?\nAnswer 1, which is wrong: nobody\nIt is not.\nAnswer 2, which is right: all\nIt is.',
    'Run one.\nCommand: cluster two-phase-commit tm rm1 rm2\nCommand: request client tm begin tx=t1',
    'At 1 ms: tm receives begin from client.',
    'TypeScript two:\nbars("votes", { a: 1, b: 2 })\nIt prints:\nvotes.\na: 1.\nb: 2.',
    'Exercise: two-phase-commit. The command is: splitbrain check two-phase-commit',
    'Source: Gray 1978.',
  ])
    expect(text).toContain(part)
})

test('every lesson of the course, before it is run', () => {
  for (const lesson of readLessons().lessons) {
    const text = told(lessonAloud(newNotebook(lesson), 80))
    expect(
      text.split('\n').filter((line) => SIGNS.test(line)),
      lesson.id,
    ).toEqual([])
  }
})

test('a check that failed, and one that passed', () => {
  const look = {
    width: 80,
    ascii: false,
    aloud: true,
    hints: 1,
    brief: false,
    keys: false,
    exercise: EXERCISE,
    next: [],
  }
  const failed = reportLines(reportOf(false), look).map(lineText).map(spokenText).join('\n')
  expect(failed).not.toMatch(SIGNS)
  expect(failed).toContain('Failed: ')
  expect(failed).toContain('Step 1: rm1 receives prepare from tm.')
  const passed = reportLines(reportOf(true), look).map(lineText).map(spokenText).join('\n')
  expect(passed).not.toMatch(SIGNS)
  expect(passed).toContain('Held: ')
})

test('a table is a sentence for each row', () => {
  const table: View = {
    kind: 'table',
    columns: ['node', 'state'],
    rows: [
      [{ text: 'n1' }, { text: 'term=1' }],
      [{ text: 'n2' }, { text: '' }],
    ],
  }
  expect(told(renderView(table, { width: 80, sentences: true }))).toBe('node: n1; state: term=1.\nnode: n2.')
})

test.each([
  ['  a → b', '  a to b'],
  ['The ✗ is', 'The cross is'],
  ['── wire ──', 'wire'],
  ['plain - words', 'plain - words'],
  ['3 held · 1 open', '3 held, 1 open'],
  ['Paxos — a vote', 'Paxos, a vote'],
  ['Grüße', 'Grüße'],
])('%j is read as %j', (text, said) => {
  expect(spokenText(text)).toBe(said)
})

test('a quotation and code', () => {
  expect(told(markdownAloud('> said\n\n```ts\nconst a = 1\n```\n', 80))).toBe(
    'said\n\nCode:\n  const a = 1\n',
  )
})
