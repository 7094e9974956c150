/** One pure step: (node, state, disk, event) to (new state, effects). Every driver calls it. */
import {
  canonical,
  canonicalJson,
  canonicalText,
  type Json,
  sameCanonical,
  type Value,
  ValueProblem,
} from '../base/canonical.ts'
import {
  type AnyNode,
  type Body,
  type Context,
  type Effect,
  type Event,
  type OperationId,
  REFUSED,
} from './node.ts'
import type { Signatures } from './signatures.ts'

/** What a node is called, works with and was configured with. */
export interface Identity {
  readonly self: string
  readonly peers: readonly string[]
  readonly config: { readonly [name: string]: Json }
}

/** What lies on a disk: values by key, and append-only logs. */
export interface DiskImage {
  readonly keys: { readonly [key: string]: Json }
  readonly logs: { readonly [log: string]: readonly Json[] }
}

export interface StepInput {
  readonly node: AnyNode
  readonly identity: Identity
  /** Null before the first start and after a crash. */
  readonly state: Value
  readonly disk: DiskImage
  readonly event: Event
  /** The node's own clock in milliseconds. */
  readonly nowMs: number
  readonly signatures: Signatures
  /** Indexes for `ctx.pick`, in call order; a missing one is 0. */
  readonly picks: readonly number[]
}

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
  const handler = handlerName(input.event)
  const first = detached(run(input), handler)
  const again = run(input)
  const difference = sameDone(first, again) ? null : firstDifference(first, detached(again, handler))
  if (difference === null) return first
  const message = `${handler} is not deterministic: run twice on the same state and event, ${difference}. Take time from ctx.now(), chance from ctx.pick(), and keep nothing outside the state`
  return { kind: 'threw', error: { handler, message, stack: '' }, arities: first.arities }
}

/** A handler's result with the very state it worked on, which it may still hold on to and which may be no `Value`. */
type RawResult = StepResult | (Omit<StepResult & { kind: 'done' }, 'state'> & { readonly state: unknown })

function run(input: StepInput): RawResult {
  const { node, event } = input
  const arities: number[] = []
  const handler = handlerName(event)
  try {
    const work = new Work(input, arities)
    if (event.kind === 'start') {
      const state = checkState(node.start(work.context), handler)
      return { kind: 'done', state, effects: work.finish(), arities, readClock: work.readClock }
    }
    const draft = canonical(input.state, 'state')
    const call = findHandler(node, event)
    if (call === undefined) return { kind: 'refused', arities }
    const result: unknown =
      event.kind === 'receive'
        ? call(draft, messageOf(event), work.context)
        : call(draft, work.context, event.arg)
    if (result === REFUSED) return { kind: 'refused', arities }
    if (result !== undefined) throw new TypeError(returnAdvice(handler, result))
    return { kind: 'done', state: draft, effects: work.finish(), arities, readClock: work.readClock }
  } catch (error) {
    return { kind: 'threw', error: describe(error, handler), arities }
  }
}

