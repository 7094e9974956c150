/** Paxos: the counts of Lamport's module, the step counts of wrong readings, and the roles apart under faults. */
import { describe, expect, test } from 'vitest'
import { paxos } from '../../src/protocols/paxos.ts'
import { paxosLamport } from '../../src/protocols/paxosLamport.ts'
import { explore } from '../../src/run/explore.ts'
import { simulate } from '../../src/run/simulate.ts'
import type { Choice } from '../../src/world/choice.ts'
import type { World } from '../../src/world/world.ts'
import {
  bothPrepared,
  decided,
  oneVoteUnseen,
  prepared,
  promiserDied,
  said,
  threeBallots,
} from './paxosWorlds.ts'
import { lead, reading, searched, storyOf } from './stories.ts'

const ANY_TIME = { timeouts: Number.POSITIVE_INFINITY }

/**
 * The cut of module Paxos: one node, one timer that picks an action, no learners. What TLC generates counts
 * the witnesses of a quorum one by one and actions that change nothing, so only distinct and depth compare.
 */
describe("Lamport's module: ballots see all messages ever sent", () => {
  // tlaplus/Examples, MCPaxosTiny: three acceptors, ballots 0 and 1, two values, no symmetry.
  test('MCPaxosTiny has 3,921 worlds and depth 17', () => {
    for (const exact of [false, true]) {
      const seen = explore(reading(paxosLamport, []), { budgets: ANY_TIME, exact })
      expect(seen).toMatchObject({ distinct: 3921, depth: 17, verdicts: [{ kind: 'held' }] })
    }
  })

  test('the largest value survives every world with two ballots', () => {
    const seen = explore(reading(paxosLamport, ['chooseValue=largest']), { budgets: ANY_TIME })
    expect(seen).toMatchObject({ distinct: 3921, depth: 17, verdicts: [{ kind: 'held' }] })
  })

  // Counts of the course's own ledger, from an independent model of the same cut.
  test.each([
    ['mayAccept=equal', 1977],
    ['mayAccept=higher', 505],
  ])('%s agrees in all %i worlds', (flaw, distinct) => {
    const seen = explore(reading(paxosLamport, [flaw]), { budgets: ANY_TIME })
    expect(seen).toMatchObject({ distinct, verdicts: [{ kind: 'held' }] })
  })

  test('an accept above the promise is never possible: nothing is ever chosen', () => {
    const chosen = (flaws: string[]) => {
      const model = reading(paxosLamport, flaws)
      const nothing = { ...model.properties[0]!, judge: { kind: 'always', broken: decidedIn } as const }
      return searched({ ...model, properties: [nothing] }, 'Agreement', { budgets: ANY_TIME })
    }
    expect([chosen([]), chosen(['mayAccept=higher'])]).toEqual(['broken in 6', 'held'])
  })

  // Steps of the course's own ledger, two ballots.
  test.each([
    ['mayAccept=always', 12],
    ['chooseValue=own', 12],
    ['mayPropose=again', 9],
    ['quorum=alone', 10],
  ])('%s breaks Agreement in %i steps', (flaw, steps) => {
    expect(searched(reading(paxosLamport, [flaw]), 'Agreement', { budgets: ANY_TIME })).toBe(
      `broken in ${steps}`,
    )
  })

  // The same steps from the ledger; the first ones are given here, for the whole search is a long one.
  test.each([
    ['survives=vote-only', 13, 6, ['a1', 'a2', 'a3']],
    ['survives=promise-only', 13, 5, ['a1', 'a2', 'a3']],
    ['quorum=half', 12, 5, ['a1', 'a2', 'a3', 'a4']],
  ])('%s breaks Agreement in %i steps, the first %i given', (flaw, steps, given, acceptors) => {
    const model = reading(paxosLamport, [flaw], { params: { acceptors } })
    const from = said(
      model,
      ['1a 0', '1b a1 0 -1 -', '1b a2 0 -1 -', '2a 0 A', '2b a1 0 A', '1a 1'].slice(0, given),
    )
    expect(searched(model, 'Agreement', { from, budgets: ANY_TIME })).toBe(`broken in ${steps - given}`)
  })

  const [before, unseen] = [oneVoteUnseen.slice(0, 6), oneVoteUnseen.slice(6)]
  const chosen = ['2a 1 A', '2b a2 1 A', '2b a3 1 A']

  // The ledger's steps; the world in which A is chosen is given, and from it the rules as published hold.
  test.each([
    ['chooseValue=largest', 17, unseen],
    ['chooseValue=lowest-ballot', 17, unseen],
    ['chooseValue=any', 17, unseen],
    ['chooseValue=most-frequent', 17, unseen],
    ['report=promised', 18, ['1b a1 1 0 B', '1b a2 1 0 -', '1b a3 1 -1 -']],
  ])('%s breaks Agreement in %i steps, with three ballots', (flaw, steps, promises) => {
    const params = { ballots: 3 }
    const outcome = (flaws: string[], given: string[]) => {
      const model = reading(paxosLamport, flaws, { params })
      return searched(model, 'Agreement', { from: said(model, given), budgets: ANY_TIME })
    }
    const given = [...before, ...promises, ...chosen]
    expect(outcome([flaw], given)).toBe(`broken in ${steps - given.length}`)
    expect(outcome([], [...before, ...unseen, ...chosen])).toBe('held')
  })

  test('the wrong report survives every world with two ballots', () => {
    expect(searched(reading(paxosLamport, ['report=promised']), 'Agreement', { budgets: ANY_TIME })).toBe(
      'held',
    )
  })
})

