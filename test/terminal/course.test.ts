/** The course in a real terminal: the map, a lesson, a run walked in time, and a clean end. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { KEYS, type Start, Terminal } from './terminal.ts'

let terminal: Terminal | null = null

function open(start: Partial<Start> = {}): Terminal {
  terminal = new Terminal({ columns: 80, rows: 24, ...start })
  return terminal
}

afterEach(() => {
  terminal?.close()
  terminal = null
})

describe.each([
  [80, 24],
  [120, 40],
])('in %i columns and %i rows', (columns, rows) => {
  test('from the map into a lesson, through a run in both directions, and out', async () => {
    const t = open({ columns, rows })
    await t.sees('01 First faults')
    await t.sees('? keys')
    t.type('09')
    await t.sees('/ 09')
    t.type(KEYS.enter)
    await t.sees('Splitbrain › 09 Two-phase commit')
    await t.sees('0 of ')
    // The first run of the lesson, with the prediction before it skipped.
    t.type('n')
    await t.sees('Enter runs it')
    t.type(KEYS.enter)
    await t.sees('1 of ')
    t.type('t')
    await t.sees(/timeline +step (\d+) of \1/)
    t.type(KEYS.home)
    await t.sees('Before the first step')
    t.type(KEYS.right)
    await t.sees('After step 1')
    t.type(KEYS.left)
    await t.sees('Before the first step')
    t.type(KEYS.esc)
    await t.sees('1 of ')
    t.type('q')
    await t.sees(/1 of \d+ cells/)
    t.type('q')
    expect(await t.ended()).toBe(0)
    expect(t.text()).not.toContain('Splitbrain')
  })
})

test('a screen that nothing happens on writes nothing, and is never cleared', async () => {
  const t = open()
  await t.sees('? keys')
  await t.quiet()
  const before = t.written.length
  await new Promise((resolve) => setTimeout(resolve, 2_000))
  expect(t.written.length - before).toBe(0)
  t.type('?')
  await t.sees('On the course map')
  t.type(KEYS.esc)
  await t.sees('? keys')
  expect(t.written.slice(before)).not.toContain('\u001b[2J')
})

test('a change of one line costs few bytes', async () => {
  const t = open({ words: ['learn', '09'] })
  await t.sees('? keys')
  t.type('n')
  await t.sees('Enter runs it')
  t.type(':')
  await t.sees('Tab shows what can come next')
  await t.quiet()
  const before = t.written.length
  t.type('c')
  await t.sees('> c')
  await t.quiet()
  expect(t.written.length - before).toBeLessThan(400)
})

test('a prediction, a prompt with a mistake, and its completion', async () => {
  const t = open({ words: ['learn', '09'] })
  await t.sees('? keys')
  await t.sees('0 of ')
  t.type('1')
  await t.sees(/You expected/)
  t.type('n')
  await t.sees('Enter runs it')
  t.type(':')
  await t.sees('Tab shows what can come next')
  t.type(`crsh${KEYS.enter}`)
  await t.sees('no command is called "crsh"')
  t.type(`cra${KEYS.tab}`)
  await t.sees('> crash')
  t.type(KEYS.esc)
  await t.sees('? keys')
})

test('y puts the cell on the clipboard of the terminal, and draws only what it says', async () => {
  const t = open({ words: ['learn', '09'] })
  await t.sees('0 of ')
  t.type('y')
  await t.sees('Copied this cell')
  const [, base64 = ''] = /\u001b\]52;c;([A-Za-z0-9+/=]+)\u0007/.exec(t.written) ?? []
  expect(Buffer.from(base64, 'base64').toString()).toMatch(/\n1 .+\n2 /)
})

test('SIGTERM gives the terminal back, and the next visit begins where this one ended', async () => {
  const workspace = mkdtempSync(join(tmpdir(), 'splitbrain-'))
  try {
    const t = open({ workspace, words: ['learn', '09'] })
    await t.sees('0 of ')
    t.type('n')
    await t.sees('Enter runs it')
    t.type(KEYS.enter)
    await t.sees('1 of ')
    t.signal('SIGTERM')
    expect(await t.ended()).toBe(143)
    expect(t.written).toContain('\u001b[?1049l')
    t.close()
    const again = open({ workspace })
    // What the cell printed is there again, and which cell is current.
    await again.sees(/┃ ✓ \S+ +ran\n/)
    await again.sees('1 of ')
  } finally {
    rmSync(workspace, { recursive: true, force: true })
  }
})

test('Ctrl-C leaves with 130 and gives the terminal back', async () => {
  const t = open()
  await t.sees('? keys')
  t.type(KEYS.ctrlC)
  expect(await t.ended()).toBe(130)
  expect(t.written).toContain('\u001b[?1049l')
  expect(t.written).toContain('\u001b[?25h')
})

test('a terminal that is too small gets one sentence, and works again when it grows', async () => {
  const t = open({ columns: 20, rows: 8 })
  await t.sees('columns and 8 rows')
  t.resize(80, 24)
  await t.sees('01 First faults')
  t.resize(39, 24)
  await t.sees('39 columns')
  t.resize(40, 10)
  await t.sees('? keys')
  t.type('q')
  expect(await t.ended()).toBe(0)
})

test('what is typed while the course starts is not written into its first line', async () => {
  const t = open({ words: ['learn', '09'] })
  t.type('#'.repeat(51))
  await t.sees('Two-phase commit')
  await t.quiet()
  const lines = t.lines()
  expect(lines[0]).toMatch(/^ Splitbrain › 09 Two-phase commit +0 of \d+ cells done · 0%$/)
  expect(lines.at(-1)).toContain('? keys')
  expect(t.text()).not.toContain('##')
})

test('NO_COLOR leaves only the text', async () => {
  const t = open({ env: { NO_COLOR: '1', FORCE_COLOR: '' } })
  await t.sees('? keys')
  expect(t.written).not.toMatch(/\u001b\[[0-9;]*[1-9][0-9;]*m/)
})
