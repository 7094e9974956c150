/** Replicated registers: published counts, and what clients see when a rule of ABD is read wrongly. */
import { describe, expect, test } from 'vitest'
import { abd } from '../../src/protocols/abd.ts'
import { cart } from '../../src/protocols/cart.ts'
import { paxosRegister } from '../../src/protocols/paxosRegister.ts'
import { replicatedRegister } from '../../src/protocols/replicatedRegister.ts'
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
      expect(simulate(model, { seed, faults }).verdicts[0]).toMatchObject({
        property: 'Linearizable',
        kind: 'held',
      })
    }
  })
})

test('one copy is linearizable in all its worlds', () => {
  const clients = { c1: [put('s1', 'A'), get('s1')], c2: [put('s1', 'B'), get('s1')] }
  expect(searched(reading(singleCopyRegister, [], { clients }), 'Linearizable')).toBe('held')
})

describe('lazy copies: what one client may rely on depends on where it asks, and on what it shows', () => {
  const at = (node: string, fields = {}) => ({
    to: node,
    body: { type: 'get', at: 'here', seen: 0, ...fields },
  })
  const putAt = (to: string, value: string, where = 'primary') => ({
    to,
    body: { type: 'put', value, at: where },
  })
  const verdict = (property: string, clients: NonNullable<ModelInput['clients']>, flaws: string[] = []) =>
    searched(reading(replicatedRegister, flaws, { clients }), property)

  test.each<[string, string, string, NonNullable<ModelInput['clients']>, string[]?]>([
    [
      'one copy that has not heard of the own write',
      'ReadYourWrites',
      'broken in 4',
      { c: [putAt('p', 'A'), at('r1')] },
    ],
    [
      'the same, read at the primary',
      'ReadYourWrites',
      'held',
      { c: [putAt('p', 'A'), at('r1', { at: 'primary' })] },
    ],
    [
      'the same, with what was seen',
      'ReadYourWrites',
      'held',
      { c: [putAt('p', 'A'), at('r1', { seen: 1 })] },
    ],
    [
      'the same, and nobody looks at it',
      'ReadYourWrites',
      'broken in 4',
      { c: [putAt('p', 'A'), at('r1', { seen: 1 })] },
      ['mayAnswer=always'],
    ],
    [
      'two copies, one behind',
      'MonotonicReads',
      'broken in 6',
      { w: [putAt('p', 'A')], c: [at('r1'), at('r2')] },
    ],
    [
      'one copy, always the same',
      'MonotonicReads',
      'held',
      { w: [putAt('p', 'A'), putAt('p', 'B')], c: [at('r1'), at('r1'), at('r1')] },
    ],
    [
      'one copy that takes what arrives last',
      'MonotonicReads',
      'broken in 9',
      { w: [putAt('p', 'A'), putAt('p', 'B')], c: [at('r1'), at('r1')] },
      ['keep=last-arrived'],
    ],
    [
      'all at the primary',
      'Linearizable',
      'held',
      {
        w: [putAt('r1', 'A'), putAt('r1', 'B')],
        c: [at('r2', { at: 'primary' }), at('r1', { at: 'primary' })],
      },
    ],
    [
      'each side for itself',
      'Linearizable',
      'broken in 4',
      { w: [putAt('p', 'A', 'here')], c: [putAt('r1', 'B', 'here'), at('r2')] },
    ],
  ])('%s: %s %s', (_name, property, told, clients, flaws) => {
    expect(verdict(property, clients, flaws)).toBe(told)
  })
})

describe('a cart in two places', () => {
  const add = (to: string, item: string) => [{ to, body: { type: 'add', item } }]
  const clients = { ann: add('n1', 'milk'), bob: add('n2', 'bread') }
  test('merged, nothing is lost; the later one alone loses one, and both copies agree on it', () => {
    expect(searched(reading(cart, [], { clients }), 'NothingLost')).toBe('held')
    expect(searched(reading(cart, [], { clients }), 'Convergence')).toBe('held')
    expect(searched(reading(cart, ['merge=last-writer-wins'], { clients }), 'NothingLost')).toMatch(/^broken/)
    expect(searched(reading(cart, ['merge=last-writer-wins'], { clients }), 'Convergence')).toBe('held')
  })
})
