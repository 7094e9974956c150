/** Worlds as rows of interned ids: to and fro, and everything that a step may change in one. */
import { canonicalText, type Value } from '../base/canonical.ts'
import type { Event } from '../node/node.ts'
import type { Budgets } from '../world/budgets.ts'
import { parcelOf } from '../world/choice.ts'
import type { Disturbance, Observation } from '../world/property.ts'
import type { Model } from '../world/protocol.ts'
import {
  type Envelope,
  linkText,
  NOTHING_SPENT,
  type NodeSlot,
  placesOf,
  type Spent,
  type World,
} from '../world/world.ts'
import { Interner } from './intern.ts'
import { PackedClients } from './packedClients.ts'
import type { Treason } from './packedLies.ts'
import { atZero, fromZero, PackedNodes, type PackedOutcome, withoutTimes } from './packedNodes.ts'
import { PackedParcels } from './packedParcels.ts'
import { Pairs } from './pairs.ts'
import { Row } from './rows.ts'

/** What was used of the budgets, what is cut, and whether everything has been repaired for good. */
export interface Phase extends Treason {
  readonly spent: Spent
  readonly calm: boolean
  /** Cut links, sorted. */
  readonly cut: readonly string[]
  /** True time. It stands still but for ticks. */
  readonly timeUs: number
}

/** What each thing that is counted looks like from outside. */
const DISTURBANCES: { readonly [what in keyof Spent]: Disturbance | null } = {
  crashes: 'crash',
  drops: 'loss',
  duplicates: 'duplicate',
  timeouts: 'timeout',
  processCrashes: 'crash',
  partitions: 'partition',
  pauses: 'pause',
  lies: 'lie',
  ticks: null,
  clockSteps: 'clock',
  corruptions: 'corruption',
}

/**
 * Rows are: one slot id per node, one history id per client, one fold id per property, one phase id, then
 * the ids of the messages in flight in the order of their texts.
 */
export class PackedWorlds {
  readonly fixed: number
  readonly names: readonly string[]
  readonly clients: readonly string[]
  readonly events = new Interner<Event>((event) => canonicalText(event))
  readonly parcels: PackedParcels
  readonly nodes: PackedNodes
  readonly answers: PackedClients
  /** The event of a restart. */
  readonly restart: number
  /** By node: whether it is one of those that may crash. */
  readonly mayCrash: readonly boolean[]
  /** Whether a message is gone once it was received. */
  readonly consumes: boolean
  /** Whether what one node sends to another keeps its order. */
  readonly ordered: boolean
  /** Whether time passes, by ticks. */
  readonly timed: boolean
  private readonly phases = new Interner<Phase>(canonicalText)
  private readonly seen = new Interner<Observation>(canonicalText)
  private readonly folds: readonly Interner<Value>[]
  /** Per property, by fold and observation. */
  private readonly foldSteps: readonly Pairs[]
  /** Where the folds begin in a row. */
  private readonly first: number
  /** By budget, by phase: the phase after one more; and the observation that one more is. */
  private readonly spentPhases: { readonly [what in keyof Spent]: number[] }
  private readonly disturbances: { readonly [what in keyof Spent]: number | null }
  /** What a clock at another rate looks like. */
  readonly clockDisturbance: number
  /** By phase and message. */
  private readonly overCut: boolean[][] = []
  private readonly scratch: Row

  constructor(
    readonly model: Model,
    readonly budgets: Budgets,
    root: World,
  ) {
    this.names = model.cluster.names
    this.clients = Object.keys(root.clients)
    const { clients } = this
    this.timed = budgets.ticks > 0
    this.parcels = new PackedParcels(this.names, this.events)
    this.nodes = new PackedNodes(model, this.events, this.parcels, this.seen, this.timed)
    this.answers = new PackedClients(model, clients, this.names.length, this.parcels, this.seen)
    this.folds = model.properties.map(() => new Interner<Value>(canonicalText))
    this.foldSteps = model.properties.map(() => new Pairs())
    this.fixed = this.names.length + clients.length + model.properties.length + 1
    this.scratch = new Row(this.fixed)
    this.restart = this.events.id({ kind: 'start', boot: 'restart' })
    this.first = this.names.length + clients.length
    this.mayCrash = this.names.map((name) => budgets.mayCrash?.includes(name) ?? true)
    this.consumes = model.options.wire !== 'set'
    this.ordered = model.options.wire === 'fifo'
    this.clockDisturbance = this.seen.id({ kind: 'disturbance', what: 'clock' })
    this.disturbances = byBudget((what) => {
      const seen = DISTURBANCES[what]
      return seen === null ? null : this.seen.id({ kind: 'disturbance', what: seen })
    })
    this.spentPhases = byBudget(() => [])
  }

