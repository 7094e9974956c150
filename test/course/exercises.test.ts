/** Every exercise found in the course keeps its promises. */
import { describe, expect, test } from 'vitest'
import { audit } from '../../src/exercise/audit.ts'
import { loadExercises } from '../../src/exercise/load.ts'

const exercises = loadExercises()

test('there are exercises', () => {
  expect(exercises.length).toBeGreaterThan(0)
})

describe.each(exercises)('$number-$id', (exercise) => {
  test('start fails, right answers pass, and every wrong one fails by the check it names', {
    timeout: 600_000,
  }, async () => {
    const { problems } = await audit(exercise)
    expect(problems).toEqual([])
  })

  test('has enough wrong answers, and a right one that differs', () => {
    expect(exercise.wrong.length).toBeGreaterThanOrEqual(Math.max(4, exercise.checks.length))
    expect(exercise.right.length).toBeGreaterThanOrEqual(1)
  })

  test('has four rungs, and hints for every check', () => {
    expect([...new Set(exercise.checks.map((check) => check.rung))]).toEqual([1, 2, 3, 4])
    for (const check of exercise.checks) expect(check.hints.length, check.name).toBeGreaterThan(0)
  })
})
