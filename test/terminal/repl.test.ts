/** The prompt in a real terminal: completion, TypeScript, a search that is stopped, history from day to day, and its end. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { KEYS, Terminal } from './terminal.ts'

let terminal: Terminal | null = null

afterEach(() => {
  terminal?.close()
  terminal = null
})

test('a session: commands, completion, TypeScript, a search that is stopped, and what was typed yesterday', {
  timeout: 60_000,
}, async () => {
  const state = mkdtempSync(join(tmpdir(), 'splitbrain-'))
  const env = { XDG_STATE_HOME: state }
  try {
    const t = new Terminal({ columns: 80, rows: 24, words: ['repl', 'raft-log'], env })
    terminal = t
    await t.sees('raft-log: n1 n2 n3')
    t.type(`del${KEYS.tab}`)
    await t.sees(/deliver +delay/)
    t.type(`\u0015nodes.n2.curr${KEYS.tab}${KEYS.enter}`)
    await t.sees('> nodes.n2.currentTerm')
    await t.sees(/^ {2}0$/m)
    t.type(`explore LogMatching crashes=2 drops=2 timeouts=6 worlds=50000000${KEYS.enter}`)
    await t.sees(/exploring +[\d,]+ worlds/)
    t.type(KEYS.ctrlC)
    await t.sees(/gave up|stopped by hand/)
    t.type(`\u001b[200~function twice(x) {\n  return 2 * x\n}\ntwice(21)\n\u001b[201~`)
    await t.sees(/^ {2}42$/m)
    t.type(KEYS.ctrlC)
    await t.sees('Once more leaves')
    t.type(KEYS.ctrlC)
    expect(await t.ended()).toBe(130)
    expect(t.written).toContain('\u001b[?1049l')
    t.close()
    const again = new Terminal({ columns: 40, rows: 20, words: ['repl'], env })
    terminal = again
    await again.sees('? keys')
    again.type(KEYS.up)
    await again.sees('> twice(21)')
    again.type(`${KEYS.esc}`)
    await again.sees('Once more leaves')
    again.type(KEYS.esc)
    expect(await again.ended()).toBe(0)
  } finally {
    rmSync(state, { recursive: true, force: true })
  }
})

test('with --plain it is a line at a time, and a name that is no protocol is told before any screen', async () => {
  terminal = new Terminal({ columns: 80, rows: 24, words: ['repl', 'raft-lgo'] })
  await terminal.sees('did you mean: splitbrain repl raft-log')
  expect(await terminal.ended()).toBe(2)
  terminal.close()
  terminal = new Terminal({ columns: 80, rows: 24, words: ['repl', '--plain'] })
  await terminal.sees('> ')
  expect(terminal.written).not.toContain('\u001b[?1049h')
  terminal.type(`cluster two-phase-commit${KEYS.enter}`)
  await terminal.sees('two-phase-commit: tm rm1 rm2')
  terminal.type(`exit${KEYS.enter}`)
  expect(await terminal.ended()).toBe(0)
})

test('a prompt without the screen knows what was typed before, on whichever of the two', async () => {
  const state = mkdtempSync(join(tmpdir(), 'splitbrain-'))
  const size = { columns: 80, rows: 24, env: { XDG_STATE_HOME: state } }
  try {
    const first = new Terminal({ ...size, words: ['repl', '--plain'] })
    terminal = first
    await first.sees('> ')
    first.type(`cluster two-phase-commit${KEYS.enter}`)
    await first.sees('two-phase-commit: tm rm1 rm2')
    first.type(`exit${KEYS.enter}`)
    expect(await first.ended()).toBe(0)
    first.close()

    const onScreen = new Terminal({ ...size, words: ['repl'] })
    terminal = onScreen
    await onScreen.sees('? keys')
    onScreen.type(KEYS.up)
    await onScreen.sees('> exit')
    onScreen.type(KEYS.up)
    await onScreen.sees('> cluster two-phase-commit')
    onScreen.type(`\u0015help drop${KEYS.enter}`)
    await onScreen.sees('> help drop')
    onScreen.type(KEYS.ctrlC)
    await onScreen.sees('Once more leaves')
    onScreen.type(KEYS.ctrlC)
    await onScreen.ended()
    onScreen.close()

    const plain = new Terminal({ ...size, words: ['repl', '--plain'] })
    terminal = plain
    await plain.sees('> ')
    plain.type(KEYS.up)
    await plain.sees('> help drop')
    plain.type(`${KEYS.up}${KEYS.up}${KEYS.enter}`)
    await plain.sees('two-phase-commit: tm rm1 rm2')
    plain.type(`exit${KEYS.enter}`)
    expect(await plain.ended()).toBe(0)
  } finally {
    rmSync(state, { recursive: true, force: true })
  }
})
