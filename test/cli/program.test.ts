/** The command line as a pipe sees it: what it prints, where, and the exit code. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { textWidth } from '../../cli/door.ts'
import { storyOf, tokenOf } from '../../src/run/token.ts'

const PROGRAM = fileURLToPath(new URL('../../cli/splitbrain.cjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'splitbrain-'))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function splitbrain(words: readonly string[], input = ''): { code: number | null; out: string; err: string } {
  const { CI: _, FORCE_COLOR: __, ...env } = process.env
  const done = spawnSync(process.execPath, [PROGRAM, ...words], {
    input,
    encoding: 'utf8',
    env: { ...env, HOME: folder, SPLITBRAIN_WORKSPACE: join(folder, 'workspace') },
  })
  return { code: done.status, out: done.stdout, err: done.stderr }
}

function file(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

describe('for programs', () => {
  test('lessons --json', () => {
    const { code, out } = splitbrain(['lessons', '--json'])
    const { schemaVersion, lessons } = JSON.parse(out)
    expect([code, schemaVersion]).toEqual([0, 1])
    expect(Object.keys(lessons[0])).toEqual([
      'id',
      'number',
      'title',
      'unit',
      'minutes',
      'needs',
      'claims',
      'exercises',
      'cells',
    ])
  })

  test('exercises --json', () => {
    const { code, out } = splitbrain(['exercises', '--json'])
    const { schemaVersion, exercises } = JSON.parse(out)
    expect([code, schemaVersion]).toEqual([0, 1])
    expect(Object.keys(exercises[0])).toEqual(['id', 'number', 'title', 'lesson', 'checks', 'wrong', 'right'])
  })
})

describe('a lesson as plain text', () => {
  test('by any of its names, no line wider than 80 columns, and no colour in a pipe', () => {
    const { code, out, err } = splitbrain(['learn', '09', '--plain'])
    expect([code, err]).toEqual([0, ''])
    expect(Math.max(...out.split('\n').map(textWidth))).toBeLessThanOrEqual(80)
    expect(out).not.toContain('\u001b')
    expect(out).toContain('Two-phase commit')
    for (const name of ['9', 'two-phase-commit', '09-two-phase-commit'])
      expect(splitbrain(['learn', name, '--help']).code).toBe(0)
  })

  test('without a terminal the course is its first lesson', () => {
    const { code, out } = splitbrain([])
    expect(code).toBe(0)
    expect(out).toContain('═══')
  })
})

describe('what cannot be understood', () => {
  test.each([
    [['lern'], 'did you mean: splitbrain learn'],
    [['learn', 'two-fase-commit'], 'did you mean 09-two-phase-commit?'],
    [['check', 'two-fase-commit'], 'did you mean 09-two-phase-commit?'],
    [['learn'], 'usage: splitbrain learn <lesson>'],
    [['lessons', '--jsn'], 'unknown option'],
    [['run', 'nowhere.scenario'], 'there is no such file'],
    [['check', '09', 'nowhere.ts'], 'there is no such file'],
    [['replay', 'nonsense'], 'give a token, from "sb1." to its end, or a story file'],
    [['check', '09', '--seed', 'x'], 'a seed is a whole number'],
  ])('%j is usage, and says what to write', (words, says) => {
    const { code, out, err } = splitbrain(words)
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(says)
  })
})

describe('run', () => {
  const start = 'cluster two-phase-commit tm rm1 rm2\nrequest client tm begin tx=t1\n'

  test('a mistake: the line, a caret, what was expected, the nearest word', () => {
    const { code, err } = splitbrain(['run', '-'], `${start}  crsh tm\n`)
    expect(code).toBe(2)
    expect(err).toContain('line 3')
    expect(err).toMatch(/crsh tm\n +\^\n/)
    expect(err).toContain('Did you mean "crash"?')
  })

  test('a broken property is 1, unless it was expected', () => {
    const story =
      'cluster dual-write orders inventory\nrequest client orders place tx=t1\nexplore AC1 drops=1\n'
    const free = splitbrain(['run', file('free.scenario', story)])
    expect(free.code).toBe(1)
    expect(splitbrain(['run', file('same.scenario', `${story}----\n${free.out}`)]).code).toBe(0)
    const other = splitbrain(['run', file('other.scenario', `${story}----\nheld\n`)])
    expect(other.code).toBe(1)
    expect(other.err).toContain('expected')
  })

  test('all good is 0', () => {
    expect(splitbrain(['run', '-'], `${start}deliver all\ncheck AC1\n`).code).toBe(0)
  })
})

test('the repl reads lines from a pipe', () => {
  const { code, out, err } = splitbrain(
    ['repl', 'two-phase-commit'],
    'request client tm begin tx=t1\ndeliver all\ncrsh\nshow timeline\n',
  )
  expect(code).toBe(2)
  expect(out).toContain('prepare')
  expect(err).toContain('Did you mean "crash"?')
})

test('a mistake in what is piped into the repl shows in the exit code, and the next line runs all the same', () => {
  const { code, out, err } = splitbrain(['repl', 'two-phase-commit'], 'crahs tm\nshow wire\n')
  expect(code).toBe(2)
  expect(err).toContain('no command is called "crahs"')
  expect(out).not.toBe('')
  expect(splitbrain(['repl', 'two-phase-commit'], 'crash tm\n').code).toBe(0)
})

test('simulate: the same seed is the same run, and what it breaks is told by the exit code', () => {
  const words = ['simulate', 'two-phase-commit', '--seed', '3', '--loss', '0.3', '--crashes', '1']
  const first = splitbrain(words)
  expect([first.code, first.err]).toEqual([0, ''])
  expect(first.out).toMatch(/^\d+ steps in [\d,]+ ms: \d+ messages, \d+ lost, 1 crash$/m)
  expect(splitbrain(words).out).toBe(first.out)
  const { verdicts } = JSON.parse(splitbrain([...words, '--json']).out)
  expect(verdicts[0]).toEqual({ property: 'AC1', kind: 'held', steps: null })
  const codes = [1, 2, 3].map(
    (seed) => splitbrain(['simulate', 'dual-write', '--seed', String(seed), '--loss', '0.5']).code,
  )
  expect(codes).toEqual([1, 0, 0])
})

test('a failure that explore found is exported, and replayed from the file; a changed or damaged one is told apart', () => {
  const words = ['dual-write', 'AC1', '--drops', '1', '--after', 'request client orders place tx=t1']
  const found = splitbrain(['explore', ...words, '--json'])
  expect(found.code).toBe(1)
  const { view, verdicts } = JSON.parse(found.out)
  expect(splitbrain(['explore', ...words]).out).toMatch(`\nsplitbrain debug ${view.token}\n`)
  expect(verdicts[0]).toMatchObject({ property: 'AC1', kind: 'broken' })
  const { code, out: text } = splitbrain(['story', 'export', view.token])
  expect(code).toBe(0)
  const told = splitbrain(['replay', file('told.story', text)])
  expect(told.code).toBe(0)
  expect(told.out).toContain('AC1 is broken: ')
  expect(told.out).not.toContain('has changed')
  const story = JSON.parse(text)
  story.worlds[1] = '0'.repeat(12)
  const changed = file('changed.story', JSON.stringify(story))
  expect(splitbrain(['replay', changed]).out).toContain('it differs first at step 1')
  expect(splitbrain(['replay', changed, '--exact']).code).toBe(3)
  expect(splitbrain(['replay', view.token]).out).not.toContain('has changed')
  const elsewhere = tokenOf({ ...storyOf(view.token), met: '00000000' })
  expect(splitbrain(['replay', elsewhere])).toMatchObject({
    code: 0,
    out: expect.stringContaining('dual-write has changed since this story was told'),
  })
  expect(splitbrain(['replay', view.token, '--exact']).code).toBe(0)
  expect(splitbrain(['replay', elsewhere, '--exact'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('the same choices lead elsewhere now'),
  })
  expect(splitbrain(['replay', file('half.story', text.slice(0, 40))]).code).toBe(3)
  expect(splitbrain(['replay', 'sb1.xyz']).code).toBe(2)
  expect(splitbrain(['replay', 'no-such.story']).code).toBe(2)
})

describe('judge', () => {
  const op = (type: string, process: number, f: string, value: string) =>
    `{:type :${type}, :process ${process}, :f :${f}, :value ${value}}\n`
  const wrote = op('invoke', 0, 'write', '1') + op('ok', 0, 'write', '1')
  const read = (value: string) => op('invoke', 1, 'read', 'nil') + op('ok', 1, 'read', value)

  test('held is 0, broken is 1 with the few operations that show it, and a damaged file is 3 with its line', () => {
    expect(splitbrain(['judge', file('good.edn', wrote + read('1')), '--model', 'register'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('2 operations of 2 processes'),
    })
    const stale = splitbrain(['judge', file('stale.edn', wrote + read('nil')), '--model', 'register'])
    expect(stale.code).toBe(1)
    expect(stale.out).toContain('p1 reads nothing fits nowhere')
    expect(stale.out).toContain('└ nothing')
    const damaged = splitbrain(['judge', file('damaged.edn', `${wrote}{:type`), '--model', 'register'])
    expect(damaged).toMatchObject({ code: 3, err: expect.stringContaining('damaged.edn: line 3: "{" is') })
  })

  test('transactions: broken with the name and the cycle, held at a level that allows it, and given up', () => {
    const step = (type: string, process: number, steps: string) => op(type, process, 'txn', `[${steps}]`)
    const skew = file(
      'skew.edn',
      step('invoke', 0, '[:r 1 nil] [:append 2 1]') +
        step('invoke', 1, '[:r 2 nil] [:append 1 1]') +
        step('ok', 0, '[:r 1 []] [:append 2 1]') +
        step('ok', 1, '[:r 2 nil] [:append 1 1]'),
    )
    const broken = splitbrain(['judge', skew, '--model', 'list-append'])
    expect(broken.code).toBe(1)
    expect(broken.out).toContain('Serializable is broken: write skew (G2-item)')
    expect(broken.out).toContain('rw on 1: p0 read key 1 without 1, which p1 appended')
    const json = splitbrain(['judge', skew, '--model', 'list-append', '--json'])
    expect(JSON.parse(json.out)).toMatchObject({
      verdict: 'broken',
      level: 'serializable',
      anomaly: {
        code: 'G2-item',
        called: 'write skew',
        cycles: [
          [
            { from: 'p0', to: 'p1', kind: 'rw', key: '1' },
            { from: 'p1', to: 'p0' },
          ],
        ],
      },
    })
    const snapshots = ['judge', skew, '--model', 'list-append', '--level', 'snapshot-isolation']
    expect(splitbrain(snapshots)).toMatchObject({
      code: 0,
      out: expect.stringContaining('SnapshotIsolated held'),
    })
    const twice = file(
      'twice.edn',
      [0, 1].flatMap((n) => ['invoke', 'ok'].map((type) => step(type, n, '[:append 1 1]'))).join(''),
    )
    expect(splitbrain(['judge', twice, '--model', 'list-append'])).toMatchObject({
      code: 4,
      out: expect.stringContaining('p0 and p1 both write 1=1'),
    })
  })

  test('of a witness that nobody could read the end is shown', () => {
    // Each of 60 additions counts.
    const add = op('invoke', 0, 'add', '1') + op('ok', 0, 'add', '1')
    const { code, out } = splitbrain([
      ...['judge', file('sum.edn', add.repeat(60) + read('59')), '--model', 'counter'],
    ])
    expect(code).toBe(1)
    expect(out).toContain('Of the 61 operations that cannot be explained together the last 40:')
    expect(out.split('\n').length).toBeLessThan(100)
  })

  test('what the file says is no command to the terminal', () => {
    const evil = '\\u001b[31m\\u001b]8;;http://x\\u0007\\u009b2J\\u202e\\nLinearizable held'
    const text = `{:type :invoke, :process "${evil}", :f :read, :value nil}
{:type :ok, :process "${evil}", :f :read, :value "${evil}"}`
    for (const flags of [[], ['--json']]) {
      const { code, out } = splitbrain(['judge', file('evil.edn', text), '--model', 'register', ...flags])
      expect(code).toBe(1)
      expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
      expect(out).not.toMatch(/^Linearizable held/m)
    }
  })

  test.each([
    [[], 'judge needs to know what the history is of'],
    [['--model', 'regster'], 'did you mean register?'],
    [['--model', 'register', '--format', 'xml'], '--format is one of jepsen, jsonl'],
    [['--model', 'register', '--memory', 'much'], '--memory takes megabytes, not much'],
    [['--model', 'list-append', '--level', 'serialisable'], 'did you mean serializable?'],
    [['--model', 'register', '--level', 'serializable'], '--level is for transactions'],
  ])('%j is usage', (flags, message) => {
    const { code, err } = splitbrain(['judge', file('good.edn', wrote), ...flags])
    expect([code, err]).toEqual([2, expect.stringContaining(message)])
  })
})

test('--version and --help', () => {
  expect(splitbrain(['--version']).out).toMatch(/^\d+\.\d+\.\d+\n$/)
  const { code, out } = splitbrain(['--help'])
  expect(code).toBe(0)
  for (const command of ['learn', 'check', 'lessons', 'exercises', 'claims', 'run', 'reset', 'replay'])
    expect(out).toContain(command)
})
