/** Raft: two leaders from a vote that was not forced, Figures 7 and 8 of the paper, every wrong reading, and runs under faults. */
import { describe, expect, test } from 'vitest'
import { raftElection } from '../../src/protocols/raftElection.ts'
import { type Entry, termAt } from '../../src/protocols/raftEntries.ts'
import { raftLog } from '../../src/protocols/raftLog.ts'
import { raftLogRules } from '../../src/protocols/raftReplication.ts'
import { explore } from '../../src/run/explore.ts'
import { exploreNaively } from '../../src/run/naive.ts'
import { simulate } from '../../src/run/simulate.ts'
import type { Budgets } from '../../src/world/budgets.ts'
import type { Choice } from '../../src/world/choice.ts'
import type { Model } from '../../src/world/protocol.ts'
import type { World } from '../../src/world/world.ts'
import { lead, reading, searched, storyOf } from './stories.ts'

/** Cut: three servers, a `set` wire, refused messages stay, nobody begins a term after the first. Counts are our own. */
const FIRST_TERM = { params: { terms: 1 }, options: { wire: 'set', refusals: 'stay' } } as const

describe('election', () => {
  test('one leader in the first term, in all 365 worlds', () => {
    const budgets = { timeouts: Number.POSITIVE_INFINITY }
    expect(exploreNaively(reading(raftElection, [], FIRST_TERM), budgets)).toMatchObject({
      distinct: 365,
      depth: 10,
    })
    for (const exact of [false, true]) {
      expect(explore(reading(raftElection, [], FIRST_TERM), { budgets, exact })).toMatchObject({
        distinct: 365,
        depth: 10,
        verdicts: [{ kind: 'held' }],
      })
    }
  })

  test('a vote that was not forced elects two leaders in 7 steps', () => {
    const budgets = { timeouts: 2, crashes: 1 }
    const story = storyOf(reading(raftElection, ['forceVote=never'], FIRST_TERM), 'ElectionSafety', {
      budgets,
    })
    // The first leader loses even its vote for itself.
    expect(story.map((step) => step.split(' lastLog')[0])).toEqual([
      "n1's timer election fires",
      'n2 receives RequestVote',
      'n1 receives RequestVoteResult term=1 voteGranted=true from n2, and crashes after 1 effect',
      "n3's timer election fires",
      'n1 restarts',
      'n1 receives RequestVote',
      'n3 receives RequestVoteResult term=1 voteGranted=true from n1',
    ])
    expect(searched(reading(raftElection, [], FIRST_TERM), 'ElectionSafety', { budgets })).toBe('held')
  })

  test.each([
    ['isFree=always', ['n1', 'n2', 'n3'], 6],
    ['isMajority=half', ['n1', 'n2', 'n3', 'n4'], 6],
    ['isMajority=half', ['n1', 'n2'], 2],
  ])('%s with %j elects two leaders in %i steps', (flaw, names, steps) => {
    const found = (flaws: string[]) =>
      searched(reading(raftElection, flaws, { ...FIRST_TERM, names }), 'ElectionSafety', {
        budgets: { timeouts: 2 },
      })
    expect([found([flaw]), found([])]).toEqual([`broken in ${steps}`, 'held'])
  })
})

const submit = (to: string, command: string): (string | Choice)[] => [
  { kind: 'request', client: `client of ${command}`, to, body: { type: 'submit', command } },
  `${to} receives submit command=${command}`,
]

/** Everything in flight is lost, or all but what goes to one server. */
const silence = (world: World, but = ''): World => ({
  ...world,
  wire: world.wire.filter(({ to }) => to === but),
})

const ELECTED = [
  "n1's timer election",
  'n2 receives RequestVote lastLog',
  'n1 receives RequestVoteResult',
  'n3 receives RequestVote lastLog',
]
const started = (model: Model) => silence(lead(model, ELECTED))

