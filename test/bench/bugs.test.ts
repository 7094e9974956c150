/** The table of bugs can fail: a bug that is none is not found, and one that is looked for where it cannot show is not either. */
import { describe, expect, test } from 'vitest'
import { alternatives, protocols } from '../../src/protocols/index.ts'
import { type Alternative, makeModel, variant } from '../../src/world/protocol.ts'
import { bugRows, type Row, rowOf } from './bugRows.ts'
import { printTable } from './bugTable.ts'
import { findBug, Reference } from './findBug.ts'
import { looks, losses } from './looks.ts'

const nameOf = ({ protocol, rule, name }: Alternative) => `${protocol}/${rule}=${name}`

function readingOf(name: string): Alternative {
  const found = alternatives.find((reading) => nameOf(reading) === name)
  if (found === undefined) throw new Error(`no reading is called ${name}`)
  return found
}

/** The reference's own rule, under the name and with the look of a flawed one. */
function corrected(reading: Alternative): Alternative {
  const { rules } = protocols.find(({ name }) => name === reading.protocol)!
  return { ...reading, is: rules[reading.rule]! }
}

/** The lines of a table without their times, and how many bugs it misses. */
function tableOf(...rows: readonly Row[]): readonly [readonly string[], number] {
  const lines: string[] = []
  const missing = printTable(rows, (line) =>
    lines.push(line.replace(/ +\([\d.]+ s\)$/, '').replace(/ {2,}/g, '  ')),
  )
  return [lines, missing]
}

/** Each is looked for in another way: seed by seed, in all worlds, with a calm in the end, by a property never shown. */
const FOUND: readonly (readonly [name: string, line: string])[] = [
  ['deposit/isNew=always', 'EffectOnce  seed 1, 20 steps'],
  ['two-phase-commit/forceVote=never', 'AC1  seed 9, 28 steps, from: in-doubt participant, open="t1"'],
  ['outbox/consume=ack-first', 'NoLostEvent  seed 58, 53 steps'],
  [
    'leases/mayWrite=at-once',
    'NoStaleReadUnderLease  12 worlds, 3 steps, any number of timeouts, 3 ticks of 20 ms, led to by hand',
  ],
  ['paxos-lamport/mayAccept=higher', 'SomethingChosen  505 worlds, never shown, any number of timeouts'],
]

describe('a bug', () => {
  test.each(FOUND)('%s is found', (name, line) => {
    const [[first], missing] = tableOf(rowOf(readingOf(name)))
    expect([first!.slice(name.length).trim(), missing]).toEqual([line, 0])
  })
})

describe('the right rule in its place', () => {
  test.each([
    ['leases/mayWrite=at-once'],
    ['three-phase-commit/onSilence=by-phase'],
    ['signed-messages/mayBelieve=last'],
    ['paxos-lamport/mayAccept=higher'],
    ['vector-clocks/onHear=take-over'],
  ])('%s is not found in any world', (name) => {
    const [lines, missing] = tableOf(rowOf(corrected(readingOf(name))))
    expect(lines[0]).toMatch(/NOT FOUND {2}\d+ worlds/)
    expect(lines.at(-1)).toBe(`NOT FOUND: ${name}`)
    expect(missing).toBe(1)
  })

  test.each([['deposit/isNew=always'], ['two-phase-commit/inDoubt=abort']])(
    '%s is not found on any seed',
    (name) => {
      const [lines, missing] = tableOf(rowOf(corrected(readingOf(name))))
      expect(lines[0]).toMatch(/NOT FOUND {2}2000 seeds/)
      expect(missing).toBe(1)
    },
  )
})

describe('a reading that calls itself safe', () => {
  const safe = (name: string): Alternative => ({ ...readingOf(name), says: 'it is fine so (safe)' })

  test('and is, is told to be', () => {
    const [[first], missing] = tableOf(rowOf(readingOf('paxos/mayPromise=higher')))
    expect(first).toBe('paxos/mayPromise=higher  safe  100 seeds')
    expect(missing).toBe(0)
  })

  test.each([['deposit/isNew=always'], ['leases/mayWrite=at-once']])(
    'and is not, as %s, counts as missed',
    (name) => {
      const [lines, missing] = tableOf(rowOf(safe(name)))
      expect(lines[0]).toMatch(/said to be safe, and breaks/)
      expect(missing).toBe(1)
    },
  )
})

test('what the reference breaks as well does not count, however soon the reading breaks it', () => {
  const { protocol, rule, is } = readingOf('lamport-clocks/onHear=ignore')
  const base = protocols.find(({ name }) => name === protocol)!
  // Stamps are in memory, and the usual fuzz has crashes: two of the three properties break in any case.
  const right = new Reference(makeModel(base), {})
  const found = findBug({ wrong: makeModel(variant(base, 'wrong', { [rule]: is })), right }, {})
  expect(found).toEqual({ kind: 'not found', what: 'NOT FOUND', how: '2000 seeds: ConsistentCut' })
})

test('every reading has one row, and every look and loss belongs to a reading that there is', () => {
  const names = alternatives.map(nameOf)
  expect(new Set(names).size).toBe(names.length)
  expect(bugRows.map(({ name }) => name)).toEqual(expect.arrayContaining(names))
  const ofAll = protocols.map(({ name }) => `${name}/`)
  expect(Object.keys(looks).filter((name) => !names.includes(name) && !ofAll.includes(name))).toEqual([])
  expect(Object.keys(losses).filter((name) => !names.includes(name))).toEqual([])
})

test('a loss is looked for where the reading says that it is safe, and nowhere else', () => {
  const unsafe = Object.keys(losses).filter((name) => !readingOf(name).says.includes('(safe'))
  expect(unsafe).toEqual([])
})
