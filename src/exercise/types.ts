/** typeErrors: what TypeScript's own compiler says of an answer, within a time limit. An edge: it runs `tsc`. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative, resolve } from 'node:path'
import process from 'node:process'
import type { CheckReport } from './exercise.ts'
import { answerCompilerOptions, writeGlobals } from './workspace.ts'

const MAX_ERRORS = 20

/** Type errors in the answer's own files. Empty where there are none, or where there is no compiler, or no time. */
export async function typeErrors(file: string, limitMs = 5000): Promise<CheckReport['types']> {
  const compiler = findCompiler()
  if (compiler === null) return []
  // Without a pause up to the start of the compiler: what the caller does next may keep this thread for long.
  const folder = mkdtempSync(join(tmpdir(), 'splitbrain-types-'))
  try {
    const config = join(folder, 'tsconfig.json')
    writeFileSync(
      config,
      JSON.stringify({
        compilerOptions: answerCompilerOptions(),
        files: [resolve(file), writeGlobals(folder)],
      }),
    )
    return errorsIn(await run(compiler, ['-p', config, '--pretty', 'false'], limitMs), file, folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The words that start the compiler: the program itself, or the script that looks for it, which takes longer. */
function findCompiler(): readonly [string, ...string[]] | null {
  try {
    const home = createRequire(import.meta.url).resolve('typescript/package.json')
    return nativeCompiler(home) ?? [process.execPath, join(dirname(home), 'bin', 'tsc')]
  } catch {
    return null
  }
}

function nativeCompiler(home: string): readonly [string] | null {
  try {
    const platform = `@typescript/typescript-${process.platform}-${process.arch}/package.json`
    const program = process.platform === 'win32' ? 'tsc.exe' : 'tsc'
    const file = join(dirname(createRequire(home).resolve(platform)), 'lib', program)
    return existsSync(file) ? [file] : null
  } catch {
    return null
  }
}

function run(
  [program, ...before]: readonly [string, ...string[]],
  args: readonly string[],
  limitMs: number,
): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(program, [...before, ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    })
    let text = ''
    // A group of its own: on an older Node the compiler is a child of this child.
    const late = setTimeout(() => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'), limitMs)
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    child.once('error', () => resolve(''))
    child.once('close', () => {
      clearTimeout(late)
      resolve(text)
    })
  })
}

/** Lines such as `../start.ts(31,5): error TS2345: ...`, of the answer's folder only. */
function errorsIn(text: string, file: string, from: string): CheckReport['types'] {
  const home = dirname(resolve(file))
  return text
    .split('\n')
    .flatMap((line) => {
      const [, path, at, message] = /^(.+?)\((\d+),\d+\): error TS\d+: (.+)$/.exec(line) ?? []
      if (path === undefined || at === undefined || message === undefined) return []
      const own = relative(home, resolve(process.cwd(), path))
      const fromTemp = relative(home, resolve(from, path))
      const name = [own, fromTemp].find((candidate) => !candidate.startsWith('..'))
      return name === undefined ? [] : [{ place: `${name || basename(file)}:${at}`, message }]
    })
    .slice(0, MAX_ERRORS)
}
