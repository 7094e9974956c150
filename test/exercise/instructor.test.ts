/** Hidden checks as an instructor writes them: whatever Vitest has, as far as the locked realm lets it. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { packageRoot } from '../../src/base/home.ts'
import { Checker } from '../../src/exercise/check.ts'
import type { CheckReport } from '../../src/exercise/exercise.ts'
import { loadExercise } from '../../src/exercise/load.ts'

// Inside the clone, so that the file finds Vitest and fast-check.
const folder = mkdtempSync(join(packageRoot(), '.build', 'instructor-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const META =
  "meta: { rung: 1, points: 1, expected: 'it echoes', why: 'an echo echoes', hints: ['Say it again.'] }"
const HEAD = `
import { answer, byHand, defineProtocol, makeModel } from 'splitbrain'
import { beforeEach, describe, expect, test as base, vi } from 'vitest'
import fc from 'fast-check'
const model = () => makeModel(defineProtocol({
  name: 'echo', source: 'none', says: 'it echoes', cluster: ['n1'], rules: {}, params: {}, properties: [],
  roles: () => answer('echo'),
  assign: (names) => Object.fromEntries(names.map((name) => [name, { role: 'echo', peers: [], config: {} }])),
}))
const test = base.extend({ run: async ({}, use) => { await use(byHand(model())) } })
`
const ANSWER = `import { defineNode } from 'splitbrain'
export const echo = defineNode<{}, { type: 'say'; text: string }>({
  start: () => ({}),
  on: { say(_state, message, ctx) { ctx.reply(message, { type: 'said', text: message.body.text }) } },
})
`

async function checked(checks: string, answer = ANSWER): Promise<CheckReport> {
  const home = join(folder, '01-echo')
  rmSync(home, { recursive: true, force: true })
  mkdirSync(join(home, 'hidden'), { recursive: true })
  writeFileSync(join(home, 'task.md'), '# Echo\n')
  writeFileSync(join(home, 'start.ts'), answer)
  writeFileSync(join(home, 'hidden', 'checks.test.ts'), HEAD + checks)
  cpSync(join(home, 'start.ts'), join(home, 'hidden', 'solution.ts'))
  const checker = new Checker(loadExercise(home))
  try {
    return await checker.check(join(home, 'start.ts'), { types: false })
  } finally {
    await checker.close()
    expect(readdirSync(join(home, 'hidden')).sort()).toEqual(['checks.test.ts', 'solution.ts'])
  }
}

const told = ({ checks }: CheckReport) =>
  checks.map(({ name, verdict, happened }) => `${verdict} ${name}${happened === null ? '' : `: ${happened}`}`)

test('cases, fixtures, generators, spies, inline snapshots', async () => {
  const report = await checked(`
let calls = 0
beforeEach(({ task }) => { calls = task.name.length })
describe('one message', () => {
  test.each([{ text: 'a' }, { text: 'b c' }])('says $text', { ${META} }, ({ text, run }) => {
    const by = run ?? byHand(model())
    expect(by.request('n1', { type: 'say', text }).deliver({ to: 'n1' })).toSend({ type: 'said', text })
  })
  test.each([['x', 1], ['y', 2]])('%s is number %d', { ${META} }, (text, n) => {
    expect([text, n].length).toBe(2)
  })
  test('uses a fixture', { ${META} }, ({ run }) => {
    expect(run.request('n1', { type: 'say', text: 'q' }).deliver({ to: 'n1' })).toSend({ type: 'said', text: 'q' })
    expect(calls).toBeGreaterThan(0)
  })
  test('holds for all texts', { ${META} }, () => {
    fc.assert(fc.property(fc.string(), (text) => {
      expect(byHand(model()).request('n1', { type: 'say', text }).deliver({ to: 'n1' })).toSend({ type: 'said', text })
    }), { numRuns: 50, seed: 1 })
  })
  test('spies and snapshots', { ${META} }, () => {
    const spy = vi.fn((n) => n + 1)
    expect([1, 2].map((n) => spy(n))).toEqual([2, 3])
    expect(spy).toHaveBeenCalledTimes(2)
    expect({ a: [1] }).toMatchInlineSnapshot(\`
      {
        "a": [
          1,
        ],
      }
    \`)
  })
  test('waits', { ${META} }, async () => {
    await expect.poll(() => 3).toBe(3)
    await expect(Promise.resolve(4)).resolves.toBe(4)
  })
})
`)
  expect(told(report)).toEqual([
    'passed says a',
    'passed says b c',
    'passed x is number 1',
    'passed y is number 2',
    'passed uses a fixture',
    'passed holds for all texts',
    'passed spies and snapshots',
    'passed waits',
  ])
})

test('a snapshot that is not there fails, and is not written', async () => {
  const report = await checked(`test('snaps', { ${META} }, () => { expect({ a: 1 }).toMatchSnapshot() })`)
  expect(report.checks[0]).toMatchObject({ verdict: 'failed' })
  expect(report.checks[0]!.happened).not.toMatch(/hidden|\//)
})

test('what the lock takes away fails as a mistake of the check', async () => {
  const report = await checked(`
test('fakes time', { ${META} }, () => { vi.useFakeTimers() })
test('spies on the language', { ${META} }, () => { vi.spyOn(Math, 'max') })
test('throws', { ${META} }, () => { throw new Error('no such file as /srv/us/hidden/cluster.ts') })
test('is no law', { ${META} }, () => { fc.assert(fc.property(fc.nat(9), (n) => { expect(n).toBe(0) }), { seed: 1 }) })
test('goes on', { ${META} }, () => { expect(1).toBe(2) })
`)
  expect(told(report)).toEqual([
    expect.stringMatching(/^error fakes time: the check itself failed; this is our bug, not yours: \w/),
    expect.stringMatching(
      /^error spies on the language: the check itself failed; this is our bug, not yours: \w/,
    ),
    'error throws: the check itself failed; this is our bug, not yours: no such file as ...',
    'failed is no law: Counterexample: [1]: expected 1 to be +0 // Object.is equality',
    'failed goes on: expected 1 to be 2 // Object.is equality',
  ])
})
