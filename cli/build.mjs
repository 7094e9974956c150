/** Builds what runs: `.build/` from src/ and cli/. In a clone the launcher and the tests call it when a source is newer. */
import { execFile } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))
const out = join(root, '.build')
/** Written last, and dated when the build began: everything else in `.build` is at least as new. */
const stamp = join(out, 'cli.js')
/** A program that runs while its sources are changed loads parts of the build it was started from. */
const KEPT_MS = 24 * 3_600_000

/** Libraries that are loaded from node_modules when they are needed: programs of their own, or too large to bundle. */
export const EXTERNAL = ['esbuild', 'typescript', 'tsx', 'vite', 'vitest', 'vitest/*']

/** Builds if a file or folder under src/ or cli/ is newer than the build. Looking takes a few milliseconds. */
export async function freshen() {
  const built = modified(stamp)
  const sources = [join(root, 'package.json'), ...['src', 'cli'].flatMap((name) => tree(join(root, name)))]
  if (sources.some((file) => modified(file) > built)) await build(KEPT_MS)
}

/** What is loaded beside the program, by name: starts of other processes. They have one copy of what they share. */
export const ENTRIES = {
  index: 'src/index.ts',
  forChecks: 'src/exercise/forChecks.ts',
  worker: 'src/exercise/worker.ts',
  sharedWorker: 'src/exercise/sharedWorker.ts',
  serveWorker: 'src/exercise/serveWorker.ts',
  setup: 'src/exercise/setup.ts',
  kernel: 'src/lesson/kernelThread.ts',
  foreman: 'src/lesson/foremanThread.ts',
  fuzzer: 'src/lesson/fuzzThread.ts',
}

/**
 * Builds everything: `cli.js` the program; `index.js` and its declarations, which exercises and lessons import
 * as `splitbrain`; the other entries; and `NAME.mjs` for every plain script under src/, copied as it is.
 * Two builds at once are safe: each works in a folder of its own and moves finished files into place.
 * `keptMs`: how old parts of earlier builds must be to be removed.
 */
export async function build(keptMs = 0) {
  const began = new Date()
  const [{ build: bundle }, { direct }, { late }] = await Promise.all([
    import('esbuild'),
    import('./direct.mjs'),
    import('./late.mjs'),
  ])
  const work = join(out, `making-${process.pid}`)
  mkdirSync(work, { recursive: true })
  clearLeftovers()
  try {
    /** @type {import('esbuild').BuildOptions} */
    const common = {
      absWorkingDir: root,
      outdir: work,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node22.12',
      external: EXTERNAL,
      logLevel: 'silent',
      define: { 'process.env.NODE_ENV': '"production"' },
      alias: {
        splitbrain: join(root, 'src', 'index.ts'),
        'react-devtools-core': join(root, 'cli', 'nothing.mjs'),
      },
      splitting: true,
      chunkNames: 'part-[hash]',
      // Libraries in CommonJS call require for Node's own modules.
      banner: {
        js: "import { createRequire as createRequire_ } from 'node:module'; const require = createRequire_(import.meta.url);",
      },
      legalComments: 'none',
    }
    const entries = Object.fromEntries(
      Object.entries(ENTRIES).filter(([, file]) => existsSync(join(root, file))),
    )
    await Promise.all([
      bundle({
        ...common,
        entryPoints: { cli: 'cli/main.ts' },
        minify: true,
        plugins: [late(), direct([join(root, 'cli/door.ts'), join(root, 'src/index.ts')])],
      }),
      bundle({ ...common, entryPoints: entries, plugins: [late()] }),
      declarations(work),
    ])
    for (const file of tree(join(root, 'src')))
      if (file.endsWith('.mjs')) copyFileSync(file, join(work, basename(file)))
    await notes(work)
    utimesSync(join(work, 'cli.js'), began, began)
    place(work, out, keptMs)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/**
 * The types of src/index.ts and of all it reaches. A type error stops nobody here: `npm run check` reports it.
 * @param {string} folder
 */
async function declarations(folder) {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const words = [tsc, '--project', join(root, '.tsconfig.types.json'), '--outDir', folder]
  await promisify(execFile)(process.execPath, words).catch(() => {})
}

/**
 * Notes each exercise, so that no command has to compile its checks to know their names, and each lesson, so that none
 * is parsed to be listed. One that is not right is left out: whoever uses it is told.
 * @param {string} folder
 */
async function notes(folder) {
  if (!existsSync(join(root, 'exercises'))) return
  const { ExerciseProblem, exerciseFolders, loadCourse, noteLessons, readExercise, noteExercises } =
    /** @type {typeof import('../src/index.ts')} */ (
      await import(pathToFileURL(join(folder, 'index.js')).href)
    )
  const { lessons, texts } = loadCourse(join(root, 'lessons'))
  noteLessons(lessons, texts, join(folder, 'lessons.jsonl'))
  const exercises = exerciseFolders(join(root, 'exercises')).flatMap((one) => {
    try {
      return [readExercise(one.folder)]
    } catch (error) {
      if (error instanceof ExerciseProblem) return []
      throw error
    }
  })
  const names = Object.keys(await import(pathToFileURL(join(folder, 'forChecks.js')).href))
  noteExercises(exercises, names, join(folder, 'exercises.json'))
}

/**
 * Moves finished files into place, the stamp last, and removes the parts of builds that nobody runs any more.
 * @param {string} from
 * @param {string} to
 * @param {number} keptMs
 */
function place(from, to, keptMs) {
  const files = tree(from).filter((file) => !statSync(file).isDirectory())
  files.sort((a, b) => turn(a) - turn(b))
  for (const file of files) {
    const target = join(to, file.slice(from.length + 1))
    mkdirSync(dirname(target), { recursive: true })
    renameSync(file, target)
  }
  const kept = new Set(files.map((file) => file.slice(from.length + 1)))
  for (const name of readdirSync(to))
    if (/^part-.*\.js$/.test(name) && !kept.has(name) && Date.now() - modified(join(to, name)) > keptMs)
      rmSync(join(to, name), { force: true })
}

/**
 * What is imported comes before what imports it.
 * @param {string} file
 */
function turn(file) {
  if (basename(file) === 'cli.js') return 2
  return basename(file).startsWith('part-') ? 0 : 1
}

/** Removes what builds that were killed have left behind. */
function clearLeftovers() {
  for (const name of readdirSync(out)) {
    const pid = Number(/^making-(\d+)$/.exec(name)?.[1])
    if (pid > 0 && !isRunning(pid)) rmSync(join(out, name), { recursive: true, force: true })
  }
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/**
 * A folder and everything in it: a folder's own date tells of files that were removed.
 * @param {string} folder
 */
function tree(folder) {
  /** @type {string[]} */
  const found = [folder]
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = `${folder}${sep}${entry.name}`
    if (entry.isDirectory()) found.push(...tree(path))
    else found.push(path)
  }
  return found
}

/** @param {string} file */
function modified(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build()
