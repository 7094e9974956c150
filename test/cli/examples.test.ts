/** The worked examples of CONTRIBUTING do what the page says, from nothing to audited; and so does an exercise that is made from a protocol. */
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { bundled } from '../../cli/bundled.ts'
import { newNotebook } from '../../cli/door.ts'
import { observe } from '../../cli/observed.ts'
import { exerciseFiles } from '../../cli/templates/exercise.ts'
import { filesFromProtocol } from '../../cli/templates/fromProtocol.ts'
import { packageRoot } from '../../src/base/home.ts'
import { audit } from '../../src/exercise/audit.ts'
import { loadExercise } from '../../src/exercise/load.ts'
import { MAX_SOURCE_BYTES, parseLesson, protocols, rewrite } from '../../src/index.ts'
import { headingsOf } from '../../src/lesson/headings.ts'

// Inside the clone, so that the checks find Vitest.
const course = mkdtempSync(join(packageRoot(), '.build', 'examples-'))
afterAll(() => rmSync(course, { recursive: true, force: true }))

const page = readFileSync(join(packageRoot(), 'CONTRIBUTING.md'), 'utf8')
const examples = new Map(
  [...page.matchAll(/<!-- example: (.+?) -->\n(`{3,4})\w*\n([\s\S]*?)\n\2\n/g)].map(([, name, , text]) => [
    name!,
    `${text!}\n`,
  ]),
)
const example = (name: string) => examples.get(name) ?? expect.unreachable(`no example ${name}`)
const LESSON = '14-tickets.md'

function write(folder: string, files: { readonly [path: string]: string }): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

const lesson = parseLesson(LESSON, example(`lessons/${LESSON}`))
const lessons = [{ ...lesson, headings: headingsOf(lesson) }]

test('the lesson prints what is written, and its claim is proven', () => {
  const text = example(`lessons/${LESSON}`)
  const notebook = newNotebook(parseLesson(LESSON, text))
  notebook.runAll()
  expect(rewrite(text, notebook)).toBe(text)
  const claims = notebook.cells.filter(({ cell }) => cell.kind === 'claim')
  expect(claims.map(({ unproven }) => unproven)).toEqual([[]])
  const broken = text.replace('fixed=careful', 'fixed=carful')
  const [said] = /14-tickets\.md:\d+: claim [^`]+/.exec(page)!
  expect(() => parseLesson(LESSON, broken)).toThrow(said.replace(/\s+/g, ' '))
})

test('the exercise, with one check and one wrong answer more, is audited', { timeout: 300_000 }, async () => {
  const home = join(course, '14-tickets')
  write(home, exerciseFiles({ name: '14-tickets', slug: 'tickets', title: 'Tickets', given: '' }))
  appendFileSync(
    join(home, 'hidden/checks.test.ts'),
    example('exercises/14-tickets/hidden/checks.test.ts, at its end'),
  )
  write(home, {
    'hidden/wrong/tells-the-next.ts': example('exercises/14-tickets/hidden/wrong/tells-the-next.ts'),
  })
  const { problems, wrong, right, start, solution } = await audit(loadExercise(home), { lessons, workers: 2 })
  expect(problems).toEqual([])
  const printed = example('what it prints')
  for (const { name, expected } of wrong)
    expect(printed).toMatch(new RegExp(`^✓ {2}${name} +${expected}$`, 'm'))
  expect(printed).toContain(
    `${start}  ${solution}    ${wrong.length} of ${wrong.length}        ${right.length} of ${right.length}`,
  )
})

test('an exercise that is made from a protocol passes its audit but for wrong answers and types', {
  timeout: 300_000,
}, async () => {
  const protocol = protocols.find(({ name }) => name === 'deposit')!
  const seen = observe(protocol)!
  const solution = await bundled(protocol, MAX_SOURCE_BYTES)
  const home = join(course, '15-tickets')
  write(home, filesFromProtocol({ slug: 'tickets', title: 'Tickets', seen, solution }))
  const exercise = loadExercise(home)
  const found = await audit(exercise, { lessons, workers: 2 })
  expect(found).toMatchObject({ start: 'failed', solution: 'passed' })
  const [first, ...others] = exercise.checks.map(({ name }) => name)
  expect(found.wrong).toEqual([{ name: 'silent.ts', expected: first, actual: first }])
  expect(found.problems).toEqual([
    expect.stringMatching(/^solution\.ts has a type error at /),
    ...others.map(
      (name) => `nothing shows that "${name}" can fail: write a wrong answer that it is the first to catch`,
    ),
  ])
  expect(others).toContain('EffectOnce holds in every schedule')
})
