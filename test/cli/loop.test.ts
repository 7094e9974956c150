/** The learner's loop with the built program: a workspace, a verdict after every save, hints, a story, and no process left. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { packageRoot } from '../../src/base/home.ts'
import { commandOf, descendants } from '../exercise/processes.ts'

const PROGRAM = join(packageRoot(), 'cli', 'splitbrain.cjs')
const HIDDEN = join(packageRoot(), 'exercises', '09-two-phase-commit', 'hidden')
const folder = mkdtempSync(join(tmpdir(), 'splitbrain-loop-'))
const workspace = join(folder, 'own')
const answer = join(workspace, 'answers', 'two-phase-commit', 'start.ts')
const { CI: _, FORCE_COLOR: __, ...outer } = process.env
const env = { ...outer, HOME: folder, SPLITBRAIN_WORKSPACE: workspace }

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function splitbrain(...words: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...words], {
    encoding: 'utf8',
    env,
    input: '',
  })
  return { code: status, out: stdout, err: stderr }
}

test('init makes a folder for every exercise, and status says that none is passed', () => {
  const made = splitbrain('init', workspace)
  expect(made).toMatchObject({ code: 0, err: '' })
  expect(made.out).toMatch(/^Next: splitbrain check \S+ --watch$/m)
  expect(readFileSync(answer, 'utf8')).toContain('defineNode')
  const { code, out } = splitbrain('status')
  expect(code).toBe(0)
  expect(out).toMatch(/^09 +two-phase-commit +/m)
  expect(out).not.toContain('passed')
})

test('hints come one after the other, and only after a check', () => {
  expect(splitbrain('hint', 'two-phase-commit').err).toContain('was not checked yet')
  expect(splitbrain('check', 'two-phase-commit').code).toBe(1)
  const hints = [1, 2, 3].map(() => splitbrain('hint', 'two-phase-commit').out)
  expect(hints.map((text) => /hint (\d) of (\d)/.exec(text)?.[0])).toEqual([
    'hint 1 of 2',
    'hint 2 of 2',
    'hint 2 of 2',
  ])
  expect(splitbrain('hint', 'two-phase-commit', '1').out).toContain('hint 1 of 2')
  expect(splitbrain('hint', 'two-phase-commit', '9').err).toContain('this check has hints 1 to 2')
})

test('debug tells the story of the check that fails first', () => {
  const { code, out } = splitbrain('debug', 'two-phase-commit')
  expect([code, out]).toEqual([0, expect.stringMatching(/tm.*rm1[\s\S]*begin/)])
})

test("a scenario of one's own is played with the checks, and debug walks it", () => {
  const own = join(workspace, 'answers', 'two-phase-commit', 'mine.scenario')
  writeFileSync(own, 'cluster two-phase-commit tm rm1 rm2\nrequest ann tm begin tx=t1\nexpct AC1\n')
  const checked = splitbrain('check', 'two-phase-commit', '--json')
  const scenarios: { file: string; verdict: string }[] = JSON.parse(checked.out).scenarios
  expect(scenarios.map(({ file, verdict }) => `${file} ${verdict}`)).toEqual([
    'first.scenario failed',
    'mine.scenario invalid',
  ])
  const typo = splitbrain('debug', 'two-phase-commit/mine.scenario')
  expect(typo.code).toBe(2)
  expect(typo.err).toMatch(/mine\.scenario:3:1\n {2}expct AC1\n {2}\^\n[\s\S]*Did you mean "expect"\?/)
  const { code, out } = splitbrain('debug', join(workspace, 'answers', 'two-phase-commit', 'first.scenario'))
  expect([code, out]).toEqual([1, expect.stringMatching(/begin[\s\S]*Line 7: no prepare was sent/)])
  rmSync(own)
})

test('--all: a line for every answer, the first failure at the end', () => {
  copyFileSync(join(HIDDEN, 'solution.ts'), answer)
  appendFileSync(join(workspace, 'answers', 'outbox', 'start.ts'), '\n// begun\n')
  const own = join(workspace, 'answers', 'two-phase-commit', 'mine.scenario')
  writeFileSync(own, 'cluster two-phase-commit\nexpect sent vote\n')
  const { code, out } = splitbrain('check', '--all')
  expect(code).toBe(1)
  expect(out).toMatch(/^✓ 09 two-phase-commit +(\d+) of \1 held · 1 of 2 scenarios$/m)
  expect(out).toMatch(/^✗ 13 outbox +\d+ of \d+ held · 0 of 1 scenario$/m)
  expect(out).toContain('splitbrain learn outbox')
  expect(out).not.toContain('s walks them')
  expect(out.indexOf('expected')).toBeGreaterThan(out.indexOf('✗ 13 outbox'))
  expect(splitbrain('status').out).toMatch(/two-phase-commit +passed/)
  const { reports } = JSON.parse(splitbrain('check', '--all', '--json').out) as {
    reports: { exercise: string; scenarios: { file: string; verdict: string }[] }[]
  }
  const { scenarios } = reports.find(({ exercise }) => exercise === 'two-phase-commit')!
  expect(scenarios.map(({ file, verdict }) => `${file} ${verdict}`)).toEqual([
    'first.scenario passed',
    'mine.scenario failed',
  ])
  expect(splitbrain('check', 'two-phase-commit', '--share').out).not.toMatch(/scenarios|mine\.scenario/)
  rmSync(own)
})

test('--watch: a save is checked, one during a run ends that run, and an interrupt leaves no process', async () => {
  const command = spawn(process.execPath, [PROGRAM, 'check', 'two-phase-commit', '--watch'], { env })
  try {
    const said = follow(command)
    await said(/(\d+) of \1 held/)
    copyFileSync(join(packageRoot(), 'exercises', '09-two-phase-commit', 'start.ts'), answer)
    await said('expected')
    // The second save comes while the first is being checked: its verdict is the one that is told.
    copyFileSync(join(HIDDEN, 'wrong', 'no-sync.ts'), answer)
    await pause(60)
    copyFileSync(join(HIDDEN, 'solution.ts'), answer)
    await said(/(\d+) of \1 held/)
    const scenario = join(workspace, 'answers', 'two-phase-commit', 'later.scenario')
    writeFileSync(scenario, 'cluster two-phase-commit\nexpect sent vote\n')
    await said('later.scenario:2')
    writeFileSync(scenario, 'cluster two-phase-commit\nexpect no sent vote\n')
    await said(/later\.scenario +1 expectation held/)
    const started = descendants(command.pid!)
    expect(started.length).toBeGreaterThan(0)
    command.kill('SIGINT')
    const left = () => started.filter((one) => commandOf(one.pid) === one.command)
    for (let i = 0; i < 100 && left().length > 0; i++) await pause(50)
    expect(left()).toEqual([])
  } finally {
    command.kill('SIGKILL')
  }
})

/** Waits until the words are printed, after what was waited for before. */
function follow(command: ChildProcess): (words: string | RegExp) => Promise<void> {
  let text = ''
  command.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  return async (words) => {
    const found = () =>
      typeof words === 'string' ? (text.includes(words) ? words : null) : (words.exec(text)?.[0] ?? null)
    for (let said = found(); ; said = found()) {
      if (said !== null) {
        text = text.slice(text.indexOf(said) + said.length)
        return
      }
      if (command.exitCode !== null) throw new Error(`it ended before it said "${words}": ${text}`)
      await pause(20)
    }
  }
}
