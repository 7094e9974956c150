/** Inside the fork: tells the host how each check went, at the moment it ends. Never sends the test's own words. */

import { ownFramesOnly } from '../sandbox/frames.ts'
import { checkBegins, checkEnds, endFork, tellHost } from '../sandbox/guard.ts'
import { forgetAnswer, spentFuel } from './answer.ts'
import type { Chance } from './chance.ts'
import { bound, clearEvidence, evidence, lastCost } from './evidence.ts'
import type { Cost } from './exercise.ts'
import { type Overheard, type Story, storyOf, walkedStory } from './story.ts'
import { type Asked, isAskedFor, onFound, programOf, retelling, setAsked } from './told.ts'

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
  /** Of the run that the check made last; null where it made none by hand. */
  readonly cost: Cost | null
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

interface Overhearing {
  readonly lines: string[]
  dropped: number
  chars: number
}

let log: Overhearing = { lines: [], dropped: 0, chars: 0 }
/** Of this answer: how many checks were not passed, and which one is running. */
let failures = 0
let running: string | null = null
/** What was told already. */
const chances = new Set<string>()

/** What was asked for, and where the answer's `console.log` goes. */
export function setRun(asked: Asked, to: Overhearing): void {
  log = to
  failures = 0
  setAsked(asked)
}

/** The check that is running asks clock or dice, or the file of checks as it is loaded. */
export function recordChance(asks: string): void {
  const chance: Chance = { check: running, asks }
  const key = JSON.stringify(chance)
  if (chances.has(key)) return
  chances.add(key)
  tellHost({ type: 'chance', ...chance })
}

export function recordBegin(name: string): void {
  ownFramesOnly()
  forgetAll()
  running = null
  if (!isAskedFor(name, failures)) throw new Error('this check is not asked for')
  running = name
  tellHost({ type: 'began', name })
  checkBegins()
}

/** Tells the story on the answer as it is now, and is done. */
onFound((model, story) => {
  tellHost({ type: 'walked', walked: walkedStory(model, story, overhear) })
  throw new Error('the story is told')
})

function forgetLines(): void {
  log.lines.length = 0
  log.dropped = 0
  log.chars = 0
}

/** What was logged since it was called last. */
export const overhear: Overheard = () => {
  const heard = [...log.lines]
  forgetLines()
  return heard
}

/** What a check declares of itself, and what it threw, if it threw. */
type Declared = { readonly expected?: string; readonly why?: string }
type Thrown = { readonly name?: string; readonly message?: string; readonly cause?: unknown } | null

export function recordEnd(name: string, { expected, why }: Declared, error: Thrown): void {
  checkEnds()
  if (retelling() !== null || running !== name) return
  running = null
  const said = { log: [...log.lines], dropped: log.dropped }
  const found = judged(name, error)
  if (found.verdict !== 'passed') failures++
  const fuel = spentFuel()
  const outcome: CheckOutcome = {
    type: 'check',
    name,
    ...found,
    expected: expected ?? null,
    why: found.why ?? why ?? null,
    bound: bound(),
    cost: lastCost(),
    spent: fuel && { label: fuel.label, site: fuel.site, deep: fuel.deep, most: fuel.most },
    ...said,
  }
  tellHost({ ...outcome })
  if (fuel !== null) endFork({ kind: 'spent' })
}

/** What happens from here on is of nothing that came before. */
export function forgetAll(): void {
  forgetAnswer()
  clearEvidence()
  forgetLines()
}

/** Everything is told: nobody has to wait until Vitest has put it together once more. */
export function recordAll(): void {
  tellHost({ type: 'over' })
}

function judged(
  name: string,
  error: Thrown,
): Pick<CheckOutcome, 'verdict' | 'happened' | 'why' | 'story' | 'stack'> {
  const found = evidence()
  if (error === null && found === null)
    return { verdict: 'passed', happened: null, why: null, story: null, stack: null }
  if (found !== null)
    return {
      verdict: found.verdict,
      happened: found.happened,
      why: found.why ?? null,
      story:
        found.story === undefined
          ? null
          : storyOf(found.story.model, found.story.trace, programOf(name), overhear),
      stack: found.threw?.stack ?? null,
    }
  const assertion = assertionIn(error)
  return {
    verdict: assertion === null ? 'error' : 'failed',
    happened: firstLine(assertion ?? error?.message ?? ''),
    why: null,
    story: null,
    stack: null,
  }
}

/** What an assertion said, also one inside of what fast-check throws, or a snapshot. Anything else is our mistake. */
function assertionIn(error: Thrown): string | null {
  for (let at: Thrown | undefined = error; at; at = at.cause as Thrown | undefined) {
    const { name, message = '' } = at
    if (name === 'AssertionError' || /^(?:Snapshot|Property failed)/.test(message)) {
      const counterexample = /^Counterexample: .*$/m.exec(message)?.[0]
      if (counterexample === undefined) return message
      return `${counterexample}: ${assertionIn(at.cause as Thrown) ?? 'it does not hold'}`
    }
  }
  return null
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!.trim()
}
