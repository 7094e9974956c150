/** Answers that share a fork: whatever one of them does, the next is judged as if it were alone. */
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { Checker } from '../../src/exercise/check.ts'
import type { CheckReport } from '../../src/exercise/exercise.ts'
import { loadExercises } from '../../src/exercise/load.ts'
import { SharedChecker } from '../../src/exercise/sharedChecker.ts'
import { AnswerFolder, answerThat } from './answers.ts'

const exercise = loadExercises().find(({ id }) => id === 'two-phase-commit')!
const answers = new AnswerFolder()
const shared = new SharedChecker(exercise)
const alone = new Checker(exercise)
afterAll(async () => {
  answers.remove()
  await shared.close()
  await alone.close()
})

const hidden = (...names: string[]) => join(exercise.folder, 'hidden', ...names)
const toTheFirst = { types: false, stopAtFirst: true }

/** What came after the first failure is there or not, as a fork was stopped sooner or later. */
function upToTheFirst({ verdict, problem, checks }: CheckReport) {
  const last = checks.findIndex((check) => check.verdict !== 'passed')
  return { verdict, problem, checks: last < 0 ? checks : checks.slice(0, last + 1) }
}

test('what ends a fork is told as it is told alone, and the next answer begins afresh', async () => {
  const harm = {
    'fuel.ts': answerThat('while (true);'),
    'load.ts': answerThat('', 'throw new Error("at once")'),
    'strange.ts': 'this is no TypeScript',
  }
  const files = Object.entries(harm).map(([name, text]) => answers.write(name, text))
  const wrong = hidden('wrong', 'silent-no.ts')
  for (const file of files.flatMap((one) => [one, wrong])) {
    const found = upToTheFirst(await shared.check(file, toTheFirst))
    expect(found, file).toEqual(upToTheFirst(await alone.check(file, toTheFirst)))
    expect(found.verdict, file).not.toBe('passed')
  }
}, 120_000)

test('the run stops at the first failure, and one check alone is run as it was', async () => {
  const file = hidden('wrong', 'silent-no.ts')
  const { checks } = await shared.check(file, toTheFirst)
  const failed = checks.findIndex(({ verdict }) => verdict === 'failed')
  expect(checks.slice(failed + 1).every(({ verdict }) => verdict === 'skipped')).toBe(true)
  const only = await shared.check(file, { types: false, only: checks[failed]!.name })
  expect(only.checks.map((check, i) => (i === failed ? check : check.verdict))).toEqual(
    checks.map((check, i) => (i === failed ? check : 'skipped')),
  )
})
