/** Evidence: what a hidden check found, kept apart from Vitest's errors so that none of its words get lost or leak. */
import type { HandlerError } from '../node/step.ts'
import type { Choice } from '../world/choice.ts'
import type { Moment } from '../world/draft.ts'
import type { Model } from '../world/protocol.ts'
import { costOf } from './cost.ts'
import type { Cost } from './exercise.ts'

export interface Evidence {
  readonly verdict: 'failed' | 'gaveUp'
  /** What happened instead of what was expected, one sentence. */
  readonly happened: string
  /** Overrides the reason that the check declares. */
  readonly why?: string
  readonly story?: { readonly model: Model; readonly trace: readonly Choice[] }
  readonly threw?: HandlerError
}

/** A check that did not hold. Its message is what Vitest shows where an instructor runs the file directly. */
export class CheckFailed extends Error {
  override readonly name = 'CheckFailed'
  constructor(readonly evidence: Evidence) {
    super(evidence.happened)
  }
}

/** A handler of the answer threw at the last step of the trace. */
export function thrown(model: Model, trace: readonly Choice[], threw: HandlerError): Evidence {
  const why = 'what this handler had asked for did not happen'
  return { verdict: 'failed', happened: threw.message, why, story: { model, trace }, threw }
}

let found: Evidence | null = null
let bounds: string[] = []
let moments: readonly Moment[] | null = null

/** Forgets the last check. */
export function clearEvidence(): void {
  found = null
  bounds = []
  moments = null
}

/** Keeps the first thing found wrong in this check. */
export function keepEvidence(evidence: Evidence): void {
  found ??= evidence
}

/** Keeps what a check has looked at: `all 288 worlds up to depth 11`. */
export function keepBound(bound: string): void {
  if (!bounds.includes(bound)) bounds.push(bound)
}

export function evidence(): Evidence | null {
  return found
}

export function bound(): string | null {
  return bounds.length > 0 ? bounds.join('; ') : null
}

/** Keeps the moments of the run that began last; more are added to the same list. */
export function keepMoments(of: readonly Moment[]): void {
  moments = of
}

export function lastCost(): Cost | null {
  return moments === null ? null : costOf(moments)
}
