/** Matchers for hidden checks: `toHold`, `toSend`, `toAnnounce`. They say what happened, with the story. */
import { boundText, type Verdict } from '../base/verdict.ts'
import { replay } from '../run/replay.ts'
import { begin } from '../world/apply.ts'
import type { Choice } from '../world/choice.ts'
import type { Model } from '../world/protocol.ts'
import { type HandRun, matches, type Pattern, patternText } from './byHand.ts'
import { type Evidence, keepBound, keepEvidence, thrown } from './evidence.ts'

/** What a driver found of a model. */
export interface Judged {
  readonly model: Model
  readonly verdicts: readonly Verdict<Choice>[]
}

interface MatcherResult {
  readonly pass: boolean
  message(): string
}

export const matchers = {
  /** Every verdict is `held`. One that gave up has not passed. */
  toHold({ model, verdicts }: Judged): MatcherResult {
    for (const { bound } of verdicts) keepBound(boundText(bound))
    const broken = verdicts.find((v) => v.kind === 'broken')
    if (broken?.kind === 'broken') return failed(brokenEvidence(model, broken))
    const unknown = verdicts.find((v) => v.kind === 'gaveUp')
    if (unknown?.kind === 'gaveUp')
      return failed({
        verdict: 'gaveUp',
        happened: `the search gave up: ${unknown.budget}`,
        why: 'a search that gave up has shown nothing; fewer different states or fewer messages would make it end',
      })
    return { pass: true, message: () => `${verdicts.map((v) => v.property).join(', ')} held` }
  },

  /** A message like this was sent, at any time so far. */
  toSend(run: HandRun, pattern: Pattern): MatcherResult {
    return seen(
      run,
      run.sent.some((message) => matches(pattern, message)),
      {
        missing: `no ${patternText(pattern)} was sent; ${run.sentWords()}`,
        unwanted: `${patternText(pattern)} was sent`,
      },
    )
  },

  /** An output like this was announced, at any time so far. */
  toAnnounce(run: HandRun, pattern: Pattern): MatcherResult {
    return seen(
      run,
      run.outputs.some((output) => matches(pattern, output)),
      {
        missing: `there was no output: ${patternText(pattern)}; ${run.outputWords(pattern.node)}`,
        unwanted: `${patternText(pattern)}`,
      },
    )
  },
}

/** Vitest asks for the opposite through `.not`; the evidence must then be of the opposite too. */
function seen(
  run: HandRun,
  pass: boolean,
  words: { readonly missing: string; readonly unwanted: string },
): MatcherResult {
  const story = { model: run.model, trace: run.trace }
  return {
    pass,
    message() {
      const happened = pass ? words.unwanted : words.missing
      keepEvidence({ verdict: 'failed', happened, story })
      return happened
    },
  }
}

function failed(evidence: Evidence): MatcherResult {
  keepEvidence(evidence)
  return { pass: false, message: () => evidence.happened }
}

function brokenEvidence(model: Model, verdict: Verdict<Choice> & { kind: 'broken' }): Evidence {
  const threw = replay(model, begin(model).world, verdict.trace).moments.at(-1)?.threw
  if (threw) return thrown(model, verdict.trace, threw)
  const says = model.properties.find((property) => property.name === verdict.property)?.says
  return {
    verdict: 'failed',
    happened: verdict.why,
    ...(says !== undefined && { why: named(verdict.property, says) }),
    story: { model, trace: verdict.trace },
  }
}

/** `AC1, no two decide differently`; a sentence that begins with a name of its own says it once. */
function named(property: string, says: string): string {
  return /^[A-Z][^:.]{0,40}: /.test(says) ? says : `${property}, ${says}`
}

declare module 'vitest' {
  // The type parameters are those of Vitest's own declaration.
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    toHold(): T extends Judged ? R : never
    toSend(pattern: Pattern): T extends HandRun ? R : never
    toAnnounce(pattern: Pattern): T extends HandRun ? R : never
  }
  interface TaskMeta {
    /** 1 one message, 2 one scenario, 3 chaos, 4 exhaustive search. */
    rung?: 1 | 2 | 3 | 4
    points?: number
    /** What a right answer does here, one sentence. */
    expected?: string
    /** Why anything else is wrong, one sentence. */
    why?: string
    hints?: string[]
    /** The heading in the lesson that this is about. */
    section?: string
    /** What the solution spends in the run that this check makes by hand, and on what: compared with the answer's. */
    reference?: { messages: number; syncs: number; how: string }
  }
}
