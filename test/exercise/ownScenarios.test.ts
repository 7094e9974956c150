/** A learner's own scenarios: played after the checks, worth nothing, within the same limits, and told at their line. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { packageRoot } from '../../src/base/home.ts'
import { Checker } from '../../src/exercise/check.ts'
import type { CheckReport, ScenarioResult } from '../../src/exercise/exercise.ts'
import { loadExercise } from '../../src/exercise/load.ts'
import { viewText } from '../../src/index.ts'
import { AnswerFolder } from './answers.ts'

const TWO_PHASE_COMMIT = join(packageRoot(), 'exercises', '09-two-phase-commit')

// Inside the clone, so that the checks find Vitest: the cluster of an exercise, and one check that takes no time.
const course = mkdtempSync(join(packageRoot(), '.build', 'scenarios-'))
afterAll(() => rmSync(course, { recursive: true, force: true }))

const home = join(course, '09-two-phase-commit')
mkdirSync(join(home, 'hidden'), { recursive: true })
writeFileSync(join(home, 'task.md'), '# Two-phase commit\n')
writeFileSync(join(home, 'start.ts'), '')
writeFileSync(
  join(home, 'hidden', 'checks.test.ts'),
  `import { byHand, makeModel, scenariosOn } from 'splitbrain'
import { expect, test } from 'vitest'
import { protocol } from '${TWO_PHASE_COMMIT}/hidden/cluster.ts'
scenariosOn(() => [protocol()])
const meta = { rung: 1, points: 1, expected: 'a vote', why: 'it is asked', hints: ['Vote.'] } as const
test('votes', { meta }, () => {
  const run = byHand(makeModel(protocol())).request('tm', { type: 'begin', tx: 't1' })
  expect(run.deliverAll()).toSend({ type: 'vote' })
})
`,
)
const exercise = loadExercise(home)
const checker = new Checker(exercise)
afterAll(() => checker.close())

let own: AnswerFolder
beforeEach(() => {
  own = new AnswerFolder()
})
afterEach(() => own.remove())

const BEGUN = 'cluster two-phase-commit tm rm1 rm2\nrequest ann tm begin tx=t1\n'
const solution = readFileSync(join(TWO_PHASE_COMMIT, 'hidden', 'solution.ts'), 'utf8')
/** The solution with something more at the top of its handler for `prepare`. */
const preparing = (line: string) => solution.replace(/prepare\(state.*\{\n/, `$&${line}\n`)

function played(): Promise<CheckReport> {
  return checker.check(join(own.folder, 'start.ts'), { types: false, scenarios: true })
}

const short = ({ file, verdict, held, line, column, happened }: ScenarioResult) =>
  `${[file, line, column].filter((part) => part !== null).join(':')} ${verdict} ${held}${happened === null ? '' : ` ${happened}`}`

test('what holds, what does not, what makes no sense: each at its line, and worth no points', async () => {
  own.write('start.ts', solution)
  own.write(
    'a-holds.scenario',
    `${BEGUN}deliver all\nexpect sent begin_ok to ann decision=commit\nexpect AC1 AC3\n`,
  )
  own.write(
    'b-fails.scenario',
    `# a comment\n\n${BEGUN}deliver begin\nexpect sent prepare to rm1\nexpect sent vote to tm\nshow state\n`,
  )
  own.write('c-typo.scenario', `${BEGUN}delver all\n`)
  own.write('d-other.scenario', 'cluster paxos n1 n2 n3\n')
  own.write(
    'e-output.scenario',
    `${BEGUN}deliver all\ncheck AC1\ncheck AC2\n----\nheld so far  AC1\n\nheld so far  AC3\n`,
  )
  own.write('f-search.scenario', `${BEGUN}explore NonBlocking crashes=1\n`)
  own.write('g-nothing.scenario', '')
  own.write('not.a.scenario', 'neither this')
  const report = await played()
  expect(report.verdict).toBe('passed')
  expect(report.scenarios.map(short)).toEqual([
    'a-holds.scenario passed 2',
    'b-fails.scenario:7 failed 1 no vote was sent; there was prepare',
    'c-typo.scenario:3:1 invalid 0 no command is called "delver"; type help for all of them',
    'd-other.scenario:1:9 invalid 0 no protocol is called "paxos"; there is two-phase-commit',
    'e-output.scenario:9 failed 0 printed: held so far  AC2',
    'f-search.scenario:3 failed 0 NonBlocking is broken',
    'g-nothing.scenario passed 0',
  ])
  const [, fails, typo, , , search] = report.scenarios
  expect(viewText(fails!.trace!.picture)).toContain('begin')
  expect(fails!.trace!.steps).toBe(2)
  expect(typo!.suggestion).toBe('deliver')
  // Its token would be played on the reference of that name.
  expect(search!.printed.map((view) => (view.kind === 'verdict' ? view.token : 'none'))).toEqual([null])
})

test('what throws is told with its place and the story up to there, and what is logged at its step', async () => {
  own.write(
    'start.ts',
    preparing("      console.log('asked for', tx)\n      if (tx === 't2') throw new Error('boom')"),
  )
  own.write('log.scenario', `${BEGUN}deliver all\n`)
  own.write('throw.scenario', `${BEGUN.replace('t1', 't2')}run 1s\nshow state\n`)
  const { scenarios } = await played()
  const [log, threw] = scenarios
  expect(log).toMatchObject({ verdict: 'passed', log: ['rm1: asked for t1', 'rm2: asked for t1'] })
  expect(threw).toMatchObject({ verdict: 'failed', line: 3, happened: 'on.prepare threw: boom' })
  expect(threw!.place).toMatch(/^start\.ts:\d+:\d+$/)
  expect(threw!.trace!.steps).toBe(3)
})

test('a file that throws while it loads, or lacks an export, is told in every scenario', async () => {
  own.write('start.ts', "throw new Error('not yet')\n")
  own.write('one.scenario', BEGUN)
  const [one] = (await played()).scenarios
  expect(one).toMatchObject({
    verdict: 'failed',
    line: null,
    happened: 'the file could not be loaded: not yet',
    place: 'start.ts:1:7',
  })
})

test('an answer that loops, or keeps the process busy, ends its scenario and no other', async () => {
  own.write(
    'start.ts',
    preparing(`      if (tx === 'loop') for (;;) {}
      if (tx === 'busy') new Array(3e7).fill(0).map((_, i) => (i * 7919) % 104729).sort()`),
  )
  own.write('a-busy.scenario', `${BEGUN.replace('t1', 'busy')}deliver all\n`)
  own.write('b-loop.scenario', `${BEGUN.replace('t1', 'loop')}deliver all\n`)
  own.write('c-good.scenario', `${BEGUN}deliver all\nexpect AC1\n`)
  const { scenarios, verdict } = await played()
  expect(verdict).toBe('passed')
  const [busy, loop, good] = scenarios
  expect(busy!.verdict).toBe('error')
  expect(busy!.happened).toMatch(
    /participant: on\.prepare .*(?:stopped by the clock|memory)|memory in participant/,
  )
  expect(loop).toMatchObject({ verdict: 'failed', line: 3 })
  expect(loop!.happened).toMatch(
    /^participant: on\.prepare was stopped: it had not returned after 1,000,000 turns/,
  )
  expect(loop!.place).toMatch(/^start\.ts:\d+/)
  expect(good).toMatchObject({ verdict: 'passed', held: 1 })
})

test('scenarios are played also where a check has ended the process', async () => {
  own.write('start.ts', preparing('      for (;;) {}'))
  own.write('one.scenario', `${BEGUN}expect no sent prepare\n`)
  const { scenarios, verdict } = await played()
  expect(verdict).toBe('failed')
  expect(scenarios.map(short)).toEqual(['one.scenario passed 1'])
})

test('a scenario is walked with every state, up to the line at which it stops', async () => {
  own.write('start.ts', preparing("      if (tx === 't2') throw new Error('boom')"))
  const file = join(own.folder, 'start.ts')
  const walk = (text: string) => checker.walk(file, { name: 'x.scenario', text })
  const threw = await walk(`${BEGUN.replace('t1', 't2')}deliver begin\ndeliver prepare rm1\nshow state\n`)
  expect(threw).toMatchObject({ kind: 'played', result: { line: 4 } })
  if (threw.kind !== 'played') return
  expect(threw.walked!.sights.map(({ says }) => says)).toEqual([
    '',
    'ann asks tm: begin tx=t2',
    'tm receives begin tx=t2 from ann',
    'rm1 receives prepare tx=t2 from tm',
  ])
  expect(threw.walked!.stopped).toMatch(/^Line 4: on\.prepare threw: boom \(start\.ts:\d+:\d+\)$/)
  expect(await walk('cluster')).toMatchObject({
    kind: 'played',
    result: { verdict: 'invalid' },
    walked: null,
  })
  expect(await walk(`${BEGUN}deliver all\n`)).toMatchObject({ walked: { stopped: null } })
})
