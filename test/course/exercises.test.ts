/** Every exercise found in the course keeps its promises. */

import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageRoot } from '../../src/base/home.ts'
import { audit } from '../../src/exercise/audit.ts'
import { loadExercises } from '../../src/exercise/load.ts'
import { loadCourse } from '../../src/lesson/course.ts'
import { headingsOf } from '../../src/lesson/headings.ts'

const exercises = loadExercises()
const lessons = loadCourse(join(packageRoot(), 'lessons')).lessons.map((lesson) => ({
  ...lesson,
  headings: headingsOf(lesson),
}))

test('there are exercises', () => {
  expect(exercises.length).toBeGreaterThan(0)
})

describe.each(exercises)('$number-$id', (exercise) => {
  test('start fails, right answers pass, and every wrong one fails by the check it names', {
    timeout: 600_000,
  }, async () => {
    const { problems } = await audit(exercise, { lessons, workers: 2 })
    expect(problems).toEqual([])
  })

  test('gives a first scenario, or says why none makes sense', () => {
    expect(exercise.scenarios.length > 0 || exercise.noScenarios !== null).toBe(true)
  })

  test('has enough wrong answers, and a right one that differs', () => {
    expect(exercise.wrong.length).toBeGreaterThanOrEqual(Math.max(4, exercise.checks.length))
    expect(exercise.right.length).toBeGreaterThanOrEqual(1)
  })

  test('climbs from one message to every schedule, and has hints for every check', () => {
    const rungs = [...new Set(exercise.checks.map((check) => check.rung))]
    expect(rungs).toEqual([1, 2, 3, 4])
    for (const check of exercise.checks) expect(check.hints.length, check.name).toBeGreaterThan(0)
  })
})
