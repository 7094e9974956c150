/** A search of millions of worlds in a real terminal: the screen lives on, Esc stops it, Ctrl-C leaves nothing behind. */
import { afterEach, describe, expect, test } from 'vitest'
import { KEYS, type Start, Terminal } from './terminal.ts'

const HEAVY = 'explore LogMatching crashes=2 drops=2 timeouts=6 worlds=50000000'

let terminal: Terminal | null = null

afterEach(() => {
  terminal?.close()
  terminal = null
})

/** At the prompt of a lesson, with the search under way. */
async function searching(start: Partial<Start> = {}): Promise<Terminal> {
  terminal = new Terminal({ columns: 80, rows: 24, words: ['learn', '09'], ...start })
  const t = terminal
  await t.sees('cells done')
  t.type(':')
  await t.sees('Tab shows what can come next')
  t.type(`cluster raft-log n1 n2 n3${KEYS.enter}`)
  await t.sees('> cluster raft-log n1 n2 n3')
  t.type(`${HEAVY}${KEYS.enter}`)
  await t.sees(/exploring {2}[\d,]+ worlds · depth \d+ · \d+k?\/s · Esc stops/)
  return t
}

describe.each([
  [80, 24],
  [120, 40],
])('in %i columns and %i rows', (columns, rows) => {
  test('what is typed meanwhile is seen; Esc stops, and the next line runs', async () => {
    const t = await searching({ columns, rows })
    t.type('check ElectionSafety')
    await t.sees('> check ElectionSafety', 2_000)
    t.type(KEYS.esc)
    await t.sees('stopped by hand')
    t.type(KEYS.enter)
    await t.sees('held so far')
  })
})

test('Ctrl-C stops the search first, and leaves with the second', async () => {
  const t = await searching()
  t.type(KEYS.ctrlC)
  await t.sees('stopped by hand')
  t.type(KEYS.ctrlC)
  expect(await t.ended()).toBe(130)
  expect(t.text()).not.toContain('Splitbrain')
})
