/** explore: every schedule of a model within budgets, breadth first, so that the first story is a shortest one. */
import type { Bound, Verdict } from '../base/verdict.ts'
import { begin } from '../world/apply.ts'
import { type Budgets, budgetsOf, budgetWords } from '../world/budgets.ts'
import type { Choice } from '../world/choice.ts'
import type { AnyProperty } from '../world/property.ts'
import type { Model } from '../world/protocol.ts'
import type { World } from '../world/world.ts'
import { judgeEventually } from './eventually.ts'
import { NO_THROW, threwAtFirst } from './judge.ts'
import { judgeMet, type Met, type Region } from './met.ts'
import { rootsOf } from './roots.ts'
import { Row, RowSet } from './rows.ts'
import { Space } from './space.ts'

export interface ExploreOptions {
  /** Where to begin; the first world of the model by default. What was spent before does not count. */
  readonly from?: World
  /** Names of the properties to judge; all of the model's by default. */
  readonly properties?: readonly string[]
  readonly budgets?: Partial<Budgets>
  /** Gives up beyond this many distinct worlds. Default: two million. */
  readonly maxWorlds?: number
  /** Gives up on `afterRepair` properties beyond this many worlds after a repair. Default: 200,000. */
  readonly maxRepaired?: number
  /** Gives up before the rows of worlds take more bytes; what their integers stand for comes on top. Default: none. */
  readonly maxBytes?: number
  /** Does not look beyond this level. Default: none. */
  readonly maxDepth?: number
  /** Compares rows and not only their fingerprints. */
  readonly exact?: boolean
  /** Called now and then; `false` stops the search, which then has given up. */
  onProgress?(seen: { readonly worlds: number; readonly depth: number }): boolean
}

export interface Exploration {
  /** One verdict a property, in the order asked for; `NoThrow` is added where a handler threw. */
  readonly verdicts: readonly Verdict<Choice>[]
  /** Different worlds. */
  readonly distinct: number
  /** The first world, once a set of traitors, and every (world, choice), self-loops included. */
  readonly generated: number
  /** Levels as TLC prints them. */
  readonly depth: number
  /** Handler calls; all other steps came from memory. */
  readonly handlerCalls: number
  /** Pairs of worlds that fingerprints alone would have merged: seen in exact mode, expected otherwise. */
  readonly collisions: number
}

/** Explores. Never judges more than it saw: a search that was stopped or limited answers `gaveUp`. */
export function explore(model: Model, options: ExploreOptions = {}): Exploration {
  return new Search(model, options).run()
}

/** So many worlds may be visited before somebody who wants to stop is heard. */
const PROGRESS_EVERY = 64
const BY_HAND = 'stopped by hand'
const NEVER_SHOWN =
  'no schedule within the budgets shows it: whatever rests on it has not been put to the test'

/** Thrown from inside a pass over the stored worlds, to leave it. */
class LeftOff extends Error {
  constructor(readonly budget: string) {
    super(budget)
  }
}

/** A world in which something was found wrong. */
interface Finding {
  readonly index: number
  /** The step out of it that was wrong by itself: a throw may lead to a world that is known, or to where it was. */
  readonly last?: Choice
  readonly why: string
}

class Search {
  private readonly model: Model
  private readonly budgets: Budgets
  private readonly root: World
  private readonly space: Space
  private readonly rows: RowSet
  private readonly found = new Map<string, Finding>()
  private readonly unknown = new Map<string, string>()
  private readonly shown = new Set<string>()
  private readonly judged: (string | null | undefined)[][]
  private readonly wanted: ReadonlySet<string>
  /** Indexes of the properties that are judged on every new world. */
  private readonly always: readonly number[]
  private readonly sometimes: readonly number[]
  private readonly judgesRest: boolean
  /** By first world: who betrays there. */
  private readonly betrayals = new Map<number, readonly Choice[]>()
  private generated = 0
  private depth = 1
  private stopped: string | null = null
  private cut = false
  private visits = 0
  /** Rows below this number are reached by the model's own choices; those above by a repair first. */
  private mainRows = 0

