/** Logical clocks: what is asked of them holds however much happens at one node. */
import { expect, test } from 'vitest'
import { lamportClocks, vectorClocks } from '../../src/protocols/logicalClocks.ts'
import { simulate } from '../../src/run/simulate.ts'
import { reading } from './stories.ts'

/** More than ten events of each, as names are texts: `bob 10` comes before `bob 9`. */
const requests = Array.from({ length: 24 }, (_, i) => ({
  atMs: 5 * i,
  client: `c${i}`,
  to: i % 2 === 0 ? 'ann' : 'bob',
  body: i % 3 === 0 ? { type: 'tell', to: 'carl' } : { type: 'act' },
}))

test.each([
  [vectorClocks, ['ClockCondition held', 'StrongClockCondition held', 'ConsistentCut held']],
  [lamportClocks, ['ClockCondition held', 'StrongClockCondition broken', 'ConsistentCut held']],
] as const)('a dozen events of each node: $name', (protocol, expected) => {
  const { verdicts } = simulate(reading(protocol, []), { requests })
  expect(verdicts.map(({ property, kind }) => `${property} ${kind}`)).toEqual(expected)
})
