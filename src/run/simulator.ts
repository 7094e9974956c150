/** A run in virtual time, chosen by a seed, on any ground: what is due first happens, or a fault instead. */
import { type RandomStream, randomStream } from '../base/random.ts'
import type { Verdict } from '../base/verdict.ts'
import type { Event } from '../node/node.ts'
import { begin } from '../world/apply.ts'
import type { Choice, Parcel } from '../world/choice.ts'
import type { Moment } from '../world/draft.ts'
import { allOutcomes } from '../world/local.ts'
import type { AnyProperty } from '../world/property.ts'
import type { Model } from '../world/protocol.ts'
import { insteadBy, STRATEGIES } from '../world/strategies.ts'
import { localUs, type World } from '../world/world.ts'
import type { Due } from './due.ts'
import { type FaultPlan, type Planned, type PlannedRequest, planOf } from './faultPlan.ts'
import { NO_THROW } from './judge.ts'
import type { Ground } from './live.ts'
import type { Taken } from './taken.ts'

export interface SimulateOptions {
  readonly seed?: number
  /** Where to begin; the first world of the model by default. */
  readonly from?: World
  /** When the run ends, in virtual milliseconds from where it began. Default: 10,000. */
  readonly untilMs?: number
  /** Ends a run that never comes to rest. Default: 10,000. */
  readonly maxSteps?: number
  readonly faults?: FaultPlan
  /** Requests of clients: when, by whom, to whom. */
  readonly requests?: readonly PlannedRequest[]
}

export interface Simulation {
  readonly model: Model
  /** `worlds[0]` is the first world; only the first and the last are kept. */
  readonly first: World
  readonly last: World
  readonly trace: readonly Choice[]
  readonly moments: readonly Moment[]
  readonly verdicts: readonly Verdict<Choice>[]
  /** Which budget ended the run before its time, or null. */
  readonly stopped: string | null
}

/** What a single run covers. */
export const BOUND = { driver: 'simulate', runs: 1, budgets: [] } as const

/** How often traitors say in one run what nobody asked for: each time may be followed by another. */
const MOST_UNASKED = 20

/** One run, on any ground. */
export class Simulator {
  private readonly model: Model
  private readonly random: {
    readonly network: RandomStream
    readonly crash: RandomStream
    readonly pick: RandomStream
    readonly lies: RandomStream
  }
  private readonly plan: Planned[]
  private readonly trace: Choice[] = []
  private readonly taken: Taken[] = []
  private readonly broken = new Map<string, { why: string; steps: number }>()
  /** What has to hold after every choice. */
  private readonly always: {
    readonly name: string
    readonly judge: AnyProperty['judge'] & { readonly kind: 'always' | 'atRest' }
    readonly fold: number
  }[] = []
  private readonly startUs: number
  private readonly first: World
  private readonly ground: Ground
  private stopped: string | null = null
  private unasked = 0

  constructor(
    model: Model,
    private readonly options: SimulateOptions,
    makeGround: (model: Model, first: World, draw: (arity: number) => number) => Ground,
  ) {
    const seed = options.seed ?? model.options.seed
    this.model = {
      ...model,
      options: { ...model.options, wire: model.options.wire === 'fifo' ? 'fifo' : 'bag', seed },
    }
    for (const [fold, { name, judge }] of model.properties.entries())
      if (judge.kind === 'always') this.always.push({ name, judge, fold })
    this.random = {
      network: randomStream(seed, 'faults of the network'),
      crash: randomStream(seed, 'crashes inside'),
      pick: randomStream(seed, 'picks'),
      lies: randomStream(seed, 'lies'),
    }
    const boot = options.from === undefined ? begin(this.model) : { world: options.from, moments: [] }
    const threw = boot.moments.find((moment) => moment.threw !== null)?.threw
    if (threw) this.broken.set(NO_THROW, { why: threw.message, steps: 0 })
    this.first = boot.world
    this.startUs = this.first.timeUs
    this.ground = makeGround(this.model, this.first, (arity) => this.random.pick.integer(0, arity - 1))
    this.plan = planOf(this.model, options, this.startUs)
  }

  /** How many choices were carried out so far. */
  get steps(): number {
    return this.trace.length
  }

