/** choices: everything that may happen next in a world, in canonical order. */
import { byText } from '../base/canonical.ts'
import type { Event } from '../node/node.ts'
import { type Choice, type Course, linksBetween, parcelOf } from './choice.ts'
import { isAwaited } from './clients.ts'
import { liesInstead, liesUnasked } from './lies.ts'
import { allOutcomes } from './local.ts'
import type { Model } from './protocol.ts'
import { turnOf } from './rounds.ts'
import { type Envelope, envelopeText, linkText, placesOf, type World } from './world.ts'

/** How often each fault and timer may happen in all. `Infinity` is allowed for timeouts on a `set` wire. */
export interface Budgets {
  readonly crashes: number
  readonly drops: number
  readonly duplicates: number
  readonly timeouts: number
  /** Crashes of the process alone: its disk keeps all that was written. Default: 0. */
  readonly processCrashes?: number
  /** How often the links between two sides may be cut, both ways or one way; a cut may heal at any time. Default: 0. */
  readonly partitions?: number
  /** How often a node may stop taking steps; it goes on at any time. Default: 0. */
  readonly pauses?: number
  /** At most so many nodes are traitors, any of them, from the beginning; or exactly these. Default: 0. */
  readonly traitors?: number | readonly string[]
  /** How often a traitor may withhold, change or make up a message. Default: 0. */
  readonly lies?: number
  /** Which nodes may crash; all of them if it is left out. */
  readonly mayCrash?: readonly string[]
}

export const DEFAULT_BUDGETS: Budgets = { crashes: 0, drops: 0, duplicates: 0, timeouts: 3 }

/** No more faults, and as much time as it takes. */
export const CALM: Budgets = { crashes: 0, drops: 0, duplicates: 0, timeouts: Number.POSITIVE_INFINITY }

/** The fault-free part of `choices`: deliveries and timers, each with every course it can take. */
export function calmChoices(model: Model, world: World, budgets: Budgets): Choice[] {
  const found: Choice[] = []
  const turn = turnOf(model, world.nodes)
  if (turn?.ending === true) return fires(model, world, budgets, turn.node)
  const heads = model.options.wire === 'fifo' ? firstOnLinks(world) : world.wire
  for (const parcel of parcelsOnTheWire({ wire: heads })) {
    if (
      world.nodes[parcel.to]?.up === false ||
      world.nodes[parcel.to]?.paused ||
      world.cut.includes(linkText(parcel.from, parcel.to))
    )
      continue
    if (world.nodes[parcel.to] === undefined) {
      if (model.options.refusals === 'consume' || isAwaited(world, parcel))
        found.push({ kind: 'deliver', parcel })
    } else
      for (const course of courses(model, world, budgets, parcel.to, { kind: 'receive', ...parcel }))
        found.push({ kind: 'deliver', parcel, ...course })
  }
  return [...found, ...fires(model, world, budgets, found.length === 0 ? (turn?.node ?? null) : null)]
}

/** The timers that may fire: those that time out, and the one that ends a round at `ending`. */
function fires(model: Model, world: World, budgets: Budgets, ending: string | null): Choice[] {
  const { rounds } = model.protocol
  const found: Choice[] = []
  for (const node of model.cluster.names)
    for (const { timer, arg } of world.nodes[node]!.paused ? [] : world.nodes[node]!.timers)
      if (timer === rounds ? node === ending : world.spent.timeouts < budgets.timeouts)
        for (const course of courses(model, world, budgets, node, { kind: 'timer', timer, arg }))
          found.push({ kind: 'fire', node, timer, arg, ...course })
  return found
}

/**
 * Every choice within the budgets: deliveries by the text of the message, timers by node, then crashes,
 * restarts, losses, duplicates, crashes of processes, pauses, partitions and lies. Equal copies of a message are
 * one choice, and so are crash points that leave equal worlds.
 */
export function choices(model: Model, world: World, budgets: Budgets): Choice[] {
  const found = calmChoices(model, world, budgets)
  for (const node of model.cluster.names)
    if (mayCrash(world, budgets, node) && world.nodes[node]!.up)
      for (let disk = 0; disk < world.nodes[node]!.disk.survivors.length; disk++)
        found.push({ kind: 'crash', node, disk })
  for (const node of model.cluster.names)
    if (!world.nodes[node]!.up)
      for (const course of courses(model, world, budgets, node, { kind: 'start', boot: 'restart' }))
        found.push({ kind: 'restart', node, ...course })
  found.push(...lossesAndCopies(model, world, budgets))
  return [...found, ...otherFaults(model, world, budgets), ...lies(model, world, budgets)]
}

