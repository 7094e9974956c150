/** Dates: commit wait and hybrid clocks, in every schedule with clocks that are off; and what each missing piece breaks. */
import { describe, expect, test } from 'vitest'
import { commitWait } from '../../src/protocols/commitWait.ts'
import { hybridClocks, isBefore } from '../../src/protocols/hybridClocks.ts'
import type { ExploreOptions } from '../../src/run/explore.ts'
import type { Choice } from '../../src/world/choice.ts'
import { type ModelInput, makeModel, type Protocol, variant } from '../../src/world/protocol.ts'
import { lead, reading, searched, storyOf } from './stories.ts'

const TIME = { ticks: 4, timeouts: Number.POSITIVE_INFINITY }
const DRIFT = { ...TIME, drift: [1, 10] as const }

const get = (to: string) => ({ to, body: { type: 'get' } })
const put = (to: string, value: string) => ({ to, body: { type: 'put', value } })
const jump = (node: string, ms: number): Choice => ({ kind: 'clock', node, stepUs: ms * 1000, rate: null })

/** One client writes here and then there; or it reads here what another one writes, and writes there. */
const WRITES: ModelInput = { clients: { ann: [put('s1', 'A'), put('s2', 'B')] } }
const READS: ModelInput = { clients: { ann: [put('s1', 'A')], bob: [get('s1'), put('s2', 'B')] } }

/** Both clocks as far from true time as a bound of 4 ms lets them, in opposite directions. */
const APART = [jump('s1', 4), jump('s2', -4)]

function judged(
  protocol: Protocol,
  flaws: readonly string[],
  property: string,
  { steps = [], ...input }: ModelInput & { readonly steps?: readonly Choice[] },
  budgets: ExploreOptions['budgets'] & object,
): string {
  const model = reading(protocol, flaws, input)
  return searched(model, property, { budgets, from: lead(model, steps) })
}

test.each([-3, 'abc', Number.NaN])('a bound on clocks is a time, not %s', (bound) => {
  expect(() => makeModel(commitWait, { params: { epsilonMs: bound } })).toThrow(
    `epsilonMs is a number of milliseconds from 0 on, such as 4, not ${bound}`,
  )
  expect(() => makeModel(hybridClocks, { params: { apartMs: bound } })).toThrow('apartMs is a number')
})

describe('commit wait', () => {
  test.each<[string, ModelInput & { steps?: readonly Choice[] }, ExploreOptions['budgets'] & object]>([
    ['with clocks that drift within the bound', WRITES, DRIFT],
    ['with clocks that jump within the bound', WRITES, { ...TIME, clockSteps: 2, clockStepMs: 2 }],
    ['with clocks as far apart as the bound lets them', { ...WRITES, steps: APART }, { ...TIME, tickMs: 5 }],
    ['where somebody else reads what was written', { ...READS, steps: APART }, { ...TIME, tickMs: 5 }],
    ['with a crash', { ...WRITES, steps: APART }, { ...TIME, tickMs: 5, crashes: 1 }],
  ])('dates are in the order of what clients were told: %s', (_, at, budgets) => {
    for (const property of ['ExternalConsistency', 'NoInversion'])
      expect([property, judged(commitWait, [], property, at, budgets)]).toEqual([property, 'held'])
  })

  test('the bound is a promise: a clock that is further off breaks it', () => {
    const model = makeModel(commitWait, WRITES)
    expect(
      storyOf(model, 'NoInversion', { budgets: { ...TIME, drift: [4, 10], badClocks: ['s2'] } }),
    ).toEqual([
      "nothing happens until 10 ms; s2's clock runs at 6/10 of true time",
      "nothing happens until 20 ms; s2's clock runs at 6/10 of true time",
      's1 receives put value=A from ann',
      "nothing happens until 30 ms; s2's clock runs at 6/10 of true time",
      "s1's timer wait fires",
      'ann receives put_ok dateMs=24 from s1',
      's2 receives put value=B from ann',
      'nothing happens until 40 ms',
      "s2's timer wait fires",
      'ann receives put_ok dateMs=22 from s2',
    ])
  })

  // By hand: s1, 4 ms fast, dates 0 + 4 + 4 = 8, and its clock shows 12 at 8 ms. s2, 4 ms slow, dates 8 - 4 + 4 = 8.
  test('a date that is only reached is not past', () => {
    const reached = variant(commitWait, 'reached', {
      shownAfterMs: (dateMs: number, epsilonMs: number) => dateMs + epsilonMs - 1,
    })
    const at = { ...WRITES, steps: APART }
    const budgets = { ...TIME, tickMs: 8 }
    expect(judged(reached, [], 'ExternalConsistency', at, budgets)).toMatch(/^broken/)
    expect(judged(reached, [], 'NoInversion', at, budgets)).toBe('held')
    expect(judged(commitWait, [], 'ExternalConsistency', at, budgets)).toBe('held')
  })

  test('with clocks that are right nothing has to be waited for', () => {
    expect(judged(commitWait, ['shownAfterMs=at-once'], 'NoInversion', WRITES, TIME)).toBe('held')
  })

  test.each<[string, string, ModelInput & { steps?: readonly Choice[] }, ExploreOptions['budgets'] & object]>(
    [
      ['shownAfterMs=at-once', 'broken in 5', WRITES, DRIFT],
      ['shownAfterMs=own-clock', 'broken in 8', { ...WRITES, steps: APART }, { ...TIME, tickMs: 5 }],
      ['date=reading', 'broken in 8', { ...WRITES, steps: APART }, { ...TIME, tickMs: 5 }],
      ['mayRead=at-once', 'broken in 8', { ...READS, steps: APART }, { ...TIME, tickMs: 5 }],
    ],
  )('%s', (flaw, verdict, at, budgets) => {
    expect(judged(commitWait, [flaw], 'NoInversion', at, budgets)).toBe(verdict)
  })
})

