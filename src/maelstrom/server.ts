/** Server: the conversation of one node with Maelstrom's network: init, requests, answers, errors, timers. */
import { canonicalJson, type Json, ValueProblem } from '../base/canonical.ts'
import type { DiskImage } from '../node/input.ts'
import type { Body, Effect, Event, OperationId } from '../node/node.ts'
import type { HandlerError } from '../node/step.ts'
import { bodyText } from '../world/choice.ts'
import type { DiskEffect } from '../world/disk.ts'
import { isDiskEffect } from '../world/local.ts'
import {
  ERROR,
  errorBody,
  messageLine,
  rawNumberIn,
  readMessage,
  shown,
  type WireBody,
  type WireMessage,
} from './message.ts'
import type { ServedStep } from './servedNode.ts'

/** What runs the node: in this process, or in one of its own. */
export interface Engine {
  /** Makes the cluster. Throws `RangeError` where the protocol cannot have these nodes. */
  prepare(names: readonly string[], self: string): Promise<void>
  start(boot: 'first' | 'restart', disk: DiskImage, atUs: number, seed: number): Promise<ServedStep>
  take(event: Event, atUs: number, seed: number): Promise<ServedStep>
  /** What the node printed since it was asked last. */
  printed(): readonly string[]
  /** Rejects when the node cannot go on, even if it is asked nothing. */
  readonly failure?: Promise<never>
}

export interface ServerDisk {
  readonly image: DiskImage
  readonly isUsed: boolean
  carryOut(effect: DiskEffect): void
}

/** One line of a trace: what happened to the node, when, by which seed, and a hash of what it asked for. */
export interface TracedEvent {
  readonly atUs: number
  readonly seed: number
  readonly event: Event
  readonly hash: string
  /** What was on the disk; with a start only. */
  readonly disk?: DiskImage
}

/** The world around a server: all that no replay can repeat. */
export interface Surroundings {
  /** Opens the disk of this node; null where nothing is kept. From then on `nowUs` counts from its first start. */
  openDisk(self: string): ServerDisk | null
  /** Begins the trace; called once the disk is open. */
  openTrace(self: string, names: readonly string[], isUsed: boolean): void
  trace(traced: TracedEvent): void
  /** Microseconds since the node first started. */
  nowUs(): number
  seed(): number
  send(line: string): void
  log(text: string): void
  /** Calls `wake` of the server at this time; null for never. Replaces what was asked before. */
  wakeAt(atUs: number | null): void
}

/** A protocol's own network may keep what a node refuses until it takes it; ours keeps so much. */
const MOST_KEPT = 1000
/** So many timers are fired before lines have their turn. */
const MOST_AT_ONCE = 10

type Received = Event & { readonly kind: 'receive' }

/** Hand it lines and wake-ups; it takes one after the other. */
export class Server {
  private names: readonly string[] | null = null
  private self = ''
  private disk: ServerDisk | null = null
  private next: ServedStep['next'] = null
  private early: WireMessage[] = []
  private kept: Received[] = []
  private unnumbered = 0
  private queue: Promise<void> = Promise.resolve()

  constructor(
    private readonly engine: Engine,
    private readonly around: Surroundings,
    /** Whether a refused message waits until it is taken, as the protocol's own network would have it. */
    private readonly keepsRefused: () => boolean,
  ) {}

  /** Takes a line of standard input. Settles when all that it led to has happened; rejects where the node cannot go on. */
  line(text: string): Promise<void> {
    if (text.trim() === '') return this.queue
    const message = readMessage(text, true)
    return this.afterAll(async () => {
      if (typeof message === 'string') this.around.log(`not a message: ${message}: ${shown(text)}`)
      else await this.message(message)
    })
  }

  /** It may be time for a timer. */
  wake(): Promise<void> {
    return this.afterAll(async () => {
      // What is due at once and arms itself again must not keep everything else waiting.
      for (let fired = 0; fired < MOST_AT_ONCE; fired++) {
        const { next } = this
        const nowUs = this.around.nowUs()
        if (next === null || next.dueUs > nowUs) break
        await this.take({ kind: 'timer', timer: next.timer, arg: next.arg })
        // A timer that its handler refuses stays armed in a world: here it waits a little, and is tried again.
        if (this.next !== null && sameAlarm(this.next, next)) {
          this.around.wakeAt(this.around.nowUs() + 10_000)
          return
        }
      }
      this.around.wakeAt(this.next?.dueUs ?? null)
    })
  }

  private afterAll(work: () => Promise<void>): Promise<void> {
    this.queue = this.queue.then(work)
    return this.queue
  }

  private async message(message: WireMessage): Promise<void> {
    const { type } = message.body
    if (type === 'init') return this.init(message)
    if (this.names === null) {
      if (this.early.length < MOST_KEPT) this.early.push(message)
      return
    }
    if (message.dest !== this.self) {
      this.around.log(`not for this node, but for ${shown(message.dest)}: ${shown(message.body)}`)
      return this.answer(message, errorBody(ERROR.nodeNotFound, `this is ${this.self}, not ${message.dest}`))
    }
    if (type === 'topology' && !(await this.hears(message))) {
      this.answer(message, { type: 'topology_ok' })
      return
    }
    if (type !== 'topology') await this.hears(message)
  }