/** What traitors may do to messages of theirs that are in flight, then what they may say unasked. */
function lies(model: Model, world: World, budgets: Budgets): Choice[] {
  const found: Choice[] = []
  if (world.spent.lies >= (budgets.lies ?? 0)) return found
  for (const parcel of parcelsOnTheWire(world))
    if (world.traitors.includes(parcel.from))
      for (const body of liesInstead(model, world, parcel))
        found.push({ kind: 'lie', node: parcel.from, to: parcel.to, instead: parcel, body })
  for (const node of world.traitors)
    if (world.nodes[node]!.up && !world.nodes[node]!.paused)
      for (const { to, body } of liesUnasked(model, world, node))
        found.push({ kind: 'lie', node, to, instead: null, body })
  return found
}

function lossesAndCopies(model: Model, world: World, budgets: Budgets): Choice[] {
  const found: Choice[] = []
  if (model.options.wire !== 'set') {
    const parcels = parcelsOnTheWire(world)
    if (world.spent.drops < budgets.drops) for (const parcel of parcels) found.push({ kind: 'drop', parcel })
    if (world.spent.duplicates < budgets.duplicates && model.options.wire === 'bag')
      for (const parcel of parcels) found.push({ kind: 'duplicate', parcel })
  }
  return found
}

/** Crashes of processes, pauses, and partitions that come and go. */
function otherFaults(model: Model, world: World, budgets: Budgets): Choice[] {
  const { names } = model.cluster
  const { processCrashes = 0, pauses = 0, partitions = 0 } = budgets
  const found: Choice[] = []
  if (world.spent.processCrashes < processCrashes)
    for (const node of names)
      if (world.nodes[node]!.up && (budgets.mayCrash?.includes(node) ?? true))
        found.push({ kind: 'crash', node, disk: 'cache' })
  for (const node of pauses > 0 ? names : []) {
    const { up, paused } = world.nodes[node]!
    if (paused) found.push({ kind: 'resume', node })
    else if (up && world.spent.pauses < pauses) found.push({ kind: 'pause', node })
  }
  if (world.cut.length > 0) return partitions > 0 ? [...found, { kind: 'heal' }] : found
  if (world.spent.partitions < partitions)
    for (const links of splitsOf(names)) found.push({ kind: 'cut', links })
  return found
}

/** True where a timer could still fire if its budget allowed it. */
export function isCut(model: Model, world: World, budgets: Budgets): boolean {
  return (
    world.spent.timeouts >= budgets.timeouts &&
    Object.values(world.nodes).some((slot) => slot.timers.some((t) => t.timer !== model.protocol.rounds))
  )
}

/** Every way to cut links between two sides: both directions, then one direction only. */
export function splitsOf(names: readonly string[]): readonly (readonly string[])[] {
  const sides = Array.from({ length: 2 ** names.length - 2 }, (_, i) => i + 1).map((mask) => [
    names.filter((_, bit) => (mask >> bit) & 1),
    names.filter((_, bit) => !((mask >> bit) & 1)),
  ])
  const oneWay = sides.map(([a = [], b = []]) =>
    a.flatMap((from) => b.map((to) => linkText(from, to))).sort(byText),
  )
  const bothWays = sides.filter(([a]) => a!.includes(names[0]!)).map(linksBetween)
  return [...bothWays, ...oneWay]
}

/** The distinct messages in flight, in canonical order. */
export function parcelsOnTheWire(world: Pick<World, 'wire'>) {
  const byContent = new Map(world.wire.map((envelope) => [envelopeText(envelope), parcelOf(envelope)]))
  return [...byContent].sort(([a], [b]) => byText(a, b)).map(([, parcel]) => parcel)
}

function firstOnLinks({ wire }: World): readonly Envelope[] {
  const places = placesOf(wire)
  return wire.filter((_, i) => places[i] === 0)
}

function mayCrash(world: World, budgets: Budgets, node: string): boolean {
  return world.spent.crashes < budgets.crashes && (budgets.mayCrash?.includes(node) ?? true)
}

/** Every course the event can take; none where it is refused and refused events stay. */
function courses(model: Model, world: World, budgets: Budgets, node: string, event: Event): Course[] {
  const outcomes = allOutcomes(model, node, world.nodes[node]!, event, 0, mayCrash(world, budgets, node))
  if (outcomes.length === 0 && event.kind === 'receive' && model.options.refusals === 'consume') return [{}]
  return outcomes.map((outcome) => outcome.course)
}
