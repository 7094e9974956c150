/** Forks: single-use, within limits, and gone when they are done with, whoever ends first. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { kitFile } from '../../src/exercise/warmVitest.ts'
import { type Fork, ForkSupply } from '../../src/sandbox/fork.ts'
import { DEFAULT_LIMITS } from '../../src/sandbox/limits.ts'
import { runAnswer } from '../../src/sandbox/runAnswer.ts'

function supply() {
  const forks = new ForkSupply(kitFile('worker.js'), DEFAULT_LIMITS)
  onTestFinished(() => forks.close())
  return forks
}

const lives = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const program = (forks: ForkSupply, drive: (fork: Fork) => Promise<unknown>) => ({
  code: '',
  forks,
  input: { seed: 1, exercise: '', deep: false, story: null },
  onTold: () => {},
  drive,
})

test('a run ends as dismissed, and its fork is gone', async () => {
  const pids: number[] = []
  const forks = supply()
  for (let i = 0; i < 2; i++)
    expect(
      await runAnswer(
        program(forks, async (fork) => pids.push(fork.process.pid!)),
        DEFAULT_LIMITS,
      ),
    ).toEqual({ kind: 'dismissed' })
  expect(pids.map(lives)).toEqual([false, false])
  expect(pids[0]).not.toBe(pids[1])
})

test('a run that takes too long in all is ended', async () => {
  const ending = await runAnswer(
    program(supply(), () => new Promise(() => {})),
    { ...DEFAULT_LIMITS, totalMs: 1500 },
  )
  expect(ending).toEqual({ kind: 'overtime', label: '', ms: 1500 })
})

test('a fork that ends itself is told apart from one that we end', async () => {
  const ending = await runAnswer(
    program(supply(), async (fork) => {
      fork.process.kill('SIGTERM')
      await once(fork.process, 'exit')
    }),
    DEFAULT_LIMITS,
  )
  expect(ending).toMatchObject({ kind: 'exited', signal: 'SIGTERM' })
})

test('closing the supply ends the spare', async () => {
  const forks = supply()
  forks.warm()
  const spare = forks.take()
  await spare.ready
  expect(lives(spare.process.pid!)).toBe(true)
  await forks.close()
  expect(lives(spare.process.pid!)).toBe(false)
})

test('a fork that cannot start is our mistake and says so', async () => {
  const forks = new ForkSupply(new URL('file:///nowhere/worker.js'), DEFAULT_LIMITS)
  await expect(
    runAnswer(
      program(forks, async () => {}),
      DEFAULT_LIMITS,
    ),
  ).rejects.toThrow('the sandbox did not start')
})

test('forks do not outlive a host that was killed', async () => {
  const source = `
    import { fork } from 'node:child_process'
    const child = fork(${JSON.stringify(kitFile('worker.js').pathname)}, [], { execArgv: [], serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc', 'pipe'] })
    child.stdio[4].once('data', () => console.log(child.pid))
  `
  const host = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(host.stdout, 'data')) as [Buffer]
  const pid = Number(line.toString())
  expect(lives(pid)).toBe(true)
  host.kill('SIGKILL')
  for (let i = 0; i < 100 && lives(pid); i++) await pause(50)
  expect(lives(pid)).toBe(false)
})
