/** A live world whose handlers get the very states: the quickest way to run, and right if it goes the same way again. */
import { canonical } from '../base/canonical.ts'
import type { Identity, StepInput } from '../node/input.ts'
import type { AnyNode, Effect, Event } from '../node/node.ts'
import type { Signatures } from '../node/signatures.ts'
import { NotInPlace, ownState, Stage, stepInPlace } from '../node/stage.ts'
import type { StepResult } from '../node/step.ts'
import type { Choice, Course } from '../world/choice.ts'
import { type DiskEffect, writeAll } from '../world/disk.ts'
import { NONE } from '../world/draft.ts'
import { changeTimers, identityOf, isDiskEffect, isVisible, withoutFired } from '../world/local.ts'
import type { Model } from '../world/protocol.ts'
import { byTimer, type Envelope, localUs, type NodeSlot, type Timer, type World } from '../world/world.ts'
import { Live } from './live.ts'
import { type CallEnd, CallTaken, type Taken } from './taken.ts'

/** A call at which a node started or died, with all that it was given. */
export interface WholeCall {
  readonly steps: number
  readonly input: StepInput
  readonly result: StepResult
}

export class LiveInPlace extends Live {
  /** Every call of a handler, in order. */
  readonly calls: (CallTaken | WholeCall)[] = []
  private readonly seats: Record<string, Seat> = {}
  private steps = 0
  /** Of the choice that is being carried out: whose handler ran, how that ended, and what it asked for. */
  private caller: Seat | null = null
  private end: CallEnd = 'done'
  private acts: readonly (Effect | Envelope)[] = NONE

  constructor(model: Model, first: World, draw: (arity: number) => number) {
    super(model, first, { hold: ownState, step: stepInPlace }, draw)
    for (const name of model.cluster.names)
      this.seats[name] = new Seat(model, name, this.drawPick, () => this.writeDown(name).disk.current)
  }

  override take(choice: Choice): Taken | null {
    this.caller = null
    const taken = super.take(choice)
    if (taken !== null) this.steps++
    // Nobody saw it, and it has to be refused when all is run again.
    else if (this.caller !== null) this.calls.push(this.callTaken(choice, null))
    return taken
  }

  protected override takenNow(choice: Choice, envelope: Envelope | null): Taken {
    if (this.caller === null) return super.takenNow(choice, envelope)
    const taken = this.callTaken(choice, envelope)
    this.calls.push(taken)
    return taken
  }

  private callTaken(choice: Choice, envelope: Envelope | null): CallTaken {
    const { timeUs } = this.world
    const { nowUs, stage } = this.caller!
    return new CallTaken(
      choice as CallTaken['choice'],
      this.steps + 1,
      timeUs,
      envelope,
      nowUs,
      this.end,
      this.acts,
      stage.arities,
    )
  }

  override run(name: string, event: Event, course: Course): boolean {
    if (event.kind === 'start' || course.crash !== undefined) {
      this.writeDown(name)
      return super.run(name, event, course)
    }
    const slot = this.slots[name]!
    const seat = this.seats[name]!
    seat.nowUs = localUs(slot.clock, this.world.timeUs)
    seat.picks = this.picks
    const effects = seat.stage.run(slot.state, event)
    this.caller = seat
    this.acts = effects ?? NONE
    this.end = effects === null ? 'refused' : 'done'
    if (effects === null) {
      // Which other picks are possible must not hang on what this one has left in the state.
      if (this.mayBeTakenBack && this.picks.length > 0) throw new NotInPlace()
      return false
    }
    this.settleInPlace(seat, slot, event, effects)
    return true
  }

  private settleInPlace(seat: Seat, slot: NodeSlot, event: Event, effects: readonly Effect[]): void {
    const { name } = seat
    let timers = withoutFired(slot.timers, event)
    let clocked = false
    let sends = false
    for (let i = 0; i < effects.length; i++) {
      const effect = effects[i]!
      if (effect.kind === 'send') {
        if (effect.op === null && !Object.hasOwn(this.model.nodes, effect.to)) throw new NotInPlace()
        sends = true
      } else if (effect.kind === 'arm' || effect.kind === 'disarm') clocked = true
      else if (isDiskEffect(effect)) seat.unwritten.push(effect)
    }
    if (clocked) timers = changeTimers(timers, effects, (delayMs) => this.deadline(name, delayMs))
    if (this.mayBeTakenBack && event.kind === 'receive' && this.model.options.unchanged !== 'handled')
      if (!effects.some(isVisible) && sameTimers(timers, slot.timers))
        this.end = 'done if it changed the state'
    if (timers !== slot.timers) this.setTimers(name, timers)
    if (this.model.properties.length > 0)
      for (const effect of effects)
        if (effect.kind === 'output') this.see({ kind: 'output', node: name, body: effect.body })
    if (sends) this.sendAll(name, effects as Effect[])
  }

  /** Sends what is to be sent. In the list, which is nobody else's, the message takes the place of the effect. */
  private sendAll(name: string, acts: (Effect | Envelope)[]): void {
    for (let i = 0; i < acts.length; i++) {
      const act = acts[i]!
      if (!('kind' in act) || act.kind !== 'send') continue
      this.sendOne(name, act.to, act.body, act.op)
      acts[i] = this.sent.pop()!
    }
  }

  protected override call(input: StepInput): StepResult {
    const result = super.call(input)
    if (result.kind === 'threw') throw new NotInPlace()
    this.calls.push({ steps: this.steps + 1, input, result })
    return result
  }

  override crash(name: string, _slot: NodeSlot, disk: number | 'cache'): void {
    super.crash(name, this.writeDown(name), disk)
  }

  protected override slotNow(name: string): NodeSlot {
    const slot = this.writeDown(name)
    try {
      return { ...slot, state: canonical(slot.state) }
    } catch {
      throw new NotInPlace()
    }
  }

  /** The slot with everything on its disk that was written there. */
  private writeDown(name: string): NodeSlot {
    const slot = this.slots[name]!
    const { unwritten } = this.seats[name]!
    if (unwritten.length === 0) return slot
    slot.disk = writeAll(slot.disk, unwritten, this.model.options.disk)
    unwritten.length = 0
    return slot
  }
}

/** Where the handlers of a node are called: the input of each call, in one object. */
class Seat implements StepInput {
  readonly node: AnyNode
  readonly identity: Identity
  readonly signatures: Signatures
  readonly stage: Stage
  readonly unwritten: DiskEffect[] = []
  readonly state = null
  readonly event: Event = { kind: 'start', boot: 'restart' }
  nowUs = 0
  picks: readonly number[] = NONE

  constructor(
    model: Model,
    readonly name: string,
    readonly draw: (arity: number) => number,
    private readonly readDisk: () => StepInput['disk'],
  ) {
    this.node = model.nodes[name]!
    this.identity = identityOf(name, model.assignment[name]!)
    this.signatures = model.signatures
    this.stage = new Stage(this)
  }

  get nowMs(): number {
    return this.nowUs / 1000
  }

  get disk(): StepInput['disk'] {
    return this.readDisk()
  }
}

function sameTimers(these: readonly Timer[], those: readonly Timer[]): boolean {
  return these.length === those.length && these.every((timer, i) => byTimer(timer, those[i]!) === 0)
}
