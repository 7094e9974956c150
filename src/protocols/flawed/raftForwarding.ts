/** Flawed readings of the map whose followers hand requests on: those of the map itself. */
import type { Alternative } from '../../world/protocol.ts'
import { flawedRaft } from './raft.ts'

export const flawedForwarding: readonly Alternative[] = flawedRaft
  .filter(({ protocol }) => protocol === 'raft-kv')
  .map((reading) => ({ ...reading, protocol: 'raft-key-value' }))
