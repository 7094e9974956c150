/** Lamport's module of Paxos with three ballots, searched from its first world: what the tests of protocols lead to by hand. */
import { expect, test } from 'vitest'
import { paxosLamport } from '../../src/protocols/paxosLamport.ts'
import { explore } from '../../src/run/explore.ts'
import { reading, searched } from '../protocols/stories.ts'

const MINUTE = 60_000
const budgets = { timeouts: Number.POSITIVE_INFINITY }
const params = { ballots: 3 }

// The count is our own.
test('Agreement in all 185,369 worlds', { timeout: 30 * MINUTE }, () => {
  const seen = explore(reading(paxosLamport, [], { params }), { budgets })
  expect(seen).toMatchObject({ distinct: 185_369, depth: 25, verdicts: [{ kind: 'held' }] })
})

// Steps of the course's own ledger, from an independent model of the same cut.
test.each([
  ['chooseValue=largest', 17],
  ['report=promised', 18],
])('%s breaks it in %i steps', { timeout: 30 * MINUTE }, (flaw, steps) => {
  const model = reading(paxosLamport, [flaw], { params })
  expect(searched(model, 'Agreement', { budgets })).toBe(`broken in ${steps}`)
})
