/** Budgets: those that make no sense are refused by name, and what they allow is printed and judged as it is. */
import { describe, expect, test } from 'vitest'
import { explore } from '../../src/run/explore.ts'
import type { Budgets } from '../../src/world/budgets.ts'
import { makeModel } from '../../src/world/protocol.ts'
import { naiveTwoPhaseCommit } from './models.ts'

const model = makeModel(naiveTwoPhaseCommit)
const words = (options: Parameters<typeof makeModel>[1], budgets: Partial<Budgets>) =>
  explore(makeModel(naiveTwoPhaseCommit, options), { properties: ['AC1'], budgets }).verdicts[0]!.bound
    .budgets

describe('refused', () => {
  test.each<[string, Partial<Budgets>, string]>([
    ['less than nothing', { crashes: -1 }, 'the budget crashes is a whole number from 0 on, not -1'],
    [
      'no number',
      { ticks: Number.POSITIVE_INFINITY },
      'the budget ticks is a whole number from 0 on, not Infinity',
    ],
    ['a stranger', { crashes: 1, mayCrash: ['rm1'] }, 'there is no node "rm1"; there are c, p0, p1'],
    ['clocks that are wrong in no time', { drift: [1, 10] }, 'clocks can only be wrong where time passes'],
    ['no fraction', { ticks: 1, drift: [3, 2] }, 'drift is a fraction from 0 up to 1, such as 1/10, not 3/2'],
    ['a tick of nothing', { ticks: 1, tickMs: 0 }, 'tickMs is more than 0 ms'],
    ['nothing to turn into', { corruptions: 1 }, 'naive-2pc does not say what its messages may turn into'],
  ])('%s', (_what, budgets, why) => {
    expect(() => explore(model, { budgets })).toThrow(why)
  })

  test('copies on a wire that makes none', () => {
    const fifo = makeModel(naiveTwoPhaseCommit, { options: { wire: 'fifo' } })
    expect(() => explore(fifo, { budgets: { duplicates: 1 } })).toThrow(
      'a fifo wire delivers each message once',
    )
  })
})

test('what a set wire does anyway is not printed as a budget', () => {
  expect(words({ options: { wire: 'set' } }, { drops: 1, duplicates: 1 })).toEqual([
    '3 timeouts',
    'each message any number of times',
  ])
  expect(words({}, { drops: 1, duplicates: 1 })).toEqual(['1 loss', '1 duplicate', '3 timeouts'])
})

// A pause is slowness, and ends by itself: neither who is paused nor who waits for it is blocked.
test('a pause blocks nobody for ever, a crash does', () => {
  const kind = (budgets: Partial<Budgets>) =>
    explore(model, { properties: ['NonBlocking'], budgets: { timeouts: 0, ...budgets } }).verdicts[0]!.kind
  expect(kind({ pauses: 1 })).toBe('held')
  expect(kind({ pauses: 2 })).toBe('held')
  expect(kind({ processCrashes: 1 })).toBe('broken')
})