  constructor(
    model: Model,
    private readonly options: ExploreOptions,
  ) {
    this.model = options.properties === undefined ? model : onlyProperties(model, options.properties)
    this.budgets = budgetsOf(this.model, options.budgets)
    this.root =
      options.from === undefined ? begin(this.model).world : withFolds(model, this.model, options.from)
    this.space = new Space(this.model, this.budgets, this.root)
    this.rows = new RowSet(options.exact ?? false)
    this.judged = this.model.properties.map(() => [])
    this.wanted = new Set(this.model.properties.map((p) => p.name))
    const kinds = this.model.properties.map((p) => p.judge.kind)
    this.always = kinds.flatMap((kind, p) => (kind === 'always' ? [p] : []))
    this.sometimes = kinds.flatMap((kind, p) => (kind === 'sometimes' ? [p] : []))
    this.judgesRest = kinds.includes('atRest')
  }

  run(): Exploration {
    const roots = rootsOf(this.model, this.root, this.budgets)
    for (const { world, trace } of roots) this.betrayals.set(this.add(this.space.rowOf(world), -1), trace)
    this.generated = roots.length
    this.judgeFirstBoot()
    this.breadthFirst()
    this.mainRows = this.rows.size
    if (this.stopped === null && !this.allBroken()) this.judgeFutures()
    const names = this.found.has(NO_THROW) ? [NO_THROW, ...this.wanted] : [...this.wanted]
    return {
      verdicts: names.map((name) => this.verdict(name)),
      distinct: this.mainRows,
      generated: this.generated,
      depth: this.depth,
      handlerCalls: this.space.nodes.handlerCalls,
      collisions: this.options.exact ? this.rows.collisions : this.rows.expectedCollisions(),
    }
  }

  private breadthFirst(): void {
    const { maxWorlds = 2_000_000, maxDepth = Number.POSITIVE_INFINITY } = this.options
    const row = new Row(this.space.fixed)
    let levelEnd = this.rows.size
    for (let index = 0; index < this.rows.size; index++) {
      if (index === levelEnd) {
        if (this.depth >= maxDepth) {
          this.stopped = `depth ${maxDepth}`
          return
        }
        this.depth++
        levelEnd = this.rows.size
      }
      if (this.allBroken()) return
      if (this.rows.size > maxWorlds) {
        this.stopped = `${maxWorlds} worlds`
        return
      }
      this.stopped = this.whatIsFull()
      if (this.stopped !== null) return
      if (this.isStopped()) {
        this.stopped = BY_HAND
        return
      }
      this.expand(index, this.rows.read(index, row))
    }
  }

  /** What keeps the search from holding more worlds, or null. */
  private whatIsFull(): string | null {
    const { maxBytes } = this.options
    if (this.rows.isFull) return `${this.rows.size} worlds, the most a search can hold`
    return maxBytes !== undefined && this.rows.bytes(PROGRESS_EVERY) > maxBytes
      ? `${maxBytes} bytes of memory`
      : null
  }

  /** Called once for every world that is visited, in whatever pass. */
  private isStopped(): boolean {
    if (++this.visits % PROGRESS_EVERY !== 0) return false
    return this.options.onProgress?.({ worlds: this.rows.size, depth: this.depth }) === false
  }

  private expand(index: number, row: Row): void {
    this.cut ||= this.space.isCut(row)
    this.space.successors(row, (next, threw) => {
      this.generated++
      this.add(next, index)
      if (threw !== null && !this.found.has(NO_THROW))
        this.found.set(NO_THROW, { index, last: this.space.choice(), why: threw.message })
    })
    if (this.judgesRest) this.judgeAtRest(index, row)
  }

  private add(row: Row, parent: number): number {
    const index = this.rows.add(row, parent)
    if (!this.rows.isNew) return index
    for (const p of this.always) this.judge(this.model.properties[p]!, p, row, index)
    for (const p of this.sometimes) this.show(this.model.properties[p]!, p, row)
    return index
  }

