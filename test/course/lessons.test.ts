/** Every lesson: its cells print what is written, its claims are proven, its challenges can be done. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import {
  alternatives,
  commands,
  kitFile,
  type Notebook,
  parseLesson,
  protocols,
  takeLesson,
} from '../../src/index.ts'
import { rewrite } from '../../src/lesson/rewrite.ts'

const folder = join(import.meta.dirname, '../../lessons')

describe.each(readdirSync(folder).filter((file) => file.endsWith('.md')))('%s', (file) => {
  const source = readFileSync(join(folder, file), 'utf8')
  let notebook: Notebook
  beforeAll(async () => {
    const input = { protocols, alternatives, commands }
    notebook = await takeLesson(parseLesson(file, source), input, kitFile('kernel.js'))
  })

  test('every cell makes sense', () => {
    expect(notebook.cells.flatMap(({ problem }) => problem ?? [])).toEqual([])
  })

  test('every cell prints what is written', () => {
    const now = rewrite(source, notebook)
    if (inject('update') && now !== source) writeFileSync(join(folder, file), now)
    else expect(now).toBe(source)
  })

  test('every claim is proven by its cells', () => {
    const claims = notebook.cells.filter(({ cell }) => cell.kind === 'claim')
    expect(claims.map(({ cell, unproven }) => [cell.id, unproven])).toEqual(
      claims.map(({ cell }) => [cell.id, []]),
    )
  })

  test('every challenge can be done as its solution does it, and is not done before', () => {
    for (const { cell } of notebook.cells) {
      if (cell.kind !== 'challenge') continue
      notebook.run(cell.id)
      expect(notebook.challengeState()?.done).toBe(false)
      for (const line of cell.solution) notebook.prompt(line)
      expect(notebook.challengeState()).toMatchObject({ done: true })
    }
  })

  test('no line of prose is too wide for a narrow terminal to read as it stands', () => {
    const wide = source
      .split('\n')
      .filter((line) => line.length > 110 && !line.startsWith('  - ') && !line.startsWith('```'))
    expect(wide).toEqual([])
  })
})
