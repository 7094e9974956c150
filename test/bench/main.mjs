/**
 * `npm run bench`: how fast the drivers and the checkers are, each next to its baseline in the same run.
 * Prints a table, or with `--json` the figures; `.build/bench.json` keeps the latest of every row. Words name the
 * rows to run.
 *
 * `--bugs`: how many seeds or worlds it takes to find each flawed reading of a protocol; exit code 1 where one is not found.
 *
 * Each row has a process of its own, so that its peak memory and what it compiled are its own.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { EXTERNAL, freshen } from '../../cli/build.mjs'

const asBugs = process.argv.includes('--bugs')
const root = fileURLToPath(new URL('../..', import.meta.url))
const bundle = `${root}.build/bench.mjs`
await freshen()
await build({
  absWorkingDir: root,
  entryPoints: [asBugs ? 'test/bench/bugs.ts' : 'test/bench/rows.ts'],
  outfile: bundle,
  bundle: true,
  platform: 'node',
  format: 'esm',
  external: [...EXTERNAL, '@lydell/node-pty', '@xterm/headless'],
  banner: {
    js: "import { createRequire as createRequire_ } from 'node:module'; const require = createRequire_(import.meta.url);",
  },
  logLevel: 'error',
})

const words = process.argv.slice(2).filter((word) => !word.startsWith('--'))
if (asBugs) {
  const { status } = spawnSync(process.execPath, [bundle, ...words], { stdio: 'inherit' })
  process.exit(status ?? 1)
}
const asJson = process.argv.includes('--json')
const all = /** @type {string[]} */ (JSON.parse(node(['--names'])))
const rows = all.filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
const results = []
for (const name of rows) {
  const result = JSON.parse(node([name]))
  results.push(result)
  if (asJson) continue
  console.log(name)
  for (const [what, value] of Object.entries(result.figures))
    console.log(`  ${what.padEnd(52)}${written(value)}`)
}
const machine = { node: process.version, platform: `${process.platform} ${process.arch}` }
const kept = `${root}.build/bench.json`
const earlier = existsSync(kept) ? JSON.parse(readFileSync(kept, 'utf8')).rows : []
const latest = new Map([...earlier, ...results].map((row) => [row.name, row]))
const measured = { ...machine, rows: all.flatMap((name) => latest.get(name) ?? []) }
writeFileSync(kept, `${JSON.stringify(measured, null, 2)}\n`)
if (asJson) console.log(JSON.stringify({ ...machine, rows: results }, null, 2))

/** @param {string[]} row */
function node(row) {
  const flags = ['--expose-gc', '--max-old-space-size=8192']
  return execFileSync(process.execPath, [...flags, bundle, ...row], { encoding: 'utf8' })
}

/** @param {unknown} value */
function written(value) {
  if (typeof value !== 'number') return String(value)
  return value >= 1000 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)))
}
