/** Steps for long runs, on states that are kept and drafts that share with them; and what was run so, run again. */
import type { Value } from '../base/canonical.ts'
import { draftOf, keptOf, ownDraftOf } from '../base/kept.ts'
import type { StepInput } from './input.ts'
import type { AnyNode } from './node.ts'
import {
  differenceOf,
  type HandlerError,
  keep,
  type RawResult,
  run,
  type StepResult,
  stepTwice,
} from './step.ts'

/** A way to run the handlers of one run. Between its steps it holds states in a form of its own. */
export interface Stepping {
  step(input: StepInput): StepResult
  /** A canonical state as its steps take it. */
  hold(state: Value): Value
}

/** States are kept from step to step, and handlers get drafts that share with them what nodes rarely edit. */
export function keeping(): Stepping {
  return { step: stepShared, hold: (state) => keptOf(state, null) }
}

/** Every step is run twice at once, each time on a draft of its own. */
export function twice(): Stepping {
  return { step: stepTwice, hold: (state) => state }
}

/**
 * Runs one handler on a draft that shares with the state what nodes rarely edit, and keeps what it left: for states
 * that come from `keptOf`. A handler that throws may have edited what is shared: it runs again on a draft of its
 * own, and if that was it, so do all handlers of its node from then on.
 */
export function stepShared(input: StepInput): StepResult {
  const shared = ownDrafts.has(input.node) ? null : run(input, draftOf)
  const result: RawResult = shared === null || shared.kind === 'threw' ? run(input) : shared
  if (shared?.kind === 'threw' && result.kind !== 'threw') ownDrafts.add(input.node)
  return keep(result, input.event, (state) => keptOf(state, input.state, 'state'))
}

/** Nodes that edit what a draft would share: a matter of speed alone. */
const ownDrafts = new WeakSet<AnyNode>()

/** Runs a step that was run before; null if it goes the same way, or what it says of the first difference. */
export function runAgain(input: StepInput, first: StepResult): HandlerError | null {
  return differenceOf(input.event, first, run(input, ownDraftOf))
}

/** The same with the very step it was run by. */
export function sameAgain(
  input: StepInput,
  first: StepResult,
  step: (input: StepInput) => StepResult,
): boolean {
  return differenceOf(input.event, first, step(input)) === null
}
