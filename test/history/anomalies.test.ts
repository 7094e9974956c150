/** The anomalies that have names, told apart: each with its smallest cycle, what forbids it and what does not. */
import { describe, expect, test } from 'vitest'
import type { Json } from '../../src/base/canonical.ts'
import { plain } from '../../src/base/view.ts'
import { cycleView } from '../../src/draw/cycle.ts'
import { renderView, viewText } from '../../src/draw/text.ts'
import { type History, HistoryProblem } from '../../src/history/history.ts'
import { type HistoryEvent, historyOfEvents } from '../../src/history/read.ts'
import { type IsolationVerdict, isolated } from '../../src/history/transactions/isolated.ts'
import { LEVELS, type LevelName } from '../../src/history/transactions/levels.ts'
import type { TransactionModel } from '../../src/history/transactions/transaction.ts'

/**
 * `t1: r x 1, w y 2`, with `fail` or `info` at the end; lists as `[1 2]`, nothing as `-`. `atOnce`: all asked before any is
 * answered; otherwise one after the other.
 */
function history(lines: readonly string[], atOnce = true): History {
  const parts = lines.map((line): [HistoryEvent, HistoryEvent] => {
    const [, process = '', rest = ''] = /^(\w+): (.*)$/.exec(line)!
    const outcome = /(?:^|, )(fail|info)$/.exec(rest)?.[1] ?? 'ok'
    const value = rest.split(', ').flatMap((step): Json[] => {
      const [, verb, key, given = '-'] = /^(r|w|a) (\w+) (.+)$/.exec(step) ?? []
      if (verb === undefined) return []
      const list = /^\[(.*)\]$/.exec(given)?.[1]
      const told = list !== undefined ? list.split(' ').filter(Boolean).map(Number) : Number(given)
      return [[{ r: 'read', w: 'write', a: 'append' }[verb]!, key!, given === '-' ? null : told]]
    })
    return [
      { type: 'invoke', process, f: 'txn', value },
      { type: outcome as 'ok', process, f: 'txn', value: null },
    ]
  })
  return historyOfEvents(
    atOnce ? [...parts.map(([asked]) => asked), ...parts.map(([, told]) => told)] : parts.flat(),
  )
}

const judged = (model: TransactionModel, level: LevelName, all: History) => isolated(all, { model, level })
const levels = Object.keys(LEVELS) as LevelName[]

function brokenAt(model: TransactionModel, all: History): readonly string[] {
  return levels.filter((level) => judged(model, level, all).kind === 'broken')
}

/** What is told: code, name, and the kinds of the first cycle. */
function anomalyOf(verdict: IsolationVerdict) {
  if (verdict.kind !== 'broken') return verdict.kind
  const { code, called, cycles } = verdict.anomaly
  return [code, called, ...(cycles[0]?.steps.map(({ from, kind }) => `${from.name} ${kind}`) ?? [])]
}

const SNAPSHOT = levels.filter((level) => LEVELS[level].rw !== 'never')
const SERIAL = levels.filter((level) => LEVELS[level].rw === 'all')

