/** The hidden checks of two-phase commit, in the order of the ladder. */
import { byHand, explored } from 'splitbrain'
import { describe, expect, test } from 'vitest'
import { cluster, SAFETY } from './cluster.ts'

const begin = { type: 'begin', tx: 't1' }

describe('one message', () => {
  test(
    'asks every participant to prepare',
    { meta: { rung: 1, points: 1, expected: 'on begin, tm sends prepare with the tx to each of its three participants', why: 'e', hints: ['h'] } },
    () => {
      const run = byHand(cluster({ participants: 3 })).request('tm', begin).deliver({ to: 'tm', type: 'begin' })
      for (const to of ['rm1', 'rm2', 'rm3']) expect(run).toSend({ from: 'tm', to, type: 'prepare', tx: 't1' })
    },
  )
})

describe('exhaustive search', () => {
  test('agrees in every schedule', { meta: { rung: 4, points: 2, expected: 'e', why: 'w', hints: ['h'] } }, () => {
    expect(explored(cluster({ votes: 'any', properties: SAFETY }), { budgets: { timeouts: 1 } })).toHold()
  })
})
