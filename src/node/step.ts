/** One pure step: (node, state, disk, event) to (new state, effects). Every driver calls it. */
import { canonical, canonicalText, sameCanonical, type Value, ValueProblem } from '../base/canonical.ts'
import { isKeptAs } from '../base/kept.ts'
import { Call, CallContext } from './context.ts'
import type { StepInput } from './input.ts'
import { type AnyNode, type Effect, type Event, type Message, REFUSED } from './node.ts'

export type StepResult =
  | {
      readonly kind: 'done'
      readonly state: Value
      readonly effects: readonly Effect[]
      /** For every `ctx.pick` made: how long its list was. */
      readonly arities: readonly number[]
      readonly readClock: boolean
    }
  | { readonly kind: 'refused'; readonly arities: readonly number[]; readonly readClock: boolean }
  | {
      readonly kind: 'threw'
      readonly error: HandlerError
      readonly arities: readonly number[]
      readonly readClock: boolean
    }

/** What went wrong inside a handler, and in which one. `stack` is the raw stack, for mapping to a line. */
export interface HandlerError {
  readonly handler: string
  readonly message: string
  readonly stack: string
}

/** Runs one handler. The state passed in is never changed; what a refusing or throwing handler asked for is dropped. */
export function step(input: StepInput): StepResult {
  return detached(run(input), input.event)
}

/**
 * Runs a step twice; a difference is reported as a throw that names the first thing that differs. The state of
 * the second run is compared as it lies: a copy of it is made only to find out what differs.
 */
export function stepTwice(input: StepInput): StepResult {
  const first = step(input)
  const error = differenceOf(input.event, first, run(input))
  if (error === null) return first
  return { kind: 'threw', error, arities: first.arities, readClock: first.readClock }
}

/** What `result` differs in when it is `again`, named as the fault of its handler; null where it is the same. */
export function differenceOf(event: Event, first: StepResult, again: RawResult): HandlerError | null {
  const handler = handlerName(event)
  const difference = sameDone(first, again) ? null : firstDifference(first, detached(again, event))
  if (difference === null) return null
  const message = `${handler} ${DIFFERS}: run twice on the same state and event, ${difference}. Take time from ctx.now(), chance from ctx.pick(), and keep nothing outside the state`
  return { handler, message, stack: '' }
}

/** Whether an error is one of `differenceOf`. */
export function isDifference({ handler, message }: HandlerError): boolean {
  return message.startsWith(`${handler} ${DIFFERS}`)
}

const DIFFERS = 'is not deterministic'

/** A handler's result with the very state it worked on, which it may still hold on to and which may be no `Value`. */
export type RawResult =
  | StepResult
  | (Omit<StepResult & { kind: 'done' }, 'state'> & { readonly state: unknown })

/** Runs one handler, by default on a draft of its own. */
export function run(input: StepInput, makeDraft: (state: Value) => unknown = ownDraft): RawResult {
  const { node, event } = input
  const call = new Call(input)
  const context = new CallContext(call)
  try {
    if (event.kind === 'start') {
      const state = checkState(node.start(context), event)
      return done(state, call)
    }
    const draft = makeDraft(input.state)
    const handler = findHandler(node, event)
    if (handler === undefined) return { kind: 'refused', arities: call.arities, readClock: false }
    const result =
      event.kind === 'receive'
        ? handler(draft, messageOf(event), context)
        : handler(draft, context, event.arg)
    if (result === REFUSED) return { kind: 'refused', arities: call.arities, readClock: call.readClock }
    if (result !== undefined) throw new TypeError(returnAdvice(handlerName(event), result))
    return done(draft, call)
  } catch (error) {
    const { arities, readClock } = call
    return { kind: 'threw', error: describe(error, handlerName(event)), arities, readClock }
  } finally {
    call.end()
  }
}

function done(state: unknown, { effects, arities, readClock }: Call): RawResult {
  return { kind: 'done', state, effects, arities, readClock }
}

/** The result with a copy of the state, in canonical order; a throw where the state cannot be kept. */
function detached(result: RawResult, event: Event): StepResult {
  return keep(result, event, ownDraft)
}

