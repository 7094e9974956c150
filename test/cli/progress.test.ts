/** Progress as a value: nothing that was reached is ever taken away, by nobody. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type ExerciseProgress,
  mergeProgress,
  NO_PROGRESS,
  NOT_TRIED,
  type Progress,
  parseProgress,
  progressText,
  readProgressText,
  standingOf,
  withExercise,
} from '../../cli/progress.ts'

const result = (change: Partial<ExerciseProgress>): ExerciseProgress => ({
  ...NOT_TRIED,
  checks: 17,
  points: 20,
  edition: 'first',
  ...change,
})

const anExercise = fc.record({
  held: fc.nat(3),
  checks: fc.constant(3),
  earned: fc.nat(20),
  points: fc.constant(20),
  passed: fc.boolean(),
  edition: fc.constantFrom('first', 'second'),
  passedEditions: fc.subarray(['first', 'second']),
  failing: fc.constantFrom(null, 'agrees'),
  hints: fc.nat(3),
  gaveUp: fc.boolean(),
})
const aLesson = fc.record({
  done: fc.subarray(['a', 'b', 'c']),
  chosen: fc.dictionary(fc.constantFrom('q', 'r'), fc.nat(2)),
  finished: fc.boolean(),
  at: fc.constant(null),
})
const someProgress: fc.Arbitrary<Progress> = fc.record({
  schemaVersion: fc.constant(1 as const),
  last: fc.constantFrom(null, { kind: 'lesson' as const, id: 'x' }),
  lessons: fc.dictionary(fc.constantFrom('x', 'y', '__proto__'), aLesson),
  exercises: fc.dictionary(fc.constantFrom('x', 'y', 'constructor'), anExercise),
})

describe('merging', () => {
  test('keeps all that is in either', () => {
    fc.assert(
      fc.property(someProgress, someProgress, (a, b) => {
        const all = mergeProgress(a, b)
        for (const one of [a, b]) {
          for (const [id, lesson] of Object.entries(one.lessons)) {
            expect(all.lessons[id]!.done).toEqual(expect.arrayContaining([...lesson.done]))
            expect(all.lessons[id]!.finished || !lesson.finished).toBe(true)
          }
          for (const [id, exercise] of Object.entries(one.exercises)) {
            const kept = all.exercises[id]!
            expect(kept.passed || !exercise.passed).toBe(true)
            expect(kept.gaveUp || !exercise.gaveUp).toBe(true)
            expect(kept.passedEditions).toEqual(expect.arrayContaining([...exercise.passedEditions]))
            if (kept.edition === exercise.edition) expect(kept.earned).toBeGreaterThanOrEqual(exercise.earned)
          }
        }
      }),
    )
  })

  test('with itself changes nothing, and text and back neither', () => {
    fc.assert(
      fc.property(someProgress, (a) => {
        expect(progressText(mergeProgress(a, a))).toBe(progressText(a))
        expect(progressText(parseProgress(progressText(a)))).toBe(progressText(a))
      }),
    )
  })
})

test('a worse try later takes nothing away, but its failing check is the one to be hinted at', () => {
  const good = withExercise(NO_PROGRESS, 'x', result({ earned: 12, held: 9 }))
  const after = withExercise(good, 'x', result({ earned: 3, held: 2, failing: 'agrees' }))
  expect(after.exercises['x']).toMatchObject({ earned: 12, held: 9, failing: 'agrees' })
})

test('an exercise that changed since it was passed is stale until it is passed again', () => {
  const passed = result({ passed: true, passedEditions: ['first'], earned: 20 })
  expect(standingOf(undefined, 'first', false)).toBe('not started')
  expect(standingOf(undefined, 'first', true)).toBe('started')
  expect(standingOf(result({ earned: 5 }), 'first', true)).toBe('started')
  expect(standingOf(passed, 'first', true)).toBe('passed')
  expect(standingOf(passed, 'second', true)).toBe('stale')
  const progress = { ...NO_PROGRESS, exercises: { x: passed } }
  const failedNow = withExercise(progress, 'x', result({ edition: 'second', earned: 4 })).exercises['x']!
  expect(failedNow).toMatchObject({ earned: 4, edition: 'second', passed: true })
  expect(standingOf(failedNow, 'second', true)).toBe('stale')
})

test('hints that were shown count as long as the same check fails', () => {
  const shown = withExercise(withExercise(NO_PROGRESS, 'x', { failing: 'agrees' }), 'x', { hints: 2 })
  const again = withExercise(shown, 'x', { failing: 'agrees' })
  const further = withExercise(shown, 'x', { failing: 'lasts' })
  expect([again, further].map((one) => one.exercises['x']!.hints)).toEqual([2, 0])
})

test('what an older program wrote is read; what is no progress is none', () => {
  const old =
    '{ "schemaVersion": 1, "exercises": { "x": { "held": 1, "checks": 1, "earned": 2, "points": 2, "passed": true } } }'
  const { exercises } = readProgressText(old)!
  expect(standingOf(exercises['x'], 'any', true)).toBe('passed')
  for (const text of ['', '[]', '7', 'null', '{ "schemaVersion": 2 }'])
    expect(readProgressText(text)).toBeNull()
})
