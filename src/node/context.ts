/** What a handler can reach while it runs, and what it asked for. */
import { canonical, canonicalJson, canonicalText, type Json, sameCanonical } from '../base/canonical.ts'
import type { DiskImage, StepInput } from './input.ts'
import {
  type Body,
  type Context,
  type Effect,
  type NodeDisk,
  type OperationId,
  REFUSED,
  type Refusal,
  TORN,
} from './node.ts'

/** A call of a handler: what it asks for, and what it reads. */
export class Call {
  input: StepInput
  readClock = false
  private readonly asked: Effect[] = []
  private size = 0
  private made: number[] | null = null
  private over = false
  /** What the disk holds after the first `onDisk` effects; null where they left it alone. */
  private disk: { keys: DiskImage['keys']; logs: DiskImage['logs'] } | null = null
  private onDisk = 0
  private known: readonly [number, number] | null = null

  constructor(input: StepInput) {
    this.input = input
  }

  /** Makes it the call of another handler, for contexts that last. */
  begin(input: StepInput): void {
    this.input = input
    this.readClock = false
    this.size = 0
    this.made = null
    this.over = false
    this.disk = null
    this.onDisk = 0
  }

  /** From here on its context is closed. */
  end(): void {
    this.over = true
  }

  add(effect: Effect): void {
    this.mustRun()
    this.asked[this.size++] = effect
  }

  mustRun(): void {
    if (this.over)
      throw new Error('ctx was used after its handler had returned: use the ctx of the running handler')
  }

  get effects(): readonly Effect[] {
    return this.size === 0 ? NONE : this.asked.slice(0, this.size)
  }

  /** For every `ctx.pick` made: how long its list was. */
  get arities(): readonly number[] {
    return this.made ?? NONE
  }

  /** The range itself, or one like it that was asked for before: most timers are armed again and again. */
  sameRange(range: readonly [number, number]): readonly [number, number] {
    const { known } = this
    if (known !== null && known[0] === range[0] && known[1] === range[1]) return known
    this.known = range
    return range
  }

  /** The index for a pick among so many. */
  pick(arity: number): number {
    this.made ??= []
    const index = this.input.picks[this.made.length] ?? this.input.draw?.(arity) ?? 0
    this.made.push(arity)
    return index
  }

  /** The disk as this handler has left it so far. */
  get image(): DiskImage {
    for (; this.onDisk < this.size; this.onDisk++) this.carryOut(this.asked[this.onDisk]!)
    return this.disk ?? this.input.disk
  }

  /** The same for its handler, while that runs: a disk is its node's own. */
  get readable(): DiskImage {
    this.mustRun()
    return this.image
  }

  private carryOut(effect: Effect): void {
    if (effect.kind !== 'write' && effect.kind !== 'append' && effect.kind !== 'truncate') return
    this.disk ??= { ...this.input.disk }
    if (effect.kind === 'write') this.disk.keys = { ...this.disk.keys, [effect.key]: effect.value }
    else {
      const records = this.disk.logs[effect.log] ?? []
      const after = effect.kind === 'append' ? [...records, effect.record] : records.slice(0, effect.length)
      this.disk.logs = { ...this.disk.logs, [effect.log]: after }
    }
  }
}

const NONE: readonly never[] = Object.freeze([])

/**
 * The context of one call. What it offers is made when it is asked for: a handler uses little of it, and may take
 * it apart (`({ send })`).
 */
export class CallContext implements Context {
  readonly #call: Call

  constructor(call: Call) {
    this.#call = call
  }

  get self() {
    return this.#call.input.identity.self
  }

  get peers() {
    return this.#call.input.identity.peers
  }

  get config() {
    return this.#call.input.identity.config
  }

  get boot() {
    const { event } = this.#call.input
    if (event.kind !== 'start')
      throw new Error('ctx.boot is known in start only: keep what you need of it in the state')
    return event.boot
  }

