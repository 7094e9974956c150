/** The audit of an exercise that breaks its promises: what is broken is said, by name. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { exerciseFiles } from '../../cli/templates/exercise.ts'
import { packageRoot } from '../../src/base/home.ts'
import { audit } from '../../src/exercise/audit.ts'
import { inLanes } from '../../src/exercise/lanes.ts'
import { loadExercise } from '../../src/exercise/load.ts'

// Inside the clone, so that the checks find Vitest.
const course = mkdtempSync(join(packageRoot(), '.build', 'audit-'))
afterAll(() => rmSync(course, { recursive: true, force: true }))

const good = exerciseFiles({ name: '14-leases', slug: 'leases', title: 'Leases', given: '' })
const lesson = { id: 'leases', headings: ['A heading'], exercises: ['leases'] }

function exerciseOf(name: string, files: { readonly [path: string]: string }) {
  for (const [path, text] of Object.entries(files)) {
    const file = join(course, name, '14-leases', path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  return loadExercise(join(course, name, '14-leases'))
}

test('a start that passes, a wrong answer that passes, a lesson that is not there', {
  timeout: 300_000,
}, async () => {
  const solution = good['hidden/solution.ts']!
  const exercise = exerciseOf('passes', {
    ...good,
    'start.ts': solution,
    'hidden/wrong/silent.ts': `// fails: gives a ticket\n${solution}`,
  })
  const { problems } = await audit(exercise, { lessons: [] })
  expect(problems).toEqual([
    'start.ts passes: there is nothing to do',
    'wrong/silent.ts passes, and should fail "gives a ticket"',
    'task.md belongs to the lesson "leases", which is not there: correct "lesson:" at its top',
  ])
})

test('a wrong answer that names no check stops the audit at its first line', async () => {
  const exercise = exerciseOf('unnamed', {
    ...good,
    'hidden/wrong/silent.ts': '// fails: what is not there\n',
  })
  await expect(audit(exercise, { lessons: [lesson] })).rejects.toThrow(
    /wrong\/silent\.ts:1: names "what is not there", which is no check/,
  )
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
