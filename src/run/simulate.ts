/** simulate: one run in virtual time, chosen by a seed. Same seed, same trace, on every machine. */

import type { Value } from '../base/canonical.ts'
import { type RandomStream, randomStream } from '../base/random.ts'
import type { Verdict } from '../base/verdict.ts'
import type { StepInput } from '../node/input.ts'
import type { Event } from '../node/node.ts'
import {
  Checker,
  inPlace,
  keeping,
  NotInPlace,
  runAgain,
  type Stepping,
  sameAgain,
  twice,
} from '../node/sharedStep.ts'
import { differenceOf, type HandlerError, isDifference, type StepResult } from '../node/step.ts'
import { begin } from '../world/apply.ts'
import { type Choice, linksBetween, type Parcel } from '../world/choice.ts'
import type { Moment } from '../world/draft.ts'
import { allOutcomes } from '../world/local.ts'
import type { AnyProperty } from '../world/property.ts'
import type { Model, Protocol } from '../world/protocol.ts'
import { insteadBy, STRATEGIES, type Strategy } from '../world/strategies.ts'
import { localUs, type World } from '../world/world.ts'
import type { Due } from './due.ts'
import { NO_THROW } from './judge.ts'
import { type Ground, Live } from './live.ts'
import type { Taken } from './taken.ts'

/** How hostile a run is. Faults happen before `untilMs`; then all is repaired and the run goes on calmly. */
export interface FaultPlan {
  readonly untilMs: number
  /** Chances per message. */
  readonly loss?: number
  readonly duplicate?: number
  /** Loss and copies befall messages between nodes only: what a client sends or is sent arrives once. */
  readonly sparesClients?: boolean
  /** Chance per handler call that the node dies inside it, between two effects. */
  readonly crashInside?: number
  /** Crashes between handlers: how many, and how long a node stays down, at most. */
  readonly crashes?: number
  readonly downMs?: number
  /** Partitions into two sides: how many, and how long they last, at most. */
  readonly partitions?: number
  readonly partitionMs?: number
  /** Pauses of single nodes: how many, and how long they last, at most. */
  readonly pauses?: number
  readonly pauseMs?: number
  /** How far clocks may be off the true rate, in parts per million, each node drawn on its own. */
  readonly driftPpm?: number
  /** Only these nodes crash; all by default. */
  readonly mayCrash?: readonly string[]
  /** How many nodes, or which, are traitors from the beginning. Default: 0. */
  readonly traitors?: number | readonly string[]
  /** Chance, for each message of a traitor, that it is a lie. Default: 0. */
  readonly lies?: number
  /** How traitors lie; in every way by default. */
  readonly strategies?: readonly Strategy[]
}

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
  readonly requests?: readonly {
    readonly atMs: number
    readonly client: string
    readonly to: string
    readonly body: (Choice & { kind: 'request' })['body']
  }[]
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

/**
 * Runs once, and then every step of it again: the first that differs breaks `NoThrow`. On a `set` wire each copy is
 * delivered once all the same: here duplication is a fault.
 */
export function simulate(model: Model, options: SimulateOptions = {}): Simulation {
  const quick = recordInPlace(model, options)
  if (quick?.isSameAgain()) return quick.run
  const kept = simulateKept(model, options)
  if (threwOrDiffered(kept)) return kept
  const difference = quick === null ? null : differenceInPlace(model, options, quick)
  if (quick !== null && difference !== null) return withDifference(quick.run, difference)
  notInPlace.add(model.protocol)
  return kept
}

/** The same with states that are kept from step to step: slower, and right whatever a handler does to its state. */
function simulateKept(model: Model, options: SimulateOptions): Simulation {
  const quick = record(model, options, keeping())
  const difference = quick.runAgain()
  if (difference === null) return quick.run
  const careful = record(model, options, twice())
  if (careful.run.moments.some(({ threw }) => threw !== null && isDifference(threw))) return careful.run
  if (!difference.ofSharing) return withDifference(quick.run, difference)
  // A handler caught what it gets for editing a record that is shared: it must not notice.
  const another = careful.runAgain()
  return another === null ? careful.run : withDifference(careful.run, another)
}

function threwOrDiffered({ verdicts }: Simulation): boolean {
  return verdicts.some(({ kind, property }) => kind === 'broken' && property === NO_THROW)
}

/**
 * Protocols whose handlers do what is theirs to do, and what a state that is edited in place does not bear: they go
 * through a Map in the order it was filled, say, or edit before they refuse. A matter of speed alone.
 */
const notInPlace = new WeakSet<Protocol>()

