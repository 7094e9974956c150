/** Signals in the middle of a search: the program is gone at once, with all that it started, and says why it ended. */
import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('../../cli/splitbrain.cjs', import.meta.url))
const HEAVY = 'explore LogMatching crashes=2 drops=2 timeouts=6 worlds=50000000'

/** The processes that this one started and that still run. */
function children(pid: number): number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' })
  return stdout.split('\n').flatMap((line) => (line.trim() === '' ? [] : [Number(line)]))
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)(
  '%s ends a search with its thread, and the compiler of typed lines',
  { timeout: 60_000 },
  async (signal, code) => {
    const program = spawn(process.execPath, [PROGRAM, 'repl', 'raft-log'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const ended = new Promise((resolve) => program.on('exit', resolve))
    const typed = new Promise<void>((resolve) =>
      program.stdout.on('data', (text) => {
        if (String(text).includes('42')) resolve()
      }),
    )
    program.stdin.write(`6 * 7\n${HEAVY}\n`)
    await typed
    const compiler = children(program.pid!)
    expect(compiler).toHaveLength(1)
    await new Promise((resolve) => setTimeout(resolve, 300))
    program.kill(signal)
    expect(await ended).toBe(code)
    // It ends by itself once nobody listens, which a busy machine may put off.
    for (let i = 0; i < 200 && compiler.some(runs); i++)
      await new Promise((resolve) => setTimeout(resolve, 50))
    expect(compiler.filter(runs)).toEqual([])
  },
)

const FUZZ = ['fuzz', 'raft-log', 'LogMatching', '--seeds', '9999999']

describe('a search that is asked for by a command tells how far it was', { timeout: 60_000 }, () => {
  test.each([
    ['SIGINT', 130, FUZZ, /^LogMatching {2}gave up: stopped after [\d,]+ runs?$/],
    ['SIGTERM', 143, [...FUZZ, '--workers', '3'], /^LogMatching {2}gave up: stopped after [\d,]+ runs?$/],
    [
      'SIGINT',
      130,
      ['explore', 'raft-log', 'LogMatching', '--timeouts', '6', '--worlds', '9999999'],
      /^LogMatching {2}gave up: stopped by hand$/,
    ],
  ] as const)('%s, exit code %i: %s', async (signal, code, words, says) => {
    const { out, exit } = await signalled(words, signal)
    expect(exit).toBe(code)
    expect(out.split('\n')[0]).toMatch(says)
    expect(out.replace(/\s+/g, ' ')).toMatch(
      /This is not a pass: what lies beyond could still break it\. It saw [\d,a-z ]+;.*\.$/,
    )
  })

  test('as JSON it is whole', async () => {
    const { out, exit } = await signalled([...FUZZ, '--workers', '2', '--json'], 'SIGINT')
    expect(exit).toBe(130)
    expect(JSON.parse(out)).toMatchObject({ verdicts: [{ property: 'LogMatching', kind: 'gaveUp' }] })
  })

  test('before the search has begun there is nothing to tell, and nothing else begins', async () => {
    const after = Array.from({ length: 60 }, () => 'run 20s').join('; ')
    const { out, exit } = await signalled([...FUZZ, '--after', after], 'SIGINT')
    expect([out, exit]).toEqual(['', 130])
  })
})

/** How long a process has computed: `00:00:02`, or `0:02.31`. */
function cpuSeconds(pid: number): number {
  const { stdout } = spawnSync('ps', ['-o', 'time=', '-p', String(pid)], { encoding: 'utf8' })
  return stdout.split(':').reduce((seconds, part) => 60 * seconds + Number(part), 0)
}

/** What a command prints that gets this signal in the middle of its work, and its exit code. */
async function signalled(words: readonly string[], signal: NodeJS.Signals) {
  const program = spawn(process.execPath, [PROGRAM, ...words], { stdio: ['ignore', 'pipe', 'ignore'] })
  let out = ''
  program.stdout.on('data', (text) => {
    out += text
  })
  const ended = new Promise((resolve) => program.on('close', resolve))
  // By then it is in the middle, however busy the machine is.
  while (program.exitCode === null && cpuSeconds(program.pid!) < 2)
    await new Promise((resolve) => setTimeout(resolve, 100))
  program.kill(signal)
  return { exit: await ended, out: out.trimEnd() }
}
