/** Leases: how long one may be used, in every schedule with clocks that drift; and what each missing piece breaks. */
import { describe, expect, test } from 'vitest'
import { safeLeaseMs } from '../../src/protocols/leaseDuration.ts'
import { leases } from '../../src/protocols/leases.ts'
import { writeLease } from '../../src/protocols/writeLease.ts'
import type { ExploreOptions } from '../../src/run/explore.ts'
import type { Choice } from '../../src/world/choice.ts'
import { type ModelInput, makeModel, type Protocol } from '../../src/world/protocol.ts'
import { lead, reading, searched, storyOf } from './stories.ts'

const TIME = { ticks: 3, timeouts: Number.POSITIVE_INFINITY }
const DRIFT = { ...TIME, drift: [1, 10] as const }
const CALM = { ticks: 1, timeouts: 0 }

const HOUR_US = 3_600_000_000

const get = (to: string) => ({ to, body: { type: 'get' } })
const put = (to: string, value: string) => ({ to, body: { type: 'put', value } })
const asks = (client: string, ask: ReturnType<typeof get>): Choice => ({ kind: 'request', client, ...ask })

/** The cache a has its lease, and Bob saves A and looks at it through a. */
const ONE: ModelInput = { names: ['server', 'a'], clients: { bob: [put('server', 'A'), get('a')] } }
const HELD = [
  asks('ann', get('a')),
  'a receives get',
  'server receives fetch',
  'a receives grant',
  'ann receives',
]
const ASKED = HELD.slice(0, 1)

interface Look extends ModelInput {
  readonly steps?: readonly (string | Choice)[]
}

function judged(
  protocol: Protocol,
  flaws: readonly string[],
  property: string,
  look: Look,
  options: ExploreOptions,
) {
  const { steps = [], ...input } = look
  const model = reading(protocol, flaws, input)
  return searched(model, property, { ...options, from: lead(model, steps) })
}

// The durations of section 6.3 of the course's ledger, and 40 ms with a tenth, by hand: 40 * 0.9 / 1.1.
test.each([
  [10_000, 0.01, 9801.98],
  [10_000, 0.001, 9980.02],
  [10_000, 0.0002, 9996.001],
  [40, 0.1, 32.727],
  [40, 0, 40],
])('a term of %d ms, with clocks off by %d, is good for %d ms', (termMs, drift, useMs) => {
  expect(safeLeaseMs(termMs, drift)).toBeCloseTo(useMs, 3)
})

test('no drift from 1 on is possible, and the smallest safe use is more than nothing', () => {
  for (const drift of [1, -0.1, Number.NaN])
    expect(() => makeModel(leases, { params: { maxDrift: drift } })).toThrow(
      /drift is a fraction from 0 up to 1/,
    )
  expect(safeLeaseMs(40, 0.99)).toBeGreaterThan(0)
})

describe('in every schedule', () => {
  const look: Look = { ...ONE, steps: HELD }
  test.each<[string, Look, ExploreOptions]>([
    ['with clocks that drift by a tenth', look, { budgets: DRIFT }],
    ['with a grant that takes its time', { ...ONE, steps: ASKED }, { budgets: TIME }],
    ['with a crash', look, { budgets: { ...TIME, crashes: 1 } }],
    ['with a loss and a duplicate', look, { budgets: { ...TIME, drops: 1, duplicates: 1 } }],
    [
      'with a second cache that asks meanwhile',
      { ...ONE, names: ['server', 'a', 'b'], steps: [...HELD, asks('carl', get('b'))] },
      { budgets: CALM },
    ],
  ])('nobody reads what is old: %s', (_, at, options) => {
    for (const property of ['NoStaleReadUnderLease', 'Linearizable', 'NoOvertaking'])
      expect([property, judged(leases, [], property, at, options)]).toEqual([property, 'held'])
  })

  test('a write goes on in the end, and a copy is read after one', () => {
    const budgets = { ...TIME, drops: 1, crashes: 1, mayCrash: ['a'] }
    expect(judged(leases, [], 'Progress', look, { budgets })).toBe('held')
    const again: Look = { ...ONE, clients: { bob: [put('server', 'A'), get('a'), get('a')] } }
    expect(judged(leases, [], 'ReadsFromCopy', again, { budgets: CALM })).toBe('held')
  })

  // 32.7 ms of a clock that is three tenths slow are 46.7 true ms, and 40 ms of one three tenths fast are 30.8.
  test('the bound is the drift that was allowed for: more breaks it', () => {
    const budgets = { ...TIME, drift: [3, 10] as const }
    expect(judged(leases, [], 'NoStaleReadUnderLease', look, { budgets })).toBe('broken in 6')
    const wide = { ...look, params: { maxDrift: 0.3 } }
    expect(judged(leases, [], 'NoStaleReadUnderLease', wide, { budgets })).toBe('held')
  })

  test('clocks an hour apart do no harm; a clock of the holder that jumps back does', () => {
    for (const stepUs of [HOUR_US, -HOUR_US]) {
      const at: Look = { ...ONE, steps: [{ kind: 'clock', node: 'a', stepUs, rate: null }, ...HELD] }
      expect(judged(leases, [], 'NoStaleReadUnderLease', at, { budgets: DRIFT })).toBe('held')
    }
    const jump = { ...TIME, clockSteps: 1, badClocks: ['a'] }
    expect(judged(leases, [], 'NoStaleReadUnderLease', look, { budgets: jump })).toBe('broken in 7')
    const atServer = { ...TIME, clockSteps: 1, badClocks: ['server'] }
    expect(judged(leases, [], 'NoStaleReadUnderLease', look, { budgets: atServer })).toBe('held')
  })
})