/** n1 has `mine` in its log, of term 1; then n3 leads term 2, elected by n2. */
function deposed(model: Model, mine: readonly string[]): World {
  const before = silence(
    lead(
      model,
      mine.flatMap((command) => submit('n1', command)),
      started(model),
    ),
  )
  return lead(
    model,
    ["n3's timer election", 'n2 receives RequestVote', 'n3 receives RequestVoteResult'],
    before,
  )
}

const acknowledged = (command: string, leader: string) => [
  ...submit(leader, command),
  `n2 receives AppendEntries entries=[{"command":"${command}"`,
  `${leader} receives AppendEntriesResult..success=true`,
]

/** A server leads a new term, elected by one other. */
const termOf = (leader: string, voter: string) => [
  `${leader}'s timer election`,
  `${voter} receives RequestVote`,
  `${leader} receives RequestVoteResult`,
]

const reboot = ['n1 crashes', 'n1 restarts']

/** Named situations; from each the reading breaks in so many steps, and Raft as published does not. */
const SITUATIONS: readonly {
  readonly flaw: string
  readonly property: string
  readonly steps: number
  readonly when: string
  readonly budgets: Partial<Budgets>
  world(model: Model): World
}[] = [
  {
    flaw: 'mayCommit=any-term',
    property: 'LeaderCompleteness',
    steps: 7,
    when: 'Figure 8 with three servers: n1 logged e in term 1, n3 logged f in term 2, n1 leads term 3',
    budgets: { timeouts: 1 },
    world(model) {
      const logged = silence(lead(model, submit('n3', 'f'), deposed(model, ['e'])))
      const votes = [
        'n2 receives RequestVote..term=3',
        'n3 receives RequestVote..term=3',
        'n1 receives RequestVoteResult..voteGranted=true',
      ]
      return silence(
        lead(model, [...reboot, "n1's timer election", "n1's timer election", ...votes], logged),
        'n2',
      )
    },
  },
  {
    flaw: 'mayVote=any-log',
    property: 'LeaderCompleteness',
    steps: 3,
    when: 'n1 committed a with n2; the log of n3 is empty',
    budgets: { timeouts: 1 },
    world: (model) => silence(lead(model, acknowledged('a', 'n1'), started(model))),
  },
  {
    flaw: 'mayVote=longer-log',
    property: 'LeaderCompleteness',
    steps: 4,
    when: 'n1 logged two entries in term 1, n3 committed one in term 2',
    budgets: { timeouts: 2 },
    world: (model) =>
      lead(model, reboot, silence(lead(model, acknowledged('c', 'n3'), deposed(model, ['a', 'b'])))),
  },
  {
    flaw: 'forceLog=never',
    property: 'LeaderCompleteness',
    steps: 6,
    when: 'n1 has just logged a',
    budgets: { timeouts: 1, crashes: 1 },
    world: (model) => lead(model, submit('n1', 'a'), started(model)),
  },
  {
    flaw: 'onMajority=highest',
    property: 'LeaderCompleteness',
    steps: 3,
    when: 'n1 has just logged a',
    budgets: { timeouts: 1 },
    world: (model) => lead(model, submit('n1', 'a'), started(model)),
  },
  {
    flaw: 'merge=replace',
    property: 'LeaderCompleteness',
    steps: 6,
    when: 'n1 logged a and b, each sent to n2 in a message of its own',
    budgets: { timeouts: 1 },
    world: (model) =>
      silence(lead(model, [...submit('n1', 'a'), ...submit('n1', 'b')], started(model)), 'n2'),
  },
  {
    flaw: 'merge=keep-own',
    property: 'LeaderCompleteness',
    steps: 5,
    when: 'n1 logged a alone in term 1; n2 leads term 2 and logged b',
    budgets: { timeouts: 1 },
    world(model) {
      const alone = silence(lead(model, submit('n1', 'a'), started(model)))
      const led = silence(lead(model, termOf('n2', 'n3'), alone))
      return silence(lead(model, submit('n2', 'b'), led), 'n1')
    },
  },
  {
    flaw: 'conflict=length-only',
    property: 'LogMatching',
    steps: 1,
    when: 'n1 logged a alone in term 1; n2 logged b alone in term 2, leads term 3 and logged c',
    budgets: { timeouts: 0 },
    world(model) {
      const alone = silence(lead(model, submit('n1', 'a'), started(model)))
      const again = silence(lead(model, [...termOf('n2', 'n3'), ...submit('n2', 'b')], alone))
      const reborn = ['n2 crashes', 'n2 restarts', ...termOf('n2', 'n3')]
      const led = silence(lead(model, reborn, again))
      return silence(lead(model, submit('n2', 'c'), led), 'n1')
    },
  },
  {
    flaw: 'matched=all',
    property: 'LeaderCompleteness',
    steps: 5,
    when: 'n1 logged a and b, each sent to n2 in a message of its own',
    budgets: { timeouts: 1 },
    world: (model) =>
      silence(lead(model, [...submit('n1', 'a'), ...submit('n1', 'b')], started(model)), 'n2'),
  },
  {
    flaw: 'conflict=never',
    property: 'StateMachineSafety',
    steps: 4,
    when: 'n1 logged a alone, leads term 2 and logged b',
    budgets: { timeouts: 1 },
    world(model) {
      const alone = silence(lead(model, submit('n1', 'a'), started(model)))
      const again = [
        ...reboot,
        "n1's timer election",
        'n2 receives RequestVote',
        'n1 receives RequestVoteResult',
      ]
      return silence(lead(model, [...again, ...submit('n1', 'b')], alone), 'n2')
    },
  },
  {
    flaw: 'conflict=never',
    property: 'LogMatching',
    steps: 1,
    when: 'n1 logged a alone, leads term 2 and logged b and c',
    budgets: { timeouts: 1 },
    world(model) {
      const alone = silence(lead(model, submit('n1', 'a'), started(model)))
      const again = [
        ...reboot,
        "n1's timer election",
        'n2 receives RequestVote',
        'n1 receives RequestVoteResult',
      ]
      return silence(lead(model, [...again, ...submit('n1', 'b'), ...submit('n1', 'c')], alone), 'n2')
    },
  },
]

