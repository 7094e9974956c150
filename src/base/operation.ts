/** Operations: what a client asked, and what it knows of the outcome. */
import type { Json } from './canonical.ts'

/**
 * `ok`: it took effect. `fail`: it definitely did not. `info`: nobody knows; it may still take effect later.
 * `open`: no answer yet.
 */
export type Outcome = 'open' | 'ok' | 'fail' | 'info'

/** One operation of one client. `(client, n)` is its identity and travels in the envelope. */
export type Operation = {
  readonly client: string
  readonly n: number
  readonly to: string
  readonly request: Json
  readonly outcome: Outcome
  readonly answer: Json
  /** How many operations of each other client had been answered when this one was asked: the order in real time. */
  readonly after: { readonly [client: string]: number }
}
