/** Whether Paxos ends: never without fail while two proposers outbid each other, always once one of them stops. */
import { describe, expect, test } from 'vitest'
import { paxosDuel } from '../../src/protocols/paxosDuel.ts'
import { explore } from '../../src/run/explore.ts'
import { type ModelInput, makeModel } from '../../src/world/protocol.ts'
import { reading, searched, storyOf } from './stories.ts'

const ANY_TIME = { timeouts: Number.POSITIVE_INFINITY }

const ends = (input: ModelInput = {}, flaws: readonly string[] = [], budgets = {}) =>
  searched(reading(paxosDuel, flaws, input), 'Termination', { budgets: { ...ANY_TIME, ...budgets } })

/** Counts are our own: one message of a proposer at a time, ballots modulo 8. */
describe('two proposers, three acceptors, no fault', () => {
  test('they can outbid each other for ever, and agree in all 710 worlds', () => {
    expect(ends()).toBe('broken in 8')
    expect(explore(reading(paxosDuel, []), { properties: ['Agreement'], budgets: ANY_TIME })).toMatchObject({
      distinct: 710,
      depth: 82,
      verdicts: [{ kind: 'held' }],
    })
  })

  test('the story ends where p1 has one promise and p2 has just taken the next', () => {
    expect(storyOf(reading(paxosDuel, []), 'Termination', { budgets: ANY_TIME }).at(-1)).toBe(
      'a3 receives prepare ballot=1 from p2',
    )
  })

  test('one proposer always ends, and so do two of which one stops after some ballots', () => {
    expect(ends({ names: ['p1', 'a1', 'a2', 'a3'] })).toBe('held')
    for (const tries of [1, 2, 3]) expect(ends({ overrides: { p2: { tries } } }), `${tries}`).toBe('held')
  })

  test('a limit of ballots for both hides it: the highest one always gets through', () => {
    for (const tries of [1, 2, 3]) expect(ends({ params: { tries } }), `${tries}`).toBe('held')
  })

  test('who was beaten has to try again: who beat it may be dead', () => {
    const p2Dies = { crashes: 1, mayCrash: ['p2'] }
    const input = { overrides: { p2: { tries: 1 } } }
    expect([ends(input, [], p2Dies), ends(input, ['mayRetry=never'], p2Dies)]).toEqual([
      'held',
      'broken in 8',
    ])
  })
})

test('what makes no sense is refused', () => {
  expect(() => makeModel(paxosDuel, { names: ['p1', 'p2', 'p3', 'a1'] })).toThrow(/one or two proposers/)
  expect(() => makeModel(paxosDuel, { params: { tries: 'often' } })).toThrow(/tries is "any"/)
})