  run(): Simulation {
    const { untilMs = 10_000, maxSteps = 10_000 } = this.options
    const endUs = this.startUs + untilMs * 1000
    this.judge()
    for (;;) {
      if (this.trace.length >= maxSteps) {
        this.stopped = `${maxSteps} steps`
        break
      }
      const planned = this.plan[0]
      const due = this.ground.earliest()
      const untilUs = Math.min(planned?.atUs ?? endUs, endUs)
      if (due === undefined && planned === undefined) break
      if (due !== undefined && this.takeDue(due, untilUs)) continue
      if (planned === undefined || planned.atUs > endUs) break
      this.plan.shift()
      this.take({ kind: 'wait', untilUs: planned.atUs })
      this.take(planned.choice)
    }
    const { model, first, trace, taken, stopped } = this
    const threw = this.broken.get(NO_THROW)
    const verdicts = model.properties.map((p, i) => this.verdict(p, i)).filter((v) => v !== null)
    if (threw !== undefined) verdicts.unshift(this.brokenBy(NO_THROW, threw))
    let moments: readonly Moment[] | null = null
    return {
      ...{ model, first, last: this.ground.finish(), trace, stopped, verdicts },
      get moments() {
        moments ??= taken.map((each) => each.moment())
        return moments
      },
    }
  }

  /** Lets the next thing happen that is due by then, with a fault if the dice say so; false if nothing is due. */
  private takeDue(earliest: Due, untilUs: number): boolean {
    if (earliest.dueUs > untilUs) return false
    if (this.takeSomehow(this.withFaults(earliest.choice, earliest.dueUs), earliest.dueUs)) return true
    // It was refused and waits: the next one in order that is possible now goes first.
    for (const { choice, dueUs } of this.ground.due().slice(1)) {
      if (dueUs > untilUs) return false
      if (this.takeSomehow(this.withFaults(choice, dueUs), dueUs)) return true
    }
    return false
  }

  /** Carries a choice out; where the picks that were drawn are refused, others that are not are drawn. */
  private takeSomehow(choice: Choice, dueUs: number): boolean {
    if (this.take(choice)) return true
    if (!this.ground.refusedPicks || (choice.kind !== 'deliver' && choice.kind !== 'fire')) return false
    const { nodes, timeUs } = this.ground.finish()
    const node = choice.kind === 'deliver' ? choice.parcel.to : choice.node
    const event: Event =
      choice.kind === 'deliver'
        ? { kind: 'receive', ...choice.parcel }
        : { kind: 'timer', timer: choice.timer, arg: choice.arg }
    const nowMs = localUs(nodes[node]!.clock, Math.max(timeUs, dueUs)) / 1000
    const possible = allOutcomes(this.model, node, nodes[node]!, event, nowMs, false)
    if (possible.length === 0) return false
    const { picks = [] } = this.random.pick.choose(possible).course
    return this.take({ ...choice, picks })
  }

  private mayBeHit({ from, to }: Parcel): boolean {
    return (
      !this.options.faults?.sparesClients || [from, to].every((name) => this.model.nodes[name] !== undefined)
    )
  }

  private withFaults(due: Choice, dueUs: number): Choice {
    const faults = this.options.faults
    if (faults === undefined || dueUs > this.startUs + faults.untilMs * 1000) return due
    const choice = due.kind === 'deliver' ? this.withLies(due, faults) : due
    const toNode = choice.kind === 'deliver' && this.model.nodes[choice.parcel.to] !== undefined
    if (choice.kind === 'deliver' && this.mayBeHit(choice.parcel)) {
      if (this.random.network.chance(faults.loss ?? 0)) return { kind: 'drop', parcel: choice.parcel }
      if (this.random.network.chance(faults.duplicate ?? 0))
        this.take({ kind: 'duplicate', parcel: choice.parcel })
    }
    const node = toNode ? choice.parcel.to : choice.kind === 'fire' ? choice.node : null
    if (
      node === null ||
      !(faults.mayCrash?.includes(node) ?? true) ||
      !this.random.crash.chance(faults.crashInside ?? 0)
    )
      return choice
    if (choice.kind !== 'deliver' && choice.kind !== 'fire') return choice
    const { downMs = 500 } = faults
    this.schedule(dueUs + this.random.crash.integer(1, downMs) * 1000, { kind: 'restart', node })
    return {
      ...choice,
      crash: { after: this.random.crash.integer(0, 5), disk: this.random.crash.integer(0, 7) },
    }
  }

