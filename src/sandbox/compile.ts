/** compile: an answer's TypeScript to one piece of JavaScript, or the first mistake at the learner's own line. */
import { statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { SourceMap, type SourceMapPayload } from 'node:module'
import { basename, dirname, relative, resolve, sep } from 'node:path'
import { build, type Message, type OnResolveArgs, type Plugin, transform } from 'esbuild'

/** `start.ts:31:5`: the file as seen from the answer's folder, its line and column from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

export interface Problem {
  readonly message: string
  readonly place: Place | null
  readonly next: string
}

/** Code that a fork can load, and the way back from its lines to the learner's. */
export interface Compiled {
  readonly code: string
  placeOf(line: number, column: number): Place | null
}

export type CompileResult =
  | { readonly kind: 'compiled'; readonly program: Compiled }
  | { readonly kind: 'problem'; readonly problem: Problem }

export const MAX_SOURCE_BYTES = 64 * 1024

/** Compiles the file and what it imports from its own folder. Only `splitbrain` may be imported besides. */
export async function compileAnswer(file: string): Promise<CompileResult> {
  const entry = resolve(file)
  const folder = dirname(entry)
  const unreadable = checkReadable(entry)
  if (unreadable !== null) return problem(unreadable)
  try {
    const result = await build({
      absWorkingDir: folder,
      entryPoints: [entry],
      outfile: 'answer.cjs',
      bundle: true,
      write: false,
      format: 'cjs',
      platform: 'neutral',
      target: 'es2023',
      sourcemap: 'external',
      sourcesContent: false,
      legalComments: 'none',
      logLevel: 'silent',
      tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
      plugins: [onlyOwnFiles(folder)],
    })
    const code = result.outputFiles.find((out) => out.path.endsWith('.cjs'))?.text ?? ''
    const map = result.outputFiles.find((out) => out.path.endsWith('.map'))?.text ?? '{}'
    return { kind: 'compiled', program: { code, placeOf: placesOf(map, folder) } }
  } catch (error) {
    const first = firstError(error)
    if (first === null) throw error
    return problem(sentence(first))
  }
}

/** `start.ts:31`. */
export function placeText(place: Place): string {
  return `${place.file}:${place.line}`
}

function problem(found: Problem): CompileResult {
  return { kind: 'problem', problem: found }
}

function checkReadable(file: string): Problem | null {
  const place = null
  const stats = statSync(file, { throwIfNoEntry: false })
  if (stats === undefined)
    return {
      message: `there is no file ${file}`,
      place,
      next: 'give the path of your answer, or reset the exercise to get its start file back',
    }
  if (!stats.isFile())
    return { message: `${file} is not a file`, place, next: 'give the path of a TypeScript file' }
  if (stats.size > MAX_SOURCE_BYTES)
    return {
      message: `${basename(file)} has ${stats.size} bytes, more than the ${MAX_SOURCE_BYTES} an answer may have`,
      place,
      next: 'keep only the code of the exercise in it',
    }
  return null
}

/** Refuses every import but `splitbrain` and files in the answer's own folder, and every `async`. */
function onlyOwnFiles(folder: string): Plugin {
  return {
    name: 'only-own-files',
    setup(bundle) {
      bundle.onResolve({ filter: /.*/ }, (args) => resolveImport(args, folder))
      bundle.onLoad({ filter: /\.[cm]?[jt]s$/ }, async ({ path }) => {
        const contents = await readFile(path, 'utf8')
        if (contents.length > MAX_SOURCE_BYTES)
          return { errors: [{ text: `${basename(path)} is larger than ${MAX_SOURCE_BYTES} bytes` }] }
        const errors = await asyncUses(contents, path)
        return errors.length > 0 ? { errors } : { contents, loader: 'ts', resolveDir: dirname(path) }
      })
    },
  }
}

function resolveImport(args: OnResolveArgs, folder: string) {
  if (args.kind === 'entry-point') return { path: args.path }
  if (args.path === 'splitbrain') return { path: args.path, external: true }
  if (!args.path.startsWith('.'))
    return {
      errors: [
        {
          text: `"${args.path}" cannot be imported: a node sees only its state, its messages and ctx, so that every run can be replayed`,
          notes: [{ text: "import from 'splitbrain', or from a file beside your answer" }],
        },
      ],
    }
  const path = resolve(args.resolveDir, args.path)
  if (!path.startsWith(folder + sep))
    return {
      errors: [
        {
          text: `"${args.path}" lies outside the answer's folder`,
          notes: [{ text: 'keep all files of an answer in one folder' }],
        },
      ],
    }
  const file = [path, `${path}.ts`, path.replace(/\.js$/, '.ts')].find((candidate) =>
    statSync(candidate, { throwIfNoEntry: false })?.isFile(),
  )
  return file === undefined ? { errors: [{ text: `there is no file "${args.path}"` }] } : { path: file }
}

/** esbuild finds them for us: told that the target has neither `async` nor generators, it names the places. */
async function asyncUses(contents: string, path: string) {
  try {
    const lacking = {
      'async-await': false,
      'async-generator': false,
      'for-await': false,
      'top-level-await': false,
      generator: false,
    }
    await transform(contents, { loader: 'ts', supported: lacking, logLevel: 'silent', sourcefile: path })
    return []
  } catch (error) {
    const found = (error as { errors?: readonly Message[] }).errors ?? []
    return found
      .filter((e) => /async|await/i.test(e.text))
      .map(({ location }) => ({
        text: 'a handler cannot wait: async and await are not there, because a node does one step at a time and a step either happens or does not',
        notes: [{ text: 'send a message or arm a timer, return, and go on in its handler' }],
        location,
      }))
  }
}

function firstError(error: unknown): Message | null {
  return (error as { errors?: readonly Message[] }).errors?.[0] ?? null
}

function sentence({ text, location, notes }: Message): Problem {
  const place =
    location === null ? null : { file: location.file, line: location.line, column: location.column + 1 }
  return { message: text, place, next: notes[0]?.text ?? 'correct this line and save' }
}

function placesOf(mapText: string, folder: string): Compiled['placeOf'] {
  let map: SourceMap | null = null
  return (line, column) => {
    map ??= new SourceMap(JSON.parse(mapText) as SourceMapPayload)
    const entry = map.findEntry(line - 1, column - 1)
    if (!('originalSource' in entry) || typeof entry.originalSource !== 'string') return null
    return {
      file: relative(folder, resolve(folder, entry.originalSource)),
      line: entry.originalLine + 1,
      column: entry.originalColumn + 1,
    }
  }
}
