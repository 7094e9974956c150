/** Signals in the middle of a search: the program is gone at once, with all that it started, and says why it ended. */
import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

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
