/** Flawed readings of the payment, one rule each. */
import type { Alternative } from '../../world/protocol.ts'
import { readingOf } from './reading.ts'

const of = readingOf('deposit')

export const flawedDeposit: readonly Alternative[] = [
  of('isNew', 'always', 'the bank books whatever arrives', () => true),
  of('force', 'never', 'the bank answers before its books are on the disk', () => {}),
  of('reference', 'none', 'the books say what was booked, and not for whom', () => 'a payment'),
]
