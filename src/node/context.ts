/** What a handler can reach while it runs, and what it asked for. */
import { canonical, canonicalJson, canonicalText, type Json } from '../base/canonical.ts'
import type { StepInput } from './input.ts'
import {
  type Body,
  type Context,
  type Effect,
  type NodeDisk,
  type OperationId,
  REFUSED,
  type Refusal,
} from './node.ts'

/** One call of a handler: what it asked for, and what it read. */
export class Call {
  readonly effects: Effect[] = []
  /** For every `ctx.pick` made: how long its list was. */
  readonly arities: number[] = []
  readClock = false
  private writtenKeys: Record<string, Json> | null = null
  private writtenLogs: Record<string, readonly Json[]> | null = null

  private over = false

  constructor(readonly input: StepInput) {}

  /** From here on its context is closed. */
  end(): void {
    this.over = true
  }

  add(effect: Effect): void {
    this.mustRun()
    this.effects.push(effect)
  }

  mustRun(): void {
    if (this.over)
      throw new Error('ctx was used after its handler had returned: use the ctx of the running handler')
  }

  get keys(): { readonly [key: string]: Json } {
    return this.writtenKeys ?? this.input.disk.keys
  }

  get logs(): { readonly [log: string]: readonly Json[] } {
    return this.writtenLogs ?? this.input.disk.logs
  }

  writeKey(key: string, value: Json): void {
    this.writtenKeys ??= { ...this.input.disk.keys }
    this.writtenKeys[key] = value
  }

  writeLog(log: string, records: readonly Json[]): void {
    this.writtenLogs ??= { ...this.input.disk.logs }
    this.writtenLogs[log] = records
  }
}

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
      call.add({ kind: 'arm', timer, arg: timerArg(arg), delayMs: checkDelay(timer, delay) })
  }

  get disarm() {
    const call = this.#call
    return (timer: string, arg?: Json) => call.add({ kind: 'disarm', timer, arg: timerArg(arg) })
  }

  get now() {
    const call = this.#call
    return () => {
      call.readClock = true
      return call.input.nowMs
    }
  }

  get pick() {
    const { arities, input } = this.#call
    return <T>(list: readonly T[]): T => {
      if (!Array.isArray(list) || list.length === 0)
        throw new TypeError('ctx.pick needs a list that is not empty')
      const index = input.picks[arities.length] ?? input.draw?.(list.length) ?? 0
      arities.push(list.length)
      return list[index]
    }
  }

  get sign() {
    const { identity, signatures } = this.#call.input
    return (value: unknown) => signatures.sign(identity.self, signedText(value))
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
    return <T>(key: string) => (call.keys[key] ?? null) as T | null
  }

  get write() {
    const call = this.#call
    return (key: string, value: unknown) => {
      const kept = canonicalJson(value, `disk.${key}`)
      call.add({ kind: 'write', key, value: kept })
      call.writeKey(key, kept)
    }
  }

  get keys() {
    const call = this.#call
    return () => Object.keys(call.keys).sort()
  }

  get records() {
    const call = this.#call
    // A copy: what is done to it must not reach the disk.
    return <T>(log: string) => [...((call.logs[log] ?? []) as readonly T[])]
  }

  get append() {
    const call = this.#call
    return (log: string, record: unknown) => {
      const kept = canonicalJson(record, `disk log ${log}`)
      call.add({ kind: 'append', log, record: kept })
      call.writeLog(log, [...(call.logs[log] ?? []), kept])
    }
  }

  get truncate() {
    const call = this.#call
    return (log: string, length: number) => {
      call.add({ kind: 'truncate', log, length })
      call.writeLog(log, (call.logs[log] ?? []).slice(0, length))
    }
  }

  get sync() {
    const call = this.#call
    return () => call.add({ kind: 'sync' })
  }
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