describe('what each missing piece breaks', () => {
  const look: Look = { ...ONE, steps: HELD }
  const another: Look = {
    names: ['server', 'a', 'b'],
    steps: [...HELD, asks('bob', put('server', 'A')), asks('carl', get('b'))],
  }
  const writers: ModelInput = { clients: { ann: [put('a', 'A'), get('a')], bob: [put('b', 'B'), get('b')] } }
  const reader: ModelInput = { clients: { ann: [get('a')], bob: [put('b', 'B'), get('a')] } }
  test.each<[string, Protocol, string, string, Look, ExploreOptions['budgets'] & object]>([
    ['until=whole-term', leases, 'NoStaleReadUnderLease', 'broken in 6', look, DRIFT],
    ['until=from-arrival', leases, 'NoStaleReadUnderLease', 'broken in 9', { ...ONE, steps: ASKED }, TIME],
    ['mayRead=always', leases, 'NoStaleReadUnderLease', 'broken in 6', look, TIME],
    ['answered=everyone', leases, 'Linearizable', 'broken in 10', { ...ONE, steps: ASKED }, TIME],
    ['mayWrite=at-once', leases, 'Linearizable', 'broken in 4', look, CALM],
    ['mayGrant=always', leases, 'NoOvertaking', 'broken in 3', another, CALM],
    ['expires=never', leases, 'Progress', 'broken in 3', look, { ...CALM, drops: 1 }],
    [
      'recoverMs=at-once',
      leases,
      'NoStaleReadUnderLease',
      'broken in 5',
      look,
      { ...CALM, crashes: 1, mayCrash: ['server'] },
    ],
    ['until=from-arrival', writeLease, 'Linearizable', 'broken in 14', reader, TIME],
    ['mayUse=always', writeLease, 'Linearizable', 'broken in 14', reader, TIME],
    ['mayGrant=always', writeLease, 'SingleGrant', 'broken in 4', writers, CALM],
    ['mayGrant=always', writeLease, 'Linearizable', 'broken in 11', reader, CALM],
    ['accepts=always', writeLease, 'FencedMonotonic', 'broken in 11', writers, TIME],
  ])('%s (%#)', (flaw, protocol, property, verdict, at, budgets) => {
    expect(judged(protocol, [flaw], property, at, { budgets })).toBe(verdict)
  })

  test('a date is as good as a duration where clocks agree, and not where one is an hour behind', () => {
    const behind: Choice = { kind: 'clock', node: 'a', stepUs: -HOUR_US, rate: null }
    const judge = (flaws: readonly string[], steps: Look['steps'] = []) =>
      judged(
        leases,
        flaws,
        'NoStaleReadUnderLease',
        { ...ONE, steps: [...steps, ...HELD] },
        { budgets: TIME },
      )
    expect(judge(['isDated=always'])).toBe('held')
    expect(judge(['isDated=always'], [behind])).toBe('broken in 6')
    expect(judge([], [behind])).toBe('held')
  })

  // Two ticks of 18 ms: by a fast clock 39.6, from when the grant is a millisecond old; by a slow one 32.4.
  test('to allow for one of the two clocks is not enough', () => {
    const budgets = { ...DRIFT, ticks: 2, tickMs: 18 }
    expect(judged(leases, ['until=one-clock'], 'NoStaleReadUnderLease', look, { budgets })).toBe(
      'broken in 6',
    )
    expect(judged(leases, [], 'NoStaleReadUnderLease', look, { budgets })).toBe('held')
  })

  test('half a term after a restart is not enough', () => {
    const budgets = { ...TIME, crashes: 1, mayCrash: ['server'] }
    expect(judged(leases, ['recoverMs=half-a-term'], 'NoStaleReadUnderLease', look, { budgets })).toBe(
      'broken in 7',
    )
    expect(judged(leases, [], 'NoStaleReadUnderLease', look, { budgets })).toBe('held')
  })

  // A traitor's word on what it does not hold is taken: leases are for faults that are not Byzantine.
  test('one lie of another cache makes an honest one read what is old', () => {
    const at: Look = { ...look, names: ['server', 'a', 'b'] }
    const calm = { ticks: 1, timeouts: Number.POSITIVE_INFINITY }
    const lied = { ...calm, traitors: ['b'], lies: 1 }
    expect(judged(leases, [], 'NoStaleReadUnderLease', at, { budgets: calm })).toBe('held')
    expect(judged(leases, [], 'NoStaleReadUnderLease', at, { budgets: lied })).toBe('broken in 6')
  })

  test('the whole term, with clocks that are right, is as safe as the shorter one', () => {
    expect(judged(leases, ['until=whole-term'], 'NoStaleReadUnderLease', look, { budgets: TIME })).toBe(
      'held',
    )
  })

  test('the story of the drifting clock', () => {
    const model = reading(leases, ['until=whole-term'], ONE)
    expect(
      storyOf(model, 'NoStaleReadUnderLease', { from: lead(model, HELD), budgets: DRIFT }),
    ).toMatchInlineSnapshot(`
      [
        "server receives put value=A from bob",
        "nothing happens until 24 ms; a's clock runs at 9/10 of true time",
        "nothing happens until 44 ms; a's clock runs at 9/10 of true time",
        "server's timer expiry "a 1.1" fires",
        "bob receives put_ok from server",
        "a receives get from bob",
      ]
    `)
  })
})

