/** A world being succeeded, and the moment that shows what happened meanwhile. */
import { byText, sameCanonical } from '../base/canonical.ts'
import type { Operation } from '../base/operation.ts'
import { integersByNumber } from '../base/random.ts'
import type { Body, Event, OperationId } from '../node/node.ts'
import { type HandlerError, stepTwice } from '../node/step.ts'
import type { Choice, Course, Parcel } from './choice.ts'
import { answeredBy, nextRequest, outcomeOf } from './clients.ts'
import { type DiskEffect, hasUnsynced } from './disk.ts'
import { type Arm, isDiskEffect, type LocalOutcome, localOutcome, survivor } from './local.ts'
import type { Disturbance, Observation } from './property.ts'
import type { Model } from './protocol.ts'
import { type Envelope, localUs, type NodeSlot, type Spent, trueSpanUs, type World } from './world.ts'

/** What was to be seen of one choice; pictures are drawn from these. */
export interface Moment {
  readonly timeUs: number
  readonly choice: Choice
  /** The message that was received, lost or copied. */
  readonly envelope: Envelope | null
  readonly sent: readonly Envelope[]
  readonly outputs: readonly { readonly node: string; readonly body: Body }[]
  readonly logs: readonly { readonly node: string; readonly text: string }[]
  readonly wrote: readonly { readonly node: string; readonly effect: DiskEffect }[]
  readonly threw: HandlerError | null
  /** Nodes that went down. */
  readonly crashed: readonly string[]
  /** True where the crash lost something that had been written but not synced. */
  readonly lostWrites: boolean
  /** For every `ctx.pick` made: how long its list was. */
  readonly arities: readonly number[]
}

export const NONE: readonly never[] = Object.freeze([])

/** Most moments have nothing of most kinds to show. What grew has room to spare, and moments are kept. */
export function orNone<T>(list: readonly T[]): readonly T[] {
  return list.length > 0 ? list.slice() : NONE
}

type Mutable<T> = { -readonly [Field in keyof T]: T[Field] }

/**
 * A world being succeeded: collects what happens during one choice. What is on the wire, in the slots of nodes
 * and drawn from streams changes through its methods only, so that a driver may keep them in another shape.
 */
export class Draft {
  protected readonly sent: Envelope[] = []
  protected readonly outputs: Moment['outputs'][number][] = []
  protected readonly logs: Moment['logs'][number][] = []
  protected readonly wrote: Moment['wrote'][number][] = []
  protected readonly crashed: string[] = []
  protected threw: HandlerError | null = null
  protected lostWrites = false
  private readonly timerStreams: Record<string, string> = {}
  private readonly streams = new Map<string, ReturnType<typeof integersByNumber>>()
  protected arities: readonly number[] = NONE

  readonly world: Mutable<Omit<World, 'wire' | 'draws'>>
  /** How a handler is run. */
  protected readonly step: typeof stepTwice = stepTwice
  private wire: readonly Envelope[]
  private draws: World['draws']

  constructor(
    readonly model: Model,
    { wire, draws, ...world }: World,
  ) {
    this.world = world
    this.wire = wire
    this.draws = draws
  }

  finish(): World {
    return { ...this.world, wire: this.wire, draws: this.draws }
  }

  /** Hands out what was collected so far and starts afresh. */
  moment(choice: Choice, envelope: Envelope | null): Moment {
    const { sent, outputs, logs, wrote, crashed, threw, lostWrites, arities } = this
    const moment = {
      timeUs: this.world.timeUs,
      choice,
      envelope,
      sent: orNone(sent),
      outputs: orNone(outputs),
      logs: orNone(logs),
      wrote: orNone(wrote),
      threw,
      crashed: orNone(crashed),
      lostWrites,
      arities: orNone(arities),
    }
    sent.length = 0
    outputs.length = 0
    logs.length = 0
    wrote.length = 0
    crashed.length = 0
    this.threw = null
    this.lostWrites = false
    this.arities = NONE
    return moment
  }

  advance(toUs: number): void {
    if (toUs > this.world.timeUs) this.world.timeUs = toUs
  }

