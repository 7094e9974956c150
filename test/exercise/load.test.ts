/** Exercises are read from their folders, and a folder that is not right says what is missing. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ExerciseProblem } from '../../src/exercise/folders.ts'
import { loadExercise, loadExercises } from '../../src/exercise/load.ts'
import { AnswerFolder } from './answers.ts'

const META = "{ rung: 1, points: 1, expected: 'e', why: 'w', hints: ['h'] }"
const checks = (body: string) =>
  `import { test } from 'vitest'\nimport { cluster } from 'splitbrain'\nconst c = cluster({ n: 3 }).model\n${body}\n`
const good = checks(`test('one', { meta: ${META} }, () => { throw new Error('never run') })\nvoid c`)
let course: AnswerFolder

beforeEach(() => {
  course = new AnswerFolder()
  course.write('09-some-thing/task.md', '---\nlesson: another\n---\n# Some thing\n\nDo it.\n')
  course.write('09-some-thing/start.ts', '')
  course.write('09-some-thing/hidden/checks.test.ts', good)
  course.write('09-some-thing/hidden/wrong/b.ts', '')
  course.write('09-some-thing/hidden/wrong/a.ts', '')
})
afterEach(() => course.remove())

const load = () => loadExercise(join(course.folder, '09-some-thing'))
const problem = () => {
  try {
    load()
  } catch (error) {
    if (error instanceof ExerciseProblem) return error.message.slice(error.folder.length + 2)
    throw error
  }
  return null
}

test('a folder is an exercise, with its checks known and none of them run', () => {
  expect(load()).toMatchObject({
    id: 'some-thing',
    number: '09',
    title: 'Some thing',
    lesson: 'another',
    wrong: ['a.ts', 'b.ts'],
    right: [],
  })
  expect(load().checks).toEqual([
    { name: 'one', rung: 1, points: 1, hints: ['h'], section: null, reference: null },
  ])
  expect(load().task).toBe('# Some thing\n\nDo it.\n')
})

test('exercises come in the order of the course, and a course without a folder has none', () => {
  expect(loadExercises(course.folder).map((exercise) => exercise.id)).toEqual(['some-thing'])
  expect(loadExercises(join(course.folder, 'nowhere'))).toEqual([])
})

test.each(['task.md', 'start.ts', 'hidden/checks.test.ts'])('%s has to be there', (name) => {
  rmSync(join(course.folder, '09-some-thing', name))
  expect(problem()).toBe(`${name} is missing`)
})

test.each([
  ["test('one', () => {})", '"one" is not'],
  [`test('one', { meta: { ...${META}, rung: 5 } }, () => {})`, '"one" needs rung: 1, 2, 3 or 4 in its meta'],
  [`test('one', { meta: { ...${META}, points: 0 } }, () => {})`, '"one" needs points'],
  [`test('one', { meta: { ...${META}, why: '' } }, () => {})`, '"one" needs why'],
  [`test('one', { meta: { ...${META}, hints: [] } }, () => {})`, '"one" needs hints'],
  [
    `test('one', { meta: ${META} }, () => {})\ntest('one', { meta: ${META} }, () => {})`,
    'two checks are called "one"',
  ],
  [
    `test('one', { meta: { ...${META}, rung: 2 } }, () => {})\ntest('two', { meta: ${META} }, () => {})`,
    '"two" stands after a check of a higher rung',
  ],
  [`test.each([1])('one %x', { meta: ${META} }, () => {})`, '"one %x": name each case by'],
  [`test['skip']('one', { meta: ${META} }, () => {})`, 'every check of an exercise counts'],
  ['', 'no check is declared'],
])('checks that say too little are told so: %s', (body, words) => {
  course.write('09-some-thing/hidden/checks.test.ts', checks(`${body}\nvoid c`))
  expect(problem()).toContain(words)
})

test('checks that throw while they load are told at their line, in a file beside them too', () => {
  course.write('09-some-thing/hidden/checks.test.ts', checks('\nthrow new Error("not yet")'))
  expect(problem()).toBe('hidden/checks.test.ts cannot be loaded: not yet (checks.test.ts:5)')
  course.write(
    '09-some-thing/hidden/cluster.ts',
    '/** c */\nexport const first = (list: string[]) =>\n  list[0]!.length\n',
  )
  course.write(
    '09-some-thing/hidden/checks.test.ts',
    checks("import { first } from './cluster.ts'\nfirst([])"),
  )
  expect(problem()).toMatch(/^hidden\/checks\.test\.ts cannot be loaded: .*undefined.* \(cluster\.ts:3\)$/)
})

test.each([
  ['---\nlesson: a: b\n---\n# X\n', 2, 'the front matter is not YAML'],
  ['---\nlesson: a\nnotShown:\n  - c: d\n---\n# X\n', 3, '"notShown" is no list of sentences'],
  ['---\nlesson: a\n\nhints: 3\n---\n# X\n', 4, 'the front matter has "hints", which means nothing'],
  ['---\nnoScenarios: 3\n---\n# X\n', 2, '"noScenarios" is no sentence'],
])('a mistake in the front matter is told at its line: %j', (task, line, words) => {
  course.write('09-some-thing/task.md', task)
  expect(load).toThrow(`${join(course.folder, '09-some-thing', 'task.md')}:${line}: ${words}`)
})

test.each([
  ['---\n\n## lesson: another\n\n# Some thing\n', 3, '## lesson: another'],
  ['---\nlesson: another\n\n# Some thing\n', 1, '---'],
  ['# Some thing\n\nlesson: another\n', 3, 'lesson: another'],
])('front matter that is none is told with its line: %j', (task, line, words) => {
  course.write('09-some-thing/task.md', task)
  expect(load).toThrow(
    `${join(course.folder, '09-some-thing', 'task.md')}:${line}: "${words}" is no front matter as it stands`,
  )
})
