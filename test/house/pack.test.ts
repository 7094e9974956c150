/** What is published: packed, installed in an empty folder and used there, as somebody without a clone would. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { packageRoot } from '../../src/base/home.ts'
import { filesUnder } from './source.ts'

const folder = mkdtempSync(join(tmpdir(), 'splitbrain-pack-'))
let tarball: string
let packed: readonly string[]

beforeAll(() => {
  const words = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
  const [pack] = JSON.parse(npm(packageRoot(), words)) as [{ filename: string; files: { path: string }[] }]
  tarball = join(folder, pack.filename)
  packed = pack.files.map((file) => file.path)
  npm(folder, ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball])
}, 300_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the tarball', () => {
  test('holds every lesson and all that a learner is checked with', () => {
    const wanted = [
      ...filesUnder('lessons'),
      ...filesUnder('exercises').filter((file) => !/\/hidden\/(?:wrong|right)\//.test(file)),
    ]
    expect(wanted.filter((file) => !packed.includes(file))).toEqual([])
  })

  test('holds the program, its types and its papers', () => {
    const papers = ['README.md', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md']
    const wanted = ['.build/cli.js', '.build/index.js', '.build/index.d.ts', 'cli/splitbrain.cjs', ...papers]
    expect(wanted.filter((file) => !packed.includes(file))).toEqual([])
  })

  test('holds no known answers beside the solution, no sources and no tests', () => {
    const surplus = /\/hidden\/(?:wrong|right)\/|^src\/|^test\/|^cli\/(?!.*\.cjs$)|^\./
    expect(packed.filter((file) => surplus.test(file) && !file.startsWith('.build/'))).toEqual([])
    expect(packed.filter((file) => file.startsWith('.build/making-'))).toEqual([])
  })
})

describe('installed in an empty folder', () => {
  test('npx splitbrain --version', () => {
    expect(splitbrain('--version')).toMatchObject({ status: 0, stderr: '', stdout: '0.1.0\n' })
  })
})

function npm(cwd: string, words: readonly string[]): string {
  return execFileSync('npm', words, {
    cwd,
    encoding: 'utf8',
    env: plainEnv(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function splitbrain(...words: string[]) {
  const env = { ...plainEnv(), SPLITBRAIN_WORKSPACE: join(folder, 'workspace') }
  const run = spawnSync('npx', ['--no-install', 'splitbrain', ...words], {
    cwd: folder,
    encoding: 'utf8',
    env,
  })
  return { status: run.status, stdout: run.stdout, stderr: run.stderr }
}

/** The environment without what the outer npm and Vitest put there. */
function plainEnv(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(?:npm_|VITEST|NODE_ENV$|INIT_CWD$)/i.test(name),
  )
  return { ...Object.fromEntries(kept), npm_config_loglevel: 'error' }
}
