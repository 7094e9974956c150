/** Every hostile answer: it ends in time, says what happened, leaves no process and changes no file. */
import { readdirSync, readFileSync } from 'node:fs'
import process from 'node:process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Checker } from '../../src/exercise/check.ts'
import { EXERCISES } from '../../src/exercise/folders.ts'
import { loadExercise } from '../../src/exercise/load.ts'
import { AnswerFolder } from './answers.ts'
import { HOSTILE } from './hostileAnswers.ts'
import { descendants } from './processes.ts'

const exercise = loadExercise(`${EXERCISES}/09-two-phase-commit`)
const answers = new AnswerFolder()
let checker: Checker
let before: string

beforeAll(() => {
  checker = new Checker(exercise)
  before = filesOf(exercise.folder)
})
afterAll(async () => {
  await checker.close()
  answers.remove()
})

for (const { name, source, beside = {}, says, place } of HOSTILE)
  test(name, async () => {
    for (const [file, text] of Object.entries(beside)) answers.write(file, text)
    const file = answers.write('start.ts', source)
    const own = filesOf(answers.folder)
    const began = process.hrtime.bigint()
    const { problem, checks } = await checker.check(file, { types: false, stopAtFirst: true })
    const ms = Number(process.hrtime.bigint() - began) / 1e6
    const first = checks.find((check) => check.verdict !== 'passed')
    expect(problem?.message ?? first?.happened).toMatch(says)
    if (place !== undefined) expect(problem?.place ?? first?.place).toBe(place)
    expect(JSON.stringify({ problem, first })).not.toMatch(/checks\.test|\.build|node_modules|our bug/)
    expect(filesOf(answers.folder)).toBe(own)
    // The clock needs 1.2 s of processor time; a busy machine makes that longer on the wall.
    expect(ms).toBeLessThan(10_000)
  })

test('afterwards one spare is there and nothing else, and no file of the exercise has changed', async () => {
  const forks = descendants(process.pid).filter(({ command }) => command.includes('worker.js'))
  expect(forks).toHaveLength(1)
  expect(filesOf(exercise.folder)).toBe(before)
})

function filesOf(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.name}: ${readFileSync(`${entry.parentPath}/${entry.name}`, 'utf8')}`)
    .sort()
    .join('\n')
}
