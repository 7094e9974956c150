/** The plan of a run: what clients ask and which faults befall the nodes, when, drawn from the seed. */
import { randomStream } from '../base/random.ts'
import { type Choice, linksBetween } from '../world/choice.ts'
import type { Model } from '../world/protocol.ts'
import type { Strategy } from '../world/strategies.ts'

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

/** What a client asks: when, and whom. */
export interface PlannedRequest {
  readonly atMs: number
  readonly client: string
  readonly to: string
  readonly body: (Choice & { kind: 'request' })['body']
}

/** What is carried out when its time has come. */
export interface Planned {
  readonly atUs: number
  readonly choice: Choice
}

/** Requests, crashes, partitions and the like at drawn times, in order; at the end of the faults all is repaired. */
export function planOf(
  model: Model,
  { faults, requests = [] }: { readonly faults?: FaultPlan; readonly requests?: readonly PlannedRequest[] },
  startUs: number,
): Planned[] {
  const plan: Planned[] = requests.map(({ atMs, client, to, body }) => ({
    atUs: startUs + atMs * 1000,
    choice: { kind: 'request', client, to, body },
  }))
  if (faults !== undefined) plan.push(...drawFaults(model, faults, startUs))
  return plan.sort((a, b) => a.atUs - b.atUs)
}

function drawFaults(model: Model, faults: FaultPlan, startUs: number): Planned[] {
  const plan: Planned[] = []
  const dice = randomStream(model.options.seed, 'fault plan')
  const { names } = model.cluster
  const nodes = faults.mayCrash ?? names
  const anyTime = () => startUs + dice.integer(0, faults.untilMs * 1000)
  const after = (atUs: number, mostMs = 500) => atUs + dice.integer(1, mostMs) * 1000
  for (const node of drawTraitors(model, faults))
    plan.push({ atUs: startUs, choice: { kind: 'traitor', node } })
  for (let i = 0; i < (faults.crashes ?? 0); i++) {
    const [atUs, node] = [anyTime(), dice.choose(nodes)]
    plan.push({ atUs, choice: { kind: 'crash', node, disk: dice.integer(0, 7) } })
    plan.push({ atUs: after(atUs, faults.downMs), choice: { kind: 'restart', node } })
  }
  for (let i = 0; i < (faults.partitions ?? 0); i++) {
    const atUs = anyTime()
    const side = names.filter(() => dice.chance(0.5))
    const other = names.filter((name) => !side.includes(name))
    plan.push({ atUs, choice: { kind: 'cut', links: linksBetween([side, other]) } })
    plan.push({ atUs: after(atUs, faults.partitionMs), choice: { kind: 'heal' } })
  }
  for (let i = 0; i < (faults.pauses ?? 0); i++) {
    const [atUs, node] = [anyTime(), dice.choose(nodes)]
    plan.push({ atUs, choice: { kind: 'pause', node } })
    plan.push({ atUs: after(atUs, faults.pauseMs), choice: { kind: 'resume', node } })
  }
  if (faults.driftPpm !== undefined)
    for (const node of names) {
      const rate = [1_000_000 + dice.integer(-faults.driftPpm, faults.driftPpm), 1_000_000] as const
      plan.push({ atUs: startUs, choice: { kind: 'clock', node, stepUs: 0, rate } })
    }
  plan.push({ atUs: startUs + faults.untilMs * 1000, choice: { kind: 'repair' } })
  return plan
}

function drawTraitors({ cluster, options }: Model, { traitors = 0 }: FaultPlan): readonly string[] {
  if (typeof traitors !== 'number') return traitors
  const dice = randomStream(options.seed, 'traitors')
  const left = [...cluster.names]
  const drawn: string[] = []
  while (drawn.length < traitors && left.length > 0)
    drawn.push(...left.splice(dice.integer(0, left.length - 1), 1))
  return drawn
}
