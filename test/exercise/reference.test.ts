/** What an exercise says of its reference is what the reference does, and the sections it names are there. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../../src/base/home.ts'
import { checkExercise } from '../../src/exercise/check.ts'
import { loadExercises } from '../../src/exercise/load.ts'

for (const exercise of loadExercises()) {
  const compared = exercise.checks.filter((check) => check.reference !== null)
  if (compared.length > 0)
    test(`${exercise.id}: the solution spends what is said of it`, async () => {
      const solution = join(exercise.folder, 'hidden', 'solution.ts')
      const { checks } = await checkExercise(exercise, solution, { types: false })
      for (const { name, reference } of compared) {
        const check = checks.find((one) => one.name === name)!
        const { messages, syncs } = reference!
        expect(check.cost, name).toEqual({ messages, syncs })
      }
    })

  test(`${exercise.id}: every section that a check names is a heading of the lesson`, () => {
    const file = `${exercise.number}-${exercise.lesson}.md`
    const lesson = readFileSync(join(packageRoot(), 'lessons', file), 'utf8')
    for (const { section } of exercise.checks)
      if (section !== null) expect(lesson).toContain(`\n## ${section}\n`)
  })
}