/** A step that went another way when it was run again. */
export interface Difference {
  /** The length of the trace with this step. */
  readonly steps: number
  readonly error: HandlerError
  /** True where it goes the same way on the same kind of draft. */
  readonly ofSharing: boolean
}

/** Every call of a handler in a run. */
interface Calls {
  // Side by side: calls are many.
  readonly inputs: StepInput[]
  readonly results: StepResult[]
  /** The length of the trace with each. */
  readonly steps: number[]
}

function recordCalls(
  model: Model,
  options: SimulateOptions,
  stepping: Stepping,
): Calls & { run: Simulation } {
  const [inputs, results, steps]: [StepInput[], StepResult[], number[]] = [[], [], []]
  const simulator: Simulator = new Simulator(model, options, (whole, first, draw) => {
    const step = (input: StepInput) => {
      const result = stepping.step(input)
      inputs.push(input)
      results.push(result)
      steps.push(simulator.steps + 1)
      return result
    }
    return new Live(whole, first, { ...stepping, step }, draw)
  })
  return { run: simulator.run(), inputs, results, steps }
}

/** Runs once and keeps every call of a handler, so that `runAgain` can compare. */
function record(model: Model, options: SimulateOptions, stepping: Stepping) {
  const { run, inputs, results, steps } = recordCalls(model, options, stepping)
  return {
    run,
    runAgain(): Difference | null {
      for (let i = 0; i < inputs.length; i++) {
        const error = runAgain(inputs[i]!, results[i]!)
        if (error === null) continue
        const ofSharing = sameAgain(inputs[i]!, results[i]!, stepping.step)
        return { steps: steps[i]!, error, ofSharing }
      }
      return null
    },
  }
}

type InPlace = Calls & { readonly run: Simulation; isSameAgain(): boolean }

/**
 * Runs once with states that are edited in place; null where that is not possible. The run is right if `isSameAgain`,
 * which runs every handler again on states that are kept.
 */
export function recordInPlace(model: Model, options: SimulateOptions): InPlace | null {
  // Whether an event counts as refused takes the state before it.
  if (model.options.refusals === 'stay' || notInPlace.has(model.protocol)) return null
  try {
    const calls = recordCalls(model, options, inPlace())
    return { ...calls, isSameAgain: () => isSameAgain(calls) }
  } catch (error) {
    if (error instanceof NotInPlace) return null
    throw error
  }
}

function isSameAgain({ run, inputs, results }: Calls & { readonly run: Simulation }): boolean {
  const checker = new Checker(statesOf(run.first))
  for (let i = 0; i < inputs.length; i++) if (!checker.isSame(inputs[i]!, results[i]!)) return false
  return Object.entries(run.last.nodes).every(([name, { up, state }]) => !up || checker.has(name, state))
}

function statesOf({ nodes }: World): { readonly [name: string]: Value } {
  return Object.fromEntries(Object.entries(nodes).map(([name, { state }]) => [name, state]))
}

/**
 * Where two runs in place differ; null if they do not. A difference that only the states at the end show is that of
 * the last call of its node, or of one before it.
 */
function differenceInPlace(model: Model, options: SimulateOptions, one: InPlace): Difference | null {
  const two = recordInPlace(model, options)
  if (two === null) return null
  const without = (result: StepResult): StepResult =>
    result.kind === 'done' ? { ...result, state: null } : result
  const lastCall = new Map<string, number>()
  for (const [i, input] of one.inputs.entries()) {
    const [first, again] = [one.results[i]!, two.results[i]]
    const error = again === undefined ? null : differenceOf(input, without(first), without(again))
    if (error !== null) return { steps: one.steps[i]!, error, ofSharing: false }
    if (first.kind === 'done') lastCall.set(input.identity.self, i)
  }
  for (const [name, i] of lastCall) {
    const [state, other] = [one.run.last.nodes[name]!.state, two.run.last.nodes[name]!.state]
    const result = { kind: 'done', state, effects: [], arities: [], readClock: false } as const
    const error = differenceOf(one.inputs[i]!, result, { ...result, state: other })
    if (error !== null) return { steps: one.steps[i]!, error, ofSharing: false }
  }
  return null
}

function withDifference(run: Simulation, { steps, error }: Difference): Simulation {
  const verdict: Verdict<Choice> = {
    kind: 'broken',
    property: NO_THROW,
    why: error.message,
    trace: run.trace.slice(0, steps),
    bound: BOUND,
  }
  const moments = run.moments.map((moment, i) => (i === steps - 1 ? { ...moment, threw: error } : moment))
  const others = run.verdicts.filter(
    (other) => other.property !== NO_THROW || (other.kind === 'broken' && other.trace.length < steps),
  )
  return {
    ...run,
    moments,
    verdicts: others.some((v) => v.property === NO_THROW) ? others : [verdict, ...others],
  }
}

