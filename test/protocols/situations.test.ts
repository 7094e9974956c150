/** Situations of consensus: reachable where they should be, and worth more than random runs from the first world. */
import { describe, expect, test } from 'vitest'
import { paxos } from '../../src/protocols/paxos.ts'
import { raftElection } from '../../src/protocols/raftElection.ts'
import { raftKeyValue } from '../../src/protocols/raftKeyValue.ts'
import { raftLog } from '../../src/protocols/raftLog.ts'
import { fuzz } from '../../src/run/fuzz.ts'
import { replay } from '../../src/run/replay.ts'
import { begin } from '../../src/world/apply.ts'
import { type Model, makeModel, type Protocol } from '../../src/world/protocol.ts'
import { enter } from '../../src/world/situation.ts'
import type { World } from '../../src/world/world.ts'
import { reading, searched } from './stories.ts'

const five = ['n1', 'n2', 'n3', 'n4', 'n5']

function situated(model: Model, name: string): World {
  const situation = model.protocol.situations?.find((s) => s.name === name)
  const entered = situation && enter(model, begin(model).world, situation)
  if (!entered) throw new Error(`${model.protocol.name} cannot get to "${name}"`)
  return entered.world
}

const inTerms = (world: World) =>
  Object.values(world.nodes).map(({ state }) => {
    const { role, currentTerm } = state as unknown as { role: string; currentTerm: number }
    return `${role} ${currentTerm}`
  })

describe('Raft', () => {
  test.each<[string, Protocol, readonly string[]]>([
    ['three servers of raft-election', raftElection, raftElection.cluster],
    ['five of raft-election', raftElection, five],
    ['three of raft-log', raftLog, raftLog.cluster],
    ['five of raft-log', raftLog, five],
    ['three of raft-kv', raftKeyValue, raftKeyValue.cluster],
    ['five of raft-kv', raftKeyValue, five],
  ])('%s get into every situation, by a trace that replays', (_what, protocol, names) => {
    const model = makeModel(protocol, { names })
    const first = begin(model).world
    for (const situation of protocol.situations!) {
      const entered = enter(model, first, situation)
      expect([situation.name, entered === null]).toEqual([situation.name, false])
      expect(replay(model, first, entered!.trace).stopped).toBe(null)
    }
  })

  test('two servers get into none of them, and nothing goes wrong for it', () => {
    const model = makeModel(raftLog, { names: ['n1', 'n2'] })
    for (const situation of raftLog.situations!)
      expect(enter(model, begin(model).world, situation)).toBe(null)
  })

  test('each is what it says', () => {
    const model = makeModel(raftLog)
    expect(inTerms(situated(model, 'split vote'))).toEqual(['candidate 1', 'candidate 1', 'candidate 1'])
    expect(inTerms(situated(model, 'partitioned leader'))).toEqual(['leader 1', 'follower 1', 'follower 1'])
    expect(inTerms(situated(model, 'stale leader'))).toEqual(['leader 1', 'leader 2', 'follower 2'])
    const old = situated(model, 'uncommitted entry of an old term')
    expect(inTerms(old)).toEqual(['leader 3', 'leader 2', 'follower 3'])
    const logs = Object.values(old.nodes).map(({ state }) => (state as unknown as { log: unknown }).log)
    expect(logs).toEqual([[{ term: 1, command: 'e' }], [{ term: 2, command: 'f' }], []])
  })

  // Steps are our own: a bag wire, refused messages are consumed.
  test('a leader that obeys an older one deletes its own log: LeaderAppendOnly by one wrong rule, in one step', () => {
    const found = (flaws: string[]) => {
      const model = reading(raftLog, flaws)
      return searched(model, 'LeaderAppendOnly', {
        from: situated(model, 'stale leader'),
        budgets: { timeouts: 0 },
      })
    }
    expect([found(['isStale=never']), found([])]).toEqual(['broken in 1', 'held'])
  })

  test('Figure 8 is found in random runs from there, and not in as many from the first world', () => {
    const wrong = reading(raftLog, ['mayCommit=any-term'])
    const properties = ['LeaderCompleteness', 'StateMachineSafety']
    const found = (model: Model, situations: Protocol['situations'] = []) =>
      fuzz(model, { seeds: 25, properties, situations, calmMs: 0, maxSteps: 400 }).findings.map(
        ({ property, situation }) => [property, situation],
      )
    const name = 'uncommitted entry of an old term'
    const place = raftLog.situations!.filter((s) => s.name === name)
    expect(found(wrong, place)).toContainEqual(['LeaderCompleteness', name])
    expect(found(wrong)).toEqual([])
    expect(found(reading(raftLog, []), place)).toEqual([])
  })
})

describe('Paxos', () => {
  test('gets into both, with three acceptors and with five', () => {
    for (const acceptors of [
      ['a1', 'a2', 'a3'],
      ['a1', 'a2', 'a3', 'a4', 'a5'],
    ]) {
      const model = makeModel(paxos, { names: ['p1', 'p2', ...acceptors] })
      const half = situated(model, 'half-accepted value').nodes['a1']?.state
      expect(half).toEqual({ promised: 0, vballot: 0, vval: 'A' })
      const promised = acceptors.filter((a) => {
        const state = situated(model, 'duelling proposers').nodes[a]?.state as unknown as { promised: number }
        return state.promised === 1
      })
      expect(2 * promised.length).toBeGreaterThan(acceptors.length)
    }
  })

  // Steps are our own: from a duel on, each vote is read in a step of its own.
  test('to vote below a promise breaks Agreement from a duel in 8 steps', () => {
    const found = (flaws: string[]) => {
      const model = reading(paxos, flaws, { params: { ballots: 2 }, options: { refusals: 'stay' } })
      return searched(model, 'Agreement', {
        from: situated(model, 'duelling proposers'),
        budgets: { timeouts: 0 },
      })
    }
    expect([found(['mayAccept=always']), found([])]).toEqual(['broken in 8', 'held'])
  })
})
