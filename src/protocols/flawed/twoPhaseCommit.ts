/** Flawed readings of two-phase commit, one rule each. */
import type { Alternative } from '../../world/protocol.ts'
import { readingOf } from './reading.ts'

const of = readingOf('two-phase-commit')

export const flawedTwoPhaseCommit: readonly Alternative[] = [
  of('forceVote', 'never', 'the Yes vote leaves before it is on the disk', () => {}),
  of('forceDecision', 'never', 'the decision is announced before it is on the disk', () => {}),
  of(
    'mayCommit',
    'majority',
    'a majority of Yes votes is enough',
    (yes: readonly string[], all: readonly string[]) => yes.length * 2 > all.length,
  ),
  of('mayCommit', 'never', 'to be on the safe side nobody ever commits', () => false),
  of('inDoubt', 'abort', 'a participant in doubt loses patience and aborts', () => 'abort'),
  of('inDoubt', 'commit', 'a participant in doubt loses patience and commits', () => 'commit'),
  of('unknown', 'commit', 'a coordinator without a record answers commit', () => 'commit'),
]
