/** The workspace: the learner's own folder. Nothing in it that a learner wrote is ever overwritten. An edge. */
import {
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { dirname, extname, join, resolve } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import type { Exercise } from './exercise.ts'
import { scenariosIn } from './scenarioFiles.ts'

/** A workspace that cannot be used: one sentence with the place, and what to do. */
export class WorkspaceProblem extends Error {
  override readonly name = 'WorkspaceProblem'
  constructor(
    readonly place: string,
    message: string,
    readonly next: string,
  ) {
    super(message)
  }
}

/** The folder given, or `SPLITBRAIN_WORKSPACE`, or `~/splitbrain`. */
export function workspaceFolder(given?: string): string {
  return resolve(given ?? (process.env['SPLITBRAIN_WORKSPACE'] || join(homedir(), 'splitbrain')))
}

export interface Workspace {
  readonly folder: string
}

/** Opens the workspace, and creates what is missing in it. Throws `WorkspaceProblem`. */
export function openWorkspace(folder: string): Workspace {
  return writing(folder, () => {
    makeFolder(join(folder, 'answers'))
    writeTsconfig(join(folder, 'tsconfig.json'))
    writeGlobals(folder)
    return { folder }
  })
}

/** Where the learner's answer to an exercise lies; an answer of several files begins there. */
export function answerFile({ folder }: Workspace, exercise: Exercise): string {
  return join(folder, 'answers', exercise.id, 'start.ts')
}

/** Where a story of this name lies. */
export function storyFile({ folder }: Workspace, name: string): string {
  return join(folder, 'stories', `${name}.story`)
}

/** Keeps a story under a name; null where the name is taken, since nothing is written over. Throws `WorkspaceProblem`. */
export function keepStory(workspace: Workspace, name: string, text: string): string | null {
  const file = storyFile(workspace, name)
  return writing(file, () => {
    makeFolder(dirname(file))
    if (existsSync(file)) return null
    writeFileSync(file, text, { flag: 'wx' })
    return file
  })
}

/** The files of the start, `start.ts` first: it alone, or all that lies in the folder `start/`. */
export function startFiles({ folder }: Pick<Exercise, 'folder'>): readonly StartFile[] {
  return filesOf(folder, 'start')
}

/** `NAME.ts` alone, or all that lies in the folder `NAME/`, `start.ts` first. */
export function filesOf(folder: string, name: string): readonly StartFile[] {
  const several = join(folder, name)
  if (!existsSync(several)) return [{ name: `${name}.ts`, path: join(folder, `${name}.ts`) }]
  return readdirSync(several)
    .sort((a, b) => Number(b === 'start.ts') - Number(a === 'start.ts') || (a < b ? -1 : 1))
    .map((name) => ({ name, path: join(several, name) }))
}

interface StartFile {
  readonly name: string
  readonly path: string
}

/** The learner's files, copied from the start on the first visit and never touched again; answers with the first. Throws `WorkspaceProblem`. */
export function openAnswer(workspace: Workspace, exercise: Exercise): string {
  const file = answerFile(workspace, exercise)
  return writing(file, () => {
    makeFolder(dirname(file))
    // One who has an answer may have parted with the other files on purpose.
    if (!existsSync(file))
      for (const given of [...startFiles(exercise), ...firstScenarios(exercise)])
        copyNew(given, dirname(file))
    return file
  })
}

/** Puts the first scenarios of an exercise where the learner has none. Throws `WorkspaceProblem`. */
export function openScenarios(workspace: Workspace, exercise: Exercise): void {
  const folder = dirname(answerFile(workspace, exercise))
  if (scenariosIn(folder).length > 0) return
  writing(folder, () => {
    for (const given of firstScenarios(exercise)) copyNew(given, folder)
  })
}

function firstScenarios({ folder, scenarios }: Exercise): readonly StartFile[] {
  return scenarios.map((name) => ({ name, path: join(folder, name) }))
}

function copyNew({ name, path }: StartFile, folder: string): void {
  const target = join(folder, name)
  if (!existsSync(target)) copyFileSync(path, target, constants.COPYFILE_EXCL)
}

/** Whether the learner has written anything yet. */
export function hasAnswer(workspace: Workspace, exercise: Exercise): boolean {
  const folder = dirname(answerFile(workspace, exercise))
  return startFiles(exercise).some(({ name, path }) => {
    const own = textOf(join(folder, name))
    return own !== null && own !== textOf(path)
  })
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

/**
 * Puts the start back. What was there is kept beside it as `start.2026-11-22T21-15-00.ts`, each file of the
 * start that has been changed; returns the first of these paths, or null where there was nothing to keep.
 */
export function resetAnswer(workspace: Workspace, exercise: Exercise, now: Date): string | null {
  const folder = dirname(answerFile(workspace, exercise))
  return writing(folder, () => {
    const kept = startFiles(exercise).flatMap(({ name, path }) => {
      const file = join(folder, name)
      if (!existsSync(file) || textOf(file) === textOf(path)) return []
      const backup = dated(file, now)
      renameSync(file, backup)
      return [backup]
    })
    makeFolder(folder)
    for (const start of startFiles(exercise)) copyNew(start, folder)
    return kept[0] ?? null
  })
}

/** What the editor and `tsc` need to know of an answer: strict, and where 'splitbrain' is declared. */
export function answerCompilerOptions(): { readonly [option: string]: unknown } {
  const declarations = import.meta.url.endsWith('.ts') ? '../../.build/index.d.ts' : './index.d.ts'
  return {
    target: 'es2023',
    lib: ['es2023'],
    module: 'preserve',
    moduleResolution: 'bundler',
    moduleDetection: 'force',
    types: [],
    noEmit: true,
    strict: true,
    noUncheckedIndexedAccess: true,
    verbatimModuleSyntax: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    paths: { splitbrain: [fileURLToPath(new URL(declarations, import.meta.url))] },
  }
}

const GLOBALS = 'globals.d.ts'

/** Puts the declarations of what is there without an import into a folder; returns their file. */
export function writeGlobals(folder: string): string {
  const file = join(folder, GLOBALS)
  if (textOf(file) !== GLOBALS_TEXT) writeAtomically(file, GLOBALS_TEXT)
  return file
}

const GLOBALS_TEXT = `/** What an answer may use without importing it. What it logs is shown at its step of the story. */
declare const console: {
${['log', 'info', 'warn', 'error', 'debug'].map((name) => `  ${name}(...parts: unknown[]): void\n`).join('')}}
`

/** Copies that a reset has put aside are nobody's to check. */
const DATED = '**/*.????-??-??T??-??-??*.ts'

function tsconfigText(): string {
  return `${JSON.stringify({ compilerOptions: answerCompilerOptions(), include: ['answers', GLOBALS], exclude: [DATED] }, null, 2)}\n`
}

/** Ours to keep up to date, because it points into this installation; one that a learner has changed is left alone. */
function writeTsconfig(file: string): void {
  const text = tsconfigText()
  const before = existsSync(file) ? readFileSync(file, 'utf8') : null
  if (before === null || (before !== text && withoutPath(before) === withoutPath(text)))
    writeAtomically(file, text)
}

function withoutPath(text: string): string {
  return text.replace(/"[^"]*index\.d\.ts"/, '')
}

/** Makes a folder and those above it. Not `recursive: true`: under /proc that never returns. */
export function makeFolder(folder: string): void {
  const missing: string[] = []
  for (let at = folder; !existsSync(at); at = dirname(at)) missing.unshift(at)
  for (const one of missing)
    try {
      mkdirSync(one)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
}

/** The whole new text or the whole old one, whenever the power goes. */
export function writeAtomically(file: string, text: string): void {
  const draft = `${file}.${process.pid}.new`
  writeFileSync(draft, text)
  renameSync(draft, file)
}

/** A free name beside the file, with the date in it: `start.2026-11-22T21-15-00.ts`. */
export function dated(file: string, now: Date): string {
  const stamp = now.toISOString().slice(0, 19).replaceAll(':', '-')
  const end = extname(file)
  const base = `${file.slice(0, file.length - end.length)}.${stamp}`
  for (let n = 1; ; n++) {
    const name = n === 1 ? `${base}${end}` : `${base}-${n}${end}`
    if (!existsSync(name)) return name
  }
}

/** Runs what writes below `place`, and says in one sentence why it cannot. */
export function writing<T>(place: string, write: () => T): T {
  try {
    return write()
  } catch (error) {
    if (error instanceof WorkspaceProblem) throw error
    const { code, path } = error as NodeJS.ErrnoException
    const where = path ?? place
    const why = REASONS[code ?? '']
    if (why === undefined) throw error
    const next = NEXT[code ?? ''] ?? 'choose another folder with --workspace FOLDER or SPLITBRAIN_WORKSPACE'
    throw new WorkspaceProblem(where, `the workspace cannot be used: ${where} ${why}`, next)
  }
}

const REASONS: { readonly [code: string]: string } = {
  EACCES: 'does not let you write',
  EPERM: 'does not let you write',
  EROFS: 'lies on a disk that is read-only',
  ENOSPC: 'lies on a disk that is full',
  EDQUOT: 'lies on a disk where your share is used up',
  ENOTDIR: 'lies below something that is not a folder',
  EEXIST: 'is there already and is not a folder',
  EISDIR: 'is a folder where a file should be',
  ENOENT: 'cannot be created there',
  ENAMETOOLONG: 'has too long a name',
  ELOOP: 'is a link that leads to itself',
}

const NEXT: { readonly [code: string]: string } = {
  ENOSPC: 'make room on it; nothing that was there before is lost',
  EDQUOT: 'make room on it; nothing that was there before is lost',
}