describe('what a lease is for, and what it costs', () => {
  const reads: Look = { names: ['server', 'a'], clients: { ann: [get('a'), get('a'), get('a')] } }
  const long: Look = { ...reads, params: { termMs: 400 } }
  const judge = (flaws: readonly string[], at: Look, property = 'ReadsLocally') =>
    judged(leases, flaws, property, at, { budgets: { ...DRIFT, ticks: 2 } })

  test('under a long term the first read asks the server, and no other', () => {
    expect(judge([], long)).toBe('held')
    expect(judge(['mayRead=never'], long)).toBe('broken in 8')
  })

  test('under a short term later reads ask again; a write makes them ask as well', () => {
    expect(judge([], reads)).toBe('broken in 10')
    expect(judge([], { ...long, steps: [asks('bob', put('server', 'A'))] })).toBe('broken in 11')
  })

  test('a write waits for a lease that nobody uses any more, if its term is long', () => {
    const late = (termMs: number, ...ended: readonly string[]): Look => ({
      ...ONE,
      clients: {},
      params: { termMs },
      steps: [...HELD, { kind: 'wait', untilUs: 5_000_000 }, ...ended, asks('bob', put('server', 'A'))],
    })
    expect(judge([], late(10_000), 'NeverWaits')).toBe('broken in 1')
    expect(judge([], late(2000, "server's timer expiry"), 'NeverWaits')).toBe('held')
  })
})

describe('a lease for one at a time', () => {
  const look: Look = { clients: { ann: [put('a', 'A'), get('a')], bob: [put('b', 'B'), get('a')] } }
  test.each(['FencedMonotonic', 'Linearizable', 'SingleGrant'])('%s', (property) => {
    expect(judged(writeLease, [], property, look, { budgets: TIME })).toBe('held')
    expect(judged(writeLease, [], property, look, { budgets: { ...CALM, crashes: 1 } })).toBe('held')
  })
})