  /** The arrival of what a traitor sends in the place of a message, or that it sends nothing. */
  private withLies(
    due: Choice & { kind: 'deliver' },
    { lies = 0, strategies = STRATEGIES }: FaultPlan,
  ): Choice {
    const { parcel } = due
    const { from: node, to } = parcel
    const { treason } = this.ground
    const dice = this.random.lies
    if (!treason.traitors.includes(node) || !dice.chance(lies) || strategies.length === 0) return due
    const strategy = dice.choose(strategies)
    const bodies = insteadBy(strategy, this.model, treason, parcel)
    if (bodies.length === 0) return due
    const unasked = strategy === 'replay' || strategy === 'forge'
    if (unasked && ++this.unasked > MOST_UNASKED) return due
    const body = strategy === 'equivocate' ? this.toldTo(to, parcel, bodies) : dice.choose(bodies)
    if (body === parcel.body) return due
    const lie: Choice = { kind: 'lie', node, to, instead: unasked ? null : parcel, body }
    if (body === null) return lie
    this.take(lie)
    return unasked ? due : { ...due, parcel: { ...parcel, body } }
  }

  /** Each receiver is told one side of the story all through a run, by all traitors: truth, or one of the others. */
  private toldTo(to: string, parcel: Parcel, others: readonly (Parcel['body'] | null)[]) {
    const sides = [parcel.body, ...others]
    const side = randomStream(this.model.options.seed, `lies to ${to}`).integer(0, 1_000_000)
    return sides[side % sides.length]!
  }

  /** Carries a choice out, with picks drawn where the handler asks for them; false if it is not possible. */
  private take(choice: Choice): boolean {
    const taken = this.ground.take(choice)
    if (taken === null) return false
    this.trace.push(taken.choice)
    this.taken.push(taken)
    if (taken.threw !== null && !this.broken.has(NO_THROW))
      this.broken.set(NO_THROW, { why: taken.threw.message, steps: this.trace.length })
    this.judge()
    return true
  }

  private judge(): void {
    for (const { name, judge, fold } of this.always) {
      if (this.broken.has(name)) continue
      const why = judge.broken(this.ground.folds[fold]!, this.model.cluster)
      if (why !== null) this.broken.set(name, { why, steps: this.trace.length })
    }
  }

  /** Null for a property that a single run says nothing about. */
  private verdict(property: AnyProperty, i: number): Verdict<Choice> | null {
    const broken = this.broken.get(property.name) ?? this.atTheEnd(property, i)
    if (broken !== null) return this.brokenBy(property.name, broken)
    const { kind } = property.judge
    if (this.stopped !== null && kind !== 'always')
      return { kind: 'gaveUp', property: property.name, budget: this.stopped, bound: BOUND }
    if (kind === 'nonBlocking' || kind === 'sometimes') return null
    return { kind: 'held', property: property.name, bound: BOUND }
  }

  private brokenBy(property: string, { why, steps }: { why: string; steps: number }): Verdict<Choice> {
    return { kind: 'broken', property, why, trace: this.trace.slice(0, steps), bound: BOUND }
  }

  /** `atRest` is judged where the run came to rest; `afterRepair` at the end, if the run was long enough to repair. */
  private atTheEnd(property: AnyProperty, i: number): { why: string; steps: number } | null {
    const steps = this.trace.length
    if (this.stopped !== null) return null
    if (property.judge.kind === 'atRest' && this.ground.earliest() === undefined) {
      const why = property.judge.broken(this.ground.folds[i]!, this.model.cluster)
      return why === null ? null : { why, steps }
    }
    if (property.judge.kind === 'eventually')
      return property.judge.met(this.ground.folds[i]!, this.model.cluster)
        ? null
        : { why: property.judge.why, steps }
    if (property.judge.kind !== 'afterRepair') return null
    const open = property.judge.open(this.ground.folds[i]!, this.model.cluster)[0]
    return open === undefined ? null : { why: open.why, steps }
  }

  private schedule(atUs: number, choice: Choice): void {
    const place = this.plan.findIndex((entry) => entry.atUs > atUs)
    this.plan.splice(place < 0 ? this.plan.length : place, 0, { atUs, choice })
  }
}