  private async init(message: WireMessage): Promise<void> {
    const { node_id: self, node_ids: names } = message.body
    if (this.names !== null)
      return this.answer(message, errorBody(ERROR.malformedRequest, `this is ${this.self} already`))
    if (typeof self !== 'string' || !isNames(names) || !names.includes(self))
      return this.answer(
        message,
        errorBody(ERROR.malformedRequest, 'init names a "node_id" that is one of its "node_ids"'),
      )
    await this.engine.prepare(names, self)
    this.self = self
    this.names = names
    this.disk = this.around.openDisk(self)
    const image = this.disk?.image ?? { keys: {}, logs: {} }
    const boot = this.disk?.isUsed === true ? 'restart' : 'first'
    this.around.openTrace(self, names, boot === 'restart')
    const [atUs, seed] = [this.around.nowUs(), this.around.seed()]
    const step = await this.engine.start(boot, image, atUs, seed)
    this.around.trace({ atUs, seed, event: { kind: 'start', boot }, hash: step.hash, disk: image })
    if (step.threw !== null) throw new CannotStart(step.threw.message)
    this.around.log(`${self} of ${names.join(' ')}: ${boot === 'first' ? 'first start' : 'restart'}`)
    this.answer(message, { type: 'init_ok' })
    this.carryOut(step)
    const { early } = this
    this.early = []
    for (const one of early) await this.message(one)
  }

  /** Hands a message to the node; false where it has no handler for it. */
  private async hears(message: WireMessage): Promise<boolean> {
    const { src, body } = message
    const { msg_id: id, in_reply_to: _, ...rest } = body
    const isClient = !this.names!.includes(src)
    // A request without a msg_id is one all the same; its answer would reach nobody who waits for it.
    const n = typeof id === 'number' ? id : -++this.unnumbered
    const op: OperationId | null = isClient ? { client: src, n } : null
    const large = rawNumberIn(body)
    const plain = large === null ? asCanonical(rest) : null
    if (plain === null) {
      const what =
        large === null ? 'a value that no message can hold' : `a number that no double holds: ${large}`
      this.around.log(`from ${src}: ${body.type} holds ${what}`)
      this.answer(message, errorBody(ERROR.malformedRequest, `it holds ${what}`))
      return true
    }
    const event: Received = { kind: 'receive', from: src, body: plain, op }
    const step = await this.take(event)
    if (step.refused === null) {
      if (step.threw !== null) this.answer(message, errorBody(ERROR.crash, threwText(step.threw)))
      await this.offerAgain()
      return true
    }
    if (!step.refused.isKnown) {
      if (body.type === 'topology') return false
      if (isClient)
        this.answer(message, errorBody(ERROR.notSupported, `this node has no handler for "${body.type}"`))
      else this.around.log(`no handler for "${body.type}" from ${src}`)
    } else if (this.keepsRefused()) {
      this.kept.push(event)
      if (this.kept.length > MOST_KEPT) this.kept.shift()
    } else if (isClient)
      this.answer(message, errorBody(ERROR.temporarilyUnavailable, `this node refuses "${body.type}" now`))
    return true
  }

  /** What was refused may be possible now. */
  private async offerAgain(): Promise<void> {
    for (let taken = this.kept.length > 0; taken; ) {
      taken = false
      for (const event of [...this.kept]) {
        const step = await this.take(event)
        if (step.refused !== null) continue
        this.kept.splice(this.kept.indexOf(event), 1)
        taken = true
      }
    }
  }

  private async take(event: Event): Promise<ServedStep> {
    const [atUs, seed] = [this.around.nowUs(), this.around.seed()]
    const step = await this.engine.take(event, atUs, seed)
    for (const text of this.engine.printed()) this.around.log(text)
    if (step.refused === null) {
      this.around.trace({ atUs, seed, event, hash: step.hash })
      if (step.threw !== null) this.around.log(threwText(step.threw))
      this.carryOut(step)
    }
    return step
  }

  private carryOut({ effects, next }: ServedStep): void {
    for (const effect of effects) this.effect(effect)
    this.next = next
    this.around.wakeAt(next?.dueUs ?? null)
  }

  private effect(effect: Effect): void {
    if (effect.kind === 'output') return this.around.log(`announces ${bodyText(effect.body)}`)
    if (effect.kind === 'log') return this.around.log(effect.text)
    if (isDiskEffect(effect)) return this.disk?.carryOut(effect)
    if (effect.kind !== 'send') return
    const { to, body, op } = effect
    if (op !== null && op.n < 0) return
    this.send({ src: this.self, dest: to, body: op === null ? body : { ...body, in_reply_to: op.n } })
  }

  private answer({ src, body }: WireMessage, answer: WireBody): void {
    const id: Json | undefined = body['msg_id']
    if (id === undefined) return
    this.send({
      src: this.self || String(body['node_id'] ?? ''),
      dest: src,
      body: { ...answer, in_reply_to: id },
    })
  }

  private send(message: WireMessage): void {
    this.around.send(messageLine(message))
  }
}

/** The node threw in `start`: it never ran. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart'
}

/** Mostly the message says itself in which handler it was. */
function threwText({ handler, message }: HandlerError): string {
  return message.includes(handler) ? message : `${handler}: ${message}`
}

function asCanonical(body: { readonly [field: string]: Json }): Body | null {
  try {
    return canonicalJson(body) as Body
  } catch (error) {
    if (error instanceof ValueProblem) return null
    throw error
  }
}

function isNames(value: Json | undefined): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string')
}

function sameAlarm(a: NonNullable<ServedStep['next']>, b: typeof a): boolean {
  return a.timer === b.timer && a.dueUs === b.dueUs && JSON.stringify(a.arg) === JSON.stringify(b.arg)
}
