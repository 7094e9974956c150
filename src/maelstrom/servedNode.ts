/** ServedNode: one node of a protocol, alone: an event, a time and a seed go in, effects come out. */
import { createHash } from 'node:crypto'
import { canonicalText, type Json } from '../base/canonical.ts'
import { randomStream } from '../base/random.ts'
import type { DiskImage } from '../node/input.ts'
import type { Effect, Event } from '../node/node.ts'
import { type HandlerError, stepTwice } from '../node/step.ts'
import { type Arm, type LocalOutcome, localOutcome } from '../world/local.ts'
import type { Model } from '../world/protocol.ts'
import { type NodeSlot, TRUE_CLOCK } from '../world/world.ts'

/** A timer and when it is due, in microseconds since the node first started. */
export interface Alarm {
  readonly timer: string
  readonly arg: Json
  readonly dueUs: number
}

/** What one event led to. */
export interface ServedStep {
  /** The event was not possible, and nothing happened. `isKnown`: there is a handler for it. */
  readonly refused: { readonly isKnown: boolean } | null
  readonly effects: readonly Effect[]
  readonly threw: HandlerError | null
  /** The timer that is due first from here on. */
  readonly next: Alarm | null
  /** A short hash of what was asked for and thrown, by which a replay sees that the program has changed. */
  readonly hash: string
}

/** The same events at the same times with the same seeds lead to the same effects. */
export class ServedNode {
  slot: NodeSlot
  /** All that the last event did. */
  outcome: LocalOutcome | null = null
  private armed = 0

  constructor(
    readonly model: Model,
    readonly name: string,
  ) {
    this.slot = down(EMPTY)
  }

  /** Boots it on a disk. Whatever ran before is gone. */
  start(boot: 'first' | 'restart', disk: DiskImage, atUs: number, seed: number): ServedStep {
    this.slot = down(disk)
    return this.take({ kind: 'start', boot }, atUs, seed)
  }

  take(event: Event, atUs: number, seed: number): ServedStep {
    const dice = randomStream(seed, 'served')
    const picks: number[] = []
    const draw = (arity: number): number => {
      const index = dice.integer(0, arity - 1)
      picks.push(index)
      return index
    }
    const arm: Arm = ([minMs, maxMs]) => {
      const dueUs = atUs + dice.integer(Math.round(minMs * 1000), Math.round(maxMs * 1000))
      return { dueUs, fromUs: dueUs, order: this.armed++ }
    }
    const step: typeof stepTwice = (input) => stepTwice({ ...input, picks, draw })
    const result = localOutcome(this.model, this.name, this.slot, event, atUs / 1000, {}, arm, step)
    this.outcome = result.kind === 'done' ? result : null
    if (result.kind === 'refused')
      return {
        refused: { isKnown: this.hasHandler(event) },
        effects: [],
        threw: null,
        next: this.next,
        hash: '',
      }
    this.slot = result.slot
    const { effects, threw } = result
    return { refused: null, effects, threw, next: this.next, hash: hashOf(effects, threw) }
  }

  private get next(): Alarm | null {
    let first: (typeof this.slot.timers)[number] | null = null
    for (const timer of this.slot.timers)
      if (
        first === null ||
        timer.dueUs < first.dueUs ||
        (timer.dueUs === first.dueUs && timer.order < first.order)
      )
        first = timer
    return first && { timer: first.timer, arg: first.arg, dueUs: first.dueUs }
  }

  private hasHandler(event: Event): boolean {
    const { on, timers = {} } = this.model.nodes[this.name]!
    if (event.kind === 'receive') return Object.hasOwn(on, event.body.type)
    return event.kind === 'start' || Object.hasOwn(timers, event.timer)
  }
}

const EMPTY: DiskImage = { keys: {}, logs: {} }

function down(disk: DiskImage): NodeSlot {
  return {
    up: false,
    paused: false,
    clock: TRUE_CLOCK,
    state: null,
    timers: [],
    disk: { current: disk, survivors: [disk] },
  }
}

function hashOf(effects: readonly Effect[], threw: HandlerError | null): string {
  const text = canonicalText([effects, threw?.message ?? null])
  return createHash('sha256').update(text).digest('hex').slice(0, 8)
}