const BOUND = { driver: 'simulate', runs: 1, budgets: [] } as const

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
  private readonly plan: { atUs: number; choice: Choice }[]
  private readonly trace: Choice[] = []
  private readonly taken: Taken[] = []
  private readonly broken = new Map<string, { why: string; steps: number }>()
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
    this.plan = this.makePlan(seed)
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
    this.judge()
    return true
  }

  private judge(): void {
    this.model.properties.forEach((property, i) => {
      if (property.judge.kind !== 'always' || this.broken.has(property.name)) return
      const why = property.judge.broken(this.ground.folds[i]!, this.model.cluster)
      if (why !== null) this.broken.set(property.name, { why, steps: this.trace.length })
    })
    const threw = this.taken.at(-1)?.threw
    if (threw && !this.broken.has(NO_THROW))
      this.broken.set(NO_THROW, { why: threw.message, steps: this.trace.length })
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

  /** Requests, crashes and partitions at drawn times, in order; at the end of the faults all is repaired. */
  private makePlan(seed: number): { atUs: number; choice: Choice }[] {
    const { faults, requests = [] } = this.options
    const dice = randomStream(seed, 'fault plan')
    const plan: { atUs: number; choice: Choice }[] = requests.map(({ atMs, client, to, body }) => ({
      atUs: this.startUs + atMs * 1000,
      choice: { kind: 'request', client, to, body },
    }))
    if (faults === undefined) return plan.sort((a, b) => a.atUs - b.atUs)
    for (const node of this.drawTraitors(seed, faults))
      plan.push({ atUs: this.startUs, choice: { kind: 'traitor', node } })
    const at = () => this.startUs + dice.integer(0, faults.untilMs * 1000)
    const nodes = faults.mayCrash ?? this.model.cluster.names
    for (let i = 0; i < (faults.crashes ?? 0); i++) {
      const [crashUs, node] = [at(), dice.choose(nodes)]
      plan.push({ atUs: crashUs, choice: { kind: 'crash', node, disk: dice.integer(0, 7) } })
      plan.push({
        atUs: crashUs + dice.integer(1, faults.downMs ?? 500) * 1000,
        choice: { kind: 'restart', node },
      })
    }
    for (let i = 0; i < (faults.partitions ?? 0); i++) {
      const cutUs = at()
      const side = this.model.cluster.names.filter(() => dice.chance(0.5))
      const other = this.model.cluster.names.filter((name) => !side.includes(name))
      plan.push({ atUs: cutUs, choice: { kind: 'cut', links: linksBetween([side, other]) } })
      plan.push({ atUs: cutUs + dice.integer(1, faults.partitionMs ?? 500) * 1000, choice: { kind: 'heal' } })
    }
    for (let i = 0; i < (faults.pauses ?? 0); i++) {
      const [pauseUs, node] = [at(), dice.choose(nodes)]
      plan.push({ atUs: pauseUs, choice: { kind: 'pause', node } })
      plan.push({
        atUs: pauseUs + dice.integer(1, faults.pauseMs ?? 500) * 1000,
        choice: { kind: 'resume', node },
      })
    }
    for (const node of faults.driftPpm === undefined ? [] : this.model.cluster.names) {
      const ppm = dice.integer(-faults.driftPpm!, faults.driftPpm!)
      plan.push({
        atUs: this.startUs,
        choice: { kind: 'clock', node, stepUs: 0, rate: [1_000_000 + ppm, 1_000_000] },
      })
    }
    plan.push({ atUs: this.startUs + faults.untilMs * 1000, choice: { kind: 'repair' } })
    return plan.sort((a, b) => a.atUs - b.atUs)
  }

  private drawTraitors(seed: number, { traitors = 0 }: FaultPlan): readonly string[] {
    if (typeof traitors !== 'number') return traitors
    const dice = randomStream(seed, 'traitors')
    const left = [...this.model.cluster.names]
    const drawn: string[] = []
    while (drawn.length < traitors && left.length > 0)
      drawn.push(...left.splice(dice.integer(0, left.length - 1), 1))
    return drawn
  }

  private schedule(atUs: number, choice: Choice): void {
    const place = this.plan.findIndex((entry) => entry.atUs > atUs)
    this.plan.splice(place < 0 ? this.plan.length : place, 0, { atUs, choice })
  }
}