  find(parcel: Parcel): Envelope | null {
    let first: Envelope | null = null
    for (const envelope of this.wire)
      if ((first === null || envelope.dueUs < first.dueUs) && sameParcel(envelope, parcel)) first = envelope
    return first
  }

  /** The message on a link that was sent before all others there. */
  firstOn(from: string, to: string): Envelope | null {
    return this.onLink(from, to)[0] ?? null
  }

  /** What is under way on a link, in the order of sending. */
  protected onLink(from: string, to: string): readonly Envelope[] {
    return this.wire.filter((e) => e.from === from && e.to === to)
  }

  /** Puts another envelope in the place of one on the wire. */
  replace(old: Envelope, now: Envelope): void {
    this.wire = this.wire.map((e) => (e === old ? now : e))
  }

  put(envelope: Envelope): void {
    this.wire = [...this.wire, envelope]
  }

  remove(envelope: Envelope): void {
    this.wire = this.wire.filter((e) => e !== envelope)
  }

  /** Runs one handler; false if it refused. */
  run(name: string, event: Event, course: Course): boolean {
    const slot = this.world.nodes[name]!
    const nowMs = localUs(slot.clock, this.world.timeUs) / 1000
    const arm: Arm = (delayMs) => this.deadline(name, delayMs)
    const outcome = localOutcome(this.model, name, slot, event, nowMs, course, arm, this.step)
    if (outcome.kind === 'refused') return false
    this.settle(name, outcome)
    return true
  }

  crash(name: string, slot: NodeSlot, disk: number | 'cache'): void {
    const left =
      disk === 'cache'
        ? { current: slot.disk.current, survivors: slot.disk.survivors }
        : survivor(slot.disk, disk)
    this.lostWrites = disk !== 'cache' && hasUnsynced(slot.disk)
    this.setSlot(name, { ...slot, up: false, paused: false, state: null, timers: [], disk: left })
    this.crashed.push(name)
    this.spend(disk === 'cache' ? 'processCrashes' : 'crashes', 'crash')
  }

  send(parcels: readonly Parcel[]): void {
    for (const { from, to, body, op } of parcels) this.sendOne(from, to, body, op)
  }

  protected sendOne(from: string, to: string, body: Body, op: OperationId | null): void {
    const { wire, delayMs } = this.model.options
    if (wire === 'set' && this.find({ from, to, body, op }) !== null) return
    const delayUs = this.draw('network', delayMs)
    // What was sent later does not arrive earlier.
    const before = wire === 'fifo' ? this.onLink(from, to).at(-1) : undefined
    const sentUs = this.world.timeUs
    const dueUs = Math.max(sentUs + delayUs, before?.dueUs ?? 0)
    const envelope = { from, to, body, op, id: this.world.next, sentUs, dueUs }
    this.world.next++
    this.put(envelope)
    this.sent.push(envelope)
  }

  request(choice: Choice & { kind: 'request' }): void {
    const { client, to, body } = choice
    const before = this.world.clients[client] ?? []
    const op = { client, n: before.length + 1 }
    // A client that asks again has given up waiting: the earlier request may still take effect.
    const last = before.at(-1)
    if (last?.outcome === 'open') this.setLast(client, { ...last, outcome: 'info' })
    const operation: Operation = {
      client,
      n: op.n,
      to,
      request: body,
      outcome: 'open',
      answer: null,
      after: answeredBy(this.world.clients, client),
    }
    this.addOperation(client, operation)
    this.see({ kind: 'invoke', op, to, body })
    this.send([{ from: client, to, body, op }])
  }

  /** A reply reaches its client. Late answers to requests given up on change nothing the client knows. */
  answer(parcel: Parcel): void {
    const { op, body } = parcel
    const operations = this.world.clients[parcel.to]
    if (op === null || operations === undefined) return
    const last = operations.at(-1)
    if (last?.n !== op.n || last.outcome !== 'open') return
    this.setLast(parcel.to, { ...last, outcome: outcomeOf(body), answer: body })
    this.see({ kind: 'return', op, body })
    this.next(parcel.to)
  }

