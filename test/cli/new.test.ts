/** What `new` writes is an exercise that loads, with a wrong answer for each check, and a lesson that parses. */
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { newFiles } from '../../cli/commands/new.ts'
import { exerciseFiles } from '../../cli/templates/exercise.ts'
import { lessonText } from '../../cli/templates/lesson.ts'
import { loadExercise } from '../../src/exercise/load.ts'
import { namedCheck } from '../../src/exercise/named.ts'
import { parseLesson } from '../../src/index.ts'
import { AnswerFolder } from '../exercise/answers.ts'

const course = new AnswerFolder()
afterAll(() => course.remove())

test('an exercise loads, and each of its checks is named by a wrong answer', () => {
  const subject = { name: '14-leases', slug: 'leases', title: 'Leases', given: '' }
  for (const [path, text] of Object.entries(exerciseFiles(subject))) course.write(`14-leases/${path}`, text)
  const exercise = loadExercise(join(course.folder, '14-leases'))
  const named = exercise.wrong.map((wrong) => namedCheck(exercise, wrong))
  expect(named.sort()).toEqual(exercise.checks.map(({ name }) => name).sort())
  expect(exercise.right).toEqual(['skips-numbers.ts'])
  expect(exercise.lesson).toBe('leases')
})

test('a lesson parses', () => {
  expect(parseLesson('14-leases.md', lessonText('Leases'))).toMatchObject({ title: 'Leases', number: '14' })
})

test('a name that is none is told how names are', () => {
  for (const name of ['leases', '1-leases', '14-Leases', '14-', '../14-leases'])
    expect(() => newFiles.run({} as never, ['exercise', name], {})).toThrow('two digits, a dash, and a slug')
  expect(() => newFiles.run({} as never, ['thing', '14-leases'], {})).toThrow('"thing" cannot be begun')
})

test('nothing is overwritten', () => {
  const io = { readFile: () => ({ text: '' }), writeFile: () => expect.unreachable('written over') }
  expect(() => newFiles.run(io as never, ['exercise', '14-leases'], {})).toThrow('is there already')
})
