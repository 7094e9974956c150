/** What an answer may use before it is stopped. */

export interface Limits {
  /** One uninterrupted stay in the answer's code: a handler call, or loading the file. */
  readonly enteredMs: number
  /** One check in all, searches included. */
  readonly checkMs: number
  /** The whole run, from handing the answer over to the last check. */
  readonly totalMs: number
  readonly heapMb: number
  /** All memory of the process; catches what lies outside the heap. */
  readonly rssMb: number
  /** Lines and characters of `console.log` kept; the rest is counted. */
  readonly logLines: number
  readonly logChars: number
}

export const DEFAULT_LIMITS: Limits = {
  enteredMs: 1200,
  checkMs: 15_000,
  totalMs: 60_000,
  heapMb: 192,
  rssMb: 640,
  logLines: 200,
  logChars: 20_000,
}
