/** What is published: packed, installed in an empty folder and used there, as somebody without a clone would. */
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
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
      ...filesUnder('exercises').filter(
        (file) => !/\/hidden\/(?:wrong\/|right\/|equivalent\.md$)/.test(file),
      ),
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

  test('npx with the tarball itself, and nothing installed', () => {
    const empty = mkdtempSync(join(folder, 'empty-'))
    copyFileSync(tarball, join(empty, basename(tarball)))
    expect(npx(empty, ['--yes', `./${basename(tarball)}`, '--version'])).toMatchObject({
      status: 0,
      stdout: '0.1.0\n',
    })
  })
})

// Without lessons and exercises, as on a branch of the house alone, there is nothing to use.
describe('used there', () => {
  test('the lessons are all there', () => {
    const { lessons } = json('lessons', '--json') as { lessons: { number: string; id: string }[] }
    expect(lessons.map(({ number, id }) => `lessons/${number}-${id}.md`)).toEqual(filesUnder('lessons'))
  })

  test('the exercises are all there, without the answers that the repo keeps', () => {
    const { exercises } = json('exercises', '--json') as {
      exercises: { number: string; id: string; checks: unknown[]; wrong: unknown[]; right: unknown[] }[]
    }
    const tasks = exercises.map(({ number, id }) => `exercises/${number}-${id}/task.md`)
    expect(tasks).toEqual(filesUnder('exercises').filter((file) => file.endsWith('/task.md')))
    for (const { checks, wrong, right } of exercises)
      expect({ checks: checks.length > 0, wrong, right }).toEqual({ checks: true, wrong: [], right: [] })
  })

  test('the first lesson is printed where there is no terminal', () => {
    const run = splitbrain()
    expect(run).toMatchObject({ status: 0, stderr: '' })
    expect(run.stdout.split('\n').length).toBeGreaterThan(50)
  })

  test('a good answer passes, and the start does not', () => {
    const exercise = join(packageRoot(), 'exercises', '09-two-phase-commit')
    const good = check(join(exercise, 'hidden', 'solution.ts'))
    expect(good.report).toMatchObject({ schemaVersion: 1, exercise: 'two-phase-commit', verdict: 'passed' })
    expect(good.status).toBe(0)
    const start = check(join(exercise, 'start.ts'))
    expect(start.report).toMatchObject({ verdict: 'failed' })
    expect(start.status).toBe(1)
  })

  test('an unknown lesson is a sentence and a usage exit code', () => {
    const run = splitbrain('learn', 'no-such-lesson')
    expect(run).toMatchObject({ status: 2, stdout: '' })
    expect(run.stderr).not.toContain('    at ')
  })
})

function json(...words: string[]): { readonly [name: string]: unknown } {
  const run = splitbrain(...words)
  expect(run).toMatchObject({ status: 0, stderr: '' })
  const value = JSON.parse(run.stdout) as { readonly [name: string]: unknown }
  expect(value['schemaVersion']).toBe(1)
  return value
}

/** Checks a copy of an answer, in a folder of its own as a learner has it. */
function check(answer: string) {
  const copy = join(mkdtempSync(join(folder, 'answer-')), 'answer.ts')
  copyFileSync(answer, copy)
  const run = splitbrain('check', 'two-phase-commit', copy, '--json')
  return { status: run.status, report: JSON.parse(run.stdout) as unknown }
}

function npm(cwd: string, words: readonly string[]): string {
  return execFileSync('npm', words, {
    cwd,
    encoding: 'utf8',
    env: plainEnv(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function splitbrain(...words: string[]) {
  return npx(folder, ['--no-install', 'splitbrain', ...words])
}

function npx(cwd: string, words: readonly string[]) {
  const env = { ...plainEnv(), SPLITBRAIN_WORKSPACE: join(folder, 'workspace') }
  const run = spawnSync('npx', words, { cwd, encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'pipe'] })
  return { status: run.status, stdout: run.stdout, stderr: run.stderr }
}

/** The environment without what the outer npm and Vitest put there. */
function plainEnv(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(?:npm_|VITEST|NODE_ENV$|INIT_CWD$)/i.test(name),
  )
  return { ...Object.fromEntries(kept), npm_config_loglevel: 'error' }
}
