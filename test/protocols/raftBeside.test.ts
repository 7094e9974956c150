/** What can be added beside Raft's log without a change to it: batches, reads without an entry, snapshots, members. */
import { describe, expect, test } from 'vitest'
import { raftKeyValue } from '../../src/protocols/raftKeyValue.ts'
import { simulate } from '../../src/run/simulate.ts'
import { makeModel, type Protocol } from '../../src/world/protocol.ts'
import type { World } from '../../src/world/world.ts'
import { batched, readIndexed, resized, snapshotted } from './raftBeside.ts'
import { lead } from './stories.ts'

const NAMES = ['n1', 'n2', 'n3']
const write = (to: string, value: number) => ({ to, body: { type: 'write', key: 'x', value } })
const read = (to: string) => ({ to, body: { type: 'read', key: 'x' } })
const silence = (world: World, keep: (e: World['wire'][number]) => boolean = () => false): World => ({
  ...world,
  wire: world.wire.filter(keep),
})

const stateOf = (world: World, node: string) =>
  world.nodes[node]!.state as unknown as {
    role: string
    currentTerm: number
    log: readonly unknown[]
    map: Map<string, unknown>
  }

const answersOf = (world: World) =>
  Object.values(world.clients)
    .flat()
    .filter(({ outcome }) => outcome === 'ok')

/** Runs with losses, copies, crashes that tear the disk, and partitions; each must keep everything, and come to one map. */
function underFaults(protocol: Protocol, seeds: number): ReturnType<typeof simulate>[] {
  return Array.from({ length: seeds }, (_, i) => {
    const seed = i + 1
    const model = makeModel(protocol, { names: NAMES, options: { delayMs: [1, 10], disk: 'subset' } })
    const run = simulate(model, {
      seed,
      untilMs: 3000,
      maxSteps: 20_000,
      requests: Array.from({ length: 24 }, (_, n) => ({
        atMs: 400 + n * 60,
        client: `c${n}`,
        ...(n % 3 === 0 ? read : write)(NAMES[(Math.floor(n / 3) + seed) % 3]!, n),
      })),
      faults: {
        untilMs: 1500,
        loss: 0.1,
        duplicate: 0.1,
        crashInside: 0.01,
        crashes: 2,
        partitions: 1,
        downMs: 300,
        partitionMs: 300,
      },
    })
    expect(run.verdicts.filter(({ kind }) => kind !== 'held')).toEqual([])
    expect(new Set(NAMES.map((name) => JSON.stringify([...stateOf(run.last, name).map]))).size).toBe(1)
    return run
  })
}

const sentIn = (runs: readonly ReturnType<typeof simulate>[], type: string) =>
  runs.flatMap(({ moments }) => moments.flatMap(({ sent }) => sent.filter(({ body }) => body.type === type)))

describe('batches', () => {
  test('keep all guarantees under faults', () => {
    const runs = underFaults(batched, 20)
    expect(runs.flatMap(({ last }) => answersOf(last)).length).toBeGreaterThan(40)
  })

  test('ten requests of a moment cost one round', () => {
    const rounds = (protocol: Protocol) => {
      const model = makeModel(protocol, { names: NAMES })
      const from = silence(
        lead(model, ["n1's timer election", 'n2 receives RequestVote', 'n1 receives RequestVoteResult']),
      )
      const requests = Array.from({ length: 10 }, (_, i) => ({ atMs: 1, client: `c${i}`, ...write('n1', i) }))
      const run = simulate(model, { from, untilMs: 40, requests })
      expect(answersOf(run.last)).toHaveLength(10)
      const carrying = sentIn([run], 'AppendEntries').filter(({ body }) => (body['entries'] as []).length > 0)
      return carrying.filter(({ to }) => to === 'n2').length
    }
    expect(rounds(batched)).toBeLessThan(3)
    expect(rounds(raftKeyValue)).toBeGreaterThan(9)
  })
})

