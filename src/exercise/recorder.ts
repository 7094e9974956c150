/** Inside the fork: tells the host how each check went, at the moment it ends. Never sends the test's own words. */

import { checkBegins, checkEnds, tellHost } from '../sandbox/guard.ts'
import { ANSWER_FILE } from '../sandbox/realm.ts'
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
  readonly log: readonly string[]
  readonly dropped: number
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
  hideFrames()
  clearEvidence()
  run.log.lines.length = 0
  run.log.dropped = 0
  tellHost({ type: 'began', name })
  checkBegins()
}

/** Stacks show the answer's own frames only. Vite installs a function of its own here, so ours is put back each time. */
function hideFrames(): void {
  Error.prepareStackTrace = (error, frames) =>
    [
      String(error),
      ...frames.filter((frame) => frame.getFileName() === ANSWER_FILE).map((frame) => `    at ${frame}`),
    ].join('\n')
}

/** What a check declares of itself, and what it threw, if it threw. */
type Declared = { readonly expected?: string; readonly why?: string }
type Thrown = { readonly name?: string; readonly message?: string } | null

export function recordEnd(name: string, { expected, why }: Declared, error: Thrown): void {
  checkEnds()
  const found = judged(error)
  const outcome: CheckOutcome = {
    type: 'check',
    name,
    ...found,
    expected: expected ?? null,
    why: found.why ?? why ?? null,
    bound: bound(),
    log: [...run.log.lines],
    dropped: run.log.dropped,
  }
  tellHost({ ...outcome })
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
