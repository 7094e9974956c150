/** explore against the plain-object world on models that take it minutes, and on Lamport's two-phase commit at its sizes. */
import { expect, test } from 'vitest'
import { paxos } from '../../src/protocols/paxos.ts'
import { paxosLamport } from '../../src/protocols/paxosLamport.ts'
import { paxosRegister } from '../../src/protocols/paxosRegister.ts'
import { threePhaseCommit } from '../../src/protocols/threePhaseCommit.ts'
import { twoPhase } from '../../src/protocols/twoPhase.ts'
import { explore } from '../../src/run/explore.ts'
import { type Model, makeModel } from '../../src/world/protocol.ts'
import { sameOnRandomProtocols, sameSearch, sameTwoPhaseCommit } from '../run/sameSearch.ts'

const MINUTE = 60_000

test.each([{}, { inDoubt: () => 'abort' }])(
  'two-phase commit with a crash and a timeout is the same in plain objects',
  { timeout: 30 * MINUTE },
  (rules) => sameTwoPhaseCommit(rules, { crashes: 1, timeouts: 1 }),
)

test.each([undefined, 'fifo' as const])(
  'a thousand random protocols are the same in plain objects (wire %s)',
  { timeout: 60 * MINUTE },
  (wire) => {
    const { broken, worlds } = sameOnRandomProtocols(1000, wire)
    expect(broken).toBeGreaterThan(100)
    expect(worlds).toBeGreaterThan(5000)
  },
)

const put = (to: string, value: string) => ({ to, body: { type: 'put', value } })
const get = (to: string) => ({ to, body: { type: 'get' } })
const ANY_TIME = { timeouts: Number.POSITIVE_INFINITY }
const SKEEN = { begun: true, votes: 'yes', mayStop: ['c', 'p1', 'p2'] }
const APART = { params: { ballots: 2 }, options: { wire: 'set', refusals: 'stay' } } as const

/** The larger counts that the tests of protocols pin, in exact mode and in plain objects: the same worlds. */
test.each<[string, Model, readonly string[], number]>([
  ["Lamport's Paxos, two ballots", makeModel(paxosLamport), ['Agreement'], 3921],
  ['Paxos, roles apart, two ballots', makeModel(paxos, APART), ['Agreement'], 80_425],
  [
    'three-phase commit under a perfect detector',
    makeModel(threePhaseCommit, { params: SKEEN }),
    ['AC1', 'AC2', 'AC3'],
    55_284,
  ],
  [
    'a register on Paxos, two clients',
    makeModel(paxosRegister, {
      clients: { c1: [put('s1', 'A'), get('s2')], c2: [put('s2', 'B'), get('s3')] },
    }),
    [],
    16_668,
  ],
])('%s', { timeout: 30 * MINUTE }, (_what, model, wanted, distinct) => {
  const properties = model.properties.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
  const judged = { ...model, properties }
  expect(explore(judged, { budgets: ANY_TIME, exact: true })).toMatchObject({ distinct, collisions: 0 })
  sameSearch(judged, ANY_TIME, undefined, 2 * distinct)
})

/** TLC's counts of TwoPhase with so many resource managers, without symmetry. `LARGEST` in the environment asks for more. */
const DISTINCT = new Map([
  [3, 288],
  [7, 296_448],
  [8, 1_745_408],
  [9, 10_340_352],
  [10, 61_515_776],
])
const largest = Number(process.env['LARGEST'] ?? 9)

test.each([...DISTINCT].filter(([n]) => n <= largest))(
  'TwoPhase with %d resource managers has %d worlds',
  { timeout: 120 * MINUTE },
  (n, distinct) => {
    const names = ['tm', ...Array.from({ length: n }, (_, i) => `rm${i + 1}`)]
    const model = makeModel(twoPhase, { names })
    const budgets = { timeouts: Number.POSITIVE_INFINITY }
    const before = process.memoryUsage().rss
    const start = process.cpuUsage()
    const seen = explore(model, { properties: ['AC1'], budgets, maxWorlds: 80_000_000 })
    const { user, system } = process.cpuUsage(start)
    const seconds = (user + system) / 1e6
    const bytes = process.resourceUsage().maxRSS * 1024 - before
    console.log(
      `n=${n}: ${seen.distinct} worlds, ${seen.generated} choices, depth ${seen.depth}, ${seconds.toFixed(0)} s, ${(bytes / seen.distinct).toFixed(0)} bytes a world`,
    )
    expect(seen.distinct).toBe(distinct)
    expect(seen.verdicts[0]!.kind).toBe('held')
    if (n <= 7)
      expect(explore(model, { properties: ['AC1'], budgets, exact: true })).toMatchObject({ distinct })
  },
)
