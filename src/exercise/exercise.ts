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
  /** Names of the scenarios that a learner is given to begin with. */
  readonly scenarios: readonly string[]
  /** Why a learner's own scenario makes no sense here, one sentence; null where it does. */
  readonly noScenarios: string | null
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
  readonly reference: ReferenceCost | null
}

/** What a run without faults takes: messages sent, and writes forced to disk. */
export interface Cost {
  readonly messages: number
  readonly syncs: number
}

/** With one sentence that says which messages and which forced writes these are. */
export interface ReferenceCost extends Cost {
  readonly how: string
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

/** A learner's own scenario: the name of its file, and what stands in it. */
export interface ScenarioFile {
  readonly name: string
  readonly text: string
}

/** What became of a learner's own scenario. It counts for nothing: only the checks judge. */
export interface ScenarioResult {
  /** The name of its file: `first.scenario`. */
  readonly file: string
  /** `invalid`: a line makes no sense. `gaveUp`: a search did. `error`: it could not be played to its end. */
  readonly verdict: 'passed' | 'failed' | 'gaveUp' | 'invalid' | 'error'
  /** How much of what it expects has held. */
  readonly held: number
  /** The line at which it stopped, from 1, and its words; null where it came to its end. */
  readonly line: number | null
  /** Where in the line, from 1; set where the line makes no sense. */
  readonly column: number | null
  readonly text: string | null
  /** What happened instead, or what is wrong with the line, one sentence; null where it passed. */
  readonly happened: string | null
  /** The nearest valid word, where a line makes no sense. */
  readonly suggestion: string | null
  /** Where in the answer, if it threw there: `start.ts:31:5`. */
  readonly place: string | null
  /** What its lines show: `show state`, `explore AC1`. */
  readonly printed: readonly View[]
  /** The run up to where it stopped; null before its first step. */
  readonly trace: { readonly steps: number; readonly picture: View } | null
  /** What the answer logged, `rm1: asked`, capped. */
  readonly log: readonly string[]
}

export interface CheckReport {
  readonly exercise: string
  readonly verdict: 'passed' | 'failed' | 'gaveUp' | 'error'
  /** Set where no check could run: the answer does not compile, or its file cannot be read. */
  readonly problem: { readonly message: string; readonly place: string | null; readonly next: string } | null
  readonly checks: readonly CheckResult[]
  /** The learner's own scenarios, where they were asked for. */
  readonly scenarios: readonly ScenarioResult[]
  /** Type errors of the answer; shown beside the behaviour, they fail nothing. */
  readonly types: readonly { readonly place: string; readonly message: string }[]
  readonly seed: number
  readonly ms: number
}
