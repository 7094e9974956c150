/** The launcher in a clone: what it prepares, and that nobody runs yesterday's code. */
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { packageRoot } from '../../src/base/home.ts'

const HOUSE = ['splitbrain.cjs', 'start.cjs', 'build.mjs', 'direct.mjs', 'late.mjs', 'nothing.mjs'].map(
  (name) => join('cli', name),
)
let clone: string

/** A clone with a program of one line. */
beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'splitbrain-clone-'))
  for (const file of [...HOUSE, 'package.json', 'tsconfig.json', '.tsconfig.types.json'])
    cpSync(join(packageRoot(), file), join(clone, file))
  symlinkSync(join(packageRoot(), 'node_modules'), join(clone, 'node_modules'))
  mkdirSync(join(clone, 'src'))
  writeFileSync(join(clone, 'src', 'index.ts'), 'export const said: string = "first"\n')
  program("import { said } from '../src/index.ts'\nconsole.log(said)\n")
})

afterEach(() => rmSync(clone, { recursive: true, force: true }))

describe('in a clone', () => {
  test('the program is built on the first start, and again when a source is newer', async () => {
    expect(await start()).toEqual({ code: 0, stdout: 'first\n', stderr: '' })
    change('export const said: string = "second"\n')
    expect(await start()).toEqual({ code: 0, stdout: 'second\n', stderr: '' })
  })

  test('two starts at once both build and both run', async () => {
    const runs = await Promise.all([start(), start(), start()])
    expect(runs.map((run) => run.stdout)).toEqual(['first\n', 'first\n', 'first\n'])
    change('export const said: string = "second"\n')
    expect((await Promise.all([start(), start()])).map((run) => run.stdout)).toEqual(['second\n', 'second\n'])
  })

  test('a source that cannot be built is our bug: its place, and exit code 70', async () => {
    change('export const said = \n')
    const run = await start()
    expect(run.code).toBe(70)
    expect(run.stderr).toContain('src/index.ts:2:0')
    expect(run.stderr.split('\n').length).toBeLessThan(5)
  })
})

describe('the environment', () => {
  test('React is told that this is production', async () => {
    program("console.log(Reflect.get(process.env, 'NODE_ENV'))\n")
    expect((await start({ NODE_ENV: 'development' })).stdout).toBe('production\n')
  })

  test.each([
    [{ NO_COLOR: '1' }, '0'],
    [{ NO_COLOR: '1', FORCE_COLOR: '3' }, '0'],
    [{ NO_COLOR: '' }, 'undefined'],
    [{}, 'undefined'],
  ])('%o gives FORCE_COLOR %s', async (env, expected) => {
    program("console.log(String(process.env['FORCE_COLOR']))\n")
    expect((await start(env)).stdout).toBe(`${expected}\n`)
  })

  test('an exit code set by the program is the exit code', async () => {
    program('process.exitCode = 4\n')
    expect((await start()).code).toBe(4)
  })
})

function program(text: string): void {
  writeFileSync(join(clone, 'cli', 'main.ts'), text)
}

/** Changes a source, a moment later than the build: a file system may count whole seconds. */
function change(text: string): void {
  const file = join(clone, 'src', 'index.ts')
  writeFileSync(file, text)
  const later = new Date(Date.now() + 2000)
  utimesSync(file, later, later)
}

function start(
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { NO_COLOR, FORCE_COLOR, NODE_ENV, ...rest } = process.env
  const words = [join(clone, 'cli', 'splitbrain.cjs')]
  const child = spawn(process.execPath, words, {
    env: { ...rest, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const text = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk) => (text.stdout += chunk))
  child.stderr.on('data', (chunk) => (text.stderr += chunk))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...text })))
}
