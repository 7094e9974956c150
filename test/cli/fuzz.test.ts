/** `splitbrain fuzz` as it is typed: what it judges, what it prints at 80 columns, its exit codes, and any number of workers. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('../../cli/splitbrain.cjs', import.meta.url))

function fuzz(...words: readonly string[]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [PROGRAM, 'fuzz', ...words], {
    encoding: 'utf8',
  })
  return { out: stdout, err: stderr, exit: status }
}

const FLAWED = ['two-phase-commit', '--cluster', 'tm rm1 rm2 rule.inDoubt=abort', '--seeds', '40']

test('without names it judges what random runs can judge, and says what is left', () => {
  const { out, exit } = fuzz('two-phase-commit', '--seeds', '5')
  expect(exit).toBe(0)
  expect(out).toMatch(/^AC1 AC2 AC3 AC4 AC5 EffectOnce NoFracturedRead BlockedRows WaitsForEverything\n/)
  expect(out).toMatch(/\nnot judged by random runs, but by explore: NonBlocking, SomeCommit\n$/)
})

test('what is named is judged, or it says that it cannot be', () => {
  const { out, exit } = fuzz('two-phase-commit', 'SomeCommit', '--seeds', '5')
  expect(exit).toBe(4)
  expect(out.replace(/\s+/g, ' ')).toMatch(
    /^SomeCommit gave up: random runs do not look for what must be seen once; explore does This is not a pass/,
  )
})

test('the same is said, and the same data given, with any number of workers', { timeout: 60_000 }, () => {
  for (const more of [[], ['--json']]) {
    const one = fuzz(...FLAWED, 'AC1', 'AC2', ...more)
    expect(one).toMatchObject({ exit: 1, err: '' })
    expect(one.out).toContain('AC1: seed 9, from: in-doubt participant')
    expect(fuzz(...FLAWED, 'AC1', 'AC2', ...more, '--workers', '3')).toEqual(one)
  }
})

test('nothing is wider than 80 columns but the word that is to be copied', () => {
  const { out } = fuzz(...FLAWED, 'AC1', 'AC3', '--workers', '2')
  const wide = out.split('\n').filter((line) => line.length > 80)
  expect(wide.every((line) => line.startsWith('splitbrain debug sb'))).toBe(true)
})

describe('a mistake is told with its flag and what would be right', () => {
  test.each([
    ['--workers', '0', '--workers: expected from 1 to 64 workers, found 0\nsuch as --workers 2\n'],
    ['--workers', 'x', '--workers: expected a number, found "x"\nsuch as --workers 1\n'],
    [
      '--may-crash',
      'rm9',
      '--may-crash: no node is called "rm9"; there are tm, rm1, rm2\nsuch as --may-crash rm1\n',
    ],
  ])('%s %s', (flag, value, says) => {
    const { out, err, exit } = fuzz('two-phase-commit', 'AC1', flag, value)
    expect([out, err, exit]).toEqual(['', `splitbrain: ${says}`, 2])
  })
})