describe('hybrid clocks', () => {
  const tell = (to: string) => ({ type: 'tell', to })
  const asks = (to: string, body: { readonly type: string }): Choice => ({
    kind: 'request',
    client: 'user',
    to,
    body,
  })
  const TWO: ModelInput = { names: ['ann', 'bob'], params: { apartMs: 4 } }
  const talk = { ...TWO, steps: [asks('ann', tell('bob')), asks('bob', tell('ann'))] }
  const acts = { ...TWO, steps: Array.from({ length: 5 }, () => asks('ann', { type: 'act' })) }
  // Two ticks of 10 ms with clocks a tenth fast and slow: 22 and 18, which are 4 apart.
  const budgets = { ...DRIFT, ticks: 2 }

  test.each(['ClockCondition', 'LargestReading', 'NearTheClock'])('%s', (property) => {
    expect(judged(hybridClocks, [], property, talk, budgets)).toBe('held')
    expect(judged(hybridClocks, [], property, acts, budgets)).toBe('held')
  })

  test('the bound is how far clocks are apart, and no less', () => {
    expect(judged(hybridClocks, [], 'NearTheClock', { ...talk, params: { apartMs: 3 } }, budgets)).toBe(
      'broken in 4',
    )
  })

  test('stamps say nothing of events that know nothing of each other', () => {
    expect(judged(hybridClocks, [], 'StrongClockCondition', talk, budgets)).toMatch(/^broken/)
  })

  test.each<[string, string, string, typeof talk]>([
    ['onHear=ignore', 'ClockCondition', 'broken in 2', talk],
    ['tick=reading', 'ClockCondition', 'broken in 2', talk],
    ['tick=reading', 'LargestReading', 'broken in 3', talk],
    ['tick=count-in-time', 'ClockCondition', 'held', acts],
    ['tick=count-in-time', 'LargestReading', 'broken in 1', acts],
    ['tick=count-in-time', 'NearTheClock', 'broken in 5', acts],
  ])('%s: %s', (flaw, property, verdict, at) => {
    expect(judged(hybridClocks, [flaw], property, at, budgets)).toBe(verdict)
  })

  // The two cases of the paper's algorithm, by hand: whose time is larger, and for equal times the larger count.
  test('stamps are ordered by their time, then by their count', () => {
    expect(isBefore({ ms: 10, count: 7 }, { ms: 11, count: 0 })).toBe(true)
    expect(isBefore({ ms: 10, count: 1 }, { ms: 10, count: 2 })).toBe(true)
    expect(isBefore({ ms: 10, count: 1 }, { ms: 10, count: 1 })).toBe(false)
    expect(isBefore({ ms: 11, count: 0 }, { ms: 10, count: 7 })).toBe(false)
  })
})
