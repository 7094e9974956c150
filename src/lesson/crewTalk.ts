/** What a crew and its threads say to each other: plain data only, programs by name. */
import type { MessagePort } from 'node:worker_threads'
import type { FuzzRun } from '../run/fuzzRuns.ts'
import type { CrewJob } from '../scenario/session.ts'

/** So many seeds are dealt at a time. */
export const BLOCK = 8

/** Places in the shared counters: the next block to be dealt, and how many messages were said. */
export const NEXT = 0
export const SAID = 1

export interface FuzzBegin extends CrewJob {
  readonly counters: Int32Array<SharedArrayBuffer>
  readonly port: MessagePort
}

export type FromFuzzer =
  | { readonly kind: 'block'; readonly block: number; readonly runs: readonly FuzzRun[] }
  | { readonly kind: 'failed'; readonly message: string }
