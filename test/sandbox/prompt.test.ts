/** The prompt: lines of TypeScript that keep their names, give values back, and end. */
import { beforeEach, expect, test } from 'vitest'
import { DEFAULT_LIMITS } from '../../src/sandbox/limits.ts'
import { readLine } from '../../src/sandbox/line.ts'
import { type LineOutcome, Prompt } from '../../src/sandbox/prompt.ts'

let prompt: Prompt
let log: { lines: string[]; dropped: number; chars: number }

beforeEach(() => {
  log = { lines: [], dropped: 0, chars: 0 }
  prompt = new Prompt(DEFAULT_LIMITS, log)
})

async function type(source: string): Promise<LineOutcome> {
  const line = await readLine(source, prompt.names)
  if (line.kind === 'mistake') throw new Error(`${line.line}:${line.column} ${line.message}`)
  return prompt.run(line)
}

const value = (of: LineOutcome) => (of.kind === 'value' ? of.value : of)

async function last(...sources: string[]): Promise<unknown> {
  let outcome: LineOutcome = { kind: 'nothing' }
  for (const source of sources) outcome = await type(source)
  return value(outcome)
}

test('an expression gives its value, a declaration nothing', async () => {
  expect(await last('1 + 1')).toBe(2)
  expect(await last('const x: number = 4')).toEqual({ kind: 'nothing' })
  expect(await last('x * 2; x * 3')).toBe(12)
  expect(await last('{ a: x }')).toEqual({ a: 4 })
  expect(await last('{ a: x };')).toEqual({ a: 4 })
  expect(await last('{ let y = 2; y }')).toEqual({ kind: 'nothing' })
  expect(await last('new Map([[1, new Set([2])]])')).toEqual(new Map([[1, new Set([2])]]))
  expect(await last('interface A { b: number }')).toEqual({ kind: 'nothing' })
})

test('every kind of declaration is kept, and can be made again as anything', async () => {
  expect(await last('const a = 1, b = a + 1', 'let a = b', 'a')).toBe(2)
  expect(await last('const { p, q: [r, ...s], t = 5 } = { p: 1, q: [2, 3, 4] }', '[p, r, s, t]')).toEqual([
    1,
    2,
    [3, 4],
    5,
  ])
  expect(await last('let late', 'late = 3', 'late')).toBe(3)
  expect(await last('twice(4); function twice(n: number) { return n * 2 }', 'twice(21)')).toBe(42)
  expect(await last('class Box { constructor(readonly v: number) {} }', 'new Box(3).v')).toBe(3)
  expect(await last('const Map = 5', 'Map')).toBe(5)
  expect(await last('const f = (n: number): number => n < 2 ? n : f(n - 1) + f(n - 2)', 'f(12)')).toBe(144)
})

test('what is no data is described', async () => {
  expect(await type('() => 1')).toEqual({ kind: 'value', value: null, text: 'a function' })
  expect(await type("new RangeError('far')")).toMatchObject({ text: 'RangeError: far' })
  expect(await type('({ get a() { while (true); } })')).toMatchObject({
    text: 'an object that is no plain data: it.a is a getter',
  })
})

test('what is given is copied both ways', async () => {
  const seen: unknown[] = []
  prompt.give('state', { n: 1 })
  prompt.give('note', (...args) => {
    seen.push(args)
    return { ok: true }
  })
  expect(await last('state.n++', 'state.n')).toBe(2)
  expect(await last('note(state, new Set([1]))')).toEqual({ ok: true })
  expect(seen).toEqual([[{ n: 2 }, new Set([1])]])
  expect(await last('note(() => 1)')).toMatchObject({
    message: 'argument 1 is a function: keep data only; a function cannot be stored or sent',
  })
  expect(await last('note.constructor("return process")()')).toMatchObject({
    message: 'code cannot be made from text while it runs: write the code out',
  })
})

test('what is thrown and what never ends is told with its place', async () => {
  expect(await type("const n = 1\nif (n) throw new Error('no')")).toEqual({
    kind: 'threw',
    message: 'no',
    place: { line: 2, column: 14 },
  })
  expect(await type('let i = 0; while (true) i++')).toEqual({
    kind: 'threw',
    message: 'it had not returned after 1,000,000 turns of loops and calls',
    place: { line: 1, column: 12 },
  })
  expect(await type('i')).toMatchObject({ kind: 'value' })
  expect(await last('function deep(): number { return deep() }', 'deep()')).toMatchObject({
    message: 'functions called each other 1,000 deep and none had returned',
  })
  expect(await type('missing')).toMatchObject({ message: 'missing is not defined' })
  expect(await type('throw 7')).toMatchObject({ message: /^7. That is not an Error/ })
})

test('console.log is kept for the caller', async () => {
  await type("console.log('a', { b: 1 })")
  expect(log.lines).toEqual(['a {"b":1}'])
})

test('mistakes say where', async () => {
  expect(await readLine('const = 3')).toMatchObject({ kind: 'mistake', line: 1, column: 7 })
  expect(await readLine('{ a: }')).toMatchObject({ kind: 'mistake', line: 1, column: 6 })
  expect(await readLine('1\nawait later()')).toMatchObject({
    kind: 'mistake',
    line: 2,
    column: 1,
    message: /cannot wait/,
  })
  expect(await readLine("import 'fs'")).toMatchObject({ kind: 'mistake', message: /not there at the prompt/ })
})
