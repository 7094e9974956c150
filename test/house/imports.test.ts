/** The order of the layers, no cycles, and the world touched at named edges only. */
import { describe, expect, test } from 'vitest'
import { ENTRIES } from '../../cli/build.mjs'
import { EDGES } from './edges.ts'
import { codeFiles, type Import, readSource, type Source, type Touch } from './source.ts'

/** What each layer may import besides itself. What a lower layer may import, it may too. */
const BELOW: { readonly [layer: string]: readonly string[] } = {
  base: [],
  node: ['base'],
  history: ['base'],
  world: ['node', 'history'],
  run: ['world'],
  protocols: ['node', 'world'],
  draw: ['world', 'run', 'history'],
  scenario: ['draw'],
  maelstrom: ['draw'],
  sandbox: ['node'],
  lesson: ['scenario', 'sandbox', 'draw', 'protocols'],
  exercise: ['scenario', 'sandbox', 'draw', 'protocols', 'maelstrom'],
  grade: ['exercise'],
  index: ['lesson', 'grade', 'protocols', 'scenario'],
  cli: ['index'],
}

const sources = ['src', 'cli'].flatMap(codeFiles).map((file) => readSource(file))
const exercises = codeFiles('exercises').map((file) => readSource(file))

describe('the order of the layers', () => {
  test('every file of src lies in a layer', () => {
    const strange = sources.map((s) => s.file).filter((file) => !Object.hasOwn(BELOW, layerOf(file)))
    expect(strange, 'put these into one of the folders that DESIGN names').toEqual([])
  })

  test('no file imports from a layer that is not below its own', () => {
    const wrong = each(sources, (source, use) => {
      if (use.file === null || (use.file === 'src/index.ts' && startsAProcess(source))) return null
      const [own, other] = [layerOf(source.file), layerOf(use.file)]
      if (own === other || (own === 'cli' ? ['index'] : allBelow(own)).includes(other)) return null
      return `${own} may import ${[own, ...BELOW[own]!].join(', ')}, not ${other} (${use.from})`
    })
    expect(wrong).toEqual([])
  })

  test('an exercise imports the public door, its own files and the test library only', () => {
    const wrong = each(exercises, (source, use) => {
      const folder = source.file.split('/').slice(0, 2).join('/')
      if (use.from === 'splitbrain' || use.file?.startsWith(`${folder}/`)) return null
      if (use.from === 'vitest' && source.file.includes('/hidden/')) return null
      return `imports ${use.from}; an exercise imports 'splitbrain' and its own files`
    })
    expect(wrong).toEqual([])
  })

  test('no two files import each other, directly or around (import type does not count)', () => {
    expect(cycles(sources)).toEqual([])
  })
})

describe('the edges', () => {
  test('only edges touch clock, disk, process, network or dice', () => {
    const wrong = sources.flatMap((source) =>
      firstOfEach(source.touches)
        .filter((touch) => !EDGES[source.file]?.touches.includes(touch.world))
        .map((touch) => `${source.file}:${touch.line} touches the ${touch.world} (${touch.what})`),
    )
    expect(wrong, 'take a value as an argument, or name the file in test/house/edges.ts').toEqual([])
  })

  test('every edge is still one', () => {
    const stale = Object.entries(EDGES).flatMap(([file, edge]) => {
      const touched = sources.find((source) => source.file === file)?.touches.map((t) => t.world)
      if (touched === undefined) return []
      return edge.touches.filter((world) => !touched.includes(world)).map((world) => `${file}: ${world}`)
    })
    expect(stale, 'no longer touched: take it out of test/house/edges.ts').toEqual([])
  })
})

describe('these tests see', () => {
  test('a cycle, and around which files it runs', () => {
    const a = readSource('src/base/a.ts', "import { b } from '../node/b.ts'\nb()")
    const b = readSource('src/node/b.ts', "export * from '../base/a.ts'")
    expect(cycles([a, b])).toEqual(['src/base/a.ts -> src/node/b.ts -> src/base/a.ts'])
  })

  test('imports of every form', () => {
    const text = "import type { A } from './a.ts'\nexport * from './b.ts'\nconst c = await import('vite')"
    expect(readSource('src/base/x.ts', text).imports).toEqual([
      { from: './a.ts', file: 'src/base/a.ts', typeOnly: true, line: 1 },
      { from: './b.ts', file: 'src/base/b.ts', typeOnly: false, line: 2 },
      { from: 'vite', file: null, typeOnly: false, line: 3 },
    ])
  })

  test.each([
    ['const t = Date.now()', 'clock'],
    ['const t = new Date()', 'clock'],
    ['setTimeout(() => {}, 1)', 'clock'],
    ["import { readFileSync } from 'node:fs'", 'disk'],
    ['process.exit(1)', 'process'],
    ['const x = globalThis.process', 'process'],
    ["import { spawn } from 'node:child_process'", 'process'],
    ["await fetch('x')", 'network'],
    ['Math.random()', 'dice'],
    ["import { randomInt } from 'node:crypto'", 'dice'],
    ["import { createHash } from 'node:crypto'", 'nothing'],
    ['// Date.now()\nconst s = "Date.now()"', 'nothing'],
    ['function crash(process: string) { return process }', 'nothing'],
    ['const x: Date | null = null', 'nothing'],
    ['const x = { process: 1 }.process', 'nothing'],
  ])('%s touches %s', (text, world) => {
    expect(readSource('src/base/x.ts', text).touches[0]?.world ?? 'nothing').toBe(world)
  })
})

function firstOfEach(touches: readonly Touch[]): Touch[] {
  return touches.filter((touch, i) => touches.findIndex((other) => other.world === touch.world) === i)
}

function layerOf(file: string): string {
  const [top, layer] = file.split('/')
  if (top !== 'src') return top!
  return file === 'src/index.ts' ? 'index' : layer!
}

/** The start of another process opens the public door, as the program does; nothing imports it. */
function startsAProcess(source: Source): boolean {
  return Object.values(ENTRIES).includes(source.file) && source.file !== 'src/index.ts'
}

function allBelow(layer: string): readonly string[] {
  return BELOW[layer]!.flatMap((below) => [below, ...allBelow(below)])
}

function each(list: readonly Source[], judge: (source: Source, use: Import) => string | null): string[] {
  return list.flatMap((source) =>
    source.imports.flatMap((use) => {
      const wrong = judge(source, use)
      return wrong === null ? [] : [`${source.file}:${use.line}: ${wrong}`]
    }),
  )
}

/** Each cycle once, as the files it runs through. */
function cycles(list: readonly Source[]): string[] {
  const uses = new Map(
    list.map((source) => [source.file, source.imports.filter((use) => !use.typeOnly).map((use) => use.file)]),
  )
  const found: string[] = []
  const done = new Set<string>()
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file)
    if (at >= 0) found.push([...path.slice(at), file].join(' -> '))
    if (at >= 0 || done.has(file)) return
    for (const next of uses.get(file) ?? []) if (next !== null && uses.has(next)) visit(next, [...path, file])
    done.add(file)
  }
  for (const file of uses.keys()) visit(file, [])
  return found
}
