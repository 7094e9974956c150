/** The world debugger in a real terminal: a story of a token walked, branched from, copied and saved, at three sizes. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { newSession } from '../../cli/door.ts'
import { KEYS, Terminal } from './terminal.ts'

let terminal: Terminal | null = null

afterEach(() => {
  terminal?.close()
  terminal = null
})

function token(): string {
  const session = newSession()
  for (const line of [
    'cluster two-phase-commit tm rm1 rm2',
    'request client tm begin tx=t1',
    'deliver begin',
    'deliver prepare rm1',
    'crash tm',
    'deliver all',
  ])
    session.execute(line)
  return session.token()
}

test.each([
  [80, 24],
  [120, 40],
  [40, 20],
])('a counterexample is debugged in %i columns and %i rows', { timeout: 60_000 }, async (columns, rows) => {
  const t = new Terminal({ columns, rows, words: ['debug', token()] })
  terminal = t
  await t.sees('After step 7 of 7')
  t.type('v')
  await t.sees('Broken from here on')
  await t.sees('After step 4 of 7: tm crashes')
  t.type(`h${KEYS.enter}`)
  await t.sees('What happens next?')
  t.type('prepare rm2')
  await t.sees('/ prepare rm2')
  t.type(KEYS.enter)
  await t.sees('branch 1, from step 3')
  await t.sees('After step 4 of 4: rm2 receives')
  t.type('s')
  await t.sees('save as:')
  await t.sees('Enter save   Esc leave')
  t.type(`other-way${KEYS.enter}`)
  await t.sees('Saved')
  const file = join(t.home, 'workspace', 'stories', 'other-way.story')
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ program: 'two-phase-commit' })
  t.type('y')
  await t.sees('sb1.')
  const copied = /\u001b\]52;c;([^\u0007]+)\u0007/.exec(t.written)
  expect(Buffer.from(copied![1]!, 'base64').toString()).toMatch(/^sb1\.[\w-]+$/)
  t.type(KEYS.esc)
  await t.sees('After step 4 of 4')
  t.type('O')
  await t.sees('After step 3 of 7')
  t.type('?')
  await t.sees('On the timeline')
  t.type('q')
  await t.sees('After step 3 of 7')
  t.type('q')
  expect(await t.ended()).toBe(0)
  expect(t.written).toContain('\u001b[?1049l')
})

test('a branch made in the debugger of a lesson is the world of its prompt on the way back', {
  timeout: 60_000,
}, async () => {
  const t = new Terminal({ columns: 100, rows: 40, words: ['learn', '09'] })
  terminal = t
  await t.sees('? keys')
  t.type('nn')
  await t.sees('Enter runs it')
  t.type('t')
  await t.sees('timeline')
  await t.sees('After step 4 of 4')
  t.type('h')
  await t.sees('After step 3 of 4')
  t.type(KEYS.enter)
  await t.sees('What happens next?')
  t.type(KEYS.enter)
  await t.sees('branch 1, from step 3')
  t.type('q')
  await t.sees('The prompt is on your branch now')
  await t.sees('> replay')
  await t.sees(/at step 4, \d+ ms/)
  t.type(':')
  await t.sees('On the world of dual-loss')
  t.type(`wire.length${KEYS.enter}`)
  await t.sees('> wire.length')
  t.type(`token${KEYS.enter}`)
  await t.sees(/> token[\s\S]*sb1\./)
})

test('leaving the debugger on the original changes nothing', async () => {
  const t = new Terminal({ columns: 100, rows: 40, words: ['repl', 'two-phase-commit'] })
  terminal = t
  await t.sees('two-phase-commit: tm rm1 rm2')
  t.type(`request client tm begin tx=t1${KEYS.enter}`)
  await t.sees('> request')
  t.type('\u0014')
  await t.sees('After step')
  t.type(KEYS.enter)
  await t.sees('What happens next?')
  t.type(KEYS.enter)
  await t.sees('branch 1, from step')
  t.type('O')
  t.type('q')
  await t.sees('Tab shows what can come next')
  expect(t.text()).not.toContain('> replay')
  t.type('\u0014')
  await t.sees('After step')
  t.type(KEYS.enter)
  await t.sees('What happens next?')
  t.type(KEYS.enter)
  await t.sees('branch 1, from step')
  t.type('q')
  await t.sees('> replay sb1.')
})