  /** The client's next request, if it has one: sent in the same step as the answer to the last. */
  next(client: string): void {
    const request = nextRequest(this.model, client, this.world.clients[client] ?? [])
    if (request !== null) this.request({ kind: 'request', client, ...request })
  }

  see(observation: Observation): void {
    const { properties, cluster } = this.model
    if (properties.length > 0)
      this.world.folds = this.world.folds.map((fold, i) => properties[i]!.see(fold, observation, cluster))
  }

  spend(what: keyof Spent, disturbance: Disturbance | null): void {
    this.world.spent = { ...this.world.spent, [what]: this.world.spent[what] + 1 }
    if (disturbance !== null) this.see({ kind: 'disturbance', what: disturbance })
  }

  protected settle(name: string, outcome: LocalOutcome): void {
    this.setSlot(name, outcome.slot)
    this.threw ??= outcome.threw
    this.arities = outcome.arities
    for (const effect of outcome.effects) {
      if (effect.kind === 'log') this.logs.push({ node: name, text: effect.text })
      if (isDiskEffect(effect)) this.wrote.push({ node: name, effect })
    }
    for (const body of outcome.outputs) {
      this.outputs.push({ node: name, body })
      this.see({ kind: 'output', node: name, body })
    }
    this.send(outcome.sent)
    if (outcome.course.crash !== undefined) {
      this.crashed.push(name)
      const wrote = outcome.effects.map((e) => e.kind)
      this.lostWrites =
        wrote.some((kind) => kind === 'write' || kind === 'append') &&
        wrote.lastIndexOf('sync') < Math.max(wrote.lastIndexOf('write'), wrote.lastIndexOf('append'))
      this.spend('crashes', 'crash')
    }
  }

  setSlot(name: string, slot: NodeSlot): void {
    this.world.nodes = { ...this.world.nodes, [name]: slot }
  }

  /** Puts an operation in the place of the client's last. */
  protected setLast(client: string, operation: Operation): void {
    const asked = this.world.clients[client]!
    this.world.clients = { ...this.world.clients, [client]: [...asked.slice(0, -1), operation] }
  }

  protected addOperation(client: string, operation: Operation): void {
    const asked = [...(this.world.clients[client] ?? []), operation]
    this.world.clients = sortedByName({ ...this.world.clients, [client]: asked })
  }

  protected deadline(name: string, delayMs: readonly [number, number]): ReturnType<Arm> {
    this.timerStreams[name] ??= `timer:${name}`
    const spanUs = this.draw(this.timerStreams[name], delayMs)
    const { clock } = this.world.nodes[name]!
    const { timeUs } = this.world
    const fromUs = localUs(clock, timeUs) + Math.round(delayMs[0] * 1000)
    return { dueUs: timeUs + trueSpanUs(clock, spanUs), fromUs, order: this.world.next++ }
  }

  /** The next number of a named stream, in microseconds. A range of one value draws nothing. */
  protected draw(stream: string, [minMs, maxMs]: readonly [number, number]): number {
    const [min, max] = [Math.round(minMs * 1000), Math.round(maxMs * 1000)]
    if (min === max) return min
    let integer = this.streams.get(stream)
    if (integer === undefined) {
      integer = integersByNumber(this.model.options.seed, `${stream}#`)
      this.streams.set(stream, integer)
    }
    return integer(this.count(stream), min, max)
  }

  /** How many numbers a stream has given so far; counts one more. */
  protected count(stream: string): number {
    const n = this.draws[stream] ?? 0
    this.draws = { ...this.draws, [stream]: n + 1 }
    return n
  }
}

export function sortedByName<T>(record: { readonly [name: string]: T }): { readonly [name: string]: T } {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => byText(a, b)))
}

/** Whether two parcels are copies of one message. */
export function sameParcel(a: Parcel, b: Parcel): boolean {
  return a.to === b.to && a.from === b.from && sameCanonical(a.body, b.body) && sameCanonical(a.op, b.op)
}
