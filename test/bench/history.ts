/** linearizable against reading the same history from a file. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { linearizable } from '../../src/history/linearizable.ts'
import { keyValue } from '../../src/history/models.ts'
import { type HistoryEvent, historyOfEvents } from '../../src/history/read.ts'
import { isolated } from '../../src/history/transactions/isolated.ts'
import { type Contention, contendedTransactions } from '../history/contendedTransactions.ts'
import { randomEvents } from '../history/random.ts'
import { randomTransactions } from '../history/randomTransactions.ts'
import { type Figures, heldBytes, peakBytes, timed } from './measure.ts'

export const historyRows: { readonly [name: string]: () => Figures } = {
  'serializable, 100,000 appends and reads in 25,000 transactions': () => {
    const history = randomTransactions(
      {
        ...{ model: 'list-append', transactions: [25_000, 25_000], keys: 500, steps: [4, 4], behind: 0 },
        ...{ torn: 0, unknown: 0.001, failed: 0, halfMs: 14 },
      },
      1,
    )
    const levels = ['serializable', 'strict-serializable'] as const
    const judging = levels.map((level) =>
      timed(() => isolated(history, { model: 'list-append', level }).kind),
    )
    return {
      transactions: history.length,
      ...Object.fromEntries(
        levels.flatMap((level, i) => [
          [`${level}, verdict`, judging[i]!.result],
          [`${level}, seconds`, judging[i]!.seconds],
        ]),
      ),
    }
  },
  'rw-register, 10,000 transactions of 30 clients, most writes blind': () => {
    const shape: Omit<Contention, 'store'> = {
      ...{ transactions: 10_000, clients: 30, keys: 10, writesOfKey: 256 },
      ...{ steps: [1, 4], reads: 0.5, unknown: 0.01 },
    }
    const cases = [
      ['serializable', 'serial'],
      ['snapshot-isolation', 'serial'],
      ['strict-serializable', 'serial'],
      ['serializable', 'stale'],
      ['serializable', 'snapshots'],
    ] as const
    return Object.fromEntries(
      cases.flatMap(([level, store]) => {
        const history = contendedTransactions({ ...shape, store }, 1)
        const { seconds, result } = timed(() => isolated(history, { model: 'rw-register', level }).kind)
        const what = `${level}, ${store}`
        return [
          [`${what}: verdict`, result],
          [`${what}: seconds (<= 10)`, seconds],
        ]
      }),
    )
  },
  'linearizable, a history that no search can decide': () => {
    const history = historyOfEvents(hopeless(40), true)
    const before = heldBytes()
    const limits = { maxMegabytes: MEGABYTES, maxConfigurations: Number.POSITIVE_INFINITY }
    const verdict = linearizable(history, keyValue(), limits)
    return {
      verdict: verdict.kind === 'gaveUp' ? `gave up: ${verdict.why}` : verdict.kind,
      [`peak MB for a budget of ${MEGABYTES} (<= ${MEGABYTES})`]: (peakBytes() - before) / 1_048_576,
    }
  },
  'linearizable, 10,000 operations of 10 clients on a key-value map': () => {
    const folder = mkdtempSync(join(tmpdir(), 'splitbrain-bench-'))
    try {
      const file = join(folder, 'history.json')
      writeFileSync(file, JSON.stringify(randomEvents(keyValueRecipe, 1)))
      const firstReading = timed(() => read(file))
      const firstJudging = timed(() => judge(firstReading.result))
      const rounds = Array.from({ length: ROUNDS }, () => {
        const reading = timed(() => read(file))
        return { reading: reading.seconds, judging: timed(() => judge(reading.result)).seconds }
      })
      const reading = median(rounds.map((round) => round.reading))
      const judging = median(rounds.map((round) => round.judging))
      return {
        operations: firstReading.result.length,
        verdict: firstJudging.result,
        'ms to read the file': reading * 1000,
        'ms to judge': judging * 1000,
        'times as long as reading (<= 2)': judging / reading,
        'times as long, the first time in a process': firstJudging.seconds / firstReading.seconds,
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

const ROUNDS = 11
const MEGABYTES = 64

/** As many clients write at once, two of them the same, and one that reads meanwhile sees the first value again after the second. */
function hopeless(clients: number): HistoryEvent[] {
  const event = (type: 'invoke' | 'ok', process: string, f: string, value: number | null): HistoryEvent => ({
    ...{ type, process, f, value: ['k', value] },
  })
  const writes = Array.from({ length: clients }, (_, i) => i + 1)
  const value = (i: number) => Math.min(i, clients - 1)
  return [
    ...writes.map((i) => event('invoke', `w${i}`, 'write', value(i))),
    ...[1, 2, 1].flatMap((i) => [event('invoke', 'r', 'read', null), event('ok', 'r', 'read', i)]),
    ...writes.map((i) => event('ok', `w${i}`, 'write', value(i))),
  ]
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!
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
