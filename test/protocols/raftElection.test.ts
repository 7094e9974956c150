/** What keeps a Raft cluster quiet: pre-vote, check-quorum, stickiness and random timeouts, and what each is good for. */
import { describe, expect, test } from 'vitest'
import { raftElection } from '../../src/protocols/raftElection.ts'
import { electionSafety, leaderElected, steadyLeader } from '../../src/protocols/raftProperties.ts'
import { explore } from '../../src/run/explore.ts'
import { simulate } from '../../src/run/simulate.ts'
import { begin } from '../../src/world/apply.ts'
import type { Model, ModelInput } from '../../src/world/protocol.ts'
import { cameBack, led } from './raftWorlds.ts'
import { lead, reading, searched } from './stories.ts'

const watched = (flaws: string[], input: ModelInput = {}) =>
  reading(raftElection, flaws, { properties: [electionSafety, steadyLeader], ...input })

function verdictOn(model: Model, links: readonly string[], name: string, seed: number): string | undefined {
  const from = led(model, links)
  return simulate(model, { seed, from, untilMs: 1500 }).verdicts.find((v) => v.property === name)?.kind
}

const SEEDS = [1, 2, 3]
const steady = (model: Model, links: readonly string[]) =>
  SEEDS.map((seed) => verdictOn(model, links, 'SteadyLeader', seed))
const all = (kind: string) => SEEDS.map(() => kind)

describe('who does not hear the leader', () => {
  const deaf = ['n1>n3']

  test('disturbs the others, again and again, where nothing prevents it', () => {
    expect(steady(watched([]), deaf)).toEqual(all('broken'))
  })

  test('is not listened to with check-quorum, or with pre-vote; unless servers listen all the same', () => {
    for (const params of [{ checkQuorum: true }, { preVote: true }]) {
      expect(steady(watched([], { params }), deaf)).toEqual(all('held'))
      expect(steady(watched(['listens=always'], { params }), deaf)).toEqual(all('broken'))
    }
  })

  test('comes back with its old term after a pre-vote, and with a later one if asking raises it', () => {
    const back = (flaws: string[], params: { readonly [name: string]: boolean }) => {
      const model = watched(flaws, { params })
      return simulate(model, { from: cameBack(model), untilMs: 2000 }).verdicts[1]?.kind
    }
    expect(back([], { preVote: true })).toBe('held')
    expect(back(['askingTerm=next'], { preVote: true })).toBe('broken')
    expect(back([], {})).toBe('broken')
  })
})

describe('a leader that nobody answers', () => {
  const unheard = ['n2>n1', 'n3>n1']
  const resigned = (flaws: string[], params: { readonly [name: string]: boolean }) => {
    const model = watched(flaws, { params })
    const { last, moments } = simulate(model, { from: led(model, unheard), untilMs: 1000 })
    const said = moments.flatMap(({ outputs }) => outputs.map(({ body }) => body.type))
    return [said.includes('resigned'), (last.nodes['n1']!.state as unknown as { role: string }).role]
  }

  test('resigns with check-quorum, and its followers elect another one', () => {
    const model = watched([], { params: { checkQuorum: true } })
    expect(resigned([], { checkQuorum: true })[0]).toBe(true)
    expect(steady(model, unheard)).toEqual(all('broken'))
  })

  test('keeps its followers for ever without it', () => {
    expect(resigned([], {})).toEqual([false, 'leader'])
    expect(resigned(['mayStay=always'], { checkQuorum: true })).toEqual([false, 'leader'])
  })
})

test('a heartbeat that does not put the election off deposes every leader', () => {
  expect(steady(watched([]), [])).toEqual(all('held'))
  expect(steady(watched(['heedsLeader=never']), [])).toEqual(all('broken'))
})

test('equal timeouts split the vote for ever; a range does not', () => {
  const elected = (flaws: string[]) =>
    SEEDS.map((seed) => {
      const model = reading(raftElection, flaws, { properties: [leaderElected] })
      return simulate(model, { seed, untilMs: 2000 }).verdicts[0]?.kind
    })
  expect(elected(['timeoutMs=equal'])).toEqual(all('broken'))
  expect(elected([])).toEqual(all('held'))
})

/** Cut: three servers, a bag wire, refused messages stay. Steps are our own. */
describe('one leader a term', () => {
  test.each([[{ preVote: true }], [{ checkQuorum: true }], [{ preVote: true, checkQuorum: true }]])(
    'with %j',
    (on) => {
      const input = { params: { terms: 1, ...on }, options: { refusals: 'stay' } } as const
      const model = reading(raftElection, [], input)
      for (const exact of [false, true])
        expect(explore(model, { budgets: { timeouts: 2 }, exact }).verdicts).toMatchObject([{ kind: 'held' }])
      expect(
        searched(reading(raftElection, ['isFree=always'], input), 'ElectionSafety', {
          budgets: { timeouts: 2 },
        }),
      ).toMatch(/^broken/)
    },
  )

  test('a vote of an earlier candidacy that counts for a later one elects two leaders in 7 steps, the first given', () => {
    const input = { params: { terms: 2 }, options: { refusals: 'stay' } } as const
    const found = (flaws: string[]) =>
      searched(reading(raftElection, flaws, input), 'ElectionSafety', {
        budgets: { timeouts: 3 },
        from: lead(reading(raftElection, flaws, input), ["n1's timer election"]),
      })
    expect([found(['mayCount=any-term']), found([])]).toEqual(['broken in 6', 'held'])
  })
})

/** Cut: a bag wire, refused messages are consumed. */
describe('who comes from an earlier term', () => {
  /** n2 is in term 2; then this arrives, of term 1. */
  const answers = (flaws: string[], type: string) => {
    const model = reading(raftElection, flaws)
    const later = led(model, [])
    const from = lead(model, ["n2's timer election"], later)
    const old = { type, term: 1, lastLogTerm: 0, lastLogIndex: 0 }
    const said = lead(model, [`n2 receives ${type} term=1`], {
      ...from,
      wire: [{ ...from.wire[0]!, from: 'n1', to: 'n2', body: old }],
    }).wire.filter(({ to }) => to === 'n1')
    return said.map(({ body }) => [body.type, body['term']])
  }

  test.each([
    ['RequestVote', 'RequestVoteResult'],
    ['AppendEntries', 'AppendEntriesResult'],
  ])('with %s is told the later one', (type, answer) => {
    expect(answers([], type)).toEqual([[answer, 2]])
  })
})

test('the first world of an election is as small as it was: nothing is armed that is not asked for', () => {
  const model = reading(raftElection, [])
  const timers = Object.values(begin(model).world.nodes).map((slot) => slot.timers.map((t) => t.timer))
  expect(timers).toEqual([['election'], ['election'], ['election']])
})
