/** compile: an answer's TypeScript to one piece of JavaScript, or the first mistake at the learner's own line. */
import { realpathSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve, sep } from 'node:path'
import { type BuildOptions, build, type Message, type OnResolveArgs, type Plugin, stop } from 'esbuild'
import { addFuel, CANNOT_WAIT, type Fueled, Refused, type Segment } from './fuel.ts'
import { NAMES } from './given.ts'
import { placeOfOffset, throughMap } from './maps.ts'

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
  /** The learner's place of a line and column of `code`. */
  placeOf(line: number, column: number): Place | null
  /** The learner's place of a site that `code` named when it ran out of fuel. */
  placeOfSite(site: number): Place | null
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
    const { code, map } = await bundle(entry, folder)
    return fueled(code, placesOf(map, folder))
  } catch (error) {
    const first = firstError(error)
    if (first === null) throw error
    return problem(sentence(first))
  }
}

/** `start.ts:31:5`. */
export function placeText(place: Place): string {
  return `${place.file}:${place.line}:${place.column}`
}

async function bundle(entry: string, folder: string): Promise<{ code: string; map: string }> {
  const options = {
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
  } satisfies BuildOptions
  const { outputFiles } = await build(options).catch(async (error: unknown) => {
    if (firstError(error) !== null) throw error
    // A source that is nested too deeply ends esbuild's own process, and all later builds with it.
    await stop()
    return build(options)
  })
  const ending = (name: string) => outputFiles.find((out) => out.path.endsWith(name))?.text ?? ''
  return { code: ending('.cjs'), map: ending('.map') }
}

type PlaceOf = Compiled['placeOf']

/** Adds fuel to what esbuild printed; `placeOf` leads from there to the learner's files. */
function fueled(code: string, placeOf: PlaceOf): CompileResult {
  const at = (offset: number) => {
    const { line, column } = placeOfOffset(code, offset)
    return placeOf(line, column)
  }
  let result: Fueled
  try {
    result = addFuel(code, NAMES)
  } catch (error) {
    if (error instanceof Refused)
      return problem({ message: error.message, place: at(error.at), next: error.next })
    if (error instanceof RangeError || /stack space/.test(String(error))) return problem(TOO_DEEP)
    if (error instanceof SyntaxError && 'pos' in error)
      return problem({
        message: error.message.replace(/ \(\d+:\d+\)$/, ''),
        place: at(Number(error.pos)),
        next: 'correct this line and save',
      })
    throw error
  }
  const { sites } = result
  let segments: readonly Segment[] | null = null
  return {
    kind: 'compiled',
    program: {
      code: result.code,
      placeOf(line, column) {
        segments ??= result.segments()
        const found = segments.findLast(([ofLine, ofColumn]) => ofLine === line && ofColumn <= column)
        return found === undefined ? null : placeOf(found[2], found[3])
      },
      placeOfSite: (site) => (sites[site] === undefined ? null : at(sites[site])),
    },
  }
}

const TOO_DEEP: Problem = {
  message: 'the file is nested too deeply to be read: brackets within brackets within brackets',
  place: null,
  next: 'build the value in a loop, or name its parts',
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
  if (stats.isDirectory())
    return {
      message: `${file} is a folder`,
      place,
      next: `give the file in it, such as ${join(file, 'start.ts')}`,
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

/** Refuses every import but `splitbrain` and files in the answer's own folder. */
function onlyOwnFiles(folder: string): Plugin {
  return {
    name: 'only-own-files',
    setup(bundle) {
      bundle.onResolve({ filter: /.*/ }, (args) => resolveImport(args, folder))
      bundle.onLoad({ filter: /\.[cm]?[jt]s$/ }, async ({ path }) => {
        const contents = await readFile(path, 'utf8')
        if (contents.length > MAX_SOURCE_BYTES)
          return { errors: [{ text: `${basename(path)} is larger than ${MAX_SOURCE_BYTES} bytes` }] }
        return { contents, loader: 'ts', resolveDir: dirname(path) }
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
  const outside = {
    errors: [
      {
        text: `"${args.path}" lies outside the answer's folder`,
        notes: [{ text: 'keep all files of an answer in one folder' }],
      },
    ],
  }
  if (!path.startsWith(folder + sep)) return outside
  const file = [path, `${path}.ts`, path.replace(/\.js$/, '.ts')].find((candidate) =>
    statSync(candidate, { throwIfNoEntry: false })?.isFile(),
  )
  if (file === undefined) return { errors: [{ text: `there is no file "${args.path}"` }] }
  // A link may lead out of the folder.
  return realpathSync(file).startsWith(realpathSync(folder) + sep) ? { path: file } : outside
}

function firstError(error: unknown): Message | null {
  return (error as { errors?: readonly Message[] }).errors?.[0] ?? null
}

function sentence({ text, location, notes }: Message): Problem {
  const place =
    location === null ? null : { file: location.file, line: location.line, column: location.column + 1 }
  if (/\bawait\b/i.test(text)) return { ...CANNOT_WAIT, place }
  return {
    message: text,
    place,
    next: notes[0] === undefined ? 'correct this line and save' : advice(notes[0]),
  }
}

/** A note that points at another line says which: `it was declared here: start.ts:4:14`. */
function advice({ text, location }: Message['notes'][number]): string {
  if (location === null) return text
  return `${text.replace(/:$/, '')}: ${placeText({ ...location, column: location.column + 1 })}`
}

function placesOf(map: string, folder: string): PlaceOf {
  const original = throughMap(map)
  return (line, column) => {
    const found = original(line, column)
    if (found === null) return null
    const { source, ...place } = found
    return { file: relative(folder, resolve(folder, source)), ...place }
  }
}