  private show(property: AnyProperty, p: number, row: Row): void {
    if (property.judge.kind !== 'sometimes' || this.shown.has(property.name)) return
    const fold = this.space.fold(p, this.space.foldId(row, p))
    if (property.judge.shown(fold, this.model.cluster)) this.shown.add(property.name)
  }

  /** Judges once per distinct fold; the first world it fails in is the one kept. */
  private judge(property: AnyProperty, p: number, row: Row, index: number): void {
    const id = this.space.foldId(row, p)
    let why = this.judged[p]![id]
    if (why === null || this.found.has(property.name)) return
    if (why === undefined) {
      if (property.judge.kind !== 'always' && property.judge.kind !== 'atRest') return
      why = property.judge.broken(this.space.fold(p, id), this.model.cluster)
      this.judged[p]![id] = why
    }
    if (why !== null) this.found.set(property.name, { index, why })
  }

  private judgeAtRest(index: number, row: Row): void {
    if (this.space.isCut(row)) return
    let moves = false
    this.space.calmSuccessors(row, (next) => {
      moves ||= !this.rows.equals(index, next)
    })
    if (moves) return
    this.model.properties.forEach((property, p) => {
      if (property.judge.kind === 'atRest') this.judge(property, p, row, index)
    })
  }

  /** The properties that look ahead: needs the whole space. What is left when it is stopped gave up. */
  private judgeFutures(): void {
    const ahead = this.model.properties
      .map((property, p) => ({ property, p }))
      .filter(({ property }) => judgeFuture(property) !== null)
    const direct = ahead.filter(({ property }) => property.judge.kind !== 'afterRepair')
    const afterRepair = ahead.filter(({ property }) => property.judge.kind === 'afterRepair')
    const left = new Set(ahead.map(({ property }) => property))
    const settle = ({ property, p }: (typeof ahead)[number], first: number, end: number) => {
      const { model, space, rows } = this
      const look = () => this.lookUp()
      this.settle(property, judgeFuture(property)!({ model, space, rows, first, end, property: p, look }))
      left.delete(property)
    }
    try {
      for (const one of direct) settle(one, 0, this.mainRows)
      if (afterRepair.length === 0) return
      this.repairAll()
      for (const one of afterRepair) settle(one, this.mainRows, this.rows.size)
    } catch (error) {
      if (!(error instanceof LeftOff)) throw error
      for (const { name } of left) this.unknown.set(name, error.budget)
    }
  }

  /** Leaves the pass that is under way, if somebody wants to stop. */
  private lookUp(): void {
    if (this.isStopped()) throw new LeftOff(BY_HAND)
  }

  private settle(property: AnyProperty, met: Met): void {
    if (met.kind === 'broken') this.found.set(property.name, { index: met.index, why: met.why })
    if (met.kind === 'unknown') this.unknown.set(property.name, this.cutBy(property))
  }

  /** The budgets that cut worlds short; after a repair timers fire as often as they like. */
  private cutBy(property: AnyProperty): string {
    const { ticks, timeouts } = this.budgets
    const counted = Number.isFinite(timeouts) && property.judge.kind !== 'afterRepair'
    return [...(counted ? [`timeouts ${timeouts}`] : []), ...(ticks > 0 ? [`ticks ${ticks}`] : [])].join(
      ' or ',
    )
  }

  /** Adds the repaired world of every world, and all that can follow it without a fault; leaves off at a budget. */
  private repairAll(): void {
    const { maxRepaired = 200_000 } = this.options
    const row = new Row(this.space.fixed)
    for (let index = 0; index < this.mainRows; index++) {
      this.lookUp()
      this.add(this.space.repaired(this.rows.read(index, row)), index)
    }
    for (let index = this.mainRows; index < this.rows.size; index++) {
      this.lookUp()
      const full = this.whatIsFull()
      if (full !== null) throw new LeftOff(full)
      if (this.rows.size - this.mainRows > maxRepaired)
        throw new LeftOff(
          `${maxRepaired} worlds after a repair${this.model.options.wire === 'bag' ? ' (retries on a bag wire never end: try wire=set)' : ''}`,
        )
      this.space.calmSuccessors(this.rows.read(index, row), (next) => void this.add(next, index))
    }
  }