function ownDraft(state: unknown): Value {
  return canonical(state, 'state')
}

/** The result with what `keepState` makes of the state; a throw where the state cannot be kept. */
export function keep(result: RawResult, event: Event, keepState: (state: unknown) => Value): StepResult {
  if (result.kind !== 'done') return result
  const { effects, arities, readClock } = result
  try {
    return { kind: 'done', state: keepState(result.state), effects, arities, readClock }
  } catch (error) {
    const { arities, readClock } = result
    return { kind: 'threw', error: describe(error, handlerName(event)), arities, readClock }
  }
}

/** `on.prepare`, `timers.inquire` or `start`: where an author looks for it. */
export function handlerName(event: Event): string {
  switch (event.kind) {
    case 'start':
      return 'start'
    case 'receive':
      return `on.${event.body.type}`
    case 'timer':
      return `timers.${event.timer}`
  }
}

export type AnyHandler = (...args: unknown[]) => unknown

export function findHandler(node: AnyNode, event: Exclude<Event, { kind: 'start' }>): AnyHandler | undefined {
  const [table, name] =
    event.kind === 'receive' ? [node.on, event.body.type] : [node.timers ?? {}, event.timer]
  return Object.hasOwn(table, name) ? (table[name] as AnyHandler) : undefined
}

function messageOf(event: Event & { kind: 'receive' }): Message {
  return Object.freeze({ from: event.from, body: event.body, op: event.op })
}

function checkState(state: unknown, event: Event): unknown {
  if (state instanceof Promise) throw new TypeError(returnAdvice(handlerName(event), state))
  if (typeof state !== 'object' || state === null || Array.isArray(state))
    throw new TypeError(`start must return the node's state, an object; it returned ${kindOf(state)}`)
  return state
}

function returnAdvice(handler: string, result: unknown): string {
  if (
    typeof result === 'object' &&
    result !== null &&
    typeof (result as { then?: unknown }).then === 'function'
  )
    return `${handler} returned a promise: handlers are synchronous; send a message or arm a timer and go on in its handler`
  return `${handler} returned ${kindOf(result)}: change the state it was given and return nothing (or ctx.refuse())`
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

function describe(error: unknown, handler: string): HandlerError {
  if (error instanceof Error) {
    const frozen =
      error instanceof TypeError && /read only|not extensible|Cannot delete property/.test(error.message)
    const advice = frozen
      ? '. A message is shared by all who get it and is frozen: build a new one instead'
      : ''
    const message =
      error instanceof ValueProblem
        ? `in ${handler}: ${error.message}`
        : `${handler} threw: ${error.message}${advice}`
    return { handler, message, stack: error.stack ?? '' }
  }
  return { handler, message: `${handler} threw ${String(error)}`, stack: '' }
}

function sameDone(a: StepResult, b: RawResult): boolean {
  if (a.kind !== 'done' || b.kind !== 'done') return false
  return sameCanonical(a.effects, b.effects) && isKeptAs(b.state, a.state)
}

function firstDifference(a: StepResult, b: StepResult): string | null {
  if (a.kind !== b.kind) return `${ended(a)} once and ${ended(b)} once`
  if (a.kind !== 'done' || b.kind !== 'done') return null
  if (sameCanonical(a.effects, b.effects) && sameCanonical(a.state, b.state)) return null
  const effects = Math.max(a.effects.length, b.effects.length)
  for (let i = 0; i < effects; i++) {
    const [x, y] = [canonicalText(a.effects[i] ?? null), canonicalText(b.effects[i] ?? null)]
    if (x !== y) return `effect ${i + 1} was ${x} once and ${y} once`
  }
  const [x, y] = [canonicalText(a.state), canonicalText(b.state)]
  return x === y ? null : `the new state was ${x} once and ${y} once`
}

function ended(result: StepResult): string {
  if (result.kind === 'threw') return `it threw (${result.error.message})`
  return result.kind === 'done' ? 'it went through' : 'it refused'
}