describe('each anomaly has its name, its cycle and its levels', () => {
  test.each<[string, TransactionModel, readonly string[], readonly string[], readonly LevelName[]]>([
    [
      'a write cycle',
      'list-append',
      ['t1: a x 1, a y 1', 't2: a x 2, a y 2', 'r: r x [1 2], r y [2 1]'],
      ['G0', 'write cycle', 't1 ww', 't2 ww'],
      levels,
    ],
    [
      'circular information flow',
      'list-append',
      ['t1: a x 1, r y [2]', 't2: a y 2, r x [1]'],
      ['G1c', 'circular information flow', 't1 wr', 't2 wr'],
      levels,
    ],
    ['an aborted read', 'rw-register', ['t1: w x 1, fail', 't2: r x 1'], ['G1a', 'aborted read'], levels],
    [
      'an intermediate read',
      'list-append',
      ['t1: a x 1, a x 2', 't2: r x [1]'],
      ['G1b', 'intermediate read'],
      levels,
    ],
    [
      'read skew',
      'list-append',
      ['t1: a x 1, a y 1', 't2: r x [1], r y -'],
      ['G-single', 'read skew', 't1 wr', 't2 rw'],
      SNAPSHOT,
    ],
    [
      'read skew, of registers',
      'rw-register',
      ['t1: w x 1, w y 1', 't2: r x 1, r y -'],
      ['G-single', 'read skew', 't1 wr', 't2 rw'],
      SNAPSHOT,
    ],
    [
      'a lost update',
      'rw-register',
      ['t1: r x -, w x 1', 't2: r x -, w x 2'],
      ['G-single', 'lost update', 't1 rw', 't2 rw'],
      SNAPSHOT,
    ],
    [
      'a lost update that no list shows',
      'list-append',
      ['t1: r x -, a x 1', 't2: r x -, a x 2'],
      ['G-single', 'lost update', 't1 rw', 't2 rw'],
      SNAPSHOT,
    ],
    [
      'a long fork',
      'rw-register',
      ['t1: w x 1', 't2: w y 1', 'r1: r x 1, r y -', 'r2: r x -, r y 1'],
      ['G-nonadjacent', 'long fork', 't1 wr', 'r1 rw', 't2 wr', 'r2 rw'],
      SNAPSHOT,
    ],
    [
      'write skew',
      'rw-register',
      ['t1: r x -, w y 1', 't2: r y -, w x 1'],
      ['G2-item', 'write skew', 't1 rw', 't2 rw'],
      SERIAL,
    ],
    [
      'write skew of three',
      'list-append',
      ['t1: r x -, a y 1', 't2: r y -, a z 1', 't3: r z -, a x 1'],
      ['G2-item', 'anti-dependency cycle', 't1 rw', 't3 rw', 't2 rw'],
      SERIAL,
    ],
    [
      'a read that does not repeat',
      'rw-register',
      ['t1: w x 1', 't2: r x -, r x 1'],
      ['internal', 'a transaction that contradicts itself'],
      SNAPSHOT,
    ],
    [
      'reads that fit no one order',
      'list-append',
      ['t1: a x 1', 't2: a x 2', 'r1: r x [1 2]', 'r2: r x [2]'],
      ['incompatible-order', 'reads that fit no one order of appends'],
      levels,
    ],
    [
      'an append that took effect twice',
      'list-append',
      ['t1: a x 1', 'r1: r x [1 1]'],
      ['duplicate-elements', 'an append that took effect twice'],
      levels,
    ],
    [
      'a read of what nobody wrote',
      'list-append',
      ['t1: r x [7]'],
      ['unwritten', 'a read of what nobody wrote'],
      levels,
    ],
    [
      'own writes that are not seen',
      'list-append',
      ['t1: a x 1, r x -'],
      ['internal', 'a transaction that contradicts itself'],
      levels,
    ],
  ])('%s', (_name, model, lines, told, broken) => {
    const all = history(lines)
    expect(brokenAt(model, all)).toEqual(broken)
    for (const level of broken) expect(anomalyOf(judged(model, level as LevelName, all))).toEqual(told)
  })

  test.each<[string, readonly string[], LevelName, readonly string[]]>([
    [
      'in real time',
      ['t1: w x 1', 't2: r x -'],
      'strict-serializable',
      ['G-single-realtime', 'stale read', 't1 realtime', 't2 rw'],
    ],
    [
      'in a session',
      ['t1: w x 1', 't1: r x -'],
      'strong-session-serializable',
      ['G-single-process', 'stale read', 't1.1 process', 't1.2 rw'],
    ],
  ])('a stale read breaks what keeps order %s', (_name, lines, level, told) => {
    const all = history(lines, false)
    expect(brokenAt('rw-register', all)).not.toContain('serializable')
    expect(anomalyOf(judged('rw-register', level, all))).toEqual(told)
  })
})

describe('a name claims no more than is true', () => {
  test('what reads alone show is named before what takes real time to know', () => {
    // b wrote z after a had been answered, and a has read what b wrote; t2 saw one half of t1.
    const all = history(['a: w z 1, r q 5', 'b: w z 2, w q 5', 't1: w x 1, w y 1', 't2: r x 1, r y -'], false)
    expect(anomalyOf(judged('rw-register', 'strict-serializable', all))).toEqual([
      ...['G-single', 'read skew', 't1 wr', 't2 rw'],
    ])
    expect(anomalyOf(judged('rw-register', 'strict-serializable', all.slice(0, 2)))).toEqual([
      ...['G1c-realtime', 'circular information flow', 'a ww', 'b wr'],
    ])
  })

  test('an order of two writes that real time forces needs it, though no step of the cycle says so', () => {
    const all = [
      ['c1', -39, 30.5, 'w k1 1, r k1 1, w k2 2'],
      ['c2', -27.99, 20.51, 'r k1 1'],
      ['c3', -15.98, 68.52, 'w k1 3, w k1 4, w k1 5'],
      ['c4', 19.03, 37.53, 'w k2 6, w k2 7'],
      ['c5', 9.04, 40.54, 'w k1 8'],
      ['c6', 18.05, 90.55, 'r k1 8, w k2 9, w k1 10'],
      ['c7', 31.06, 84.56, 'w k2 11, r k1 10'],
      ['c8', 58.07, 110.57, 'w k1 12, r k2 2, r k1 12'],
    ] as const
    const timed = all.map(([client, invoke, end, steps]) => {
      const [one] = history([`${client}: ${steps}`])
      return { ...one!, invoke, return: end }
    })
    expect(judged('rw-register', 'snapshot-isolation', timed).kind).toBe('held')
    const verdict = judged('rw-register', 'strong-snapshot-isolation', timed)
    expect(verdict).toMatchObject({
      kind: 'broken',
      anomaly: { code: 'G-nonadjacent-realtime', called: 'non-adjacent anti-dependency cycle' },
    })
    if (verdict.kind !== 'broken') return
    expect(verdict.anomaly.cycles.some(({ forced }) => forced)).toBe(true)
    expect(verdict.anomaly.cycles.some(({ code }) => code.endsWith('-realtime'))).toBe(false)
  })
})

