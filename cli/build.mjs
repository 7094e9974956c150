/** Builds what runs: `.build/` from src/ and cli/. In a clone the launcher and the tests call it when a source is newer. */
import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))
const out = join(root, '.build')
/** Written last, and dated when the build began: everything else in `.build` is at least as new. */
const stamp = join(out, 'cli.js')

/** Libraries that are loaded from node_modules when they are needed: programs of their own, or too large to bundle. */
const EXTERNAL = ['esbuild', 'typescript', 'tsx', 'vite', 'vitest', 'vitest/*']

/** Builds if a file or folder under src/ or cli/ is newer than the build. Looking takes a few milliseconds. */
export async function freshen() {
  const built = modified(stamp)
  const sources = [join(root, 'package.json'), ...['src', 'cli'].flatMap((name) => tree(join(root, name)))]
  if (sources.some((file) => modified(file) > built)) await build()
}

/**
 * Builds everything:
 * `cli.js` the program; `index.js` and `types/` what lessons, exercises and tests import as `splitbrain`;
 * and `NAME.js` for every `NAME.entry.ts` under src/, a file that is the start of a process or thread of its own
 * (there `import 'splitbrain'` stays an import of `index.js`, so that both sides share one copy).
 * Two builds at once are safe: each works in a folder of its own and moves finished files into place.
 */
export async function build() {
  const began = new Date()
  const { build: bundle } = await import('esbuild')
  const work = join(out, `making-${process.pid}`)
  mkdirSync(work, { recursive: true })
  try {
    /** @type {import('esbuild').BuildOptions} */
    const common = {
      absWorkingDir: root,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node22.12',
      external: EXTERNAL,
      logLevel: 'silent',
      define: { 'process.env.NODE_ENV': '"production"' },
      alias: { 'react-devtools-core': join(root, 'cli', 'nothing.mjs') },
      // Libraries in CommonJS call require for Node's own modules.
      banner: {
        js: "import { createRequire as createRequire_ } from 'node:module'; const require = createRequire_(import.meta.url);",
      },
      legalComments: 'none',
    }
    const entries = tree(join(root, 'src')).filter((file) => file.endsWith('.entry.ts'))
    const named = entries.map((file) => [basename(file, '.entry.ts'), file])
    await Promise.all([
      bundle({ ...common, entryPoints: { cli: 'cli/main.ts' }, outdir: work, minify: true }),
      bundle({ ...common, entryPoints: { index: 'src/index.ts' }, outdir: work }),
      bundle({
        ...common,
        external: [...EXTERNAL, 'splitbrain'],
        entryPoints: Object.fromEntries(named),
        outdir: work,
      }),
      declarations(join(work, 'types')),
    ])
    utimesSync(join(work, 'cli.js'), began, began)
    place(work, out)
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
 * Moves finished files into place, the stamp last.
 * @param {string} from
 * @param {string} to
 */
function place(from, to) {
  const files = tree(from).filter((file) => !statSync(file).isDirectory())
  files.sort((a, b) => Number(basename(a) === 'cli.js') - Number(basename(b) === 'cli.js'))
  for (const file of files) {
    const target = join(to, file.slice(from.length + 1))
    mkdirSync(dirname(target), { recursive: true })
    renameSync(file, target)
  }
}

/**
 * A folder and everything in it: a folder's own date tells of files that were removed.
 * @param {string} folder
 */
function tree(folder) {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return [folder, ...names.map((name) => join(folder, name))]
}

/** @param {string} file */
function modified(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build()
