/** Flawed readings of three-phase commit, one rule each. */
import type { Alternative } from '../../world/protocol.ts'
import type { Phase } from '../threePhaseCommit.ts'
import { readingOf } from './reading.ts'

const of = readingOf('three-phase-commit')

export const flawedThreePhaseCommit: readonly Alternative[] = [
  of(
    'onSilence',
    'by-phase',
    'each times out on its own: to commit in pre-commit, to abort in wait',
    (phase: Phase) => (phase === 'preCommitted' ? 'commit' : 'abort'),
  ),
  of(
    'terminate',
    'commit-at-once',
    'who finds somebody pre-committed commits without bringing the others there first',
    (phases: readonly Phase[]) =>
      phases.includes('abort')
        ? 'abort'
        : phases.some((p) => p === 'commit' || p === 'preCommitted')
          ? 'commit'
          : 'abort',
  ),
  of(
    'terminate',
    'commit-uncertain',
    'all are uncertain and nobody aborted, so commit',
    (phases: readonly Phase[]) => (phases.includes('abort') ? 'abort' : 'commit'),
  ),
]
