/** Swarm plans: each seed draws which kinds of faults there are at all, and how strong. */
import { type RandomStream, randomStream } from '../base/random.ts'
import { count } from '../base/verdict.ts'
import type { DiskMode } from '../world/disk.ts'
import { type Model, requestBody } from '../world/protocol.ts'
import { STRATEGIES } from '../world/strategies.ts'
import type { FaultPlan } from './faultPlan.ts'
import type { SimulateOptions } from './simulator.ts'

/** The most a seed may draw of each kind of fault; zero turns a kind off. */
export interface SwarmLimits {
  /** Chances per message. */
  readonly loss: number
  readonly duplicate: number
  /** Chance per handler call that the node dies inside it. */
  readonly crashInside: number
  readonly crashes: number
  readonly partitions: number
  readonly pauses: number
  /** How far clocks may be off the true rate, in parts per million. */
  readonly driftPpm: number
  /** The longest a message may travel, in milliseconds. */
  readonly delayMs: number
  /** Whether crashes may leave any legal part of what was not synced, and not only what the model says. */
  readonly disk: boolean
  /** Only these nodes crash; all of them if it is left out. */
  readonly mayCrash?: readonly string[]
  /** Traitors: how many, or which, and the chance that a message of theirs is a lie. */
  readonly traitors: number | readonly string[]
  readonly lies: number
}

export const SWARM_LIMITS: SwarmLimits = {
  loss: 0.3,
  duplicate: 0.3,
  crashInside: 0.2,
  crashes: 3,
  partitions: 2,
  pauses: 2,
  driftPpm: 10_000,
  delayMs: 100,
  disk: true,
  traitors: 0,
  lies: 0,
}

/** What a protocol that goes in rounds takes for granted: messages arrive in time and clocks go alike. */
export const SYNCHRONOUS_LIMITS: SwarmLimits = {
  ...SWARM_LIMITS,
  loss: 0,
  duplicate: 0,
  crashInside: 0,
  crashes: 0,
  partitions: 0,
  pauses: 0,
  driftPpm: 0,
  delayMs: 1,
}

/** How hostile one run is. */
export interface SwarmPlan {
  readonly faults: FaultPlan
  readonly delayMs: readonly [number, number]
  readonly disk: DiskMode
  readonly requests: NonNullable<SimulateOptions['requests']>
}

/** The longest a crash, partition or pause lasts, in milliseconds. */
export const LONGEST_MS = 500

/**
 * The plan of a seed. A kind of fault is on in half of the seeds, each kind on its own: runs without losses
 * find what losses hide (Groce et al., Swarm Testing, 2012). Where `asks`, clients ask what the
 * protocol's load is, or otherwise what it takes, with the default fields.
 */
export function drawPlan(
  model: Model,
  seed: number,
  limits: SwarmLimits,
  untilMs: number,
  asks: boolean,
): SwarmPlan {
  const dice = randomStream(seed, 'swarm')
  const share = (most: number) => (dice.chance(0.5) ? (most * dice.integer(1, 10)) / 10 : 0)
  const times = (most: number) => (dice.chance(0.5) && most > 0 ? dice.integer(1, most) : 0)
  const faults: FaultPlan = {
    untilMs,
    loss: share(limits.loss),
    duplicate: share(limits.duplicate),
    crashInside: share(limits.crashInside),
    crashes: times(limits.crashes),
    partitions: times(limits.partitions),
    pauses: times(limits.pauses),
    driftPpm: Math.round(share(limits.driftPpm)),
    downMs: LONGEST_MS,
    partitionMs: LONGEST_MS,
    pauseMs: LONGEST_MS,
    ...(limits.mayCrash !== undefined && { mayCrash: limits.mayCrash }),
    ...drawTreason(randomStream(seed, 'swarm of traitors'), limits),
  }
  const slow = dice.chance(0.5)
  const longest = Math.max(1, Math.round(share(limits.delayMs)))
  const subset = dice.chance(0.5)
  return {
    faults,
    delayMs: slow && limits.delayMs > 1 ? [1, longest] : model.options.delayMs,
    disk: subset && limits.disk ? 'subset' : model.options.disk,
    requests: asks ? drawRequests(model, dice, untilMs / 2) : [],
  }
}

/** Limits in words, as verdicts print them; `betrayed`: somebody was a traitor before. */
export function limitWords(limits: SwarmLimits, betrayed = false): string[] {
  const mayLie = betrayed || limits.traitors !== 0
  const percent = (chance: number, what: string) =>
    chance > 0 ? [`${what} up to ${Math.round(chance * 1000) / 10}%`] : []
  const some = (n: number, what: string) => (n > 0 ? [`up to ${count(n, what)}`] : [])
  return [
    ...percent(limits.loss, 'loss'),
    ...percent(limits.duplicate, 'copies'),
    ...percent(limits.crashInside, 'crashes inside handlers'),
    ...(limits.crashes > 0 ? [`up to ${count(limits.crashes, 'crash', 'crashes')}`] : []),
    ...some(limits.partitions, 'partition'),
    ...some(limits.pauses, 'pause'),
    ...percent(limits.driftPpm / 1_000_000, 'clocks off'),
    ...(limits.delayMs > 1 ? [`delays up to ${limits.delayMs} ms`] : []),
    ...(typeof limits.traitors !== 'number'
      ? limits.traitors.map((name) => `${name} a traitor`)
      : some(limits.traitors, 'traitor')),
    ...percent(mayLie ? limits.lies : 0, 'lies'),
    ...(limits.mayCrash === undefined ? [] : [`only ${limits.mayCrash.join(' and ')} may crash`]),
  ]
}

/**
 * As many traitors as may be in most seeds, and fewer in others; they lie always, or now and then, in some ways, and so do
 * those who were traitors before.
 */
function drawTreason(dice: RandomStream, { traitors, lies }: SwarmLimits): Partial<FaultPlan> {
  if (lies === 0) return {}
  const some = STRATEGIES.filter(() => dice.chance(0.5))
  return {
    traitors: typeof traitors !== 'number' || dice.chance(0.5) ? traitors : dice.integer(0, traitors),
    lies: dice.chance(0.5) ? lies : (lies * dice.integer(1, 10)) / 10,
    strategies: some.length === 0 ? STRATEGIES : some,
  }
}

/** What clients ask in a run of this seed, in the first `forMs` of it. */
export function askedAtRandom(model: Model, seed: number, forMs: number): SwarmPlan['requests'] {
  return drawRequests(model, randomStream(seed, 'requests'), forMs)
}

/** One to three requests, each by a client of its own, unless the protocol has a load of its own. */
function drawRequests(model: Model, dice: RandomStream, forMs: number): SwarmPlan['requests'] {
  if (model.protocol.load !== undefined) return model.protocol.load(dice, model.cluster, forMs)
  const { names, roleOf } = model.cluster
  const kinds = Object.entries(model.protocol.requests ?? {}).flatMap(([type, { to }]) => {
    const takers = names.filter((name) => roleOf[name] === to)
    return takers.length === 0 ? [] : [{ type, takers }]
  })
  if (kinds.length === 0) return []
  return Array.from({ length: dice.integer(1, 3) }, (_, i) => {
    // The first kind is what a protocol is for: without it nothing else means much.
    const { type, takers } = i === 0 ? kinds[0]! : dice.choose(kinds)
    return {
      atMs: dice.integer(0, Math.floor(forMs)),
      client: i === 0 ? 'client' : `client${i + 1}`,
      to: dice.choose(takers),
      body: requestBody(model.protocol, type, {}),
    }
  })
}