describe('what is not known is not held against anybody', () => {
  test.each<[string, readonly string[]]>([
    ['of unknown outcome, and seen', ['t1: w x 1, info', 't2: r x 1']],
    ['of unknown outcome, and not seen', ['t1: w x 1, info', 't2: r x -']],
    ['reads of unknown outcome say nothing', ['t1: r x 9, w y 1, info', 't2: r y 1']],
    ['blind writes may come in any order', ['t1: w x 1, w y 1', 't2: w x 2, w y 2', 'r: r x 2, r y 2']],
  ])('%s', (_name, lines) => {
    expect(brokenAt('rw-register', history(lines))).toEqual([])
  })

  test('one value written twice is no evidence', () => {
    expect(
      judged('rw-register', 'serializable', history(['t1: w x 1', 't2: w x 1', 'r: r x 1'])),
    ).toMatchObject({
      kind: 'gaveUp',
      why: 't1 and t2 both write x=1: a read of it would not tell whose it is',
    })
  })

  test('where either order of two writes closes a cycle, both are shown', () => {
    // Each reader saw one key written and the other one not yet; which write of x was first, nobody saw.
    const all = history(['t1: r y -, w x 1, w z 1', 't2: w x 2, w y 2, r z -'])
    const verdict = judged('rw-register', 'snapshot-isolation', all)
    expect(verdict).toMatchObject({
      kind: 'broken',
      why: expect.stringContaining('whichever of x=1 and x=2 was first, there is a cycle: '),
    })
    if (verdict.kind === 'broken') expect(verdict.anomaly.cycles).toHaveLength(2)
  })

  test('a budget that does not suffice is said', () => {
    const many = history(
      Array.from({ length: 200 }, (_, i) => `t${i}: r x -, w x ${i + 1}, info`).concat('r: r x 1'),
    )
    const lists = history(Array.from({ length: 200 }, (_, i) => (i % 2 ? `t${i}: r x -` : `t${i}: a x ${i}`)))
    expect(isolated(many, { model: 'rw-register' }).kind).toBe('held')
    expect(isolated(lists, { model: 'list-append', maxMegabytes: 0.5 })).toMatchObject({ kind: 'gaveUp' })
  })
})

test('other operations are no transactions', () => {
  const read = historyOfEvents([{ type: 'invoke', process: 'c', f: 'read', value: null }])
  expect(() => isolated(read, { model: 'rw-register' })).toThrow(HistoryProblem)
  expect(() => isolated(history(['t1: a x 1']), { model: 'rw-register' })).toThrow(
    't1.1: a step of rw-register is [read or write, key, value], not ["append","x",1]',
  )
})

describe('the picture of a cycle', () => {
  const skew = judged('rw-register', 'serializable', history(['t1: r x -, w y 1', 't2: r y -, w x 1']))
  const view = cycleView(skew.kind === 'broken' ? skew.anomaly.cycles[0]! : (undefined as never))

  test('one under the other, and back', () => {
    expect(viewText(view)).toMatchInlineSnapshot(`
      "write skew (G2-item)
        ┌▶ t1  read x=nothing, write y=1
        │  │ rw on x: t1 read x=nothing, and t2 wrote x=1 after that
        │  ▼
        │  t2  read y=nothing, write x=1
        │  │ rw on y: t2 read y=nothing, and t1 wrote y=1 after that
        └──┘"
    `)
  })

  test('in ASCII, and narrow', () => {
    const lines = renderView(view, { width: 30, ascii: true })
    expect(lines.every((line) => line.map(({ text }) => text).join('').length <= 30)).toBe(true)
    expect(viewText(view, { width: 30, ascii: true })).toMatch(/^[\x20-\x7e\n]*$/)
  })

  test('read aloud', () => {
    expect(renderView(view, { width: 200, sentences: true })).toEqual(
      [
        'write skew (G2-item), 2 in a circle.',
        't1: read x=nothing, write y=1.',
        't1 comes before t2, rw on x: t1 read x=nothing, and t2 wrote x=1 after that.',
        't2: read y=nothing, write x=1.',
        't2 comes before t1 again, rw on y: t2 read y=nothing, and t1 wrote y=1 after that.',
      ].map((sentence) => plain(sentence)),
    )
  })
})
