/** Flawed readings of the payment, one rule each. */
import type { Alternative } from '../../world/protocol.ts'

const of = (rule: string, name: string, says: string, is: Alternative['is']): Alternative => ({
  protocol: 'deposit',
  rule,
  name,
  says,
  is,
})

export const flawedDeposit: readonly Alternative[] = [
  of('isNew', 'always', 'the bank books whatever arrives', () => true),
  of('force', 'never', 'the bank answers before its books are on the disk', () => {}),
  of('reference', 'none', 'the books say what was booked, and not for whom', () => 'a payment'),
]