describe('reads without an entry', () => {
  test('keep all guarantees under faults', () => {
    const runs = underFaults(readIndexed(), 20)
    const reads = runs.flatMap(({ last }) =>
      answersOf(last).filter(({ answer }) => (answer as { type?: string } | null)?.type === 'read_ok'),
    )
    expect(reads.length).toBeGreaterThan(10)
  })

  /** n1 leads term 1 and has 1; an answer of n2 is on its way. n2 leads term 2 by the vote of n3 and has 2; then n1 is asked. */
  function staleRead(protocol: Protocol): unknown[] {
    const model = makeModel(protocol, { names: NAMES, clients: { ann: [write('n1', 1)], bob: [read('n1')] } })
    const elected = lead(model, [
      "n1's timer election",
      'n2 receives RequestVote',
      'n1 receives RequestVoteResult',
      'n2 receives AppendEntries',
      'n1 receives AppendEntriesResult',
      'n1 receives write',
      'n2 receives AppendEntries',
      'n1 receives AppendEntriesResult',
    ])
    const isOfClients = (e: World['wire'][number]) => e.from === 'bob'
    const beaten = lead(
      model,
      ["n1's timer heartbeat", 'n2 receives AppendEntries'],
      silence(elected, isOfClients),
    )
    const isOld = (e: World['wire'][number]) => isOfClients(e) || e.body.type === 'AppendEntriesResult'
    const deposed = lead(
      model,
      ["n2's timer election", 'n3 receives RequestVote', 'n2 receives RequestVoteResult'],
      silence(beaten, isOld),
    )
    const asked = lead(
      model,
      ['n1 receives read', 'n1 receives AppendEntriesResult'],
      silence(deposed, isOld),
    )
    return asked.wire.filter(({ to }) => to === 'bob').map(({ body }) => body['value'])
  }

  test('an answer to a message that left before the read confirms nothing: only the stamp tells', () => {
    expect(staleRead(readIndexed())).toEqual([])
    expect(staleRead(readIndexed(false))).toEqual([1])
  })
})

test('snapshots take the place of entries, and whoever lacks them gets one', () => {
  const runs = underFaults(snapshotted, 30)
  expect(sentIn(runs, 'InstallSnapshot').length).toBeGreaterThan(30)
  for (const { last } of runs)
    for (const name of NAMES) expect(stateOf(last, name).log.length).toBeLessThan(3)
  expect(runs.flatMap(({ last }) => answersOf(last)).length).toBeGreaterThan(60)
})

describe('members', () => {
  const five = [...NAMES, 'n4', 'n5']
  const model = makeModel(resized, { names: five, properties: raftKeyValue.properties.slice(0, -1) })
  const led = () =>
    silence(lead(model, ["n1's timer election", 'n2 receives RequestVote', 'n1 receives RequestVoteResult']))
  const ask = (atMs: number, body: { readonly type: string; readonly [field: string]: unknown }) =>
    ({ atMs, client: `c${atMs}`, to: 'n1', body }) as never

  test('who is none gets the log, and is not counted', () => {
    const cut = lead(model, [{ kind: 'cut', links: ['n1>n2', 'n1>n3'] }], led())
    const { last } = simulate(model, { from: cut, untilMs: 40, requests: [ask(1, write('n1', 7).body)] })
    expect(answersOf(last)).toEqual([])
    expect(stateOf(last, 'n4').log).toHaveLength(2)
  })

  test('a new member counts at once, and a leader that has left steps down', () => {
    const requests = [
      ask(60, { type: 'change', members: ['n1', 'n2', 'n3', 'n4'] }),
      ask(120, { type: 'change', members: ['n2', 'n3', 'n4'] }),
    ]
    const { last, verdicts } = simulate(model, { from: led(), untilMs: 1500, requests })
    expect(answersOf(last).length).toBeGreaterThan(0)
    expect(stateOf(last, 'n1').role).toBe('follower')
    const leaders = five.filter((name) => stateOf(last, name).role === 'leader')
    expect(leaders).toHaveLength(1)
    expect(['n2', 'n3', 'n4']).toContain(leaders[0])
    expect(verdicts.map(({ kind }) => kind)).toEqual(verdicts.map(() => 'held'))
  })

  test('a leader that is asked to hands its office on', () => {
    const requests = [ask(60, { type: 'transfer', to: 'n3' })]
    const { last } = simulate(model, { from: led(), untilMs: 100, requests })
    expect([stateOf(last, 'n3').role, stateOf(last, 'n3').currentTerm]).toEqual(['leader', 2])
  })
})