/** Cut: a bag wire, refused messages are consumed, everything else in flight was lost. Steps are our own. */
describe('log, from a named situation', () => {
  test.each(SITUATIONS)('$flaw breaks $property in $steps steps: $when', (situation) => {
    const { flaw, property, steps, budgets } = situation
    const found = (flaws: string[]) => {
      const model = reading(raftLog, flaws)
      return searched(model, property, { from: situation.world(model), budgets })
    }
    expect([found([flaw]), found([])]).toEqual([`broken in ${steps}`, 'held'])
  })

  test('of two leaders in one term, one deletes its own log for the other: LeaderAppendOnly, in one step', () => {
    const model = reading(raftLog, ['isFree=always', 'merge=replace'])
    const votes = ['n2 receives RequestVote..from n1', 'n2 receives RequestVote..from n3']
    const won = ['n1 receives RequestVoteResult', 'n3 receives RequestVoteResult']
    const elections = ["n1's timer election", "n3's timer election", ...votes, ...won]
    const from = lead(model, [...elections, ...submit('n1', 'e')])
    expect(searched(model, 'LeaderAppendOnly', { from, budgets: { timeouts: 0 } })).toBe('broken in 1')
  })

  test('Raft keeps all five guarantees from all of them', () => {
    const model = reading(raftLog, [])
    for (const { world } of SITUATIONS) {
      const { verdicts } = explore(model, { from: world(model), budgets: { timeouts: 1 } })
      expect(verdicts.map((v) => v.kind)).toEqual(['held', 'held', 'held', 'held', 'held'])
    }
  })
})

