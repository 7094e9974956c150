/** `claims`: what a run proves is said to be proven, and what it does not is not. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { rowsOf } from '../../cli/commands/claims.ts'
import { parseLesson } from '../../src/index.ts'

const PROGRAM = fileURLToPath(new URL('../../cli/splitbrain.cjs', import.meta.url))

function claims(...words: readonly string[]): { code: number | null; out: string; err: string } {
  const done = spawnSync(process.execPath, [PROGRAM, 'claims', ...words], { encoding: 'utf8' })
  return { code: done.status, out: done.stdout, err: done.stderr }
}

/** A lesson whose one claim asks the same run for both verdicts. */
const lessonOn = (more = '') =>
  parseLesson(
    '90-court.md',
    `---
title: Court
unit: Tools
minutes: 5
---

Read on.${more}

\`\`\`scenario id=search
cluster tcommit
explore AC1 timeouts=any
----
\`\`\`

\`\`\`claim id=COURT-1 verdict=false literal=search:AC1 fixed=search:AC1
"It never holds."
\`\`\`
`,
  )

describe('one lesson', () => {
  test('as a table, and on standard error how far it is', () => {
    const { code, out, err } = claims('first-faults')
    expect([code, err]).toEqual([0, '1 of 1  first-faults  2 of 2 proven\n'])
    expect(out.split('\n').map((line) => line.split(/ {2,}/).slice(0, 4))).toEqual([
      ['MS-4', 'true', 'proven', 'first-faults'],
      ['MS-9', 'true', 'proven', 'first-faults'],
      [''],
    ])
  })

  test('as JSON, by its number', () => {
    const { claims: rows } = JSON.parse(claims('01', '--json').out)
    expect(rows.map(({ id, home, proven }: { [key: string]: unknown }) => [id, home, proven])).toEqual([
      ['MS-4', 'first-faults', true],
      ['MS-9', 'first-faults', true],
    ])
  })

  test('that does not exist', () => {
    expect(claims('nope')).toEqual({
      code: 2,
      out: '',
      err: 'splitbrain: no lesson is called "nope"\nsplitbrain lessons lists them all\n',
    })
  })
})

test('a claim is not proven by a run that came out otherwise', async () => {
  const lesson = lessonOn()
  const other = lessonOn(' COURT-1 is told elsewhere.')
  expect(await rowsOf(lesson, [lesson, { ...other, id: 'elsewhere' }])).toEqual([
    {
      id: 'COURT-1',
      verdict: 'false',
      statement: '"It never holds."',
      home: 'court',
      lessons: ['court', 'elsewhere'],
      cells: ['search'],
      proven: false,
    },
  ])
})
