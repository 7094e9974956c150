/** The rules of the audit, in few exercises that break several; each rule by itself is in audit.slow.ts. */
import { describe, expect, test } from 'vitest'
import { audit } from '../../src/exercise/audit.ts'
import { inLanes } from '../../src/exercise/lanes.ts'
import { checks, exerciseOf, lesson, RIGHT, RULES, SILENT, small } from './auditRules.ts'

const QUICK = ['all its rules kept', 'a check that rolls dice, and one that looks at the clock']

test.each(RULES.filter(([rule]) => QUICK.includes(rule)))(
  'the audit of an exercise with %s',
  {
    timeout: 300_000,
  },
  async (rule, files, problems) => {
    expect((await audit(exerciseOf(rule, files), { lessons: [lesson] })).problems).toEqual(problems)
  },
)

test('the audit of an exercise that breaks many at once', { timeout: 300_000 }, async () => {
  const files = {
    'start.ts': RIGHT,
    'hidden/checks.test.ts': checks({ section: ", section: 'Elsewhere'" }),
    'hidden/right/mute.ts': SILENT,
    'hidden/wrong/forgets.ts': `// fails: answers\n${SILENT}`,
    'hidden/wrong/fine.ts': `// fails: answers\n${RIGHT}`,
  }
  const { problems } = await audit(exerciseOf('many', files), { lessons: [{ ...lesson, exercises: [] }] })
  expect(problems).toEqual([
    'start.ts passes: there is nothing to do',
    'right/mute.ts must pass, but "answers" ends as failed: no hello_ok was sent; client sent hello to n1',
    'wrong/fine.ts passes, and should fail "answers"',
    'nothing shows that "counts" can fail: write a wrong answer that it is the first to catch',
    'the lesson "leases" does not name it: add leases to "exercises" at its top',
    '"answers" leads to the section "Elsewhere", which the lesson "leases" does not have',
  ])
})

describe('before anything is run', () => {
  const REFUSED: readonly (readonly [
    rule: string,
    files: { readonly [path: string]: string },
    says: RegExp,
  ])[] = [
    [
      'a wrong answer that names what is not there',
      { 'hidden/wrong/silent.ts': '// fails: what is not there\n' },
      /wrong\/silent\.ts:1: names "what is not there", which is no check/,
    ],
    [
      'a wrong answer that names nothing',
      { 'hidden/wrong/silent.ts': SILENT },
      /wrong\/silent\.ts:1: does not say which check it fails/,
    ],
    ...(['expected', 'why', 'hints', 'points'] as const).map(
      (field) =>
        [
          `a check without ${field}`,
          { 'hidden/checks.test.ts': checks().replace(new RegExp(`${field}: (\\[.*?\\]|'.*?'|\\d),?`), '') },
          new RegExp(`"answers" needs ${field}: `),
        ] as const,
    ),
    [
      'a check without a rung',
      { 'hidden/checks.test.ts': checks().replace(', rung: 1', '') },
      /"answers" needs rung: 1, 2, 3 or 4 in its meta/,
    ],
  ]
  test.each(REFUSED)('%s is told at once', async (rule, files, says) => {
    await expect(async () => audit(exerciseOf(rule, files), { lessons: [lesson] })).rejects.toThrow(says)
  })

  test('a check whose name depends on the clock is told', async () => {
    const name = "test('answers ' + process.hrtime.bigint(), {"
    const files = { ...small, 'hidden/checks.test.ts': checks().replace("test('answers', {", name) }
    await expect(async () => audit(exerciseOf('names', files), { lessons: [lesson] })).rejects.toThrow(
      /names "answers", which is no check/,
    )
  })
})

test('lanes give results in the order of the jobs, and stop at the first error', async () => {
  const begun: number[] = []
  const run = async (job: number, lane: string) => {
    begun.push(job)
    await new Promise((resolve) => setTimeout(resolve, lane === 'slow' ? 20 : 1))
    if (job === 9) throw new Error('nine')
    return job * 2
  }
  expect(await inLanes([1, 2, 3, 4], ['slow', 'quick'], run)).toEqual([2, 4, 6, 8])
  begun.length = 0
  await expect(inLanes([9, 1, 2, 3], ['quick', 'slow'], run)).rejects.toThrow('nine')
  expect(begun).toEqual([9, 1])
})
