/** Stage: a node whose handlers get the very state that they edit, one call after the other. */
import { canonical, ownJson, type Value } from '../base/canonical.ts'
import { ownDraftOf } from '../base/kept.ts'
import { Call, lastingContext } from './context.ts'
import type { StepInput } from './input.ts'
import { type Context, type Effect, type Event, type Message, REFUSED } from './node.ts'
import { type AnyHandler, findHandler, keep, run, type StepResult } from './step.ts'

/** Something happened that a state that is edited in place does not survive: the run has to be made otherwise. */
export class NotInPlace extends Error {}

/** A state that a handler may edit as it lies. What lies on a disk is shared, and so is what a start made of it. */
export function ownState(state: unknown): Value {
  return ownDraftOf(canonical(state, 'state'))
}

/**
 * Nobody looks at what a handler leaves in its state, at the order of its keys, or at what it did before it refused.
 * Whether all was well is known when everything was run again. Whatever throws is `NotInPlace`.
 */
export class Stage {
  private readonly call: Call
  private readonly context: Context
  private readonly receivers = new Map<string, AnyHandler | undefined>()
  private readonly alarms = new Map<string, AnyHandler | undefined>()

  /** The input is read anew at each call; its node, identity and signatures stay. */
  constructor(private readonly input: StepInput) {
    this.call = new Call(input)
    this.context = lastingContext(this.call)
  }

  /** What the handler asks for; null where it refuses. */
  run(state: Value, event: Exclude<Event, { kind: 'start' }>): readonly Effect[] | null {
    const handler = event.kind === 'receive' ? this.receiver(event) : this.alarm(event)
    const { call } = this
    call.begin(this.input)
    if (handler === undefined) return null
    let result: unknown
    try {
      result =
        event.kind === 'receive'
          ? handler(state, ownMessage(event), this.context)
          : handler(state, this.context, event.arg)
    } catch {
      throw new NotInPlace()
    } finally {
      call.end()
    }
    if (result === REFUSED) return null
    if (result !== undefined) throw new NotInPlace()
    return call.effects
  }

  /** For every `ctx.pick` of the last call: how long its list was. */
  get arities(): readonly number[] {
    return this.call.arities
  }

  private receiver(event: Event & { kind: 'receive' }): AnyHandler | undefined {
    const known = this.receivers.get(event.body.type)
    if (known !== undefined) return known
    const found = findHandler(this.input.node, event)
    this.receivers.set(event.body.type, found)
    return found
  }

  private alarm(event: Event & { kind: 'timer' }): AnyHandler | undefined {
    const known = this.alarms.get(event.timer)
    if (known !== undefined) return known
    const found = findHandler(this.input.node, event)
    this.alarms.set(event.timer, found)
    return found
  }
}

/** A whole step that leaves the very state that it was given, for calls that are not like most. */
export function stepInPlace(input: StepInput): StepResult {
  if (input.event.kind === 'start') return keep(run(input), input.event, ownState)
  return run(input, (state) => state) as StepResult
}

/** A body of nothing but words and numbers is shared all the same: who keeps it and edits it throws. */
function ownMessage({ from, body, op }: Event & { kind: 'receive' }): Message {
  for (const field in body)
    if (typeof body[field] === 'object' && body[field] !== null) return { from, body: ownJson(body), op }
  return { from, body, op }
}
