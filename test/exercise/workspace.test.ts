/** The workspace: made on the first visit, and nothing of the learner's is ever lost. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { EXERCISES } from '../../src/exercise/folders.ts'
import { loadExercise } from '../../src/exercise/load.ts'
import { typeErrors } from '../../src/exercise/types.ts'
import {
  hasAnswer,
  openAnswer,
  openScenarios,
  openWorkspace,
  resetAnswer,
  WorkspaceProblem,
  workspaceFolder,
} from '../../src/exercise/workspace.ts'

const exercise = loadExercise(`${EXERCISES}/09-two-phase-commit`)
const now = new Date('2026-11-22T21:15:00Z')
let above: string
let folder: string

beforeEach(() => {
  above = mkdtempSync(join(tmpdir(), 'splitbrain-workspace-'))
  folder = join(above, 'splitbrain')
})
afterEach(() => {
  chmodSync(above, 0o700)
  rmSync(above, { recursive: true, force: true })
})

test('the first visit copies the start, the second leaves it alone', () => {
  const workspace = openWorkspace(folder)
  const file = openAnswer(workspace, exercise)
  expect(file).toBe(join(folder, 'answers', 'two-phase-commit', 'start.ts'))
  expect(readFileSync(file, 'utf8')).toBe(readFileSync(join(exercise.folder, 'start.ts'), 'utf8'))
  writeFileSync(file, '// mine')
  openWorkspace(folder)
  expect(readFileSync(openAnswer(workspace, exercise), 'utf8')).toBe('// mine')
})

test('a first scenario is given with the start, and put back only where there is none at all', () => {
  const workspace = openWorkspace(folder)
  const own = (name: string) => join(folder, 'answers', exercise.id, name)
  openAnswer(workspace, exercise)
  expect(exercise.scenarios).toEqual(['first.scenario'])
  expect(readFileSync(own('first.scenario'), 'utf8')).toContain('cluster two-phase-commit')
  rmSync(own('first.scenario'))
  openAnswer(workspace, exercise)
  expect(existsSync(own('first.scenario'))).toBe(false)
  writeFileSync(own('mine.scenario'), '')
  openScenarios(workspace, exercise)
  expect(existsSync(own('first.scenario'))).toBe(false)
  rmSync(own('mine.scenario'))
  openScenarios(workspace, exercise)
  expect(existsSync(own('first.scenario'))).toBe(true)
})

test('a reset keeps what was there under a dated name, twice in one second too', () => {
  const workspace = openWorkspace(folder)
  const file = openAnswer(workspace, exercise)
  writeFileSync(file, '// first try')
  expect(resetAnswer(workspace, exercise, now)).toMatch(/start\.2026-11-22T21-15-00\.ts$/)
  writeFileSync(file, '// second try')
  const second = resetAnswer(workspace, exercise, now)
  expect(second).toMatch(/start\.2026-11-22T21-15-00-2\.ts$/)
  expect(readFileSync(second!, 'utf8')).toBe('// second try')
  const starts = readdirSync(join(folder, 'answers', 'two-phase-commit')).filter((name) =>
    name.startsWith('start'),
  )
  expect(starts).toHaveLength(3)
  expect(readFileSync(file, 'utf8')).toContain('defineNode')
})

test('an answer of several files is copied whole, and reset whole', () => {
  const several = { ...exercise, folder: join(above, '30-several'), id: 'several', scenarios: [] }
  mkdirSync(join(several.folder, 'start'), { recursive: true })
  for (const name of ['start.ts', 'log.ts']) writeFileSync(join(several.folder, 'start', name), `// ${name}`)
  const workspace = openWorkspace(folder)
  const file = openAnswer(workspace, several)
  const log = join(folder, 'answers', 'several', 'log.ts')
  expect(readFileSync(log, 'utf8')).toBe('// log.ts')
  expect(hasAnswer(workspace, several)).toBe(false)
  writeFileSync(log, '// mine')
  expect(hasAnswer(workspace, several)).toBe(true)
  const kept = resetAnswer(workspace, several, now)
  expect(kept).toMatch(/log\.2026-11-22T21-15-00\.ts$/)
  expect(readFileSync(kept!, 'utf8')).toBe('// mine')
  expect([readFileSync(file, 'utf8'), readFileSync(log, 'utf8')]).toEqual(['// start.ts', '// log.ts'])
  expect(resetAnswer(workspace, several, now)).toBeNull()
})

test('an editor finds the declarations of splitbrain', async () => {
  const workspace = openWorkspace(folder)
  const file = openAnswer(workspace, exercise)
  const { compilerOptions } = JSON.parse(readFileSync(join(folder, 'tsconfig.json'), 'utf8')) as {
    compilerOptions: { paths: { splitbrain: string[] } }
  }
  expect(existsSync(compilerOptions.paths.splitbrain[0]!)).toBe(true)
  writeFileSync(file, `${readFileSync(file, 'utf8')}\nconsole.log('loaded')\n`)
  expect(await typeErrors(file, 60_000)).toEqual([])
  writeFileSync(file, `${readFileSync(file, 'utf8')}\nconst tx: number = 'one'\nexport { tx }\n`)
  const lines = readFileSync(file, 'utf8').split('\n').length - 3
  expect(await typeErrors(file, 60_000)).toEqual([
    { place: `start.ts:${lines + 1}`, message: "Type 'string' is not assignable to type 'number'." },
  ])
})

test('a tsconfig that the learner changed is left alone', () => {
  openWorkspace(folder)
  writeFileSync(join(folder, 'tsconfig.json'), '{ "compilerOptions": { "strict": false } }')
  openWorkspace(folder)
  expect(readFileSync(join(folder, 'tsconfig.json'), 'utf8')).toContain('"strict": false')
})

test('a workspace that cannot be created is one sentence with the place and what to do', () => {
  writeFileSync(folder, 'a file where the folder should be')
  try {
    openWorkspace(folder)
    expect.unreachable()
  } catch (error) {
    expect(error).toBeInstanceOf(WorkspaceProblem)
    expect((error as WorkspaceProblem).message).toBe(
      `the workspace cannot be used: ${join(folder, 'answers')} lies below something that is not a folder`,
    )
    expect((error as WorkspaceProblem).next).toContain('--workspace')
  }
})

test('a folder that may not be written is said to be so', () => {
  chmodSync(above, 0o500)
  asNobody(() => expect(() => openWorkspace(folder)).toThrow(/does not let you write/))
})

/** Root writes wherever it likes: it steps down for a moment. */
function asNobody(run: () => void): void {
  if (process.geteuid?.() !== 0) return run()
  process.seteuid?.(65_534)
  try {
    run()
  } finally {
    process.seteuid?.(0)
  }
}

test('the folder is the one given, then the one of the environment', () => {
  const before = process.env['SPLITBRAIN_WORKSPACE']
  process.env['SPLITBRAIN_WORKSPACE'] = '/somewhere'
  expect(workspaceFolder('/given')).toBe('/given')
  expect(workspaceFolder()).toBe('/somewhere')
  if (before === undefined) delete process.env['SPLITBRAIN_WORKSPACE']
  else process.env['SPLITBRAIN_WORKSPACE'] = before
})
