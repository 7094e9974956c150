/** What an exercise is, and what checking an answer reports. */
import type { View } from '../base/view.ts'

export interface Exercise {
  /** The slug: `two-phase-commit`. */
  readonly id: string
  readonly number: string
  readonly title: string
  /** Id of its lesson. */
  readonly lesson: string
  readonly folder: string
  /** Markdown of the task. */
  readonly task: string
  /** What passing does not show, one sentence each. */
  readonly notShown: readonly string[]
  /** The names of the hidden checks in the order of the ladder. */
  readonly checks: readonly CheckInfo[]
  /** File names in `hidden/wrong` and `hidden/right`; empty in the published package. */
  readonly wrong: readonly string[]
  readonly right: readonly string[]
}

export interface CheckInfo {
  readonly name: string
  /** 1 one message, 2 one scenario, 3 chaos, 4 exhaustive search. */
  readonly rung: 1 | 2 | 3 | 4
  readonly points: number
  readonly hints: readonly string[]
  /** The heading in the lesson that this check is about, or null. */
  readonly section: string | null
  /** What the reference spends in the run of this check, where the two are to be compared; or null. */
  readonly reference: Cost | null
}

/** What a run without faults takes: messages sent, and writes forced to disk. */
export interface Cost {
  readonly messages: number
  readonly syncs: number
}

export interface CheckResult extends CheckInfo {
  readonly verdict: 'passed' | 'failed' | 'gaveUp' | 'error' | 'skipped'
  readonly earned: number
  /** What was expected, what happened, and why that is wrong; null where it passed. */
  readonly expected: string | null
  readonly happened: string | null
  readonly why: string | null
  /** The shortest story: how many steps, a token that replays it, and its picture. */
  readonly trace: { readonly steps: number; readonly token: string; readonly picture: View } | null
  /** What was looked at: `all 41,302 worlds up to depth 14`. */
  readonly bound: string | null
  /** What the answer spent, where it passed and `reference` is known. */
  readonly cost: Cost | null
  /** Where in the answer, if it is known: `start.ts:31`. */
  readonly place: string | null
  /** What the answer wrote with `console.log` during this check, capped. */
  readonly log: readonly string[]
}

export interface CheckReport {
  readonly exercise: string
  readonly verdict: 'passed' | 'failed' | 'gaveUp' | 'error'
  /** Set where no check could run: the answer does not compile, or its file cannot be read. */
  readonly problem: { readonly message: string; readonly place: string | null; readonly next: string } | null
  readonly checks: readonly CheckResult[]
  /** Type errors of the answer; shown beside the behaviour, they fail nothing. */
  readonly types: readonly { readonly place: string; readonly message: string }[]
  readonly seed: number
  readonly ms: number
}
