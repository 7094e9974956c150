/** byHand: a run that a check writes out step by step, and that fails with its own story. */
import { canonicalText, type Json } from '../base/canonical.ts'
import type { Body } from '../node/node.ts'
import { apply, begin } from '../world/apply.ts'
import { bodyText, type Choice, type Course, linksBetween, parcelOf } from '../world/choice.ts'
import type { Moment } from '../world/draft.ts'
import type { Model } from '../world/protocol.ts'
import type { Envelope, World } from '../world/world.ts'
import { CheckFailed, type Evidence, keepEvidence, keepMoments, thrown } from './evidence.ts'
import { offer } from './told.ts'

/** Fields that a message or an output must have; others do not matter. */
export interface Pattern {
  readonly type?: string
  readonly from?: string
  readonly to?: string
  readonly node?: string
  readonly [field: string]: Json | undefined
}

export interface Sent {
  readonly from: string
  readonly to: string
  readonly body: Body
}

export interface Said {
  readonly node: string
  readonly body: Body
}

/** So many steps in a row mean that the run feeds itself. */
const MAX_STEPS = 2000

export class HandRun {
  readonly trace: Choice[] = []
  readonly moments: Moment[] = []
  world: World

  constructor(readonly model: Model) {
    offer(model)
    keepMoments(this.moments)
    const first = begin(model)
    this.world = first.world
    for (const moment of first.moments) this.note(moment)
  }

  /** The same run once more, to go on differently from here. */
  branch(): HandRun {
    const twin: HandRun = Object.create(HandRun.prototype)
    return Object.assign(twin, this, { trace: [...this.trace], moments: [...this.moments] })
  }

  /** Everything sent so far, oldest first, replies to clients too. */
  get sent(): readonly Sent[] {
    return this.moments.flatMap((moment) => moment.sent.map(({ from, to, body }) => ({ from, to, body })))
  }

  get outputs(): readonly Said[] {
    return this.moments.flatMap((moment) => moment.outputs)
  }

  /** A client asks. */
  request(to: string, body: Body, client = 'client'): this {
    return this.take({ kind: 'request', client, to, body })
  }

  /** A message arrives as if `from` had sent it. It is played as a request, so that the story can be replayed. */
  receive(to: string, from: string, body: Body): this {
    return this.request(to, body, from).deliver({ to, from, type: body.type })
  }

  /** Delivers the first message in flight that matches; `picks` are what `ctx.pick` gives, by index. */
  deliver(pattern: Pattern, ...picks: readonly number[]): this {
    const envelope = this.inFlight(pattern)
    const course: Course = picks.length > 0 ? { picks } : {}
    return this.take({ kind: 'deliver', parcel: parcelOf(envelope), ...course })
  }

  /** Delivers everything that can be delivered, and what that causes, oldest first; no timer fires. */
  deliverAll(except?: Pattern): this {
    for (let steps = 0; steps < MAX_STEPS; steps++) {
      const next = this.world.wire.find((e) => this.reachable(e) && !(except && matches(except, e)))
      if (next === undefined) return this
      this.take({ kind: 'deliver', parcel: parcelOf(next) })
    }
    return this.fail(
      `after ${MAX_STEPS} messages there were still more: the nodes answer each other for ever`,
    )
  }

  drop(pattern: Pattern): this {
    for (const envelope of this.world.wire.filter((e) => matches(pattern, e)))
      this.take({ kind: 'drop', parcel: parcelOf(envelope) })
    return this
  }

  duplicate(pattern: Pattern): this {
    const envelope = this.world.wire.find((e) => matches(pattern, e))
    return envelope === undefined ? this : this.take({ kind: 'duplicate', parcel: parcelOf(envelope) })
  }

  /** Copies everything in flight once, so that each message will be received twice. */
  duplicateAll(): this {
    for (const envelope of [...this.world.wire]) this.take({ kind: 'duplicate', parcel: parcelOf(envelope) })
    return this
  }

  /** Every order in which what is in flight, and what it causes, can be delivered; no timer fires. */
  *everyOrder(): Generator<HandRun> {
    const next = new Map(
      this.world.wire.filter((e) => this.reachable(e)).map((e) => [canonicalText(parcelOf(e)), parcelOf(e)]),
    )
    if (next.size === 0) yield this
    for (const parcel of next.values()) yield* this.branch().take({ kind: 'deliver', parcel }).everyOrder()
  }

  /** Loss of power at a node: its memory, and of its disk what was not synced. */
  crash(node: string): this {
    return this.take({ kind: 'crash', node, disk: 0 })
  }

  /**
   * Delivers the first message in flight that matches, and its receiver loses power in the middle of its handler:
   * after so many of the messages, outputs, writes and syncs that it asks for, or after the last.
   */
  crashDuring(pattern: Pattern, after: number): this {
    const envelope = this.inFlight(pattern)
    return this.take({ kind: 'deliver', parcel: parcelOf(envelope), crash: { after, disk: 0 } })
  }

