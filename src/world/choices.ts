/** choices: everything that may happen next in a world, in canonical order. */
import { byText } from '../base/canonical.ts'
import type { Event } from '../node/node.ts'
import { type Budgets, clockStepsUs, corruptionsOf, tickRates } from './budgets.ts'
import { type Choice, type Course, linksBetween, parcelOf } from './choice.ts'
import { isAwaited } from './clients.ts'
import { liesInstead, liesUnasked } from './lies.ts'
import { allOutcomes } from './local.ts'
import type { Model } from './protocol.ts'
import { roundsIn, turnOf } from './rounds.ts'
import {
  type Envelope,
  envelopeText,
  linkText,
  localUs,
  type NodeSlot,
  placesOf,
  type World,
} from './world.ts'

/**
 * The fault-free part of `choices`: deliveries and timers, each with every course it can take, time that passes
 * by true clocks where something waits for it, and nodes that were paused and go on.
 */
export function calmChoices(model: Model, world: World, budgets: Budgets): Choice[] {
  return [
    ...events(model, world, budgets),
    ...(isPending(world) ? waits(model, world, budgets).slice(0, 1) : []),
    ...resumes(model, world),
  ]
}

/**
 * Every choice within the budgets: deliveries by the text of the message, timers by node, ticks, then crashes,
 * restarts, losses, duplicates, crashes of processes, pauses, partitions, clocks that jump, corruption and lies. Equal
 * copies of a message are one choice, and so are crash points that leave equal worlds.
 */
export function choices(model: Model, world: World, budgets: Budgets): Choice[] {
  const found = [...events(model, world, budgets), ...waits(model, world, budgets), ...resumes(model, world)]
  for (const node of model.cluster.names)
    if (mayCrash(world, budgets, node) && world.nodes[node]!.up)
      for (let disk = 0; disk < world.nodes[node]!.disk.survivors.length; disk++)
        found.push({ kind: 'crash', node, disk })
  for (const node of model.cluster.names)
    if (!world.nodes[node]!.up)
      for (const course of courses(model, world, budgets, node, { kind: 'start', boot: 'restart' }))
        found.push({ kind: 'restart', node, ...course })
  found.push(...lossesAndCopies(model, world, budgets))
  return [
    ...found,
    ...otherFaults(model, world, budgets),
    ...wrongClocksAndBodies(model, world, budgets),
    ...lies(model, world, budgets),
  ]
}

/** Deliveries and timers. With ticks both happen now; and a timer only where its node's clock has come so far. */
function events(model: Model, world: World, budgets: Budgets): Choice[] {
  const found: Choice[] = []
  const timed = budgets.ticks > 0 && { atUs: world.timeUs }
  const turn = turnOf(roundsIn(model, world))
  const ending = turn === null ? null : model.cluster.names[turn.node]!
  if (turn?.ending === true) return fires(model, world, budgets, ending)
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
        found.push({ kind: 'deliver', parcel, ...timed })
    } else
      for (const course of courses(model, world, budgets, parcel.to, { kind: 'receive', ...parcel }))
        found.push({ kind: 'deliver', parcel, ...course, ...timed })
  }
  return [...found, ...fires(model, world, budgets, found.length === 0 ? ending : null)]
}

/** The timers that may fire: those that time out, and the one that ends a round at `ending`. */
function fires(model: Model, world: World, budgets: Budgets, ending: string | null): Choice[] {
  const { rounds } = model.protocol
  const timed = budgets.ticks > 0 && { atUs: world.timeUs }
  const found: Choice[] = []
  for (const node of model.cluster.names) {
    const { paused, timers, clock } = world.nodes[node]!
    for (const { timer, arg, fromUs } of paused ? [] : timers) {
      if (!(timer === rounds ? node === ending : world.spent.timeouts < budgets.timeouts)) continue
      if (timed && fromUs > localUs(clock, world.timeUs)) continue
      for (const course of courses(model, world, budgets, node, { kind: 'timer', timer, arg }))
        found.push({ kind: 'fire', node, timer, arg, ...course, ...timed })
    }
  }
  return found
}

