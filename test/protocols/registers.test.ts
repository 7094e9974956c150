/** Replicated registers: published counts, and what clients see when a rule of ABD is read wrongly. */
import { describe, expect, test } from 'vitest'
import { abd } from '../../src/protocols/abd.ts'
import { paxosRegister } from '../../src/protocols/paxosRegister.ts'
import { singleCopyRegister } from '../../src/protocols/singleCopyRegister.ts'
import { explore } from '../../src/run/explore.ts'
import { exploreNaively } from '../../src/run/naive.ts'
import { simulate } from '../../src/run/simulate.ts'
import type { ModelInput, Protocol } from '../../src/world/protocol.ts'
import { lead, reading, searched, storyOf } from './stories.ts'

const put = (to: string, value: string) => ({ to, body: { type: 'put', value } })
const get = (to: string) => ({ to, body: { type: 'get' } })

/** Stateright's cut of both examples: bag wire, refused events stay, eager clients that put once and then get once elsewhere. */
describe('counts of Stateright', () => {
  test.each<[string, Protocol, ModelInput, { distinct: number; generated: number; depth: number }]>([
    [
      'linearizable-register: two clients, two servers: 544',
      abd,
      { names: ['s1', 's2'], clients: { c1: [put('s1', 'A'), get('s2')], c2: [put('s2', 'B'), get('s1')] } },
      { distinct: 544, generated: 875, depth: 25 },
    ],
    [
      'paxos: one client, three servers: 265',
      paxosRegister,
      { clients: { c1: [put('s1', 'A'), get('s2')] } },
      { distinct: 265, generated: 482, depth: 14 },
    ],
    // Two clients are what Stateright's own test pins.
    [
      'paxos: two clients, three servers: 16,668',
      paxosRegister,
      { clients: { c1: [put('s1', 'A'), get('s2')], c2: [put('s2', 'B'), get('s3')] } },
      { distinct: 16_668, generated: 32_971, depth: 21 },
    ],
  ])('%s', (_cut, protocol, input, counts) => {
    for (const exact of [false, true])
      expect(explore(reading(protocol, [], input), { exact })).toMatchObject(counts)
    if (counts.distinct < 1000) expect(exploreNaively(reading(protocol, [], input))).toMatchObject(counts)
  })
})

describe('ABD, refused events stay, nothing is lost', () => {
  const observed = (flaws: string[], input: ModelInput) => reading(abd, flaws, input)

  // The ledger: two reads suffice. A writer's value has reached one server only.
  const oneWriter = {
    params: { durable: false },
    clients: { c1: [put('s1', 'A')], c2: [get('s2'), get('s3')] },
  }

  test('without write-back a value is read, and then not', () => {
    const story = storyOf(observed(['writeBack=never'], oneWriter), 'Linearizable')
    expect(story).toHaveLength(11)
    // The whole space has 389,442 worlds; the half-done write is what matters.
    const right = observed([], oneWriter)
    const half = ['s1 receives put', 's2 receives query', 's1 receives queried', 's3 receives query']
    expect(searched(right, 'Linearizable', { from: lead(right, half) })).toBe('held')
  })

  test('two of four servers are no quorum: the write is not seen by the next read', () => {
    const clients = { c1: [put('s1', 'A'), get('s3')] }
    const input = { names: ['s1', 's2', 's3', 's4'], params: { durable: false }, clients }
    expect(searched(observed(['quorum=half'], input), 'Linearizable')).toMatch(/^broken/)
    expect(searched(observed([], input), 'Linearizable')).toBe('held')
  })

  test('a tag without a name lets two writers make the same one, and the copies stay different', () => {
    const clients = { c1: [put('s1', 'A'), get('s1'), get('s2')], c2: [put('s2', 'B')] }
    const input = { names: ['s1', 's2'], params: { durable: false }, clients }
    expect(searched(observed(['next=count-only'], input), 'Linearizable')).toMatch(/^broken/)
    expect(searched(observed([], input), 'Linearizable')).toBe('held')
  })

  test('linearizable in fifty runs with three clients and a server that crashes', () => {
    const clients = {
      c1: [put('s1', 'A'), get('s2'), put('s1', 'B'), get('s3')],
      c2: [get('s2'), put('s2', 'C'), get('s1'), get('s2')],
      c3: [get('s3'), get('s3'), put('s3', 'D'), get('s1')],
    }
    const model = reading(abd, [], { clients, options: { delayMs: [1, 50] } })
    for (let seed = 1; seed <= 50; seed++) {
      const faults = { untilMs: 400, crashInside: 0.02, mayCrash: ['s3'], downMs: 50 }
      expect(simulate(model, { seed, faults }).verdicts.map((verdict) => verdict.kind)).toEqual(['held'])
    }
  })
})

test('one copy is linearizable in all its worlds', () => {
  const clients = { c1: [put('s1', 'A'), get('s1')], c2: [put('s1', 'B'), get('s1')] }
  expect(searched(reading(singleCopyRegister, [], { clients }), 'Linearizable')).toBe('held')
})
