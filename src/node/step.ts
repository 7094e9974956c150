/** One pure step: (node, state, disk, event) to (new state, effects). Every driver calls it. */
import { canonical, canonicalText, sameCanonical, type Value, ValueProblem } from '../base/canonical.ts'
import { draftOf, keptOf } from '../base/kept.ts'
import { Call, CallContext } from './context.ts'
import type { StepInput } from './input.ts'
import { type AnyNode, type Effect, type Event, REFUSED } from './node.ts'

export type StepResult =
  | {
      readonly kind: 'done'
      readonly state: Value
      readonly effects: readonly Effect[]
      /** For every `ctx.pick` made: how long its list was. */
      readonly arities: readonly number[]
      readonly readClock: boolean
    }
  | { readonly kind: 'refused'; readonly arities: readonly number[] }
  | { readonly kind: 'threw'; readonly error: HandlerError; readonly arities: readonly number[] }

/** What went wrong inside a handler, and in which one. `stack` is the raw stack, for mapping to a line. */
export interface HandlerError {
  readonly handler: string
  readonly message: string
  readonly stack: string
}

/** Runs one handler. The state passed in is never changed; what a refusing or throwing handler asked for is dropped. */
export function step(input: StepInput): StepResult {
  return detached(run(input), handlerName(input.event))
}

/**
 * Runs a step twice; a difference is reported as a throw that names the first thing that differs. The state of
 * the second run is compared as it lies: a copy of it is made only to find out what differs.
 */
export function stepTwice(input: StepInput): StepResult {
  const first = step(input)
  const error = runAgain(input, first)
  return error === null ? first : { kind: 'threw', error, arities: first.arities }
}

/**
 * Runs a step that was run before; null if it goes the same way, or what it says of the first difference. It gets a
 * draft of its own, or, with `stepShared`, one that shares.
 */
export function runAgain(
  input: StepInput,
  first: StepResult,
  step: (input: StepInput) => RawResult = run,
): HandlerError | null {
  const handler = handlerName(input.event)
  const again = step(input)
  const difference = sameDone(first, again) ? null : firstDifference(first, detached(again, handler))
  if (difference === null) return null
  const message = `${handler} ${DIFFERS}: run twice on the same state and event, ${difference}. Take time from ctx.now(), chance from ctx.pick(), and keep nothing outside the state`
  return { handler, message, stack: '' }
}

/** Whether an error is one of `runAgain`. */
export function isDifference({ handler, message }: HandlerError): boolean {
  return message.startsWith(`${handler} ${DIFFERS}`)
}

const DIFFERS = 'is not deterministic'

/**
 * Runs one handler on a draft that shares with the state what nodes rarely edit, and keeps what it left: for states
 * that come from `keptOf`. A handler that throws may have edited what is shared: it runs again on a draft of its
 * own, and if that was it, so do all handlers of its node from then on.
 */
export function stepShared(input: StepInput): StepResult {
  const shared = ownDrafts.has(input.node) ? null : run(input, draftOf)
  const result = shared === null || shared.kind === 'threw' ? run(input) : shared
  if (shared?.kind === 'threw' && result.kind !== 'threw') ownDrafts.add(input.node)
  return kept(result, handlerName(input.event), (state) => keptOf(state, input.state, 'state'))
}

/** Nodes that edit what a draft would share: a matter of speed alone. */
const ownDrafts = new WeakSet<AnyNode>()

/** A handler's result with the very state it worked on, which it may still hold on to and which may be no `Value`. */
type RawResult = StepResult | (Omit<StepResult & { kind: 'done' }, 'state'> & { readonly state: unknown })

function run(input: StepInput, makeDraft: (state: Value) => unknown = ownDraft): RawResult {
  const { node, event } = input
  const handler = handlerName(event)
  const call = new Call(input)
  const { effects, arities } = call
  try {
    if (event.kind === 'start') {
      const state = checkState(node.start(new CallContext(call)), handler)
      return { kind: 'done', state, effects: effects.slice(), arities, readClock: call.readClock }
    }
    const draft = makeDraft(input.state)
    const run = findHandler(node, event)
    if (run === undefined) return { kind: 'refused', arities }
    const context = new CallContext(call)
    const result =
      event.kind === 'receive' ? run(draft, messageOf(event), context) : run(draft, context, event.arg)
    if (result === REFUSED) return { kind: 'refused', arities }
    if (result !== undefined) throw new TypeError(returnAdvice(handler, result))
    return { kind: 'done', state: draft, effects: effects.slice(), arities, readClock: call.readClock }
  } catch (error) {
    return { kind: 'threw', error: describe(error, handler), arities }
  } finally {
    call.end()
  }
}

/** The result with a copy of the state, in canonical order; a throw where the state cannot be kept. */
function detached(result: RawResult, handler: string): StepResult {
  return kept(result, handler, ownDraft)
}

function ownDraft(state: unknown): Value {
  return canonical(state, 'state')
}

function kept(result: RawResult, handler: string, keep: (state: unknown) => Value): StepResult {
  if (result.kind !== 'done') return result
  try {
    return { ...result, state: keep(result.state) }
  } catch (error) {
    return { kind: 'threw', error: describe(error, handler), arities: result.arities }
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

type AnyHandler = (...args: unknown[]) => unknown

function findHandler(node: AnyNode, event: Exclude<Event, { kind: 'start' }>): AnyHandler | undefined {
  const [table, name] =
    event.kind === 'receive' ? [node.on, event.body.type] : [node.timers ?? {}, event.timer]
  return Object.hasOwn(table, name) ? (table[name] as AnyHandler) : undefined
}

function messageOf(event: Extract<Event, { kind: 'receive' }>) {
  return Object.freeze({ from: event.from, body: event.body, op: event.op })
}

function checkState(state: unknown, handler: string): unknown {
  if (state instanceof Promise) throw new TypeError(returnAdvice(handler, state))
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
  return sameCanonical(a.effects, b.effects) && sameCanonical(a.state, b.state)
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