  get disk() {
    return new CallDisk(this.#call)
  }

  get send() {
    const call = this.#call
    return (to: string, body: Body) => send(call, to, body, null)
  }

  get broadcast() {
    const call = this.#call
    return (body: Body) => {
      const { peers } = call.input.identity
      if (peers.length === 0) return
      const checked = checkBody(body, 'message')
      for (const peer of peers) send(call, peer, checked, null)
    }
  }

  get reply() {
    const call = this.#call
    return (request: Parameters<Context['reply']>[0], body: Body) =>
      send(call, request.from, body, request.op)
  }

  get arm() {
    const call = this.#call
    return (timer: string, delay: number | readonly [number, number], arg?: Json) =>
      call.add({ kind: 'arm', timer, arg: timerArg(arg), delayMs: call.sameRange(checkDelay(timer, delay)) })
  }

  get disarm() {
    const call = this.#call
    return (timer: string, arg?: Json) => call.add({ kind: 'disarm', timer, arg: timerArg(arg) })
  }

  get now() {
    const call = this.#call
    return () => {
      call.mustRun()
      call.readClock = true
      return call.input.nowMs
    }
  }

  get pick() {
    const call = this.#call
    return <T>(list: readonly T[]): T => {
      call.mustRun()
      if (!Array.isArray(list) || list.length === 0)
        throw new TypeError('ctx.pick needs a list that is not empty')
      return list[call.pick(list.length)]
    }
  }

  get sign() {
    const call = this.#call
    // Whoever kept the ctx of another node would otherwise have its key.
    return (value: unknown) => {
      call.mustRun()
      const { identity, signatures } = call.input
      return signatures.sign(identity.self, signedText(value))
    }
  }

  get verify() {
    const { signatures } = this.#call.input
    return (by: string, value: unknown, signature: unknown) =>
      typeof signature === 'string' && signatures.verify(by, signedText(value), signature)
  }

  get output() {
    const call = this.#call
    return (body: Body) => call.add({ kind: 'output', body: checkBody(body, 'output') })
  }

  get log() {
    const call = this.#call
    return (...parts: unknown[]) => call.add({ kind: 'log', text: parts.map(canonicalish).join(' ') })
  }

  get refuse() {
    return (): Refusal => REFUSED
  }
}

class CallDisk implements NodeDisk {
  readonly #call: Call

  constructor(call: Call) {
    this.#call = call
  }

  get read() {
    const call = this.#call
    return <T>(key: string) => (call.readable.keys[key] ?? null) as T | null
  }

  get write() {
    const call = this.#call
    return (key: string, value: unknown) => {
      const kept = canonicalJson(value, `disk.${key}`)
      call.add({ kind: 'write', key, value: kept })
    }
  }

  get keys() {
    const call = this.#call
    return () => Object.keys(call.readable.keys).sort()
  }

  get records() {
    const call = this.#call
    // A copy: what is done to it must not reach the disk.
    return <T>(log: string) => ((call.readable.logs[log] ?? []) as readonly T[]).slice()
  }

  get torn() {
    const call = this.#call
    return (log: string) => (call.readable.logs[log] ?? []).some((record) => sameCanonical(record, TORN))
  }

  get append() {
    const call = this.#call
    return (log: string, record: unknown) => {
      const kept = canonicalJson(record, `disk log ${log}`)
      if (sameCanonical(kept, TORN))
        throw new TypeError(
          'a record { torn: true } is what a torn record reads as: call yours something else',
        )
      call.add({ kind: 'append', log, record: kept })
    }
  }

  get truncate() {
    const call = this.#call
    return (log: string, length: number) => call.add({ kind: 'truncate', log, length })
  }

  get sync() {
    const call = this.#call
    return () => call.add({ kind: 'sync' })
  }
}

/** A context for one call after the other, which `call.begin` opens and `call.end` closes: all of it is made once. */
export function lastingContext(call: Call): Context {
  const context = new CallContext(call)
  const { send, broadcast, reply, arm, disarm, now, pick, sign, verify, output, log, refuse } = context
  const { self, peers, config } = call.input.identity
  const { read, write, keys, records, torn, append, truncate, sync } = context.disk
  return Object.freeze({
    self,
    peers,
    config,
    get boot() {
      return context.boot
    },
    disk: Object.freeze({ read, write, keys, records, torn, append, truncate, sync }),
    ...{ send, broadcast, reply, arm, disarm, now, pick, sign, verify, output, log, refuse },
  })
}

// All calls share these.
Object.freeze(CallContext.prototype)
Object.freeze(CallDisk.prototype)

function send(call: Call, to: string, body: Body, op: OperationId | null): void {
  if (typeof to !== 'string' || to === '')
    throw new TypeError(`ctx.send needs the name of a node, not ${canonicalish(to)}`)
  call.add({ kind: 'send', to, body: checkBody(body, 'message'), op })
}

function signedText(value: unknown): string {
  return canonicalText(canonicalJson(value, 'signed value'))
}

function timerArg(arg: Json | undefined): Json {
  return arg === undefined ? null : canonicalJson(arg, 'timer argument')
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
      `${/^[aeiou]/.test(what) ? 'an' : 'a'} ${what} is an object with a "type", such as { type: 'vote', yes: true }; got ${canonicalText(json)}`,
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
