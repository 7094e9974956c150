/** The session guarantees: their stories, and every demand of random histories closed by brute force. */
import { describe, expect, test } from 'vitest'
import { canonicalText, type Json } from '../../src/base/canonical.ts'
import { randomStream } from '../../src/base/random.ts'
import type { History, HistoryOperation } from '../../src/history/history.ts'
import { type HistoryEvent, historyOfEvents } from '../../src/history/read.ts'
import {
  monotonicReads,
  monotonicWrites,
  readYourWrites,
  type SessionOptions,
  writesFollowReads,
} from '../../src/history/sessions.ts'
import type { HistoryVerdict } from '../../src/history/verdict.ts'
import { tell } from './tell.ts'

const GUARANTEES = { readYourWrites, monotonicReads, monotonicWrites, writesFollowReads }
type Name = keyof typeof GUARANTEES
const HISTORIES = 800
const NAMES = Object.keys(GUARANTEES) as Name[]

function brokenOnes(history: History, options?: SessionOptions): Name[] {
  return NAMES.filter((name) => GUARANTEES[name](history, options).kind === 'broken')
}

function why(verdict: HistoryVerdict): string {
  return verdict.kind === 'held' ? 'held' : verdict.why
}

describe('stories', () => {
  test('a client does not see its own write', () => {
    const history = tell('c1 write 1', 'c1 read null')
    expect(brokenOnes(history)).toEqual(
      ['readYourWrites', 'monotonicWrites', 'writesFollowReads'].slice(0, 1),
    )
    expect(why(readYourWrites(history))).toMatchInlineSnapshot(
      `"c1 read nothing after it had written 1, but nothing was there before 1"`,
    )
  })

  test('a client that asks another replica goes back', () => {
    const history = tell('c1 write 3', 'c1 write 5', 'c2 read 5', 'c2 read 3')
    expect(brokenOnes(history)).toEqual(['monotonicReads', 'monotonicWrites'])
    expect(why(monotonicReads(history))).toMatchInlineSnapshot(
      `"c2 read 3 after it had read 5, but c1 wrote 3 before 5"`,
    )
    expect(monotonicReads(history)).toMatchObject({ witness: history })
  })

  test('writes of two clients are ordered by real time only if the store does so', () => {
    const history = tell('c1 write 1', 'c2 write 2', 'c3 read 2', 'c3 read 1')
    expect(brokenOnes(history)).toEqual([])
    expect(brokenOnes(history, { versions: 'realTime' })).toEqual(['monotonicReads'])
    expect(why(monotonicReads(history, { versions: 'realTime' }))).toMatchInlineSnapshot(
      `"c3 read 1 after it had read 2, but c1's write of 1 had been answered when c2 asked to write 2"`,
    )
  })

  test('two readers that see two writes in opposite orders cannot both go forward', () => {
    const history = tell('c1 write 1', 'c2 write 2', 'c3 read 1', 'c3 read 2', 'c4 read 2', 'c4 read 1')
    expect(why(monotonicReads(history))).toMatchInlineSnapshot(
      `"c3 read 2 after it had read 1, but c4 read 1 after it had read 2"`,
    )
  })

  test('a later write of a client is seen without its earlier one', () => {
    const history = tell('c1 write x=1', 'c1 write y=1', 'c2 read y=1', 'c2 read x=null')
    expect(brokenOnes(history)).toEqual(['monotonicWrites'])
    expect(why(monotonicWrites(history))).toMatchInlineSnapshot(
      `"c2 read x=nothing after it had read y=1, which c1 wrote after it had written x=1, but x=nothing was there before x=1"`,
    )
  })

  test('an answer without its question', () => {
    const history = tell('c1 write q=1', 'c2 read q=1', 'c2 write a=1', 'c3 read a=1', 'c3 read q=null')
    expect(brokenOnes(history)).toEqual(['writesFollowReads'])
    expect(why(writesFollowReads(history))).toMatchInlineSnapshot(
      `"c3 read q=nothing after it had read a=1, which c2 wrote after it had read q=1, but q=nothing was there before q=1"`,
    )
  })

  test('the latest write that was seen is the one that binds', () => {
    const writes = ['c1 write x=1', 'c1 write y=1', 'c1 write x=2', 'c1 write y=2']
    expect(brokenOnes(tell(...writes, 'c2 read y=1', 'c2 read x=1'))).toEqual([])
    expect(brokenOnes(tell(...writes, 'c2 read y=1', 'c2 read y=2', 'c2 read x=1'))).toEqual([
      'monotonicWrites',
    ])
  })

  test('a write of unknown outcome does not hide what was read before it', () => {
    const history = tell(
      'c2 write 1',
      'c1 read 1',
      'c1 write 2 ...',
      'c1 lost',
      'c1 write 3',
      'c3 read 3',
      'c3 read 1',
    )
    expect(brokenOnes(history)).toEqual(['writesFollowReads'])
  })

  test('what a cas found came before what it left', () => {
    const history = tell('c1 write 1', 'c2 cas [1,2]', 'c3 read 2', 'c3 read 1')
    expect(why(monotonicReads(history))).toMatchInlineSnapshot(
      `"c3 read 1 after it had read 2, but c2 changed 1 to 2"`,
    )
  })

  test('a write of unknown outcome binds nobody', () => {
    const history = tell('c1 write 1 ...', 'c1 lost', 'c1 read null', 'c2 read 1')
    expect(brokenOnes(history)).toEqual([])
  })

  test.each([
    ['written twice', tell('c1 write 1', 'c2 write 1')],
    ['where it was at first', tell('c1 write null')],
    ['which no operation wrote', tell('c1 read 7')],
  ])('what cannot be judged is said: %s', (reason, history) => {
    for (const name of NAMES) {
      const verdict = GUARANTEES[name](history)
      expect(verdict.kind).toBe('gaveUp')
      expect(why(verdict)).toContain(reason)
    }
  })
})