  /** The row of a world, as if nothing had been spent yet. */
  rowOf(world: World): Row {
    const places = this.ordered ? placesOf(world.wire) : []
    const wire = world.wire.map((envelope, i) => this.parcels.id(parcelOf(envelope), places[i]))
    const row = new Row(this.fixed)
    row.fill([
      ...this.names.map((name) => this.nodes.id(this.packed(world.nodes[name]!, world.timeUs))),
      ...this.clients.map((name) => this.answers.histories.id(world.clients[name] ?? [])),
      ...world.folds.map((fold, i) => this.folds[i]!.id(fold)),
      this.phases.id({
        spent: NOTHING_SPENT,
        calm: false,
        cut: world.cut,
        timeUs: world.timeUs,
        traitors: world.traitors,
        heard: this.budgets.lies > 0 ? world.heard : [],
      }),
      ...wire.sort((a, b) => this.parcels.ranks[a]! - this.parcels.ranks[b]!),
    ])
    return row
  }

  private packed(slot: NodeSlot, timeUs: number): NodeSlot {
    return this.timed ? atZero(slot, timeUs) : withoutTimes(slot)
  }

  /** The world of a row; where time does not pass, times are zero. */
  worldOf(row: Row): World {
    const phase = this.phaseOf(row)
    const timeUs = this.timed ? phase.timeUs : 0
    const slotOf = (id: number) =>
      this.timed ? fromZero(this.nodes.value(id), timeUs) : this.nodes.value(id)
    const ids = [...row.cells.subarray(0, row.length)]
    const { places } = this.parcels
    const wire = ids
      .slice(this.fixed)
      .sort((a, b) => (this.ordered ? places[a]! - places[b]! : 0))
      .map((id, i): Envelope => ({ ...this.parcels.value(id), id: i + 1, sentUs: timeUs, dueUs: timeUs }))
    return {
      timeUs,
      next: wire.length + 1,
      nodes: Object.fromEntries(this.names.map((name, i) => [name, slotOf(ids[i]!)])),
      clients: Object.fromEntries(
        this.clients.map((name, i) => [name, this.answers.histories.value(ids[this.names.length + i]!)]),
      ),
      wire,
      cut: phase.cut,
      traitors: phase.traitors,
      heard: phase.heard,
      folds: this.model.properties.map((_, i) => this.folds[i]!.value(ids[this.first + i]!)),
      spent: phase.spent,
      draws: {},
    }
  }

  foldId(row: Row, property: number): number {
    return row.cells[this.first + property]!
  }

  fold(property: number, id: number): Value {
    return this.folds[property]!.value(id)
  }

  isUp(row: Row, node: string): boolean {
    return this.nodes.value(row.cells[this.names.indexOf(node)]!).up
  }

  phaseOf(row: Row): Phase {
    return this.phases.value(row.cells[this.fixed - 1]!)
  }

  setPhase(row: Row, phase: Phase): void {
    row.set(this.fixed - 1, this.phases.id(phase))
  }

  /** Whether the link of a message is cut. Asked for every message: most worlds have no cut at all. */
  isOverCut(phaseId: number, parcel: number): boolean {
    this.overCut[phaseId] ??= []
    const known = this.overCut[phaseId]
    if (known[parcel] === undefined) {
      const { from, to } = this.parcels.value(parcel)
      known[parcel] = this.phases.value(phaseId).cut.includes(linkText(from, to))
    }
    return known[parcel]
  }

