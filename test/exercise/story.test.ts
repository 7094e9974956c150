/** The story of a failed check: what the disk had to do with it, what the answer said, and told again on another answer. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sightSections } from '../../src/draw/sightView.ts'
import { viewText } from '../../src/draw/text.ts'
import { Checker } from '../../src/exercise/check.ts'
import type { CheckResult } from '../../src/exercise/exercise.ts'
import { EXERCISES } from '../../src/exercise/folders.ts'
import { loadExercise } from '../../src/exercise/load.ts'
import { checkOf } from '../../src/exercise/told.ts'
import { storyOf } from '../../src/run/token.ts'
import { AnswerFolder, answerThat } from './answers.ts'

const exercise = loadExercise(`${EXERCISES}/09-two-phase-commit`)
const hidden = `${exercise.folder}/hidden`
const answers = new AnswerFolder()
let checker: Checker
let failed: CheckResult

beforeAll(async () => {
  checker = new Checker(exercise)
  failed = await firstFailure(`${hidden}/wrong/vote-before-sync.ts`)
})
afterAll(async () => {
  await checker.close()
  answers.remove()
})

async function firstFailure(file: string): Promise<CheckResult> {
  const { checks } = await checker.check(file, { types: false, stopAtFirst: true })
  return checks.find((check) => check.verdict !== 'passed')!
}

test('says what was not on the disk when the power went, and what was there afterwards', () => {
  const picture = viewText(failed.trace!.picture, { width: 80 })
  expect(picture).toContain('not on the disk of rm2: phase t1=prepared')
  expect(picture).toContain('on the disk of rm2: nothing')
})

test('its token names the check that told it', () => {
  const { program } = storyOf(failed.trace!.token)
  expect(checkOf(program)).toEqual({
    exercise: exercise.id,
    check: 'agrees in every schedule with one crash',
  })
})

test('is told again on the same answer to its end, with the state at each step', async () => {
  const told = await checker.retell(`${hidden}/wrong/vote-before-sync.ts`, failed.trace!.token)
  if (told.kind !== 'walked') return expect.unreachable(told.problem.message)
  expect(told.walked.stopped).toBeNull()
  expect(told.walked.changed).toBeNull()
  expect(told.walked.picture).toEqual(failed.trace!.picture)
  expect(told.walked.steps).toHaveLength(failed.trace!.steps)
  expect(told.walked.sights).toHaveLength(failed.trace!.steps + 1)
  const nodes = sightSections(told.walked.sights.at(-1)!).find(({ title }) => title === 'nodes')!
  expect(viewText(nodes.view, { width: 80 })).toMatch(/~ .*t1.*abort/)
})

test('on an answer that forces the vote first it cannot go on, and says where', async () => {
  const told = await checker.retell(`${hidden}/solution.ts`, failed.trace!.token)
  if (told.kind !== 'walked') return expect.unreachable(told.problem.message)
  expect(told.walked.stopped).toBe(
    'The story goes another way now: step 7 of 9 cannot happen, no vote from rm2 to tm is in flight.',
  )
})

test('on an answer that only remembers more it is told to its end, and said to lead elsewhere', async () => {
  const text = readFileSync(`${hidden}/wrong/vote-before-sync.ts`, 'utf8')
  const more = text.replace('({ collecting: new Map() })', '({ collecting: new Map(), more: 1 })')
  expect(more).not.toBe(text)
  const told = await checker.retell(answers.write('more.ts', more), failed.trace!.token)
  expect(told).toMatchObject({
    kind: 'walked',
    walked: { stopped: null, changed: expect.stringContaining('The answer has changed') },
  })
})

test('a random run is found again by what it was filled in with', async () => {
  const file = `${hidden}/wrong/waits-for-ever.ts`
  const { checks } = await checker.check(file, { types: false })
  const chaos = checks.find((check) => check.rung === 3 && check.trace !== null)!
  const told = await checker.retell(file, chaos.trace!.token)
  expect(told).toMatchObject({ kind: 'walked', walked: { stopped: null } })
})

test('an answer that does not compile is a problem with a place, not a story', async () => {
  const told = await checker.retell(answers.write('broken.ts', 'export const = 1\n'), failed.trace!.token)
  expect(told).toMatchObject({ kind: 'problem', problem: { place: 'broken.ts:1:14' } })
})

test('what the answer logs stands once, at its step', async () => {
  const file = answers.write(
    'talks.ts',
    answerThat(`console.log('asked by', from); ctx.log('on', body.tx); state.n = 1`),
  )
  const { trace } = await firstFailure(file)
  const picture = viewText(trace!.picture, { width: 100 })
  const lines = picture.split('\n')
  expect(lines.filter((line) => line.includes('asked by tm'))).toHaveLength(
    occurrences(picture, '»', 'on t1'),
  )
  const prepare = lines.findIndex((line) => line.includes('──prepare'))
  expect(lines.slice(prepare + 1, prepare + 3).join('\n')).toMatch(/on t1[\s\S]*asked by tm/)
})

function occurrences(text: string, mark: string, words: string): number {
  return text.split('\n').filter((line) => line.includes(mark) && line.includes(words)).length
}
