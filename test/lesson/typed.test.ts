/** TypeScript at the prompt of a kernel: on the world as it is, kept between lines, and without a way out. */
import { afterAll, expect, test } from 'vitest'
import { Kernel, kitFile, type Lesson, type Outcome, viewText } from '../../src/index.ts'
import { alternatives, protocols } from '../../src/protocols/index.ts'
import { commands } from '../../src/scenario/commands/index.ts'

const LESSON: Lesson = {
  id: 'none',
  number: '00',
  title: '',
  unit: '',
  minutes: 0,
  needs: [],
  exercises: [],
  sources: [],
  file: '',
  parts: [],
}

const kernel = new Kernel(LESSON, { protocols, alternatives, commands }, kitFile('kernel.js'))

afterAll(() => kernel.close())

/** What is printed, or where the mistake is and what it says. */
async function type(line: string): Promise<string | null> {
  const outcome = await new Promise<Outcome>((done) => kernel.ask({ kind: 'line', line }, { done }))
  switch (outcome.kind) {
    case 'done':
      return outcome.result?.view ? viewText(outcome.result.view) : null
    case 'problem':
      return `${outcome.problem.column}: ${outcome.problem.message}`
    case 'ended':
      return outcome.says
  }
}

test('the world as it is, copied: nothing that a line does changes it', async () => {
  expect(await type('Object.keys(nodes)')).toBe('[]')
  await type('cluster two-phase-commit tm rm1 rm2')
  await type('request client tm begin tx=t1')
  expect(await type('wire.map((m) => [m.from, m.type, m.to].join(" "))')).toBe('["client begin tm"]')
  await type('run 5ms')
  expect(await type('now')).toBe('5')
  const before = structuredClone(kernel.notebook.session.world)
  expect(await type('wire.length = 0; nodes.tm = null; wire.length')).toBe('0')
  expect(await type('nodes.tm === null')).toBe('false')
  expect(kernel.notebook.session.world).toEqual(before)
  await type('crash tm')
  expect(await type('nodes.tm')).toBe('null')
})

test('names are kept, may be declared again, and may hide those that are given', async () => {
  expect(await type('const n = 1')).toBeNull()
  expect(await type('const n: number = 2; n + 1')).toBe('3')
  expect(await type('n')).toBe('2')
  expect(await type('const now = 7')).toBeNull()
  expect(await type('now')).toBe('7')
})

test('a command is a command, and what is neither is told with the nearest one', async () => {
  expect(await type('crsh')).toBe('0: no command is called "crsh"; type help for all of them')
  expect(await type('who leads')).toBe('0: no command is called "who"; type help for all of them')
  expect(await type('const = 3')).toBe('6: Expected identifier but found "="')
  expect(await type('1 + missing')).toBe('4: missing is not defined')
  expect(await type('# only a note')).toBeNull()
})

test('a loop ends, and there is no way out', async () => {
  expect(await type('while (true) {}')).toBe(
    '0: it had not returned after 20,000,000 turns of loops and calls',
  )
  expect(await type('typeof globalThis.process')).not.toBe('object')
  expect(await type("import('node:fs')")).toContain('import() is not there')
  expect(await type("bars.constructor('return process')()")).toContain('code cannot be made from text')
})

test('pictures are shown below what is printed; what cannot be drawn is refused', async () => {
  expect(await type('console.log("so:"); bars("terms", { n1: 1, n2: 2 }, "of 3")')).toMatch(
    /^so:\n\nterms\nn1 .* 1 of 3\nn2 .* 2 of 3$/,
  )
  expect(await type('table([{ node: "n1", sent: 3 }, { node: "n2", sent: 12 }])')).toBe(
    'node  sent\nn1    3\nn2    12',
  )
  expect(await type('curve("c", "x", "y", { a: [[0, 1], [1, 2]] })')).toContain('c')
  expect(await type('ring("r", [{ at: 0.5, owner: "n1" }])')).toContain('n1')
  expect(await type('histogram("h", [])')).toContain('a histogram needs at least one value')
  expect(await type('bars(3, { a: 1 })')).toContain('titles, names and labels are texts, not 3')
  expect(await type('bars("b", [{ value: 1 }])')).toContain('labels are texts')
  expect(await type('for (let i = 0; i < 21; i++) bars("b", { a: i })')).toContain(
    'one line draws at most 20',
  )
})

test('a slip with a dash is a command that there is not, and no subtraction', async () => {
  expect(await type('heal-all')).toBe('0: no command is called "heal-all"; type help for all of them')
  expect(await type('heal-all; 3')).toMatch(/^0: no command is called "heal-all;"/)
  expect(await type('let heal = 5; let all = 2')).toBe(null)
  expect(await type('heal-all')).toBe('3')
})

test('what is not in reach says so when it is named, and what is of the language is no mere function', async () => {
  expect(await type('process')).toBe(
    '0: process is not in reach here: a node has no process: it sees its state, its messages and ctx',
  )
  expect(await type('process.exit()')).toMatch(/^\d+: process is not in reach here/)
  expect(await type('const p = process')).toBe(null)
  expect(await type('p')).toBe('something that is not in reach here')
  expect(await type('Array')).toBe('Array, of the language')
  expect(await type('(x) => x')).toBe('a function')
})
