/** Multi-Paxos: a new leader takes over what may be chosen, fills what nobody voted for, and then needs one round trip. */
import { describe, expect, test } from 'vitest'
import { multiPaxos } from '../../src/protocols/multiPaxos.ts'
import { explore } from '../../src/run/explore.ts'
import { simulate } from '../../src/run/simulate.ts'
import type { Choice } from '../../src/world/choice.ts'
import type { Model } from '../../src/world/protocol.ts'
import type { World } from '../../src/world/world.ts'
import { lead, reading, searched } from './stories.ts'

/** Four ballots, so that a search ends. */
const BALLOTS = { params: { ballots: 4 } } as const

const submit = (to: string, command: string): (string | Choice)[] => [
  { kind: 'request', client: `client of ${command}`, to, body: { type: 'submit', command } },
  `${to} receives submit command=${command}`,
]

const silence = (world: World): World => ({ ...world, wire: [] })

const ELECTED = ["n1's timer election", 'n2 receives prepare', 'n1 receives promise']

/** n1 leads in ballot 0, by the promise of n2, and everything else that it said was lost. */
const led = (model: Model) => silence(lead(model, ELECTED))

/** n1 has had `a` chosen by itself and n2; n3 has heard of nothing. */
const chosen = (model: Model) =>
  silence(lead(model, [...submit('n1', 'a'), 'n2 receives accept', 'n1 receives accepted'], led(model)))

const stateOf = (world: World, node: string) =>
  world.nodes[node]!.state as unknown as {
    role: string
    promised: number
    votes: Map<number, { vballot: number; vval: string }>
    chosen: Map<number, string>
    applied: number
  }

/** The commands in the order in which a server carried them out. */
const carriedOut = (world: World, node: string) => {
  const { chosen: all, applied } = stateOf(world, node)
  return Array.from({ length: applied }, (_, i) => all.get(i + 1))
}

/** Cut: three servers, a bag wire. Counts and steps are our own. */
describe('a new leader', () => {
  test('with an empty log takes over what was chosen, in its own ballot', () => {
    const model = reading(multiPaxos, [])
    const elected = lead(
      model,
      ['n1 crashes', "n3's timer election", 'n2 receives prepare', 'n3 receives promise'],
      chosen(model),
    )
    const { last } = simulate(model, { from: elected, untilMs: 50 })
    for (const node of ['n2', 'n3']) {
      expect(carriedOut(last, node)).toEqual(['a'])
      expect(stateOf(last, node).votes.get(1)).toMatchObject({ vballot: 2, vval: 'a' })
    }
  })

  test('fills a slot in which nobody has voted with a no-op, and carries nothing out before that', () => {
    const model = reading(multiPaxos, [])
    const asked = lead(model, submit('n1', 'a'), led(model))
    // a is lost; b, in the next slot, reaches n2.
    const second = lead(
      model,
      [...submit('n1', 'b'), 'n2 receives accept', 'n1 receives accepted'],
      silence(asked),
    )
    expect([...stateOf(second, 'n1').chosen.keys()]).toEqual([2])
    expect(carriedOut(second, 'n1')).toEqual([])
    const without = silence(lead(model, ['n1 crashes'], second))
    const { last } = simulate(model, { from: without, untilMs: 1000 })
    expect(carriedOut(last, 'n3')).toEqual(['no-op', 'b'])
  })

  test('that takes nothing over lets two commands into one slot', () => {
    const found = (flaws: string[]) => {
      const model = reading(multiPaxos, flaws, BALLOTS)
      return searched(model, 'StateMachineSafety', { from: chosen(model), budgets: { timeouts: 1 } })
    }
    expect([found(['chooseValue=own']), found([])]).toEqual(['broken in 5', 'held'])
  })

  test('that is content with its own promise does, too', () => {
    const found = (flaws: string[]) => {
      const model = reading(multiPaxos, flaws, BALLOTS)
      const asked = lead(model, submit('n1', 'a'), led(model))
      const from = lead(model, ["n3's timer election", ...submit('n3', 'b')], asked)
      return searched(model, 'StateMachineSafety', { from, budgets: { timeouts: 0 } })
    }
    expect([found(['quorum=alone']), found([])]).toEqual(['broken in 4', 'held'])
  })

  test('an acceptor that votes below its promise lets two commands into one slot', () => {
    const found = (flaws: string[]) => {
      const model = reading(multiPaxos, flaws, BALLOTS)
      const asked = lead(model, submit('n1', 'a'), led(model))
      const other = [
        "n3's timer election",
        'n2 receives prepare ballot=2',
        'n3 receives promise',
        ...submit('n3', 'b'),
      ]
      const from = lead(model, other, asked)
      return searched(model, 'StateMachineSafety', { from, budgets: { timeouts: 0 } })
    }
    expect([found(['mayAccept=always']), found([])]).toEqual(['broken in 4', 'held'])
  })

  test('exact search and fingerprints see the same worlds', () => {
    const model = reading(multiPaxos, [], BALLOTS)
    const counts = [false, true].map((exact) => {
      const seen = explore(model, { from: chosen(model), budgets: { timeouts: 1 }, exact })
      return [seen.distinct, seen.depth, seen.verdicts[0]!.kind]
    })
    expect(counts[0]).toEqual(counts[1])
    expect(counts[0]![2]).toBe('held')
  })
})