/** A tick passes: with true clocks first, then with each way in which they may be off. */
function waits(model: Model, world: World, budgets: Budgets): Choice[] {
  if (world.spent.ticks >= budgets.ticks) return []
  const own = model.cluster.names.map((name) => world.nodes[name]!.clock.rate)
  const untilUs = world.timeUs + budgets.tickMs * 1000
  return tickRates(model.cluster.names, own, budgets).map((rates) => ({
    kind: 'wait',
    untilUs,
    ...(Object.keys(rates).length > 0 && { rates }),
  }))
}

function resumes(model: Model, world: World): Choice[] {
  return model.cluster.names.flatMap((node) =>
    world.nodes[node]!.paused ? [{ kind: 'resume' as const, node }] : [],
  )
}

/** What traitors may do to messages of theirs that are in flight, then what they may say unasked. */
function lies(model: Model, world: World, budgets: Budgets): Choice[] {
  const found: Choice[] = []
  if (world.spent.lies >= budgets.lies) return found
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
  const found: Choice[] = []
  if (world.spent.processCrashes < budgets.processCrashes)
    for (const node of names)
      if (world.nodes[node]!.up && (budgets.mayCrash?.includes(node) ?? true))
        found.push({ kind: 'crash', node, disk: 'cache' })
  if (world.spent.pauses < budgets.pauses)
    for (const node of names)
      if (world.nodes[node]!.up && !world.nodes[node]!.paused) found.push({ kind: 'pause', node })
  if (world.cut.length > 0) return budgets.partitions > 0 ? [...found, { kind: 'heal' }] : found
  if (world.spent.partitions < budgets.partitions)
    for (const links of splitsOf(names)) found.push({ kind: 'cut', links })
  return found
}

/** Clocks that jump forwards or back, and messages that arrive as something else. */
function wrongClocksAndBodies(model: Model, world: World, budgets: Budgets): Choice[] {
  const found: Choice[] = []
  if (world.spent.clockSteps < budgets.clockSteps)
    for (const node of budgets.badClocks ?? model.cluster.names)
      for (const stepUs of clockStepsUs(budgets)) found.push({ kind: 'clock', node, stepUs, rate: null })
  if (world.spent.corruptions < budgets.corruptions)
    for (const parcel of parcelsOnTheWire(world))
      for (const into of corruptionsOf(model, parcel)) found.push({ kind: 'corrupt', parcel, into })
  return found
}

/**
 * True where something could still happen but for a budget: a timer fire, or, where time passes by ticks and
 * they are used up, a timer come due or a message be read later than it can be now.
 */
export function isCut(model: Model, world: World, budgets: Budgets): boolean {
  const nodes = Object.values(world.nodes)
  const noMoreTicks = budgets.ticks > 0 && world.spent.ticks >= budgets.ticks
  return (
    (world.spent.timeouts >= budgets.timeouts &&
      nodes.some((slot) => slot.timers.some((t) => t.timer !== model.protocol.rounds))) ||
    (noMoreTicks && isPending(world))
  )
}

/** True where something waits for time to pass, or may do otherwise when it has. */
function isPending({ wire, nodes, timeUs }: World): boolean {
  const isEarly = ({ timers, clock }: NodeSlot) => timers.some((t) => t.fromUs > localUs(clock, timeUs))
  return wire.length > 0 || Object.values(nodes).some(isEarly)
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
  const slot = world.nodes[node]!
  const nowUs = budgets.ticks > 0 ? localUs(slot.clock, world.timeUs) : null
  const outcomes = allOutcomes(model, node, slot, event, nowUs, mayCrash(world, budgets, node))
  if (outcomes.length === 0 && event.kind === 'receive' && model.options.refusals === 'consume') return [{}]
  return outcomes.map((outcome) => outcome.course)
}
