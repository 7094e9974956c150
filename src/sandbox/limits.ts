/** What an answer may use before it is stopped. */

export interface Limits {
  /** Turns of loops and calls in one handler call, or in loading the file. The same on every machine. */
  readonly fuel: number
  /** How deep functions may call each other. */
  readonly depth: number
  /** One uninterrupted stay in the answer's code, in processor time: a handler call, or loading the file. */
  readonly enteredMs: number
  /** One check in all, searches included, in processor time. */
  readonly checkMs: number
  /** The whole run by the clock on the wall, from handing the answer over to the last check. */
  readonly totalMs: number
  readonly heapMb: number
  /** All memory of the process; catches what lies outside the heap. */
  readonly rssMb: number
  /** Lines and characters of `console.log` kept; the rest is counted. */
  readonly logLines: number
  readonly logChars: number
}

export const DEFAULT_LIMITS: Limits = {
  fuel: 1_000_000,
  depth: 1_000,
  enteredMs: 1200,
  checkMs: 15_000,
  totalMs: 120_000,
  heapMb: 192,
  rssMb: 640,
  logLines: 200,
  logChars: 20_000,
}