/** Counted from the leader's accept to its decision, where nothing is lost: one round trip, 2(n - 1) messages. */
test.each([3, 5])('a command at a leader of %i costs 2(n - 1) messages until it is chosen', (n) => {
  const names = Array.from({ length: n }, (_, i) => `n${i + 1}`)
  const model = reading(multiPaxos, [], { names })
  const majority = names.slice(1, Math.floor(n / 2) + 1)
  const promises = majority.flatMap((name) => [
    `${name} receives prepare`,
    `n1 receives promise..from ${name}`,
  ])
  const from = silence(lead(model, ["n1's timer election", ...promises]))
  const { moments } = simulate(model, {
    from,
    untilMs: 10,
    requests: [{ atMs: 1, client: 'c', to: 'n1', body: { type: 'submit', command: 'a' } }],
  })
  const sent = moments.flatMap((moment) => moment.sent.map(({ body }) => body.type))
  const count = (type: string) => sent.filter((each) => each === type).length
  expect([count('accept'), count('accepted'), count('prepare')]).toEqual([n - 1, n - 1, 0])
})

test('forty seeds with losses, copies, crashes and partitions: one log, and work goes on', () => {
  const names = multiPaxos.cluster
  let answered = 0
  for (let seed = 1; seed <= 40; seed++) {
    const requests = Array.from({ length: 8 }, (_, i) => ({
      atMs: 300 + i * 120,
      client: `c${i % 2}`,
      to: names[(seed + i) % names.length]!,
      body: { type: 'submit', command: `x${i}` },
    }))
    const { last, verdicts } = simulate(reading(multiPaxos, [], { options: { delayMs: [1, 10] } }), {
      seed,
      untilMs: 2000,
      requests,
      faults: {
        untilMs: 800,
        loss: 0.05,
        duplicate: 0.05,
        crashInside: 0.003,
        crashes: 2,
        partitions: 1,
        downMs: 300,
        partitionMs: 300,
      },
    })
    expect(verdicts.map(({ kind }) => kind)).toEqual(['held'])
    const logs = names.map((node) => carriedOut(last, node))
    expect(logs[1]).toEqual(logs[0])
    expect(logs[2]).toEqual(logs[0])
    const leaders = names.filter((node) => stateOf(last, node).role === 'leader')
    expect(leaders).toHaveLength(1)
    const operations = Object.values(last.clients).flat()
    answered += operations.filter(({ outcome }) => outcome === 'ok').length
  }
  expect(answered).toBeGreaterThan(40)
})
