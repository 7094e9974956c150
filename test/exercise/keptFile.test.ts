/** Files kept in the workspace: several processes at once lose nothing, and what cannot be read is put aside. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { changeKept } from '../../src/exercise/keptFile.ts'
import { kitFile } from '../../src/exercise/warmVitest.ts'

const now = new Date('2026-11-22T21:15:00Z')
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'splitbrain-progress-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const file = (name = 'progress.json') => join(folder, name)

test('four processes that each add fifty things lose none of them', async () => {
  const script = `
    import { changeKept } from ${JSON.stringify(kitFile('index.js').href)}
    for (let i = 0; i < 50; i++)
      changeKept({ folder: ${JSON.stringify(folder)} }, 'progress.json', (text) => {
        const before = text === null ? { schemaVersion: 1, done: [] } : JSON.parse(text)
        return JSON.stringify({ ...before, done: [...before.done, process.argv[1] + i] })
      }, new Date(0))`
  const codes = await Promise.all(['a', 'b', 'c', 'd'].map((name) => run(script, name)))
  expect(codes).toEqual([0, 0, 0, 0])
  const { done } = JSON.parse(readFileSync(file(), 'utf8')) as { done: string[] }
  expect(new Set(done).size).toBe(200)
  expect(readdirSync(folder)).toEqual(['progress.json'])
})

test('the lock of a process that was killed is removed, by one of those who wait', () => {
  writeFileSync(file('progress.json.lock'), '1')
  const longAgo = new Date(Date.now() - 60_000)
  utimesSync(file('progress.json.lock'), longAgo, longAgo)
  changeKept({ folder }, 'progress.json', () => '{ "schemaVersion": 1 }', now)
  expect(readdirSync(folder)).toEqual(['progress.json'])
})

test('what is damaged, or comes from a newer program, is kept beside it', () => {
  for (const text of ['{ "schemaVer', '{ "schemaVersion": 2 }']) {
    writeFileSync(file(), text)
    const kept = changeKept({ folder }, 'progress.json', () => '{ "schemaVersion": 1 }', now)
    expect(readFileSync(kept!, 'utf8')).toBe(text)
    expect(readFileSync(file(), 'utf8')).toBe('{ "schemaVersion": 1 }')
  }
  expect(readdirSync(folder)).toHaveLength(3)
})

test('a change that throws changes nothing and leaves no lock', () => {
  writeFileSync(file(), '{ "schemaVersion": 1 }')
  const broken = (): string => {
    throw new RangeError('no')
  }
  expect(() => changeKept({ folder }, 'progress.json', broken, now)).toThrow('no')
  expect(readdirSync(folder)).toEqual(['progress.json'])
})

function run(script: string, word: string): Promise<number | null> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script, word], { stdio: 'inherit' })
  return new Promise((resolve) => child.once('close', resolve))
}