/** The result with a copy of the state, in canonical order; a throw where the state cannot be kept. */
function detached(result: RawResult, handler: string): StepResult {
  if (result.kind !== 'done') return result
  try {
    return { ...result, state: canonical(result.state, 'state') }
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

/** The effects and reads of one handler call. */
class Work {
  readonly context: Context
  readClock = false
  private readonly effects: Effect[] = []
  private readonly keys: Record<string, Json>
  private readonly logs: Record<string, readonly Json[]>
  private picked = 0
  private over = false

  constructor(
    private readonly input: StepInput,
    private readonly arities: number[],
  ) {
    this.keys = { ...input.disk.keys }
    this.logs = { ...input.disk.logs }
    this.context = this.makeContext()
  }

  finish(): readonly Effect[] {
    this.over = true
    return this.effects
  }

  private add(effect: Effect): void {
    if (this.over)
      throw new Error('ctx was used after its handler had returned: use the ctx of the running handler')
    this.effects.push(effect)
  }

  private makeContext(): Context {
    const { identity, event } = this.input
    const send = (to: string, body: Body, op: OperationId | null) => {
      if (typeof to !== 'string' || to === '')
        throw new TypeError(`ctx.send needs the name of a node, not ${canonicalish(to)}`)
      this.add({ kind: 'send', to, body: checkBody(body, 'message'), op })
    }
    const timerArg = (arg: Json | undefined) =>
      arg === undefined ? null : canonicalJson(arg, 'timer argument')
    return {
      self: identity.self,
      peers: identity.peers,
      config: identity.config,
      get boot(): 'first' | 'restart' {
        if (event.kind !== 'start')
          throw new Error('ctx.boot is known in start only: keep what you need of it in the state')
        return event.boot
      },
      disk: this.makeDisk(),
      send: (to, body) => send(to, body, null),
      broadcast: (body) => {
        for (const peer of identity.peers) send(peer, body, null)
      },
      reply: (request, body) => send(request.from, body, request.op),
      arm: (timer, delay, arg) =>
        this.add({ kind: 'arm', timer, arg: timerArg(arg), delayMs: checkDelay(timer, delay) }),
      disarm: (timer, arg) => this.add({ kind: 'disarm', timer, arg: timerArg(arg) }),
      now: () => {
        this.readClock = true
        return this.input.nowMs
      },
      pick: (list) => {
        if (!Array.isArray(list) || list.length === 0)
          throw new TypeError('ctx.pick needs a list that is not empty')
        const index = this.input.picks[this.picked++] ?? 0
        this.arities.push(list.length)
        return list[index]
      },
      sign: (value) =>
        this.input.signatures.sign(identity.self, canonicalText(canonicalJson(value, 'signed value'))),
      verify: (by, value, signature) =>
        typeof signature === 'string' &&
        this.input.signatures.verify(by, canonicalText(canonicalJson(value, 'signed value')), signature),
      output: (body) => this.add({ kind: 'output', body: checkBody(body, 'output') }),
      log: (...parts) => this.add({ kind: 'log', text: parts.map(canonicalish).join(' ') }),
      refuse: () => REFUSED,
    }
  }

  private makeDisk(): Context['disk'] {
    const json = canonicalJson
    return {
      read: <T>(key: string) => (this.keys[key] ?? null) as T | null,
      write: (key, value) => {
        const kept = json(value, `disk.${key}`)
        this.keys[key] = kept
        this.add({ kind: 'write', key, value: kept })
      },
      keys: () => Object.keys(this.keys).sort(),
      records: <T>(log: string) => (this.logs[log] ?? []) as readonly T[],
      append: (log, record) => {
        const kept = json(record, `disk log ${log}`)
        this.logs[log] = [...(this.logs[log] ?? []), kept]
        this.add({ kind: 'append', log, record: kept })
      },
      truncate: (log, length) => {
        this.logs[log] = (this.logs[log] ?? []).slice(0, length)
        this.add({ kind: 'truncate', log, length })
      },
      sync: () => this.add({ kind: 'sync' }),
    }
  }
}

function checkBody(body: unknown, what: string): Body {
  const json = canonicalJson(body, what)
  if (
    typeof json !== 'object' ||
    json === null ||
    Array.isArray(json) ||
    typeof (json as Body).type !== 'string'
  )
    throw new TypeError(
      `a ${what} is an object with a "type", such as { type: 'vote', yes: true }; got ${canonicalText(json)}`,
    )
  return json as Body
}

function checkDelay(timer: string, delay: number | readonly [number, number]): readonly [number, number] {
  const [min, max] = typeof delay === 'number' ? [delay, delay] : delay
  const good = Number.isFinite(min) && Number.isFinite(max) && min >= 0 && max >= min
  if (!good)
    throw new TypeError(
      `ctx.arm('${timer}', ...) needs milliseconds, or a range [min, max] of them; got ${canonicalish(delay)}`,
    )
  return [min, max]
}

function canonicalish(value: unknown): string {
  if (typeof value === 'string') return value
  try {
    return canonicalText(canonical(value))
  } catch {
    return String(value)
  }
}