  restart(node: string): this {
    return this.take({ kind: 'restart', node })
  }

  cut(...groups: readonly (readonly string[])[]): this {
    return this.take({ kind: 'cut', links: linksBetween(groups) })
  }

  heal(): this {
    return this.take({ kind: 'heal' })
  }

  /**
   * Lets time pass: whatever is due happens in order, for at most `ms` of virtual time. Messages to nodes
   * that cannot be reached wait.
   */
  wait(ms: number): this {
    const untilUs = this.world.timeUs + ms * 1000
    for (let steps = 0; steps < MAX_STEPS; steps++) {
      const next = this.soonest(untilUs)
      if (next === null) return this.take({ kind: 'wait', untilUs })
      this.take(next)
    }
    return this
  }

  /** Ends the check: `happened` in words, with the story so far. */
  fail(happened: string, why?: string): never {
    const evidence: Evidence = {
      verdict: 'failed',
      happened,
      story: { model: this.model, trace: this.trace },
      ...(why !== undefined && { why }),
    }
    keepEvidence(evidence)
    throw new CheckFailed(evidence)
  }

  /** What was sent, for a sentence: `tm sent prepare tx=t1 to rm1, ...`. */
  sentWords(): string {
    const sent = this.sent.map(({ from, to, body }) => `${from} sent ${bodyText(body)} to ${to}`)
    return sent.length === 0 ? 'nothing was sent' : shortened(sent)
  }

  outputWords(node?: string): string {
    const said = this.outputs
      .filter((o) => node === undefined || o.node === node)
      .map((o) => `${o.node} announced ${bodyText(o.body)}`)
    return said.length === 0 ? `${node ?? 'nobody'} announced nothing` : shortened(said)
  }

  /** Any choice at all. Fails the check where it is not possible. */
  take(choice: Choice): this {
    const next = apply(this.model, this.world, choice)
    this.trace.push(choice)
    if (next.kind === 'refused') {
      this.trace.pop()
      return this.fail(`this could not happen: ${next.why}`)
    }
    this.world = next.world
    this.note(next.moment)
    this.judge()
    return this
  }

  private inFlight(pattern: Pattern): Envelope {
    return (
      this.world.wire.find((e) => matches(pattern, e)) ??
      this.fail(`no ${patternText(pattern)} was on its way: ${this.sentWords()}`)
    )
  }

  private note(moment: Moment): void {
    this.moments.push(moment)
    if (moment.threw === null) return
    const evidence = thrown(this.model, this.trace, moment.threw)
    keepEvidence(evidence)
    throw new CheckFailed(evidence)
  }

  /** Properties that must hold in every world are judged at every step. */
  private judge(): void {
    this.model.properties.forEach((property, i) => {
      if (property.judge.kind !== 'always') return
      const broken = property.judge.broken(this.world.folds[i]!, this.model.cluster)
      if (broken !== null) this.fail(broken, property.says)
    })
  }

  private reachable({ from, to }: Envelope): boolean {
    return this.world.nodes[to]?.up !== false && !this.world.cut.includes(`${from}>${to}`)
  }

  private soonest(untilUs: number): Choice | null {
    const due: { atUs: number; order: number; choice: Choice }[] = []
    for (const e of this.world.wire)
      if (this.reachable(e))
        due.push({ atUs: e.dueUs, order: e.id, choice: { kind: 'deliver', parcel: parcelOf(e) } })
    for (const node of this.model.cluster.names)
      for (const { timer, arg, dueUs, order } of this.world.nodes[node]!.timers)
        due.push({ atUs: dueUs, order, choice: { kind: 'fire', node, timer, arg } })
    due.sort((a, b) => a.atUs - b.atUs || a.order - b.order)
    const first = due[0]
    return first !== undefined && first.atUs <= untilUs ? first.choice : null
  }
}

/** Begins a run by hand. */
export function byHand(model: Model): HandRun {
  return new HandRun(model)
}

export function matches(
  pattern: Pattern,
  message: { readonly from?: string; readonly to?: string; readonly node?: string; readonly body: Body },
): boolean {
  const { from, to, node, ...fields } = pattern
  if (from !== undefined && message.from !== from) return false
  if (to !== undefined && message.to !== to) return false
  if (node !== undefined && message.node !== node) return false
  return Object.entries(fields).every(
    ([field, value]) =>
      value === undefined || canonicalText(message.body[field] ?? null) === canonicalText(value),
  )
}

/** `vote yes=true from rm1 to tm`. */
export function patternText({ type, from, to, node, ...fields }: Pattern): string {
  const body = bodyText({ ...(fields as { [field: string]: Json }), type: type ?? 'message' })
  return [node, node && 'announces', body, from && `from ${from}`, to && `to ${to}`].filter(Boolean).join(' ')
}

function shortened(list: readonly string[], most = 4): string {
  return list.length <= most ? list.join(', ') : `..., ${list.slice(-most).join(', ')}`
}