/** Cut: two proposers that also learn, three acceptors, a `set` wire, refused messages stay. Counts are our own. */
const SET = { wire: 'set', refusals: 'stay' } as const

describe('roles apart', () => {
  test('two ballots: Agreement in all 80,425 worlds', () => {
    const model = reading(paxos, [], { params: { ballots: 2 }, options: SET })
    const seen = explore(model, { properties: ['Agreement'], budgets: ANY_TIME })
    expect(seen).toMatchObject({ distinct: 80_425, depth: 23, verdicts: [{ kind: 'held' }] })
  })

  test('a ballot shared by two proposers lets both decide in 18 steps, the first 2 given', () => {
    const model = reading(paxos, ['ballot=shared'], { params: { ballots: 1 }, options: SET })
    const from = lead(model, ["p1's timer attempt", "p2's timer attempt"])
    expect(searched(model, 'Agreement', { from, budgets: ANY_TIME })).toBe('broken in 16')
  })

  // Whole searches, from the first world on.
  test.each([
    ['mayAccept=always', 18],
    ['mayPromise=always', 18],
    ['chooseValue=own', 18],
    ['quorum=alone', 14],
    ['quorum=one-vote', 14],
  ])('%s lets both decide in %i steps', (flaw, steps) => {
    const model = reading(paxos, [flaw], { params: { ballots: 2 }, options: SET })
    expect(searched(model, 'Agreement', { budgets: ANY_TIME })).toBe(`broken in ${steps}`)
  })

  test('a proposer that tries again with the number that it had lets both decide in 23 steps, the first 6 given', () => {
    const found = (flaws: string[]) => {
      const model = reading(paxos, flaws, { params: { ballots: 2 }, options: SET })
      return searched(model, 'Agreement', {
        from: lead(model, decided.slice(0, 6)),
        budgets: { timeouts: 2 },
      })
    }
    expect([found(['ballot=same']), found([])]).toEqual(['broken in 17', 'held'])
  })

  test('not to answer the same prepare again is safe', () => {
    const model = reading(paxos, ['mayPromise=higher'], { params: { ballots: 2 }, options: SET })
    expect(searched(model, 'Agreement', { budgets: ANY_TIME })).toBe('held')
  })

  /** Cut: four acceptors, a bag wire; p1 has its promises and two accepts on their way, p2 asks the last three. */
  test.each([
    ['quorum=flexible', ['a1', 'a2', 'a3'], 'held'],
    ['quorum=half', ['a1', 'a2'], 'broken in 12'],
  ])('%s: %j promised ballot 0, and from there Agreement is %s', (flaw, first, outcome) => {
    const names = ['p1', 'p2', 'a1', 'a2', 'a3', 'a4']
    const model = reading(paxos, [flaw], { names, params: { ballots: 2 } })
    const world = lead(model, [...prepared('p1', 0, first), "p2's timer attempt"])
    const wanted = (e: World['wire'][number]) =>
      e.from === 'p2' ? e.to !== 'a1' : e.body.type === 'accept' && ['a1', 'a2'].includes(e.to)
    const from = { ...world, wire: world.wire.filter(wanted) }
    expect(searched(model, 'Agreement', { from, budgets: { timeouts: 0 } })).toBe(outcome)
  })

  test('a vote that was not forced is forgotten, and the other value is chosen', () => {
    const lost = (flaws: string[]) => {
      const model = reading(paxos, flaws, { params: { ballots: 2 }, options: SET })
      const budgets = { ...ANY_TIME, crashes: 1, mayCrash: ['a2'] }
      return storyOf(model, 'Agreement', { from: lead(model, decided), budgets })
    }
    expect(lost(['force=never'])).toHaveLength(11)
    expect(lost([])).toEqual(['it held'])
  })

  /** Cut: a bag wire, refused messages are consumed. Steps are our own. */
  test.each<[string, number, object, number, (string | Choice)[]]>([
    ['force=not-promise', 10, { timeouts: 0, crashes: 1, mayCrash: ['a2'] }, 2, bothPrepared],
    [
      'force=not-vote',
      8,
      { timeouts: 0, crashes: 1, mayCrash: ['a2'] },
      2,
      [...decided, "p2's timer attempt", 'a3 receives prepare ballot=1', 'p2 receives promise..from a3'],
    ],
    [
      'force=not-ballot',
      15,
      { timeouts: 1, crashes: 1, mayCrash: ['p1'] },
      1,
      [...asks('X', 'Y'), 'p1 receives propose value=X', ...prepared('p1', 0, ['a1', 'a2'])],
    ],
    ['tally=by-value', 10, { timeouts: 1 }, 4, threeBallots],
  ])('%s breaks Agreement in %i steps from a named world', (flaw, steps, budgets, ballots, given) => {
    const propose = !flaw.endsWith('ballot')
    const found = (flaws: string[]) => {
      const model = reading(paxos, flaws, { params: { ballots, propose } })
      const world = lead(model, given)
      // A fourth ballot only makes itself heard where the messages of the first three are out of the way.
      const wire = ballots > 2 ? world.wire.filter(({ body }) => body.type === 'accepted') : world.wire
      return searched(model, 'Agreement', { from: { ...world, wire }, budgets })
    }
    expect([found([flaw]), found([])]).toEqual([`broken in ${steps}`, 'held'])
  })

  test('after a1 and a2 promised and a2 died, a3 may vote without a promise; the equal rule is stuck', () => {
    const votes = (flaws: string[]) => {
      const model = reading(paxos, flaws, { params: { ballots: 1 } })
      const { wire } = lead(model, [...promiserDied, 'a1 receives accept', 'a3 receives accept'])
      return wire.filter(({ to, body }) => to === 'p1' && body.type === 'accepted').map(({ from }) => from)
    }
    expect(votes([])).toEqual(['a1', 'a3'])
    expect(votes(['mayAccept=equal'])).toEqual(['a1'])
    const ends = (flaws: string[]) => {
      const model = reading(paxos, flaws, { params: { ballots: 1 } })
      return searched(model, 'Termination', { from: lead(model, promiserDied), budgets: ANY_TIME })
    }
    expect([ends([]), ends(['mayAccept=equal'])]).toEqual(['held', 'broken in 4'])
  })

  test('a hundred seeds with losses, copies, crashes and a partition: all hold and everyone decides', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const { last, verdicts } = simulate(reading(paxos, [], { options: { delayMs: [1, 10] } }), {
        seed,
        faults: { untilMs: 1500, loss: 0.1, duplicate: 0.1, crashInside: 0.02, crashes: 2, partitions: 1 },
      })
      expect(verdicts.map((v) => v.kind)).toEqual(['held', 'held', 'held', 'held'])
      for (const name of ['p1', 'p2']) expect(last.nodes[name]?.state).not.toMatchObject({ decided: null })
    }
  })

  test('four messages an acceptor, from the prepare to the votes', () => {
    for (const n of [3, 5]) {
      const acceptors = Array.from({ length: n }, (_, i) => `a${i + 1}`)
      const { moments } = simulate(reading(paxos, [], { names: ['p1', ...acceptors] }))
      expect(moments.flatMap((moment) => moment.sent)).toHaveLength(4 * n)
    }
  })

  test('a client hears what was chosen, its own value or not', () => {
    const model = reading(paxos, [], { params: { propose: false } })
    const ask = (client: string, to: string, value: string) => ({
      atMs: 1,
      client,
      to,
      body: { type: 'propose', value },
    })
    const { last } = simulate(model, { requests: [ask('c1', 'p1', 'tea'), ask('c2', 'p2', 'milk')] })
    const answers = Object.values(last.clients).map(([operation]) => operation?.answer)
    expect(answers[0]).toEqual(answers[1])
    expect(answers[0]).toMatchObject({ type: 'propose_ok' })
  })
})

/** Clients ask p1 for these values. */
function asks(...values: readonly string[]): Choice[] {
  return values.map((value) => ({
    kind: 'request',
    client: `client of ${value}`,
    to: 'p1',
    body: { type: 'propose', value },
  }))
}

function decidedIn(fold: unknown): string | null {
  return (fold as { decided: string | null }).decided
}
