/** fuzz with two workers against one, on the same seeds; and beside it what two threads gain that share nothing. */
import { Worker } from 'node:worker_threads'
import { kitFile } from '../../src/exercise/warmVitest.ts'
import { crewOf } from '../../src/lesson/crew.ts'
import { alternatives, protocols } from '../../src/protocols/index.ts'
import { commands } from '../../src/scenario/commands/index.ts'
import { Session } from '../../src/scenario/session.ts'
import { type Figures, timed } from './measure.ts'

const SEEDS = 2000

export const fuzzRows: { readonly [name: string]: () => Promise<Figures> } = {
  "fuzz Raft's log, three servers, one worker and two workers": async () => {
    // Nothing is warm: as it is for whoever types the command.
    const one = fuzzed(1)
    const two = fuzzed(2)
    const alone = await counting(1)
    const together = await counting(2)
    return {
      seeds: SEEDS,
      'runs a second of the clock, one worker': SEEDS / one.clockSeconds,
      'runs a second of the clock, two workers': SEEDS / two.clockSeconds,
      'times as fast as one worker': one.clockSeconds / two.clockSeconds,
      'times as much, two threads that only count': (2 * alone) / together,
      'processor seconds, one worker': one.seconds,
      'processor seconds, two workers': two.seconds,
      "part of one worker's processor time (<= 1.25)": two.seconds / one.seconds,
    }
  },
}

/** The times of one fuzz, its threads included; it has to hold. */
function fuzzed(workers: number): { readonly seconds: number; readonly clockSeconds: number } {
  const session = new Session({ protocols, alternatives, commands })
  const crew = crewOf({ fuzzer: kitFile('fuzzer.js'), foreman: kitFile('foreman.js') })
  session.onlooker = { maxBytes: 2 ** 31, crew, seen: () => true }
  session.execute('cluster raft-log n1 n2 n3')
  const began = performance.now()
  const { result, seconds } = timed(() =>
    session.execute(`fuzz LogMatching seeds=${SEEDS} workers=${workers}`),
  )
  const clockSeconds = (performance.now() - began) / 1000
  if (result.verdicts[0]?.kind !== 'held') throw new Error(`LogMatching ${result.verdicts[0]?.kind}`)
  return { seconds, clockSeconds }
}

/** Seconds of the clock until so many threads have counted, each as far as the others. */
async function counting(threads: number): Promise<number> {
  const began = performance.now()
  const count = 'let sum = 0; for (let i = 0; i < 2e9; i++) sum = (sum + i) | 0'
  await Promise.all(
    Array.from({ length: threads }, () => {
      const worker = new Worker(count, { eval: true })
      return new Promise((resolve, reject) => worker.on('exit', resolve).on('error', reject))
    }),
  )
  return (performance.now() - began) / 1000
}
