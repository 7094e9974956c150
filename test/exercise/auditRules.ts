/** Exercises that break one rule of the audit each, and what they are told. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'
import { packageRoot } from '../../src/base/home.ts'
import { loadExercise } from '../../src/exercise/load.ts'

// Inside the clone, so that the checks find Vitest.
const course = mkdtempSync(join(packageRoot(), '.build', 'audit-'))
afterAll(() => rmSync(course, { recursive: true, force: true }))

interface Files {
  readonly [path: string]: string
}

export const lesson = { id: 'leases', headings: ['A heading'], exercises: ['leases'] }

/** The small exercise with some of its files replaced, in a folder called after the rule. */
export function exerciseOf(rule: string, files: Files) {
  const folder = join(course, rule.replaceAll(/\W+/g, '-'), '14-leases')
  for (const [path, text] of Object.entries({ ...small, ...files })) {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  return loadExercise(folder)
}

/** One check that says hello, and one that counts; `fuller` is more of the file, `body` more of the first check. */
export const checks = ({ fuller = '', body = '', section = '' } = {}) => `
import { answer, byHand, defineProtocol, makeModel } from 'splitbrain'
import fc from 'fast-check'
import { expect, test } from 'vitest'
${fuller}
const model = () => makeModel(defineProtocol({
  name: 'hello', source: 'a test', says: 'hello', cluster: ['n1'], rules: {},
  roles: () => answer('server'),
  assign: () => ({ n1: { role: 'server', peers: [], config: {} } }),
  requests: { hello: { to: 'server', fields: {}, says: 'greets' } },
  properties: [],
}))
const greeted = () => byHand(model()).request('n1', { type: 'hello' }).deliverAll()
const meta = { points: 1, expected: 'an answer', why: 'who greets waits', hints: ['Who waits?'] }
test('answers', { meta: { ...meta, rung: 1${section} } }, () => {
  ${body}
  expect(greeted()).toSend({ type: 'hello_ok' })
})
test('counts', { meta: { ...meta, rung: 2 } }, () => {
  expect(greeted().request('n1', { type: 'hello' }, 'c2').deliverAll()).toSend({ type: 'hello_ok', n: 2 })
})
`

const server = (effects: string) => `import { defineNode } from 'splitbrain'
export const server = defineNode<{ n: number }, { type: 'hello' }>({
  start: () => ({ n: 0 }),
  on: { hello(state, message, ctx) { ${effects} } },
})
`
export const RIGHT = server("state.n += 1; ctx.reply(message, { type: 'hello_ok', n: state.n })")
export const SILENT = server('state.n += 1; void message; void ctx')
export const FORGETS = server("void state; ctx.reply(message, { type: 'hello_ok', n: 1 })")

export const small = {
  'task.md': '---\nlesson: leases\n---\n\n# Hello\n\nAnswer, and count.\n',
  'start.ts': SILENT,
  'hidden/checks.test.ts': checks(),
  'hidden/solution.ts': RIGHT,
  'hidden/wrong/silent.ts': `// fails: answers\n${SILENT}`,
  'hidden/wrong/forgets.ts': `// fails: counts\n${FORGETS}`,
  'hidden/right/same.ts': RIGHT,
}

const MUST = 'the same seed must give the same: write the numbers down, or give the library a seed'

/** Each breaks one rule, and is told of it in these words and no others. */
export const RULES: readonly (readonly [rule: string, files: Files, problems: readonly string[]])[] = [
  ['all its rules kept', {}, []],
  ['a start that passes', { 'start.ts': RIGHT }, ['start.ts passes: there is nothing to do']],
  [
    'a start that does not compile',
    { 'start.ts': `${SILENT}const =\n` },
    [
      'start.ts has a type error at start.ts:6: Variable declaration expected.',
      'start.ts cannot be run: Expected identifier but found "=" (start.ts:6:7)',
    ],
  ],
  [
    'a start with a type error',
    { 'start.ts': `${SILENT}export const n: number = 'one'\n` },
    ["start.ts has a type error at start.ts:6: Type 'string' is not assignable to type 'number'."],
  ],
  [
    'a solution that fails',
    { 'hidden/solution.ts': FORGETS },
    [
      'solution.ts must pass, but "counts" ends as failed: no hello_ok n=2 was sent; client sent hello to n1, n1 sent hello_ok n=1 to client, c2 sent hello to n1, n1 sent hello_ok n=1 to c2',
    ],
  ],
  [
    'a wrong answer that another check catches',
    { 'hidden/wrong/mute.ts': `// fails: counts\n${SILENT}` },
    [
      'wrong/mute.ts should fail "counts" first, and fails "answers": no hello_ok was sent; client sent hello to n1',
    ],
  ],
  [
    'a wrong answer that nothing catches',
    { 'hidden/wrong/fine.ts': `// fails: counts\n${RIGHT}` },
    ['wrong/fine.ts passes, and should fail "counts"'],
  ],
  [
    'a check that no wrong answer names',
    { 'hidden/wrong/forgets.ts': `// fails: answers\n${SILENT}` },
    ['nothing shows that "counts" can fail: write a wrong answer that it is the first to catch'],
  ],
  [
    'a check that cannot fail',
    { 'hidden/checks.test.ts': `${checks()}test('is kind', { meta: { ...meta, rung: 2 } }, () => {})\n` },
    ['nothing shows that "is kind" can fail: write a wrong answer that it is the first to catch'],
  ],
  [
    'a right answer that fails',
    { 'hidden/right/same.ts': SILENT },
    ['right/same.ts must pass, but "answers" ends as failed: no hello_ok was sent; client sent hello to n1'],
  ],
  [
    'a check that rolls dice, and one that looks at the clock',
    {
      'hidden/checks.test.ts': checks({
        fuller: 'const began = Date.now()',
        body: 'if (Math.random() > 2 || new Date().getTime() < began) throw new Error()',
      }),
    },
    [
      `hidden/checks.test.ts asks Date.now(): ${MUST}`,
      `"answers" asks Math.random(): ${MUST}`,
      `"answers" asks new Date(): ${MUST}`,
    ],
  ],
  [
    'a library of the check that rolls dice, because it was given no seed',
    { 'hidden/checks.test.ts': checks({ body: 'fc.assert(fc.property(fc.nat(), () => true))' }) },
    [`"answers" asks Date.now(): ${MUST}`, `"answers" asks Math.random(): ${MUST}`],
  ],
  [
    'a library that was given one',
    {
      'hidden/checks.test.ts': checks({ body: 'fc.assert(fc.property(fc.nat(), () => true), { seed: 1 })' }),
    },
    [],
  ],
  [
    'a check that differs from run to run by something that is not heard',
    {
      'hidden/checks.test.ts': checks({
        fuller: 'let times = globalThis.process.hrtime.bigint()',
        body: "greeted().request('n1', { type: 'hello', at: String(times++) }).fail('it is over')",
      }),
      'hidden/solution.ts': SILENT,
      'hidden/right/same.ts': SILENT,
    },
    [
      'solution.ts must pass, but "answers" ends as failed: it is over',
      'solution.ts run twice with the same seed differs in "answers", in its story: the check must not depend on clock or chance',
      'right/same.ts must pass, but "answers" ends as failed: it is over',
      'wrong/forgets.ts should fail "counts" first, and fails "answers": it is over',
      'wrong/forgets.ts run twice with the same seed differs in "answers", in its story: the check must not depend on clock or chance',
      'wrong/silent.ts run twice with the same seed differs in "answers", in its story: the check must not depend on clock or chance',
    ],
  ],
  [
    'a section that the lesson does not have',
    { 'hidden/checks.test.ts': checks({ section: ", section: 'Elsewhere'" }) },
    ['"answers" leads to the section "Elsewhere", which the lesson "leases" does not have'],
  ],
  [
    'a lesson that is not there',
    { 'task.md': small['task.md'].replace('leases', 'loans') },
    ['task.md belongs to the lesson "loans", which is not there: correct "lesson:" at its top'],
  ],
]