/** Everything demanded and known, pair by pair as the definitions have it; broken if a demand contradicts the rest. */
function contradicts(history: History, name: Name, realTime: boolean): boolean {
  const ok = history.filter((o) => o.outcome === 'ok')
  const writes = history.filter((o) => o.outcome !== 'fail' && o.f !== 'read')
  const id = (o: HistoryOperation, value: Json): string => `${o.key}=${canonicalText(value)}`
  const reads = (o: HistoryOperation): string | null =>
    o.outcome !== 'ok' || o.f === 'write' ? null : id(o, o.f === 'cas' ? (o.value as Json[])[0]! : o.result)
  const wrote = (o: HistoryOperation): string | null =>
    o.f === 'read' ? null : id(o, o.f === 'cas' ? (o.value as Json[])[1]! : o.value)
  const writerOf = (version: string) => writes.find((o) => wrote(o) === version)
  const inSession = (a: HistoryOperation, b: HistoryOperation) => a.process === b.process && a.n < b.n
  const less = new Set<string>()
  const demands: [string, string][] = []
  const say = (a: string | null, b: string | null, demanded: boolean): void => {
    if (a === null || b === null || a === b) return
    less.add(`${a} < ${b}`)
    if (demanded) demands.push([a, b])
  }
  const observing = name === 'monotonicWrites' || name === 'writesFollowReads'
  for (const w of writes) say(id(w, null), wrote(w), false)
  for (const o of ok) if (o.f === 'cas') say(reads(o), wrote(o), false)
  for (const a of ok)
    for (const b of history) {
      if (b.outcome === 'fail' || a.key !== b.key) continue
      if (realTime && a.return! < b.invoke) say(wrote(a), wrote(b), false)
      if (!inSession(a, b)) continue
      say(wrote(a), wrote(b), name === 'monotonicWrites')
      if (name === 'readYourWrites' || observing) say(wrote(a), reads(b), name === 'readYourWrites')
      if (name === 'monotonicReads' || observing) say(reads(a), reads(b), name === 'monotonicReads')
      if (name === 'writesFollowReads') say(reads(a), wrote(b), true)
    }
  if (observing)
    for (const seeing of ok)
      for (const later of ok) {
        const via = reads(seeing) === null ? undefined : writerOf(reads(seeing)!)
        if (!inSession(seeing, later) || via === undefined || via.process === later.process) continue
        for (const a of ok)
          if (inSession(a, via) && a.key === later.key)
            say(name === 'monotonicWrites' ? wrote(a) : reads(a), reads(later), true)
      }
  const versions = [...new Set([...less].flatMap((pair) => pair.split(' < ')))]
  for (const k of versions)
    for (const a of versions)
      for (const b of versions)
        if (less.has(`${a} < ${k}`) && less.has(`${k} < ${b}`)) less.add(`${a} < ${b}`)
  return demands.some(([a, b]) => less.has(`${b} < ${a}`))
}

/** Clients of replicas that may be anywhere: a read finds any value that was asked to be written. */
function randomHistory(seed: number): History {
  const random = randomStream(seed, 'sessions')
  const events: HistoryEvent[] = []
  const written = new Map<string, Json[]>([
    ['x', [null]],
    ['y', [null]],
  ])
  const open = new Map<string, HistoryEvent>()
  for (let asked = 0, value = 1; asked < 9 || open.size > 0; ) {
    const process = random.choose(['c1', 'c2', 'c3'])
    const last = open.get(process)
    if (last !== undefined) {
      open.delete(process)
      const [key, what] = last.value as [string, Json]
      const told = last.f === 'read' ? random.choose(written.get(key)!.slice(-3)) : what
      const type = random.chance(0.1) ? 'info' : random.chance(0.05) && last.f === 'cas' ? 'fail' : 'ok'
      events.push({ ...last, type, value: [key, told] })
    } else if (asked++ < 9) {
      const key = random.chance(0.6) ? 'x' : 'y'
      const f = random.chance(0.6) ? 'read' : random.chance(0.8) ? 'write' : 'cas'
      const from = random.choose(written.get(key)!)
      const what = f === 'read' ? null : f === 'write' ? value : [from, value]
      if (f !== 'read') written.get(key)!.push(value++)
      const event = { type: 'invoke', process, f, value: [key, what] } as const
      open.set(process, event)
      events.push(event)
    }
  }
  return historyOfEvents(events, true)
}

describe.each(NAMES)('%s', (name) => {
  test.each(['sessions', 'realTime'] as const)('agrees with all pairs, versions: %s', (versions) => {
    const counts = { held: 0, broken: 0, gaveUp: 0 }
    for (let seed = 1; seed <= HISTORIES; seed++) {
      const history = randomHistory(seed)
      const verdict = GUARANTEES[name](history, { versions })
      counts[verdict.kind]++
      if (verdict.kind === 'gaveUp') continue
      const expected = contradicts(history, name, versions === 'realTime') ? 'broken' : 'held'
      expect(verdict.kind, `seed ${seed}: ${JSON.stringify(history, null, 1)} ${why(verdict)}`).toBe(expected)
      if (verdict.kind === 'broken')
        expect(
          contradicts(verdict.witness, name, versions === 'realTime'),
          `seed ${seed}: ${verdict.why}`,
        ).toBe(true)
    }
    expect(counts.held).toBeGreaterThan(HISTORIES / 20)
    expect(counts.broken).toBeGreaterThan(HISTORIES / 20)
    expect(counts.gaveUp).toBeLessThan(HISTORIES / 5)
  })
})
