/** Three-phase commit: non-blocking where nobody is suspected wrongly, unsafe where somebody is, and two things that are mistaken for it. */
import { describe, expect, test } from 'vitest'
import { inquiryCommit } from '../../src/protocols/inquiryCommit.ts'
import { threePhaseCommit } from '../../src/protocols/threePhaseCommit.ts'
import { explore } from '../../src/run/explore.ts'
import { simulate } from '../../src/run/simulate.ts'
import { linksBetween } from '../../src/world/choice.ts'
import { lead, reading, searched, storyOf } from './stories.ts'

const ANY_TIME = { timeouts: Number.POSITIVE_INFINITY }
const all = ['c', 'p1', 'p2']

/**
 * Cut: votes asked for in the first world, a bag wire, each vote read in a step of its own. Who stops is
 * detected perfectly, and what it sent is not read after that: so a broadcast may reach only some.
 */
describe("crash-stop with a perfect detector, Skeen's assumptions", () => {
  const stopping = (flaws: string[], mayStop: string[], votes = 'yes') =>
    reading(threePhaseCommit, flaws, { params: { begun: true, votes, mayStop } })

  // The ledger has 213 worlds in a cut without messages; the verdict is the same.
  test('two participants, any of the three may stop: atomic and non-blocking in all 55,284 worlds', () => {
    const properties = ['AC1', 'AC2', 'AC3', 'NonBlocking']
    const seen = explore(stopping([], all), { properties, budgets: ANY_TIME })
    expect(seen).toMatchObject({ distinct: 55_284, depth: 24 })
    expect(seen.verdicts.map((verdict) => verdict.kind)).toEqual(['held', 'held', 'held', 'held'])
  })

  // The ledger's 7 is for a cut in which both votes are read in the step that decides.
  test('to commit in pre-commit and abort in wait when it gets silent breaks AC1: 8 steps, one crash, no partition', () => {
    const story = storyOf(stopping(['onSilence=by-phase'], ['c']), 'AC1', { budgets: ANY_TIME })
    expect(story.slice(4)).toEqual([
      'p1 receives preCommit from c',
      "c's timer stop fires",
      'p1 receives down who=c from c',
      'p2 receives down who=c from c',
    ])
    for (const exact of [false, true])
      expect(searched(stopping([], ['c']), 'AC1', { budgets: ANY_TIME, exact })).toBe('held')
  })

  test('to commit without bringing the others to pre-commit breaks AC1 when the next in charge stops too: 11 steps', () => {
    const found = (flaws: string[]) => searched(stopping(flaws, ['c', 'p1']), 'AC1', { budgets: ANY_TIME })
    expect([found(['terminate=commit-at-once']), found([])]).toEqual(['broken in 11', 'held'])
  })

  test('to commit because all are uncertain commits without votes: 4 steps', () => {
    const found = (flaws: string[]) => searched(stopping(flaws, ['c']), 'AC3', { budgets: ANY_TIME })
    expect([found(['terminate=commit-uncertain']), found([])]).toEqual(['broken in 4', 'held'])
  })
})

describe('timeouts in the place of a perfect detector', () => {
  const timed = (names: string[]) =>
    reading(threePhaseCommit, [], { names, params: { begun: true, detector: 'timeout' } })

  test('three wrong suspicions break AC1 in 7 steps, without a crash or a partition', () => {
    expect(searched(timed(all), 'AC1', { budgets: { timeouts: 3 } })).toBe('broken in 7')
    expect(searched(timed(all), 'AC1', { budgets: { timeouts: 1 } })).toBe('held')
  })

  // The ledger: 8 and 9 steps. Here votes are read one by one, and the side of c commits without c's crash.
  test.each([
    [all, 6, 3],
    [['c', 'p1', 'p2', 'p3'], 8, 4],
  ])('%j: the pre-commit reaches p1 only, then a partition: %i steps, and %i more', (names, given, more) => {
    const model = timed(names)
    const votes = names
      .slice(1)
      .flatMap((p) => [`${p} receives canCommit`, `c receives vote yes=true from ${p}`])
    const links = linksBetween([['c', 'p1'], names.slice(2)])
    const steps = [...votes, 'p1 receives preCommit', { kind: 'cut', links } as const]
    expect(steps).toHaveLength(given)
    const from = lead(model, steps)
    expect(searched(model, 'AC1', { from, budgets: { timeouts: 4 } })).toBe(`broken in ${more}`)
  })

  test('where the network is synchronous and whole, a hundred seeds with crashes agree, and who stays up decides', () => {
    const model = reading(threePhaseCommit, [], {
      names: ['c', 'p1', 'p2', 'p3'],
      params: { begun: true, detector: 'timeout' },
      options: { delayMs: [1, 10] },
    })
    for (let seed = 1; seed <= 100; seed++) {
      const faults = { untilMs: 60, crashInside: 0.1, downMs: 10 }
      const { last, moments, verdicts } = simulate(model, { seed, faults })
      expect(verdicts.filter(({ property }) => property === 'AC1' || property === 'AC3')).toMatchObject([
        { kind: 'held' },
        { kind: 'held' },
      ])
      const crashed = moments.flatMap((moment) => moment.crashed)
      for (const name of ['p1', 'p2', 'p3'])
        if (!crashed.includes(name)) expect(['commit', 'abort']).toContain(phaseOf(last.nodes[name]?.state))
    }
  })
})

test('5N messages without a failure: votes, pre-commits, acks and decisions', () => {
  for (const n of [2, 3, 5]) {
    const names = ['c', ...Array.from({ length: n }, (_, i) => `p${i + 1}`)]
    const model = reading(threePhaseCommit, [], { names })
    const { moments } = simulate(model, {
      requests: [{ atMs: 1, client: 'client', to: 'c', body: { type: 'begin' } }],
    })
    const sent = moments.flatMap((moment) => moment.sent).filter((envelope) => envelope.from !== 'client')
    expect(sent).toHaveLength(5 * n)
  }
})

// The ledger has 6 steps in its cut, with both votes cast before the crash; the crash may come inside a step.
describe('an inquiry in front of two-phase commit', () => {
  test('blocks in 5 steps as two-phase commit does, and is atomic all the same', () => {
    const budgets = { crashes: 1, mayCrash: ['c'] }
    const model = reading(inquiryCommit, [])
    expect(storyOf(model, 'NonBlocking', { budgets })).toEqual([
      'p1 receives canCommit from c',
      'c receives can yes=true from p1',
      'p2 receives canCommit from c',
      'c receives can yes=true from p2, and crashes after 1 effect',
      'p1 receives prepare from c',
    ])
    for (const exact of [false, true]) expect(searched(model, 'AC1', { budgets, exact })).toBe('held')
  })
})

function phaseOf(state: unknown): string {
  return (state as { phase: string }).phase
}