  private verdict(property: string): Verdict<Choice> {
    const bound = this.bound()
    const finding = this.found.get(property)
    if (finding !== undefined)
      return { kind: 'broken', property, why: finding.why, trace: this.trace(finding), bound }
    if (this.shown.has(property)) return { kind: 'held', property, bound }
    const budget = this.unknown.get(property) ?? this.stopped
    if (budget !== null) return { kind: 'gaveUp', property, budget, bound }
    const judge = this.model.properties.find((p) => p.name === property)?.judge
    if (judge?.kind === 'sometimes') return { kind: 'broken', property, why: NEVER_SHOWN, trace: [], bound }
    return { kind: 'held', property, bound }
  }

  private bound(): Bound {
    return {
      driver: 'explore',
      worlds: this.mainRows,
      depth: this.depth,
      budgets: budgetWords(this.model, this.budgets),
      cut: this.cut,
    }
  }

  /** Walks the parents back, then finds the choice of each step by taking it again. */
  private trace({ index, last }: Finding): Choice[] {
    const path: number[] = []
    for (let at = index; at >= 0; at = this.rows.parent(at)) path.push(at)
    path.reverse()
    const row = new Row(this.space.fixed)
    const betrayals = this.betrayals.get(path[0]!) ?? []
    return [
      ...betrayals,
      ...path.slice(1).map((child, i) => this.choiceBetween(this.rows.read(path[i]!, row), path[i]!, child)),
      ...(last === undefined ? [] : [last]),
    ]
  }

  private choiceBetween(row: Row, parent: number, child: number): Choice {
    if (parent < this.mainRows && child >= this.mainRows) return { kind: 'repair' }
    const found: Choice[] = []
    this.space.successors(row, (next) => {
      if (found.length === 0 && this.rows.equals(child, next)) found.push(this.space.choice())
    })
    if (found[0] === undefined) throw new Error('explore: a step of the trace could not be found again')
    return found[0]
  }

  private judgeFirstBoot(): void {
    if (this.options.from !== undefined) return
    const why = threwAtFirst(this.model)
    if (why !== null) this.found.set(NO_THROW, { index: 0, why })
  }

  private allBroken(): boolean {
    if (this.found.size + this.shown.size === 0) return false
    return (
      this.found.has(NO_THROW) ||
      (this.wanted.size > 0 && [...this.wanted].every((name) => this.found.has(name) || this.shown.has(name)))
    )
  }
}

/** How a property that looks ahead is judged; null for the others. */
function judgeFuture({ judge }: AnyProperty): ((region: Region) => Met) | null {
  switch (judge.kind) {
    case 'nonBlocking':
    case 'afterRepair':
      return judgeMet
    case 'eventually':
      return judgeEventually
    case 'always':
    case 'atRest':
    case 'sometimes':
      return null
  }
}

/** The same model, keeping track of some properties only. Throws `RangeError` for an unknown name. */
export function onlyProperties(model: Model, names: readonly string[]): Model {
  const known = model.properties.map((property) => property.name)
  const chosen = names.map((name) => {
    const property = model.properties.find((p) => p.name === name)
    if (property === undefined)
      throw new RangeError(
        `${model.protocol.name} has no property "${name}"; it has ${known.join(', ') || 'none'}`,
      )
    return property
  })
  return { ...model, properties: chosen }
}

function withFolds(all: Model, some: Model, world: World): World {
  const folds = some.properties.map((property) => world.folds[all.properties.indexOf(property)]!)
  return { ...world, folds }
}
