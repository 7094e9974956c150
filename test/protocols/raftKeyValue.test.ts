/** The map on Raft's log: what clients see is linearizable because a request takes effect once. */
import { describe, expect, test } from 'vitest'
import { raftKeyValue } from '../../src/protocols/raftKeyValue.ts'
import { simulate } from '../../src/run/simulate.ts'
import { begin } from '../../src/world/apply.ts'
import { enter } from '../../src/world/situation.ts'
import { lead, reading, searched } from './stories.ts'

const write = (value: number) => ({ to: 'n1', body: { type: 'write', key: 'x', value } })
const read = { to: 'n1', body: { type: 'read', key: 'x' } }

/** Cut: one server, which elects itself; a bag wire with one copy made by the network. Steps are our own. */
describe('a request that arrives twice', () => {
  const alone = (flaws: string[], clients: Parameters<typeof reading>[2] & object) =>
    searched(reading(raftKeyValue, flaws, { names: ['n1'], ...clients }), 'Linearizable', {
      budgets: { timeouts: 1, duplicates: 1 },
    })

  test('takes effect twice without sessions: a later read sees a value that had been replaced', () => {
    const clients = { clients: { c1: [write(1), write(2), read] } }
    expect(alone(['isRepeated=never'], clients)).toBe('broken in 9')
    expect(alone([], clients)).toBe('held')
  })

  test('late, after the next one of its client, is known again only by its number', () => {
    const clients = { clients: { c1: [write(1), write(2), read] } }
    expect(alone(['isRepeated=last-only'], clients)).toBe('broken in 9')
  })
})

test('answers are those of a map: no such key, a value, another value', () => {
  const cas = (from: number, to: number) => ({ to: 'n1', body: { type: 'cas', key: 'x', from, to } })
  const requests = [read, cas(1, 2), write(1), cas(2, 3), cas(1, 2), read]
  const model = reading(raftKeyValue, [], { names: ['n1'] })
  const { last } = simulate(model, {
    untilMs: 2000,
    requests: requests.map((request, i) => ({ atMs: 500 + 100 * i, client: 'c', ...request })),
  })
  expect(last.clients['c']?.map(({ outcome, answer }) => [outcome, answer])).toEqual([
    ['fail', { type: 'error', code: 20, text: 'there is no x' }],
    ['fail', { type: 'error', code: 20, text: 'there is no x' }],
    ['ok', { type: 'write_ok' }],
    ['fail', { type: 'error', code: 22, text: 'x is 1' }],
    ['ok', { type: 'cas_ok' }],
    ['ok', { type: 'read_ok', value: 2 }],
  ])
})

/** Cut: three servers, n1 elected by n2; a bag wire, no timers. Steps are our own. */
test('a read answered from a map that lags misses a write that its client was told of', () => {
  const clients = { ann: [write(1), { ...read, to: 'n3' }] }
  const found = (flaws: string[]) => {
    const model = reading(raftKeyValue, flaws, { clients })
    const elected = ["n1's timer election", 'n2 receives RequestVote', 'n1 receives RequestVoteResult']
    return searched(model, 'Linearizable', { from: lead(model, elected), budgets: { timeouts: 0 } })
  }
  expect([found(['readsLog=never']), found([])]).toEqual(['broken in 6', 'held'])
})

test('a refusal for good is taken back by a copy of the request that reaches a leader', () => {
  const clients = { c1: [read, write(1)], c2: [read, read] }
  const found = (flaws: string[]) =>
    searched(reading(raftKeyValue, flaws, { names: ['n1'], clients }), 'Linearizable', {
      budgets: { timeouts: 1, duplicates: 1 },
    })
  expect([found(['refusalCode=definite']), found([])]).toEqual(['broken in 9', 'held'])
})

test('what an old leader left is committed by the first entry of the next, and waits without it', () => {
  const name = 'uncommitted entry of an old term'
  const committed = (flaws: string[]) => {
    const model = reading(raftKeyValue, flaws)
    const from = enter(
      model,
      begin(model).world,
      raftKeyValue.situations!.find((s) => s.name === name)!,
    )!.world
    const { last } = simulate(model, { from, untilMs: 1000 })
    return Object.values(last.nodes).map(({ state }) => {
      const { commitIndex, log } = state as unknown as { commitIndex: number; log: readonly unknown[] }
      return [commitIndex, log.length]
    })
  }
  expect(committed([])).toEqual([
    [3, 3],
    [3, 3],
    [3, 3],
  ])
  expect(committed(['firstEntry=none'])).toEqual([
    [0, 1],
    [0, 1],
    [0, 1],
  ])
})
