/** Inside the fork: tells the host how each check went, at the moment it ends. Never sends the test's own words. */

import { ownFramesOnly } from '../sandbox/frames.ts'
import { checkBegins, checkEnds, endFork, tellHost } from '../sandbox/guard.ts'
import { forgetAnswer, spentFuel } from './answer.ts'
import { bound, clearEvidence, evidence } from './evidence.ts'
import { type Story, storyOf } from './story.ts'

/** How one check went, as it travels to the host. */
export interface CheckOutcome {
  readonly type: 'check'
  readonly name: string
  readonly verdict: 'passed' | 'failed' | 'gaveUp' | 'error'
  readonly expected: string | null
  readonly happened: string | null
  readonly why: string | null
  readonly story: Story | null
  readonly bound: string | null
  /** The stack of what the answer threw, for the host to find its line in. */
  readonly stack: string | null
  /** Set where the answer ran out of fuel: nothing runs after it. */
  readonly spent: Spent | null
  readonly log: readonly string[]
  readonly dropped: number
}

/** Where fuel ran out: in which call, at which site of the code, by depth or by turns, and how many. */
export interface Spent {
  readonly label: string
  readonly site: number
  readonly deep: boolean
  readonly most: number
}

interface Run {
  readonly log: { lines: string[]; dropped: number }
  readonly seed: number
}

let run: Run = { log: { lines: [], dropped: 0 }, seed: 1 }

export function setRun(value: Run): void {
  run = value
}

/** The seed of this run; checks derive theirs from it. */
export function runSeed(): number {
  return run.seed
}

export function recordBegin(name: string): void {
  ownFramesOnly()
  forgetAnswer()
  clearEvidence()
  run.log.lines.length = 0
  run.log.dropped = 0
  tellHost({ type: 'began', name })
  checkBegins()
}

/** What a check declares of itself, and what it threw, if it threw. */
type Declared = { readonly expected?: string; readonly why?: string }
type Thrown = { readonly name?: string; readonly message?: string } | null

export function recordEnd(name: string, { expected, why }: Declared, error: Thrown): void {
  checkEnds()
  const found = judged(error)
  const fuel = spentFuel()
  const outcome: CheckOutcome = {
    type: 'check',
    name,
    ...found,
    expected: expected ?? null,
    why: found.why ?? why ?? null,
    bound: bound(),
    spent: fuel && { label: fuel.label, site: fuel.site, deep: fuel.deep, most: fuel.most },
    log: [...run.log.lines],
    dropped: run.log.dropped,
  }
  tellHost({ ...outcome })
  if (fuel !== null) endFork({ kind: 'spent' })
}

function judged(error: Thrown): Pick<CheckOutcome, 'verdict' | 'happened' | 'why' | 'story' | 'stack'> {
  const found = evidence()
  if (error === null && found === null)
    return { verdict: 'passed', happened: null, why: null, story: null, stack: null }
  if (found !== null)
    return {
      verdict: found.verdict,
      happened: found.happened,
      why: found.why ?? null,
      story: found.story === undefined ? null : storyOf(found.story.model, found.story.trace),
      stack: found.threw?.stack ?? null,
    }
  const ours = error?.name !== 'AssertionError'
  return {
    verdict: ours ? 'error' : 'failed',
    happened: firstLine(error?.message ?? ''),
    why: null,
    story: null,
    stack: null,
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!.trim()
}
