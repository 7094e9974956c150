/** simulate: one run in virtual time, chosen by a seed. Same seed, same trace, on every machine. */
import { type RandomStream, randomStream } from '../base/random.ts'
import type { Verdict } from '../base/verdict.ts'
import { apply, begin, type Moment } from '../world/apply.ts'
import { type Choice, linksBetween } from '../world/choice.ts'
import type { AnyProperty } from '../world/property.ts'
import type { Model } from '../world/protocol.ts'
import type { World } from '../world/world.ts'
import { type Due, dueInOrder, earliestDue } from './due.ts'

/** How hostile a run is. Faults happen before `untilMs`; then all is repaired and the run goes on calmly. */
export interface FaultPlan {
  readonly untilMs: number
  /** Chances per message. */
  readonly loss?: number
  readonly duplicate?: number
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

/** Runs once. On a `set` wire each copy is delivered once all the same: here duplication is a fault. */
export function simulate(model: Model, options: SimulateOptions = {}): Simulation {
  return new Simulator(model, options).run()
}

class Simulator {
  private readonly model: Model
  private readonly random: {
    readonly network: RandomStream
    readonly crash: RandomStream
    readonly pick: RandomStream
  }
  private readonly plan: { atUs: number; choice: Choice }[]
  private readonly trace: Choice[] = []
  private readonly moments: Moment[] = []
  private readonly broken = new Map<string, { why: string; steps: number }>()
  private readonly startUs: number
  private readonly first: World
  private world: World
  private stopped: string | null = null

  constructor(
    model: Model,
    private readonly options: SimulateOptions,
  ) {
    const seed = options.seed ?? model.options.seed
    this.model = { ...model, options: { ...model.options, wire: 'bag', seed } }
    this.random = {
      network: randomStream(seed, 'faults of the network'),
      crash: randomStream(seed, 'crashes inside'),
      pick: randomStream(seed, 'picks'),
    }
    this.first = options.from ?? begin(this.model).world
    this.world = this.first
    this.startUs = this.world.timeUs
    this.plan = this.makePlan(seed)
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
      const due = earliestDue(this.world)
      const untilUs = Math.min(planned?.atUs ?? endUs, endUs)
      if (due === undefined && planned === undefined) break
      if (due !== undefined && this.takeDue(due, untilUs)) continue
      if (planned === undefined || planned.atUs > endUs) break
      this.plan.shift()
      this.take({ kind: 'wait', untilUs: planned.atUs })
      this.take(planned.choice)
    }
    const { model, first, trace, moments, stopped } = this
    return {
      model,
      first,
      last: this.world,
      trace,
      moments,
      stopped,
      verdicts: model.properties.flatMap((p, i) => this.verdict(p, i)),
    }
  }

  /** Lets the next thing happen that is due by then, with a fault if the dice say so; false if nothing is due. */
  private takeDue(earliest: Due, untilUs: number): boolean {
    if (earliest.dueUs > untilUs) return false
    const before = this.world
    if (this.take(this.withFaults(earliest.choice, earliest.dueUs))) return true
    // It was refused and waits: the next one in order that is possible now goes first.
    for (const { choice, dueUs } of dueInOrder(before).slice(1)) {
      if (dueUs > untilUs) return false
      if (this.take(this.withFaults(choice, dueUs))) return true
    }
    return false
  }

  private withFaults(choice: Choice, dueUs: number): Choice {
    const faults = this.options.faults
    if (faults === undefined || dueUs > this.startUs + faults.untilMs * 1000) return choice
    const toNode = choice.kind === 'deliver' && this.world.nodes[choice.parcel.to] !== undefined
    if (choice.kind === 'deliver') {
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

  /** Carries a choice out, with picks drawn where the handler asks for them; false if it is not possible. */
  private take(choice: Choice): boolean {
    let chosen = choice
    let applied = apply(this.model, this.world, chosen)
    if (applied.kind === 'applied' && applied.moment.arities.length > 0) {
      chosen = {
        ...chosen,
        picks: applied.moment.arities.map((arity) => this.random.pick.integer(0, arity - 1)),
      } as Choice
      applied = apply(this.model, this.world, chosen)
    }
    if (applied.kind === 'refused') return false
    this.world = applied.world
    this.trace.push(chosen)
    this.moments.push(applied.moment)
    this.judge()
    return true
  }

  private judge(): void {
    this.model.properties.forEach((property, i) => {
      if (property.judge.kind !== 'always' || this.broken.has(property.name)) return
      const why = property.judge.broken(this.world.folds[i]!, this.model.cluster)
      if (why !== null) this.broken.set(property.name, { why, steps: this.trace.length })
    })
    const threw = this.moments.at(-1)?.threw
    if (threw && !this.broken.has('NoThrow'))
      this.broken.set('NoThrow', { why: threw.message, steps: this.trace.length })
  }

  private verdict(property: AnyProperty, i: number): Verdict<Choice>[] {
    const bound = { driver: 'simulate', runs: 1, budgets: [] } as const
    const broken = this.broken.get(property.name) ?? this.atTheEnd(property, i)
    const own: Verdict<Choice>[] = []
    if (i === 0 && this.broken.has('NoThrow')) {
      const { why, steps } = this.broken.get('NoThrow')!
      own.push({ kind: 'broken', property: 'NoThrow', why, trace: this.trace.slice(0, steps), bound })
    }
    if (broken !== null)
      own.push({
        kind: 'broken',
        property: property.name,
        why: broken.why,
        trace: this.trace.slice(0, broken.steps),
        bound,
      })
    else if (this.stopped !== null && property.judge.kind !== 'always')
      own.push({ kind: 'gaveUp', property: property.name, budget: this.stopped, bound })
    else if (property.judge.kind !== 'nonBlocking' && property.judge.kind !== 'sometimes')
      own.push({ kind: 'held', property: property.name, bound })
    return own
  }

  /** `atRest` is judged where the run came to rest; `afterRepair` at the end, if the run was long enough to repair. */
  private atTheEnd(property: AnyProperty, i: number): { why: string; steps: number } | null {
    const steps = this.trace.length
    if (this.stopped !== null) return null
    if (property.judge.kind === 'atRest' && earliestDue(this.world) === undefined) {
      const why = property.judge.broken(this.world.folds[i]!, this.model.cluster)
      return why === null ? null : { why, steps }
    }
    if (property.judge.kind === 'eventually')
      return property.judge.met(this.world.folds[i]!, this.model.cluster)
        ? null
        : { why: property.judge.why, steps }
    if (property.judge.kind !== 'afterRepair') return null
    const open = property.judge.open(this.world.folds[i]!, this.model.cluster)[0]
    return open === undefined ? null : { why: open.why, steps }
  }

  /** Requests, crashes and partitions at drawn times, in order; at the end of the faults all is repaired. */
  private makePlan(seed: number): { atUs: number; choice: Choice }[] {
    const { faults, requests = [] } = this.options
    const dice = randomStream(seed, 'fault plan')
    const plan = requests.map(({ atMs, ...request }) => ({
      atUs: this.startUs + atMs * 1000,
      choice: { kind: 'request', ...request } as Choice,
    }))
    if (faults === undefined) return plan.sort((a, b) => a.atUs - b.atUs)
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

  private schedule(atUs: number, choice: Choice): void {
    const place = this.plan.findIndex((entry) => entry.atUs > atUs)
    this.plan.splice(place < 0 ? this.plan.length : place, 0, { atUs, choice })
  }
}
