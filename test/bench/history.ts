/** linearizable against reading the same history from a file. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { linearizable } from '../../src/history/linearizable.ts'
import { keyValue } from '../../src/history/models.ts'
import { type HistoryEvent, historyOfEvents } from '../../src/history/read.ts'
import { randomEvents } from '../history/random.ts'
import { type Figures, timed } from './measure.ts'

export const historyRows: { readonly [name: string]: () => Figures } = {
  'linearizable, 10,000 operations of 10 clients on a key-value map': () => {
    const folder = mkdtempSync(join(tmpdir(), 'splitbrain-bench-'))
    try {
      const file = join(folder, 'history.json')
      writeFileSync(file, JSON.stringify(randomEvents(keyValueRecipe, 1)))
      judge(read(file))
      const reading = timed(() => read(file))
      const judging = timed(() => judge(reading.result))
      return {
        operations: reading.result.length,
        verdict: judging.result,
        'ms to read the file': reading.seconds * 1000,
        'ms to judge': judging.seconds * 1000,
        'times as long as reading (<= 2)': judging.seconds / reading.seconds,
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

function read(file: string) {
  return historyOfEvents(JSON.parse(readFileSync(file, 'utf8')) as HistoryEvent[], true)
}

function judge(history: ReturnType<typeof read>): string {
  return linearizable(history, keyValue()).kind
}

let written = 0

const keyValueRecipe: Parameters<typeof randomEvents>[0] = {
  operations: 10_000,
  clients: 10,
  keys: Array.from({ length: 20 }, (_, i) => `k${i}`),
  infos: 0.001,
  lies: 0,
  ask: (random) => (random.chance(0.5) ? { f: 'read', value: null } : { f: 'write', value: ++written }),
  answer: (state, f, value) => (f === 'read' ? { state, result: state } : { state: value, result: value }),
  lie: () => null,
}
