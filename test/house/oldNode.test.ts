/** The launcher on a Node that is too old: one sentence and a usage exit code, never a stack. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { packageRoot } from '../../src/base/home.ts'
import { readText } from './source.ts'

const launcher = join(packageRoot(), 'cli', 'splitbrain.cjs')

describe('a Node outside the range', () => {
  test.each(['4.9.1', '18.20.0', '20.20.2', '21.7.3', '22.11.0', '23.9.0', '25.1.0'])('%s', (version) => {
    const run = startOn(version)
    expect(run.stderr).toBe(sentence(version))
    expect(run).toMatchObject({ status: 2, stdout: '' })
  })

  test.each(['22.12.0', '22.20.1', '24.0.0', '24.21.0', '26.0.0', '27.3.0'])('%s is let in', (version) => {
    expect(startOn(version).stderr).not.toContain('splitbrain needs Node.js')
  })
})

test('the launcher and package.json name the same range', () => {
  const { engines } = JSON.parse(readText('package.json')) as { engines: { node: string } }
  expect(engines.node).toBe('^22.12.0 || ^24.0.0 || >=26.0.0')
})

test('the launcher can be read by Node 4', () => {
  const newer = /\?\.|\?\?|\basync\b|\bawait\b|\bimport\b|=>|\.\.\.|\*\*[^/]|\bcatch \{/
  const code = readText('cli/splitbrain.cjs').replace(/\/\*[\s\S]*?\*\//g, '')
  expect(code.split('\n').filter((line) => newer.test(line))).toEqual([])
})

const machines = ['/usr/bin/node', '/usr/local/bin/node'].filter((file) => existsSync(file))
const older = machines.filter((file) =>
  /^v(?:\d|1\d|20|21)\./.test(spawnSync(file, ['--version']).stdout.toString()),
)

test.runIf(older.length > 0)("the machine's own Node, where it is older", () => {
  const run = spawnSync(older[0]!, [launcher, '--version'], { encoding: 'utf8' })
  expect(run.status).toBe(2)
  expect(run.stderr.trim().split('\n')).toHaveLength(1)
})

function sentence(version: string): string {
  return `splitbrain needs Node.js 22.12 or later in line 22, any 24, or 26 and later; this is ${version}.\n`
}

/** Starts the launcher under a Node that says it is of another version. */
function startOn(version: string) {
  const folder = mkdtempSync(join(tmpdir(), 'splitbrain-node-'))
  const preload = join(folder, 'version.cjs')
  const faked = JSON.stringify({ ...process.versions, node: version })
  writeFileSync(preload, `Object.defineProperty(process, 'versions', { value: ${faked} })`)
  return spawnSync(process.execPath, ['--require', preload, launcher, '--version'], { encoding: 'utf8' })
}