  /** The row to be changed next; it starts as a copy. There is one only. */
  copy(row: Row): Row {
    this.scratch.copy(row)
    return this.scratch
  }

  /** Puts an outcome of a node into a row: its slot, what it sent, what was seen of it. */
  settle(row: Row, node: number, outcome: PackedOutcome): void {
    row.set(node, outcome.slot)
    const { seen, sent } = outcome
    for (let i = 0; i < seen.length; i++) this.see(row, seen[i]!)
    for (let i = 0; i < sent.length; i++) this.put(row, sent[i]!)
    if (outcome.course.crash !== undefined) this.spend(row, 'crashes')
  }

  /** True for a message that equals one before it: equal copies are one choice. */
  isCopy(row: Row, at: number): boolean {
    const { parcels, fixed, ordered } = this
    if (!ordered) return at > fixed && row.cells[at - 1] === row.cells[at]
    const first = parcels.at(row.cells[at]!, 0)
    for (let i = fixed; i < at; i++) if (parcels.at(row.cells[i]!, 0) === first) return true
    return false
  }

  /** Takes a message off the wire; on a fifo wire those behind it move up. */
  takeOut(row: Row, at: number): void {
    const taken = row.cells[at]!
    row.remove(at)
    if (!this.ordered) return
    const { links, places } = this.parcels
    const behind: number[] = []
    for (let i = row.length - 1; i >= this.fixed; i--) {
      const id = row.cells[i]!
      if (links[id] !== links[taken] || places[id]! < places[taken]!) continue
      behind.push(this.parcels.at(id, places[id]! - 1))
      row.remove(i)
    }
    for (const id of behind) this.insert(row, id)
  }

  /** Sends a message; on a fifo wire behind all others of its link. */
  put(row: Row, parcel: number): void {
    if (!this.ordered) return this.insert(row, parcel)
    const { links } = this.parcels
    let before = 0
    for (let i = this.fixed; i < row.length; i++) if (links[row.cells[i]!] === links[parcel]) before++
    this.insert(row, this.parcels.at(parcel, before))
  }

  /** Inserts a message where its text belongs; on a set wire a message that is there already stays one. */
  insert(row: Row, parcel: number): void {
    const { ranks } = this.parcels
    const rank = ranks[parcel]!
    let at = row.length
    while (at > this.fixed && ranks[row.cells[at - 1]!]! > rank) at--
    if (!this.consumes && at > this.fixed && row.cells[at - 1] === parcel) return
    row.insert(at, parcel)
  }

  see(row: Row, seen: number): void {
    for (let p = 0; p < this.foldSteps.length; p++) {
      const position = this.first + p
      const before = row.cells[position]!
      let after = this.foldSteps[p]!.get(before, seen)
      if (after < 0) {
        const fold = this.folds[p]!.value(before)
        after = this.folds[p]!.id(
          this.model.properties[p]!.see(fold, this.seen.value(seen), this.model.cluster),
        )
        this.foldSteps[p]!.add(before, seen, after)
      }
      row.set(position, after)
    }
  }

  /** Counts towards a budget, in view of all. Without a limit nothing is counted, so that retries close into a loop. */
  spend(row: Row, what: keyof Spent, limit: number = this.budgets[what]): void {
    if (Number.isFinite(limit)) {
      const before = row.cells[this.fixed - 1]!
      const known = this.spentPhases[what]
      if (known[before] === undefined) {
        const phase = this.phases.value(before)
        const spent = { ...phase.spent, [what]: phase.spent[what] + 1 }
        known[before] = this.phases.id({ ...phase, spent })
      }
      row.set(this.fixed - 1, known[before])
    }
    const seen = this.disturbances[what]
    if (seen !== null) this.see(row, seen)
  }
}

function byBudget<T>(make: (what: keyof Spent) => T): { readonly [what in keyof Spent]: T } {
  const names = Object.keys(NOTHING_SPENT) as (keyof Spent)[]
  return Object.fromEntries(names.map((what) => [what, make(what)])) as { [what in keyof Spent]: T }
}
