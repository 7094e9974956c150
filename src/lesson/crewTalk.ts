/** What a crew, its foreman and its workers say to each other: plain data only, programs by name. */
import type { MessagePort } from 'node:worker_threads'
import type { FuzzRun } from '../run/fuzzRuns.ts'
import type { CrewJob } from '../scenario/session.ts'

/** Places in the shared counters: how many seeds were dealt, how many messages were said, and where each worker is. */
export const DEALT = 0
export const SAID = 1
/** From here on one place a worker: its latest run, counted from 1; 0 before its first. */
export const AT = 2

export type Counters = Int32Array<SharedArrayBuffer>

/** With what a worker begins. */
export interface FuzzBegin extends CrewJob {
  /** Its number, from 0 on. */
  readonly worker: number
  readonly counters: Counters
  /** Takes what is `FromFuzzer`. */
  readonly port: MessagePort
}

/** With what the foreman begins. */
export interface ForemanBegin {
  /** Address of the module that runs on each worker. */
  readonly fuzzer: string
  /** The most that the heap of a worker may hold, in MB. */
  readonly memoryMb: number
  readonly begins: readonly FuzzBegin[]
  /** Takes what is `Ended`. */
  readonly port: MessagePort
}

export type FromFuzzer =
  | { readonly kind: 'run'; readonly run: FuzzRun }
  | { readonly kind: 'failed'; readonly failure: Failure }

/** An error as plain data. */
export interface Failure {
  readonly message: string
  /** True for a `RangeError`: what was asked makes no sense. Anything else is a mistake of ours. */
  readonly range: boolean
}

/** A worker that is no more, after everything it has said. */
export interface Ended {
  readonly worker: number
  readonly how:
    | { readonly kind: 'memory' }
    | { readonly kind: 'exit'; readonly code: number }
    | { readonly kind: 'failed'; readonly failure: Failure }
}

export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { message: String(error), range: false }
  return { message: error.message, range: error instanceof RangeError }
}

/** To be called after each message. */
export function wake(counters: Counters): void {
  Atomics.add(counters, SAID, 1)
  Atomics.notify(counters, SAID)
}
