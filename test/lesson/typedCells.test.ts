/** TypeScript cells: on the world of the cells above, the same on a kernel as wherever a lesson is run whole. */
import { afterEach, describe, expect, test } from 'vitest'
import {
  exportHtml,
  exportMarkdown,
  Kernel,
  kitFile,
  Notebook,
  type Outcome,
  parseLesson,
  rewrite,
  takeLesson,
} from '../../src/index.ts'
import { alternatives, protocols } from '../../src/protocols/index.ts'
import { commands } from '../../src/scenario/commands/index.ts'

const INPUT = { protocols, alternatives, commands }
const KERNEL = kitFile('kernel.js')

const CELLS = `\`\`\`scenario id=first
cluster two-phase-commit tm rm1 rm2
request client tm begin tx=t1
\`\`\`

\`\`\`ts id=flight
const texts = wire.map(({ from, type, to }) => \`\${from} \${type} \${to}\`)
console.log(texts.length, 'in flight')
texts
----
1 in flight
["client begin tm"]
\`\`\`

\`\`\`scenario id=second
crash tm
\`\`\`

\`\`\`ts id=down
bars('up', Object.fromEntries(Object.entries(nodes).map(([n, s]) => [n, s === null ? 0 : 1])))
texts.length + now
\`\`\`

\`\`\`ts
onlyShown(here)
\`\`\`

\`\`\`claim id=X-1 verdict=opinion numbers=flight
One message is in flight.
\`\`\`
`

const source = (cells = CELLS): string =>
  `---\ntitle: A\nunit: U\nminutes: 5\nneeds: []\nexercises: []\nsources: []\n---\n\n${cells}\n`
const lesson = (cells?: string) => parseLesson('42-a-lesson.md', source(cells))
const taken = (cells?: string) => takeLesson(lesson(cells), INPUT, KERNEL)
const stateOf = (notebook: Notebook, id: string) => notebook.cells.find(({ cell }) => cell.id === id)!

let kernel: Kernel | null = null
afterEach(() => kernel?.close())

function ask(what: Parameters<Kernel['ask']>[0]): Promise<Outcome> {
  return new Promise((done) => kernel!.ask(what, { done }))
}

test('a fence of TypeScript with a name or an output runs; without either it is there to be read', () => {
  expect(lesson().parts.flatMap((part) => (part.kind === 'cell' ? [part.cell.id] : []))).toEqual([
    'first',
    'flight',
    'second',
    'down',
    'X-1',
  ])
  expect(lesson('```ts\n1 + 1\n----\n2\n```').parts[0]).toMatchObject({ cell: { kind: 'ts', expected: '2' } })
})

describe('a whole lesson', () => {
  test('runs each on its own world, compares what it prints, and proves numbers with it', async () => {
    const notebook = await taken()
    expect(stateOf(notebook, 'flight')).toMatchObject({ status: 'done', matches: true })
    expect(stateOf(notebook, 'down')).toMatchObject({ status: 'done', problem: null, matches: null })
    expect(stateOf(notebook, 'X-1')).toMatchObject({ status: 'done', unproven: [] })
    const now = rewrite(source(), notebook)
    expect(now).toMatch(/texts.length \+ now\n----\n1\n\nup\ntm .* 0\nrm1 .* 1\nrm2 .* 1\n```/)
    expect(rewrite(now, await taken(now.split('---\n\n')[1]))).toBe(now)
  })

  test('what prints something else is not proof', async () => {
    const notebook = await taken(CELLS.replace('1 in flight\n[', '2 in flight\n['))
    expect(stateOf(notebook, 'X-1').unproven).toEqual(['numbers: the cell flight printed something else'])
  })

  test('a mistake is told with its line, and what goes on from it says so; the world goes on', async () => {
    const notebook = await taken(
      CELLS.replace("console.log(texts.length, 'in flight')", 'texts.missing.here'),
    )
    expect(stateOf(notebook, 'flight')).toMatchObject({ status: 'failed' })
    expect(stateOf(notebook, 'flight').problem).toMatch(/^texts\.missing\.here\n +\^ /)
    expect(stateOf(notebook, 'down').problem).toBe('it goes on from the cell "flight", which failed')
    expect(stateOf(notebook, 'second').status).toBe('done')
    const wrong = await taken(CELLS.replace('texts\n----', 'const = 3\n----'))
    expect(stateOf(wrong, 'flight').problem).toMatch(/^const = 3\n {6}\^ Expected identifier/)
  })

  test('is exported with its code and what it printed', async () => {
    const notebook = await taken()
    const whole = { lesson: lesson(), cells: notebook.cells }
    expect(exportHtml(whole)).toMatch(/id="run-down"[\s\S]*bars[\s\S]*<svg/)
    expect(exportMarkdown(whole)).toMatch(/Run `flight`:\n\n```ts\nconst texts[\s\S]*```text\n1 in flight\n/)
  })

  test('an endless loop ends, and nothing gets out', async () => {
    const loop = await taken('```ts id=loop\nwhile (true) {}\n```\n\n```ts id=out\nfetch("x")\n```')
    expect(stateOf(loop, 'loop').problem).toContain('it had not returned after')
    const out = await taken('```ts id=out\nprocess.exit(3)\n```')
    expect(stateOf(out, 'out').problem).toContain('process')
  })
})

test('a notebook on this thread says that it needs a kernel', () => {
  expect(() => new Notebook(lesson(), INPUT).runAll()).toThrow('ask one')
})

test('one cell on a kernel gives what the whole lesson gives; the prompt knows its names, a new world does not', async () => {
  const whole = await taken()
  kernel = new Kernel(lesson(), INPUT, KERNEL)
  await ask({ kind: 'cell', id: 'down' })
  expect(stateOf(kernel.notebook, 'down')).toEqual(stateOf(whole, 'down'))
  expect(await ask({ kind: 'line', line: 'texts[0]' })).toMatchObject({ kind: 'done' })
  expect(await ask({ kind: 'line', line: 'const bars = 3' })).toMatchObject({ kind: 'done' })
  // What somebody typed before does not disturb a cell.
  await ask({ kind: 'cell', id: 'down' })
  expect(stateOf(kernel.notebook, 'down')).toEqual(stateOf(whole, 'down'))
  await ask({ kind: 'cell', id: 'first' })
  expect(await ask({ kind: 'line', line: 'texts[0]' })).toMatchObject({ kind: 'problem' })
})
