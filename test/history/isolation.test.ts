/** Isolation: the accidents that have names, and random histories against an oracle that tries everything. */
import { describe, expect, test } from 'vitest'
import type { Json } from '../../src/base/canonical.ts'
import { randomStream } from '../../src/base/random.ts'
import { HistoryProblem } from '../../src/history/history.ts'
import { snapshotIsolated } from '../../src/history/isolation.ts'
import { transactionJudges } from '../../src/history/judges.ts'
import { type HistoryEvent, historyOfEvents } from '../../src/history/read.ts'

type Step = readonly ['read' | 'write', string, Json]
interface Transaction {
  readonly process: string
  readonly steps: readonly Step[]
  readonly outcome: 'ok' | 'fail' | 'info'
}

/** One after the other: each is answered before the next is asked. */
const inTurn = (...all: readonly Transaction[]) =>
  historyOfEvents(
    all.flatMap(({ process, steps, outcome }): HistoryEvent[] => [
      { type: 'invoke', process, f: 'txn', value: steps as unknown as Json },
      { type: outcome, process, f: 'txn', value: null },
    ]),
  )

/** All asked before any is answered. */
const atOnce = (...all: readonly Transaction[]) =>
  historyOfEvents([
    ...all.map(
      ({ process, steps }): HistoryEvent => ({
        type: 'invoke',
        process,
        f: 'txn',
        value: steps as unknown as Json,
      }),
    ),
    ...all.map(({ process, outcome }): HistoryEvent => ({ type: outcome, process, f: 'txn', value: null })),
  ])

const txn = (process: string, ...words: readonly string[]): Transaction => {
  const outcome =
    words.at(-1) === 'fail' || words.at(-1) === 'info' ? (words.at(-1) as 'fail' | 'info') : 'ok'
  const steps = words
    .filter((word) => word.includes('='))
    .map((word): Step => {
      const [verb, key, value] = word.split(/[ =]/)
      return [verb as 'read' | 'write', key!, value === 'nothing' ? null : Number(value)]
    })
  return { process, steps, outcome }
}

const start = txn('start', 'write x=50', 'write y=50')

function brokenOnes(history: ReturnType<typeof inTurn>): readonly string[] {
  return Object.entries(transactionJudges)
    .filter(([, judge]) => judge(history).kind === 'broken')
    .map(([name]) => name)
}

describe('accidents that have names', () => {
  test.each<[string, ReturnType<typeof inTurn>, readonly string[]]>([
    [
      'a lost update',
      atOnce(start, txn('t1', 'read x=50', 'write x=51'), txn('t2', 'read x=50', 'write x=52')),
      ['SnapshotIsolated', 'Serializable', 'StrictSerializable'],
    ],
    [
      'write skew',
      atOnce(
        start,
        txn('t1', 'read x=50', 'read y=50', 'write x=1'),
        txn('t2', 'read x=50', 'read y=50', 'write y=2'),
      ),
      ['Serializable', 'StrictSerializable'],
    ],
    [
      'a fractured read',
      atOnce(
        start,
        txn('t1', 'read x=50', 'read y=50', 'write x=40', 'write y=60'),
        txn('t2', 'read x=40', 'read y=50'),
      ),
      ['NoFracturedRead', 'SnapshotIsolated', 'Serializable', 'StrictSerializable'],
    ],
    [
      'a read of what was taken back',
      atOnce(start, txn('t1', 'write x=0', 'fail'), txn('t2', 'read x=0')),
      ['ReadCommitted', 'SnapshotIsolated', 'Serializable', 'StrictSerializable'],
    ],
    [
      'a read of what its own transaction wrote over',
      atOnce(start, txn('t1', 'write x=1', 'write x=2'), txn('t2', 'read x=1')),
      ['ReadCommitted', 'SnapshotIsolated', 'Serializable', 'StrictSerializable'],
    ],
    [
      'a read of what nobody wrote',
      inTurn(txn('t1', 'read x=7')),
      ['ReadCommitted', 'SnapshotIsolated', 'Serializable', 'StrictSerializable'],
    ],
    [
      'a read that is old',
      inTurn(start, txn('t1', 'write x=40'), txn('t2', 'read x=50')),
      ['StrictSerializable'],
    ],
    ['own writes are read', inTurn(txn('t1', 'write x=1', 'read x=1', 'write x=2', 'read x=2')), []],
    ['one that may have happened did', inTurn(txn('t1', 'write x=1', 'info'), txn('t2', 'read x=1')), []],
    ['or did not', inTurn(txn('t1', 'write x=1', 'info'), txn('t2', 'read x=nothing')), []],
    ['one that failed did not', inTurn(start, txn('t1', 'write x=1', 'fail'), txn('t2', 'read x=50')), []],
  ])('%s', (_name, history, broken) => {
    expect(brokenOnes(history)).toEqual(broken)
  })

  test('a sentence says which order fails where', () => {
    const skew = atOnce(start, txn('t1', 'read y=50', 'write x=1'), txn('t2', 'read x=50', 'write y=2'))
    expect(transactionJudges['Serializable']!(skew)).toMatchObject({
      why: 'no order fits: after start, t1, t2 reads x=50, and x is 1; after start, t2, t1 reads y=50, and y is 2',
    })
  })

  test('gives up rather than guess: one value twice, or more transactions than all orders can be tried of', () => {
    const twice = inTurn(txn('t1', 'write x=1'), txn('t2', 'write x=1'))
    expect(transactionJudges['Serializable']!(twice).kind).toBe('gaveUp')
    const many = Array.from({ length: 11 }, (_, i) => txn(`t${i}`, `write x=${i}`))
    expect(transactionJudges['NoFracturedRead']!(inTurn(...many)).kind).toBe('gaveUp')
    expect(snapshotIsolated(inTurn(...many)).kind).toBe('gaveUp')
  })

  test('of more transactions it looks at cycles, and says their name', () => {
    const others = Array.from({ length: 10 }, (_, i) => txn(`o${i}`, `write z=${i}`))
    const skew = [txn('t1', 'read y=nothing', 'write x=1'), txn('t2', 'read x=nothing', 'write y=2')]
    expect(brokenOnes(atOnce(...others, ...skew))).toEqual(['Serializable', 'StrictSerializable'])
    expect(transactionJudges['Serializable']!(atOnce(...others, ...skew))).toMatchObject({
      why: 'write skew (G2-item): t1 read y=nothing, and t2 wrote y=2 after that; t2 read x=nothing, and t1 wrote x=1 after that',
    })
  })

  test('other operations are no transactions', () => {
    const read = historyOfEvents([{ type: 'invoke', process: 'c', f: 'read', value: null }])
    expect(() => transactionJudges['Serializable']!(read)).toThrow(HistoryProblem)
  })
})

