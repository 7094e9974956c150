/** The notebook in a real terminal: the editor, a lesson's file that changes, two programs at once, a killed one. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { KEYS, type Start, Terminal } from './terminal.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const CTRL_R = '\u0012'

const LESSON = `---
title: Two-phase commit
unit: Atomic commit
minutes: 25
sources: []
---

Both or neither.

\`\`\`scenario id=blocked
cluster two-phase-commit tm rm1 rm2
request client tm begin tx=t1
deliver all
\`\`\`

The end.
`

const open: Terminal[] = []
let course: string
let workspace: string
const file = () => join(course, 'lessons', '09-two-phase-commit.md')

/** The program as it is installed, with one lesson of its own. */
beforeAll(() => {
  course = realpathSync(mkdtempSync(join(tmpdir(), 'splitbrain-')))
  for (const name of ['.build', 'cli', 'package.json'])
    cpSync(join(ROOT, name), join(course, name), { recursive: true })
  symlinkSync(join(ROOT, 'node_modules'), join(course, 'node_modules'))
  mkdirSync(join(course, 'lessons'))
  mkdirSync(join(course, 'exercises'))
})

afterAll(() => rmSync(course, { recursive: true, force: true }))

afterEach(() => {
  for (const t of open.splice(0)) t.close()
  rmSync(workspace, { recursive: true, force: true })
})

function begin(): void {
  workspace = mkdtempSync(join(tmpdir(), 'splitbrain-'))
  writeFileSync(file(), LESSON)
}

async function visit(start: Partial<Start> = {}): Promise<Terminal> {
  const t = new Terminal({
    columns: 80,
    rows: 24,
    words: ['learn', '09'],
    workspace,
    program: join(course, 'cli', 'splitbrain.cjs'),
    ...start,
  })
  open.push(t)
  await t.sees('? keys')
  return t
}

test.each([
  [80, 24],
  [120, 40],
  [40, 20],
])(
  'in %i by %i a cell is added, run, and there again after the program was terminated',
  async (columns, rows) => {
    begin()
    const t = await visit({ columns, rows })
    t.type('o')
    await t.sees('Esc done')
    t.type('crash tm\rshow state')
    await t.sees('show state')
    t.type(CTRL_R)
    await t.sees(/✓ mine-1[\s\S]*tm +power +down/)
    t.type('ocrash rm1')
    await t.sees('crash rm1')
    t.signal('SIGTERM')
    expect(await t.ended()).toBe(143)
    expect(t.written).toContain('\u001b[?1049l')
    const again = await visit({ columns, rows, words: [] })
    again.type(KEYS.home)
    await again.sees('Both or neither.')
    again.type(KEYS.end)
    await again.sees(/mine-2[\s\S]*crash rm1/)
  },
)

test('a cell of TypeScript looks at the world above; a mistake has a caret at its place; it is there again', async () => {
  begin()
  const t = await visit()
  t.type('O')
  await t.sees('Esc done')
  t.type('const up = Object.keys(nodes)\rup.length')
  t.type(CTRL_R)
  await t.sees(/✓ mine-1[\s\S]*┃ {3}3\n/)
  t.type('c\r1 + missing')
  t.type(CTRL_R)
  await t.sees(/┃ {3}1 \+ missing\n ┃ {7}\^ missing is not defined/)
  t.type('q')
  await t.sees('quit')
  t.type(KEYS.enter)
  await t.sees('missing is not defined')
})

test('$EDITOR has the terminal while it runs, and the cell has what it wrote', async () => {
  begin()
  const editor = join(workspace, 'editor.sh')
  writeFileSync(editor, '#!/bin/sh\nprintf "EDITING %s" "$1"; read line; echo "$line" >> "$1"\n', {
    mode: 0o755,
  })
  const t = await visit({ env: { EDITOR: editor } })
  t.type('v')
  await t.sees('EDITING')
  expect(t.text()).not.toContain('Both or neither.')
  t.type('crash rm1\n')
  await t.sees(/changed by you[\s\S]*> crash rm1/)
  t.type('q')
  await t.sees('quit')
  t.type('q')
  expect(await t.ended()).toBe(0)
})

test('a change of the file is seen at once; one that does not parse shows its line until it does', async () => {
  begin()
  const t = await visit()
  t.type(KEYS.enter)
  await t.sees('✓ blocked')
  writeFileSync(file(), LESSON.replace('deliver all', 'deliver all\nshow state').replace('The end.', 'Fin.'))
  await t.sees('Fin.', 3_000)
  await t.sees('of an older text')
  writeFileSync(file(), LESSON.replace('scenario id=blocked', 'scenario blocked'))
  await t.sees('09-two-phase-commit.md:10: expected name=value', 3_000)
  expect(t.text()).toContain('Fin.')
  writeFileSync(file(), LESSON)
  await t.sees('The end.', 3_000)
  await t.sees(/✓ blocked +ran/)
  expect(t.text()).not.toContain('expected name=value')
})

test('two programs at the same lesson lose nothing', async () => {
  begin()
  const a = await visit()
  const b = await visit()
  for (const [t, name] of [
    [a, 'rm1'],
    [b, 'rm2'],
  ] as const) {
    t.type(`ocrash ${name}`)
    await t.sees(`crash ${name}`)
  }
  a.type(CTRL_R)
  b.type(CTRL_R)
  // The other one's cell may have come to stand above it: what it ran on is then said to be of an older text.
  for (const t of [a, b]) await t.sees(/mine-\d +yours · (?:ran|of an older text)/)
  a.type('q')
  b.type('q')
  const kept = readFileSync(join(workspace, 'notebooks', 'two-phase-commit.json'), 'utf8')
  const { scratch } = JSON.parse(kept) as { scratch: { id: string; text: string }[] }
  expect(scratch.map(({ text }) => text).sort()).toEqual(['crash rm1', 'crash rm2'])
  expect(new Set(scratch.map(({ id }) => id)).size).toBe(2)
})
