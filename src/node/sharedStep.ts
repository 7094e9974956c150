/** Steps for long runs: states edited in place, or drafts that share; and what was run in place, run again. */
import { canonical, ownJson, sameCanonical, type Value } from '../base/canonical.ts'
import { draftOf, isKeptAs, keptOf, ownDraftOf } from '../base/kept.ts'
import { Call, lastingContext } from './context.ts'
import type { Identity, StepInput } from './input.ts'
import type { AnyNode, Context, Event, Message } from './node.ts'
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
  /** The canonical state. */
  release(state: Value): Value
  /** Called when something threw, before the state is needed again as it was before. */
  restore(): void
}

/** Something happened that a state that is edited in place does not survive: the run has to be made otherwise. */
export class NotInPlace extends Error {}

/**
 * The quickest way: a handler gets the very state, and nobody looks at what it leaves there, at the order of its keys,
 * or at what it did before it refused. Whether all was well is known when everything was run again by `Checker`.
 */
export function inPlace(): Stepping {
  const stages = new Map<Identity, { readonly call: Call; readonly context: Context }>()
  return {
    step(input) {
      let stage = stages.get(input.identity)
      if (stage === undefined) {
        const call = new Call(input)
        stage = { call, context: lastingContext(call) }
        stages.set(input.identity, stage)
      } else stage.call.begin(input)
      const { call, context } = stage
      // What lies on a disk is shared, and so is what a start made of it.
      if (input.event.kind === 'start') return keep(run(input), input.event, ownState)
      return run(input, theSame, ownMessage, call, context) as StepResult
    },
    hold: ownDraftOf,
    release(state) {
      try {
        return canonical(state)
      } catch {
        throw new NotInPlace()
      }
    },
    restore() {
      throw new NotInPlace()
    },
  }
}

function ownState(state: unknown): Value {
  return ownDraftOf(canonical(state, 'state'))
}

function theSame(state: Value): Value {
  return state
}

/** A body of nothing but words and numbers is shared all the same: who keeps it and edits it throws. */
function ownMessage({ from, body, op }: Event & { kind: 'receive' }): Message {
  for (const field in body)
    if (typeof body[field] === 'object' && body[field] !== null) return { from, body: ownJson(body), op }
  return { from, body, op }
}

/** States are kept from step to step, and handlers get drafts that share with them what nodes rarely edit. */
export function keeping(): Stepping {
  return { step: stepShared, hold: (state) => keptOf(state, null), release: theSame, restore() {} }
}

/** Every step is run twice at once, each time on a draft of its own. */
export function twice(): Stepping {
  return { step: stepTwice, hold: theSame, release: theSame, restore() {} }
}

/**
 * Runs one handler on a draft that shares with the state what nodes rarely edit, and keeps what it left: for states
 * that come from `keptOf`. A handler that throws may have edited what is shared: it runs again on a draft of its
 * own, and if that was it, so do all handlers of its node from then on.
 */
function stepShared(input: StepInput): StepResult {
  const shared = ownDrafts.has(input.node) ? null : run(input, draftOf)
  const result: RawResult = shared === null || shared.kind === 'threw' ? run(input) : shared
  if (shared?.kind === 'threw' && result.kind !== 'threw') ownDrafts.add(input.node)
  return keep(result, input.event, (state) => keptOf(state, input.state, 'state'))
}

/** Nodes that edit what a draft would share: a matter of speed alone. */
const ownDrafts = new WeakSet<AnyNode>()

/** Runs a step that was run before; null if it goes the same way, or what it says of the first difference. */
export function runAgain(input: StepInput, first: StepResult): HandlerError | null {
  return differenceOf(input, first, run(input, ownDraftOf))
}

/** The same with the very step it was run by. */
export function sameAgain(
  input: StepInput,
  first: StepResult,
  step: (input: StepInput) => StepResult,
): boolean {
  return differenceOf(input, first, step(input)) === null
}

/** Runs again, in order, what was run in place: on states that are kept, which are then known to be the right ones. */
export class Checker {
  private readonly states = new Map<string, Value>()

  /** `states` are those to begin with. */
  constructor(states: { readonly [name: string]: Value }) {
    for (const name of Object.keys(states)) this.states.set(name, keptOf(states[name], null))
  }

  /** Whether the step asks for the same again, and leaves its message alone. */
  isSame(input: StepInput, first: StepResult): boolean {
    const { event, identity } = input
    const state = event.kind === 'start' ? null : this.states.get(identity.self)!
    // The state that came with the input has gone on since.
    ;(input as { state: Value }).state = state
    const again = stepShared(input)
    if (again.kind !== first.kind) return false
    if (again.kind !== 'done' || first.kind !== 'done') return true
    this.states.set(identity.self, again.state)
    return sameCanonical(again.effects, first.effects)
  }

  /** Whether a node has this state now. */
  has(name: string, state: Value): boolean {
    return isKeptAs(state, this.states.get(name) ?? null)
  }
}
