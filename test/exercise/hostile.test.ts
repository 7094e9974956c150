/** Answers that hang, throw, exit, flood, eat memory or do not compile: each ends in a clear message. */
import { spawn } from 'node:child_process'
import { readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { packageRoot } from '../../src/base/home.ts'
import { Checker } from '../../src/exercise/check.ts'
import type { CheckReport } from '../../src/exercise/exercise.ts'
import { EXERCISES } from '../../src/exercise/folders.ts'
import { loadExercise } from '../../src/exercise/load.ts'
import { AnswerFolder, answerThat } from './answers.ts'
import { commandOf, descendants } from './processes.ts'

const exercise = loadExercise(`${EXERCISES}/09-two-phase-commit`)
const answers = new AnswerFolder()
let checker: Checker

beforeAll(() => {
  checker = new Checker(exercise)
})
afterAll(async () => {
  await checker.close()
  answers.remove()
})

const check = (source: string) => checker.check(answers.write('start.ts', source), { types: false })
const first = (report: CheckReport) => report.checks.find((one) => one.verdict !== 'passed')!
const LAUNCHER = `${packageRoot()}/cli/splitbrain.cjs`
const HUNG_IN = 'votes yes when it can'

test('a loop that never ends names the check and the handler, and the rest is skipped', async () => {
  const report = await check(answerThat('while (true) state.n++'))
  expect(report.verdict).toBe('failed')
  expect(first(report)).toMatchObject({ name: HUNG_IN, verdict: 'failed' })
  expect(first(report).happened).toBe(
    'participant: on.prepare was stopped: it had not returned after 1,000,000 turns of loops and calls',
  )
  expect(first(report).place).toBe('start.ts:11:7')
  const after = report.checks.slice(report.checks.indexOf(first(report)) + 1)
  expect(after.every((one) => one.verdict === 'skipped')).toBe(true)
})

test('a loop outside any handler is named as such', async () => {
  const report = await check(answerThat('', 'while (true);'))
  expect(first(report).happened).toMatch(/^the code outside any handler was stopped: it had not returned/)
})

test('an endless recursion is told at its line', async () => {
  const report = await check(
    answerThat('again(1)', 'function again(n: number): number { return again(n + 1) + 1 }'),
  )
  expect(first(report).happened).toBe(
    'participant: on.prepare was stopped: functions had called each other 1,000 deep and none had returned',
  )
  expect(first(report).place).toBe('start.ts:2:1')
})

test('a throw is told with its line, and the others still run', async () => {
  const report = await check(answerThat("\n      throw new Error('not written yet')"))
  expect(first(report)).toMatchObject({
    happened: 'on.prepare threw: not written yet',
    place: 'start.ts:12:13',
  })
  expect(report.checks.some((one) => one.verdict === 'skipped')).toBe(false)
})

test('process.exit is not in reach', async () => {
  const report = await check(
    answerThat('process.exit(0)', 'declare const process: { exit(code: number): never }'),
  )
  expect(first(report).happened).toBe(
    'on.prepare threw: process is not in reach of an answer: a node has no process: it sees its state, its messages and ctx',
  )
})

test('memory that grows without end is stopped', async () => {
  const report = await check(
    answerThat('const all: unknown[] = []; while (true) all.push(new Array(1e4).fill(state.n))'),
  )
  expect(report.verdict).toBe('failed')
  expect(first(report)).toMatchObject({ name: HUNG_IN, verdict: 'failed' })
  expect(first(report).happened).toMatch(/used up its memory/)
})

test('a million lines of output are capped', async () => {
  const report = await check(
    answerThat(
      "for (let i = 0; i < 1e6; i++) console.log('line', i)",
      'declare const console: { log(...parts: unknown[]): void }',
    ),
  )
  const flooded = report.checks.find((one) => one.name === HUNG_IN)!
  expect(flooded.verdict).toBe('failed')
  expect(flooded.happened).toBe(
    'on.prepare threw: console.log was called more than 10000 times in one check: log less',
  )
  expect(flooded.log).toHaveLength(201)
  expect(flooded.log.at(-1)).toMatch(/^\.\.\. and 10,0\d\d lines more$/)
  expect(flooded.log[0]).toBe('line 0')
})

test('time, chance and waiting are not in reach', async () => {
  for (const [use, advice] of [
    ['Date.now()', 'Date is not in reach of an answer: take the time from ctx.now()'],
    ['Math.random()', 'Math.random is not in reach of an answer: take chance from ctx.pick(list)'],
    ['setTimeout(() => {}, 1)', 'setTimeout is not in reach of an answer: arm a timer'],
    ["Function('return 1')()", 'Function is not in reach of an answer'],
  ] as const) {
    const report = await check(
      answerThat(use, 'declare const setTimeout: (f: () => void, ms: number) => void'),
    )
    expect(first(report).happened, use).toContain(advice)
  }
})

test('a state kept outside the node is found out', async () => {
  const report = await check(
    answerThat("ctx.send(from, { type: 'vote', tx: body.tx, yes: calls++ % 2 === 0 })", 'let calls = 0'),
  )
  expect(first(report).happened).toContain('is not deterministic')
})

test.each([
  { hang: 'for (;;);', place: 'start.ts:5:21', happened: /1,000,000 turns of loops and calls/ },
  { hang: 'let n = 7n; for (;;) n = n ** 9n', place: 'start.ts', happened: /by the clock/ },
])(
  'after a hang in the fifth check ($hang) the four before are reported, the rest is skipped',
  async ({ hang, place, happened }) => {
    const source = answerThat('').replace('on: { begin', `on: { inquire() { ${hang} }, begin`)
    const { checks } = await check(source.replace("{ type: 'begin'; tx: string }>", 'never>'))
    expect(checks.slice(0, 5).map(({ name, verdict }) => `${verdict} ${name}`)).toEqual([
      'passed asks every participant to prepare',
      'failed votes yes when it can',
      'failed votes no when it must',
      'failed votes either way when it is free to',
      'failed answers for a transaction it has no record of: abort',
    ])
    expect(checks[4]).toMatchObject({ place, happened: expect.stringMatching(happened) })
    expect(checks[4]!.why).toMatch(/The checks after this one were not run$/)
    expect(checks.slice(5).every(({ verdict }) => verdict === 'skipped')).toBe(true)
  },
)

test('a command that is killed in the middle leaves no process and no file', async () => {
  const file = answers.write('start.ts', answerThat('let n = 7n; for (;;) n = n ** 9n'))
  const files = readdirSync(answers.folder)
  const command = spawn(process.execPath, [LAUNCHER, 'check', 'two-phase-commit', file], { stdio: 'ignore' })
  const spinning = () => descendants(command.pid!).filter((one) => one.command.includes('worker.js'))
  for (let i = 0; i < 200 && spinning().length === 0; i++) await pause(50)
  await pause(700)
  const started = descendants(command.pid!)
  expect(started.length).toBeGreaterThan(0)
  command.kill('SIGKILL')
  const left = () => started.filter(({ pid, command }) => commandOf(pid) === command)
  for (let i = 0; i < 100 && left().length > 0; i++) await pause(50)
  expect(left()).toEqual([])
  expect(readdirSync(answers.folder)).toEqual(files)
})

test('what does not compile is a problem with its place, and no check runs', async () => {
  const report = await check('export const coordinator =\n  nonsense nonsense\n')
  expect(report.verdict).toBe('error')
  expect(report.problem).toMatchObject({ place: 'start.ts:2:12' })
  expect(report.checks.every((one) => one.verdict === 'skipped')).toBe(true)
})

test('a link does not lead out of the answer’s folder', async () => {
  const elsewhere = new AnswerFolder()
  writeFileSync(`${elsewhere.folder}/secret.ts`, 'export const secret = 1\n')
  symlinkSync(`${elsewhere.folder}/secret.ts`, `${answers.folder}/linked.ts`)
  const { problem } = await check(answerThat('', "import { secret } from './linked.ts'\nsecret"))
  elsewhere.remove()
  expect(problem?.message).toBe('"./linked.ts" lies outside the answer\'s folder')
})

test('a folder is told which file to give', async () => {
  const { problem } = await checker.check(answers.folder, { types: false })
  expect(problem).toMatchObject({ message: `${answers.folder} is a folder`, place: null })
  expect(problem?.next).toContain('start.ts')
})

test('async, node modules and other folders are refused with a reason', async () => {
  for (const [source, place, reason] of [
    [answerThat('', 'export async function later() {}'), 'start.ts:2:1', 'async and await are not there'],
    [
      answerThat('', "import { readFileSync } from 'node:fs'\nreadFileSync('/')"),
      'start.ts:2:30',
      '"node:fs" cannot be imported',
    ],
    [answerThat('', "import '../outside.ts'"), 'start.ts:2:8', "lies outside the answer's folder"],
  ] as const) {
    const { problem } = await check(source)
    expect(problem?.place).toBe(place)
    expect(problem?.message).toContain(reason)
  }
})

test('an export that is missing is asked for', async () => {
  const report = await check(
    "import { defineNode } from 'splitbrain'\nexport const coordinator = defineNode<{}, never>({ start: () => ({}), on: {} })\n",
  )
  expect(first(report).happened).toBe(
    'the answer exports "coordinator", and no "participant"; it needs: export const participant = defineNode({ ... })',
  )
})

test('a file that is not there is a problem with a next step', async () => {
  const report = await checker.check(`${answers.folder}/nowhere.ts`)
  expect(report.problem?.message).toBe(`there is no file ${answers.folder}/nowhere.ts`)
  expect(report.problem?.next).toContain('reset the exercise')
})

test('nothing a learner reads names the hidden files', async () => {
  const report = await check(answerThat("throw new Error(new Error().stack ?? '')"))
  const leak = /.{0,20}(hidden|checks\.test|\.build|node_modules).{0,20}/.exec(JSON.stringify(report))
  expect(leak?.[0]).toBeUndefined()
})