/** Every way to put begins and commits into one line, and whether the reads fit one of them; no memo, no pruning. */
function bySnapshots(all: readonly Transaction[]): boolean {
  const reads = (t: Transaction, store: ReadonlyMap<string, Json>) => {
    const own = new Map(store)
    return t.steps.every(([verb, key, value]) =>
      verb === 'write' ? own.set(key, value) : (own.get(key) ?? null) === value,
    )
  }
  const go = (
    left: readonly Transaction[],
    running: readonly (readonly [Transaction, number])[],
    done: readonly Transaction[],
  ): boolean => {
    if (left.length === 0 && running.length === 0) return true
    const store = new Map(
      done.flatMap(({ steps }) =>
        steps.flatMap(([verb, key, value]) => (verb === 'write' ? [[key, value] as const] : [])),
      ),
    )
    return (
      left.some(
        (t) =>
          reads(t, store) &&
          go(
            left.filter((o) => o !== t),
            [...running, [t, done.length]],
            done,
          ),
      ) ||
      running.some(([t, since]) => {
        const writes = (o: Transaction) => o.steps.filter(([verb]) => verb === 'write').map(([, key]) => key)
        if (done.slice(since).some((o) => writes(o).some((key) => writes(t).includes(key)))) return false
        return go(
          left,
          running.filter(([o]) => o !== t),
          [...done, t],
        )
      })
    )
  }
  return go(all, [], [])
}

function permutations<T>(list: readonly T[]): readonly (readonly T[])[] {
  if (list.length === 0) return [[]]
  return list.flatMap((one) =>
    permutations(list.filter((other) => other !== one)).map((rest) => [one, ...rest]),
  )
}

function inOneOrder(all: readonly Transaction[]): boolean {
  return permutations(all).some((order) => {
    const store = new Map<string, Json>()
    return order.every(({ steps }) =>
      steps.every(([verb, key, value]) =>
        verb === 'write' ? store.set(key, value) : (store.get(key) ?? null) === value,
      ),
    )
  })
}

/** Up to four transactions on two keys that read what somebody wrote, or nothing. */
function random(seed: number): readonly Transaction[] {
  const stream = randomStream(seed, 'isolation')
  const count = 2 + stream.integer(0, 2)
  const written: { [key: string]: Json[] } = { x: [null], y: [null] }
  const writes = Array.from({ length: count }, (_, i) =>
    ['x', 'y'].flatMap((key): Step[] => {
      if (stream.integer(0, 1) === 0) return []
      written[key]!.push(i + 1)
      return [['write', key, i + 1]]
    }),
  )
  return writes.map((own, i): Transaction => {
    const reads = ['x', 'y'].flatMap((key): Step[] => {
      if (stream.integer(0, 2) === 0) return []
      const choices = written[key]!.filter((value) => value !== i + 1)
      return [['read', key, stream.choose(choices)]]
    })
    return { process: `t${i + 1}`, steps: [...reads, ...own], outcome: 'ok' }
  })
}

test('random histories: the same verdicts as trying everything, and what is stronger implies what is weaker', () => {
  const seen = { Serializable: 0, SnapshotIsolated: 0, neither: 0 }
  for (let seed = 1; seed <= 2000; seed++) {
    const all = random(seed)
    const broken = brokenOnes(atOnce(...all))
    expect([seed, broken.includes('Serializable')]).toEqual([seed, !inOneOrder(all)])
    expect([seed, broken.includes('SnapshotIsolated')]).toEqual([seed, !bySnapshots(all)])
    // All overlap here, so real time adds nothing; in turn it decides.
    expect(broken.includes('StrictSerializable')).toBe(broken.includes('Serializable'))
    if (brokenOnes(inTurn(...all)).includes('StrictSerializable') === false) {
      const store = new Map<string, Json>()
      for (const { steps } of all)
        for (const [verb, key, value] of steps)
          if (verb === 'write') store.set(key, value)
          else expect([seed, store.get(key) ?? null]).toEqual([seed, value])
    }
    if (broken.includes('SnapshotIsolated')) seen.neither++
    else {
      expect(broken).not.toContain('ReadCommitted')
      expect(broken).not.toContain('NoFracturedRead')
      seen[broken.includes('Serializable') ? 'SnapshotIsolated' : 'Serializable']++
    }
  }
  // Each kind came up often enough for the comparison to mean something.
  for (const times of Object.values(seen)) expect(times).toBeGreaterThan(20)
})
