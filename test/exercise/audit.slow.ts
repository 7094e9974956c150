/** Each rule of the audit, with an exercise that breaks it and no other. */
import { describe, expect, test } from 'vitest'
import { audit } from '../../src/exercise/audit.ts'
import { exerciseOf, lesson, RULES } from './auditRules.ts'

describe('the audit of an exercise with', () => {
  test.each(RULES)('%s', { timeout: 300_000 }, async (rule, files, problems) => {
    expect((await audit(exerciseOf(rule, files), { lessons: [lesson] })).problems).toEqual(problems)
  })

  test('a lesson that does not name it', async () => {
    const { problems } = await audit(exerciseOf('unnamed', {}), { lessons: [{ ...lesson, exercises: [] }] })
    expect(problems).toEqual(['the lesson "leases" does not name it: add leases to "exercises" at its top'])
  })
})
