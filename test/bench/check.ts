/** How long a learner waits: from a save to the verdict, warm, and for a cold command beside a bare Vitest. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'
import { SETTLE_MS } from '../../cli/saves.ts'
import { type Figures, quantile } from './measure.ts'

const SAVES = 30
const COLD_RUNS = 7
/** Linux counts processor time in hundredths of a second. */
const MS_A_TICK = 10
/** Enough for the next spare to be ready. */
const BETWEEN_MS = 900

/** The bench runs as `.build/bench.mjs`, beside the program. */
const BUILD = import.meta.dirname
const ROOT = join(BUILD, '..')

export const checkRows: { readonly [name: string]: () => Promise<Figures> } = {
  async 'check: save to verdict, warm'() {
    const { Checker, loadExercises } = (await import(
      `${BUILD}/index.js`
    )) as typeof import('../../src/index.ts')
    const exercise = loadExercises().find(({ id }) => id === 'two-phase-commit')!
    const lastOfRung2 = exercise.checks.findLast(({ rung }) => rung === 2)!.name
    const checker = new Checker(exercise)
    const failure: number[] = []
    const rung2: number[] = []
    const whole: number[] = []
    const cpu: number[] = []
    const lastOfAll = exercise.checks.at(-1)!.name
    for (let i = 0; i < SAVES; i++) {
      await pause(BETWEEN_MS)
      const began = performance.now()
      const since = () => performance.now() - began + SETTLE_MS
      const fails = i % 2 === 0
      let seen = false
      const spent = childrenCpuMs()
      await checker.check(join(exercise.folder, fails ? 'start.ts' : 'hidden/solution.ts'), {
        types: false,
        onCheck({ verdict, rung, name }) {
          if (fails && !seen && verdict !== 'passed') failure.push(since())
          seen ||= fails && verdict !== 'passed'
          if (!fails && name === lastOfAll) cpu.push(childrenCpuMs() - spent)
          if (!fails && rung === 2 && name === lastOfRung2) rung2.push(since())
        },
      })
      if (!fails) whole.push(since())
    }
    await checker.close()
    return {
      'to the first failure, p50 ms [<= 150]': quantile(failure, 0.5),
      'to the first failure, p95 ms [<= 300]': quantile(failure, 0.95),
      'to the end of rung 2, p50 ms [<= 150]': quantile(rung2, 0.5),
      'to the end of rung 2, p95 ms [<= 300]': quantile(rung2, 0.95),
      'the whole ladder, p50 ms': quantile(whole, 0.5),
      'the whole ladder, p50 ms of CPU [<= 1000]': quantile(cpu, 0.5),
      'of which the debounce, ms': SETTLE_MS,
    }
  },

  async 'check: cold command'() {
    const folder = mkdtempSync(join(BUILD, 'bench-'))
    const empty = join(folder, 'empty.test.js')
    writeFileSync(empty, "import { test } from 'vitest'\ntest('nothing', () => {})\n")
    const bare: number[] = []
    const cold: number[] = []
    const answer = join(ROOT, 'exercises', '09-two-phase-commit', 'start.ts')
    try {
      for (let i = 0; i < COLD_RUNS; i++) {
        bare.push(elapsed([join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder], 0))
        cold.push(elapsed([join(ROOT, 'cli/splitbrain.cjs'), 'check', 'two-phase-commit', answer], 1))
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
    return {
      'vitest run of one empty test, p50 ms': quantile(bare, 0.5),
      'splitbrain check, p50 ms': quantile(cold, 0.5),
      'splitbrain check / vitest run [<= 1.4]': quantile(cold, 0.5) / quantile(bare, 0.5),
    }
  },
}

/** Processor time of the processes that this one has started, the fork among them. 0 where Linux is not. */
function childrenCpuMs(): number {
  if (process.platform !== 'linux') return 0
  const ticks = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /, '')
          .split(' ')
        return Number(fields[1]) === process.pid ? Number(fields[11]) + Number(fields[12]) : 0
      } catch {
        return 0
      }
    })
  return ticks.reduce((sum, one) => sum + one, 0) * MS_A_TICK
}

/** A run that ends otherwise than it should is no measure of anything. */
function elapsed(words: readonly string[], exit: number): number {
  const began = performance.now()
  const { status } = spawnSync(process.execPath, words, { stdio: 'ignore' })
  const ms = performance.now() - began
  if (status !== exit) throw new Error(`${words.join(' ')} ended with ${status}, not with ${exit}`)
  return ms
}