/** Figure 7 of the paper: the leader's log, and the logs of six followers. Rejections are the ledger's. */
describe('Figure 7', () => {
  const log = (...terms: number[]): Entry[] => terms.map((term) => ({ term, command: '' }))
  const leader = log(1, 1, 1, 4, 4, 5, 5, 6, 6, 6)
  const followers = {
    a: log(1, 1, 1, 4, 4, 5, 5, 6, 6),
    b: log(1, 1, 1, 4),
    c: log(1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6),
    d: log(1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7),
    e: log(1, 1, 1, 4, 4, 4, 4),
    f: log(1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3),
  }

  /** How often the follower rejects before it agrees, and up to which index they then match. */
  function repair(
    own: readonly Entry[],
    backtrack: typeof raftLogRules.backtrack,
  ): [rejections: number, match: number] {
    let next = leader.length + 1
    for (let rejections = 0; ; rejections++) {
      const conflict = raftLogRules.conflict(own, next - 1, termAt(leader, next - 1))
      if (conflict === null) return [rejections, next - 1]
      next = backtrack(next, conflict, leader)
    }
  }

  const all = (backtrack: typeof raftLogRules.backtrack) =>
    Object.values(followers).map((own) => repair(own, backtrack))

  test('rejections one by one: a1 b6 c0 d0 e5 f7, and where the logs match', () => {
    const one = reading(raftLog, ['backtrack=one']).protocol.rules[
      'backtrack'
    ] as typeof raftLogRules.backtrack
    expect(all(one)).toEqual([
      [1, 9],
      [6, 4],
      [0, 10],
      [0, 10],
      [5, 5],
      [7, 3],
    ])
  })

  test('rejections with the conflict hints: a1 b1 c0 d0 e2 f2', () => {
    expect(all(raftLogRules.backtrack).map(([rejections]) => rejections)).toEqual([1, 1, 0, 0, 2, 2])
  })

  test('a, c and d can be elected by a majority of the seven, and b, e and f cannot', () => {
    const last = (own: readonly Entry[]) => ({ term: termAt(own, own.length), index: own.length })
    const voters = [leader, ...Object.values(followers)]
    const electable = Object.entries(followers).filter(([, own]) => {
      const votes = voters.filter((voter) => raftLogRules.mayVote(last(own), last(voter)))
      return raftLogRules.isMajority(votes.length, voters.length)
    })
    expect(electable.map(([name]) => name)).toEqual(['a', 'c', 'd'])
  })
})

describe('under faults', () => {
  test.each([
    [3, 120],
    [5, 80],
  ])(
    '%i servers, %i seeds with losses, copies, crashes and partitions: all guarantees hold and work goes on',
    (n, seeds) => {
      const names = Array.from({ length: n }, (_, i) => `n${i + 1}`)
      const model = reading(raftLog, ['firstEntry=no-op'], { names, options: { delayMs: [1, 10] } })
      const faults = {
        untilMs: 800,
        loss: 0.05,
        duplicate: 0.05,
        crashInside: 0.003,
        crashes: 2,
        partitions: 1,
        downMs: 300,
        partitionMs: 300,
      }
      let answered = 0
      for (let seed = 1; seed <= seeds; seed++) {
        const requests = Array.from({ length: 8 }, (_, i) => ({
          atMs: 300 + i * 120,
          client: `c${i % 2}`,
          to: names[(seed + i) % n]!,
          body: { type: 'submit', command: `x${i}` },
        }))
        const { last, verdicts } = simulate(model, { seed, untilMs: 1800, faults, requests })
        expect(verdicts.filter((verdict) => verdict.kind !== 'held')).toEqual([])
        const states = Object.values(last.nodes).map((node) => node.state as unknown as { role: string })
        expect(states.filter(({ role }) => role === 'leader')).toHaveLength(1)
        answered += Object.values(last.clients)
          .flat()
          .filter(({ outcome }) => outcome === 'ok').length
      }
      expect(answered).toBeGreaterThan(seeds)
    },
  )
})
