/** Golden screens: what a learner sees, as the pictures that the docs show. `npm test -- --update` draws them anew. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, inject, test } from 'vitest'
import { newSession } from '../../cli/door.ts'
import { svgOf } from './svg.ts'
import { KEYS, Terminal } from './terminal.ts'

const GOLDEN = fileURLToPath(new URL('../golden/', import.meta.url))
const SOLUTION = fileURLToPath(
  new URL('../../exercises/09-two-phase-commit/hidden/solution.ts', import.meta.url),
)

const workspace = mkdtempSync(join(tmpdir(), 'splitbrain-'))
let terminal: Terminal | null = null

afterEach(() => {
  terminal?.close()
  rmSync(workspace, { recursive: true, force: true })
})

/** Compares the screen with its picture. `again` does once more what a busy machine may have cut short. */
async function golden(name: string, t: Terminal, again: () => Promise<void> = async () => {}): Promise<void> {
  const file = join(GOLDEN, `${name}.svg`)
  await t.quiet()
  if (inject('update')) {
    mkdirSync(GOLDEN, { recursive: true })
    writeFileSync(file, svgOf(t))
  }
  const golden = readFileSync(file, 'utf8')
  for (let i = 0; i < 2 && svgOf(t) !== golden; i++) {
    await again()
    await t.quiet(1_000)
  }
  expect(svgOf(t), `the screen is now:\n${t.text()}`).toBe(golden)
}

test('the course map', async () => {
  terminal = new Terminal({ columns: 80, rows: 24, workspace })
  await terminal.sees('? keys')
  await golden('map', terminal)
})

test('a lesson with a run', async () => {
  terminal = new Terminal({ columns: 80, rows: 30, workspace, words: ['learn', '09'] })
  await terminal.sees('? keys')
  terminal.type('n')
  await terminal.sees('Enter runs it')
  terminal.type(KEYS.enter)
  await terminal.sees('1 of ')
  await golden('lesson', terminal)
})

test('the world debugger, on the story of a coordinator that is lost', async () => {
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
  terminal = new Terminal({ columns: 100, rows: 30, workspace, words: ['debug', session.token()] })
  await terminal.sees('After step 7 of 7')
  terminal.type('v')
  await terminal.sees('After step 4 of 7')
  terminal.type('l')
  await terminal.sees('After step 5 of 7')
  await golden('timeline', terminal)
})

test('a check that fails', { timeout: 120_000 }, async () => {
  terminal = new Terminal({ columns: 80, rows: 30, workspace })
  await terminal.sees('? keys')
  terminal.type('/two-phase')
  await terminal.sees('/ two-phase')
  terminal.type(KEYS.down)
  await terminal.sees('Exercise Two-phase commit')
  terminal.type(KEYS.enter)
  await terminal.sees('every save checks it')
  const forgets = readFileSync(SOLUTION, 'utf8').replaceAll('ctx.disk.sync()', 'void ctx')
  writeFileSync(join(workspace, 'answers', 'two-phase-commit', 'start.ts'), forgets)
  await terminal.sees('happened', 30_000)
  await terminal.sees(/best +\d+\/\d+/, 60_000)
  const t = terminal
  await golden('check', t, async () => {
    t.type('c')
    await t.sees('checking')
    await t.sees(/best +\d+\/\d+/, 60_000)
  })
})
