/** Two-phase commit: what a participant in doubt, and a coordinator without a record, must not guess. */
import { expect, test } from 'vitest'
import { twoPhaseCommit } from '../../src/protocols/twoPhaseCommit.ts'
import { lead, reading, searched } from './stories.ts'

const begin = {
  kind: 'request',
  client: 'client',
  to: 'tm',
  body: { type: 'begin', tx: 't1', row: 'a' },
} as const

/** Cut: two participants, any votes, one timeout, a bag wire, refused messages are consumed. Steps are our own. */
test.each([
  ['inDoubt=commit', 4, 0],
  ['unknown=commit', 4, 1],
])('%s breaks AC1 in %i steps with %i crashes', (flaw, steps, crashes) => {
  const found = (flaws: string[], most: number) => {
    const model = reading(twoPhaseCommit, flaws, { params: { votes: 'any' } })
    return searched(model, 'AC1', { from: lead(model, [begin]), budgets: { timeouts: 1, crashes: most } })
  }
  expect(found([flaw], crashes)).toBe(`broken in ${steps}`)
  expect(found([], crashes)).toBe('held')
  if (crashes > 0) expect(found([flaw], crashes - 1)).toBe('held')
})
