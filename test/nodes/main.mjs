/**
 * `npm run test:nodes`: the same seeds give the same traces and counts on every line of Node we support.
 * Installs the other lines into a temporary folder and runs the built kit under each.
 *
 * `SPLITBRAIN_NODES` may name a folder to keep them in from one time to the next.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freshen } from '../../cli/build.mjs'

const OTHER_LINES = ['22', '26']
const runs = fileURLToPath(new URL('runs.mjs', import.meta.url))

const kept = process.env['SPLITBRAIN_NODES']
const folder = kept ?? mkdtempSync(join(tmpdir(), 'splitbrain-nodes-'))
try {
  await freshen()
  const nodes = [process.execPath, ...OTHER_LINES.map((line) => installed(line))]
  const versions = nodes.map((node) => output(node, ['--version']).trim())
  const results = nodes.map((node) => lines(output(node, [runs])))
  console.log(`${versions.join(', ')}: ${results[0]?.length} runs each`)
  process.exitCode = compare(nodes, versions, results) ? 0 : 1
} finally {
  if (kept === undefined) rmSync(folder, { recursive: true, force: true })
}

/**
 * Prints every run with its hash, up to the first that is not the same everywhere; of that one, the first event
 * that differs.
 *
 * @param {string[]} nodes
 * @param {string[]} versions
 * @param {string[][]} results
 */
function compare(nodes, versions, results) {
  const [ours = [], ...others] = results
  for (const [i, line] of ours.entries()) {
    const other = others.findIndex((result) => result[i] !== line)
    console.log(line)
    if (other < 0) continue
    const name = line.slice(line.indexOf(' ') + 1)
    console.log(`${others[other]?.[i]} <- differs on ${versions[other + 1]}`)
    const [a = [], b = []] = [nodes[0], nodes[other + 1]].map((node) =>
      lines(output(node ?? '', [runs, name])),
    )
    const at = a.findIndex((event, n) => event !== b[n])
    console.log(
      `first difference, event ${at + 1}:\n  ${versions[0]}: ${a[at]}\n  ${versions[other + 1]}: ${b[at]}`,
    )
    return false
  }
  return true
}

/**
 * The binary of one line of Node, as the package `node` brings it.
 * @param {string} line
 */
function installed(line) {
  const home = join(folder, line)
  const node = join(home, 'node_modules', 'node', 'bin', 'node')
  if (existsSync(node)) return node
  mkdirSync(home, { recursive: true })
  // The package fetches its binary in an install script, which npm runs for packages named here only.
  writeFileSync(join(home, 'package.json'), '{ "private": true, "allowScripts": { "node": true } }\n')
  console.log(`installing node@${line}`)
  const words = ['install', `node@${line}`, '--no-audit', '--no-fund', '--loglevel=error']
  execFileSync('npm', words, { cwd: home, stdio: ['ignore', 'ignore', 'inherit'] })
  return node
}

/**
 * @param {string} node
 * @param {string[]} words
 */
function output(node, words) {
  return execFileSync(node, words, { encoding: 'utf8', maxBuffer: 1 << 28 })
}

/** @param {string} text */
function lines(text) {
  return text.split('\n').filter((line) => line !== '')
}
