/** Time in a search: ticks, by clocks that are right or off, and clocks that jump. */
import { clockStepsUs, tickRates } from '../world/budgets.ts'
import type { Rates } from '../world/choice.ts'
import type { World } from '../world/world.ts'
import { localUs, TRUE_CLOCK } from '../world/world.ts'
import type { PackedWorlds } from './packedWorlds.ts'
import { Pairs } from './pairs.ts'
import type { Row } from './rows.ts'
import { NO_COURSE, type Tried, type Visit } from './tried.ts'

/** One way for a tick to pass. */
interface Way {
  readonly rates: Rates
  /** By node: how far its clock goes, as an index into `spansUs`. */
  readonly spans: readonly number[]
  /** Whether a clock runs at a rate that is not its own. */
  readonly isOff: boolean
}

export class PackedClocks {
  private readonly tickUs: number
  private readonly ways: readonly Way[]
  private readonly spansUs: number[] = []
  /** By slot and span: the slot after it. */
  private readonly moved = new Pairs()

  constructor(
    private readonly worlds: PackedWorlds,
    private readonly tried: Tried,
    root: World,
  ) {
    const { names, budgets } = worlds
    this.tickUs = budgets.tickMs * 1000
    const own = names.map((name) => root.nodes[name]!.clock.rate)
    this.ways = tickRates(names, own, budgets).map((rates, i) => ({
      rates,
      spans: names.map((name) => this.spanOf(rates[name] ?? [1, 1])),
      isOff: i > 0,
    }))
  }

  /** A tick, with every clock at its own rate. */
  calmSuccessors(row: Row, visit: Visit): void {
    if (this.mayTick(row)) this.tick(row, this.ways[0]!, visit)
  }

  /** A tick, with clocks as they may be. */
  ticks(row: Row, visit: Visit): void {
    if (this.mayTick(row)) for (const way of this.ways) this.tick(row, way, visit)
  }

  /** Clocks that jump. */
  jumps(row: Row, visit: Visit): void {
    const { worlds } = this
    const { budgets, names, nodes } = worlds
    if (worlds.phaseOf(row).spent.clockSteps >= budgets.clockSteps) return
    for (const name of budgets.badClocks ?? names) {
      const node = names.indexOf(name)
      for (const stepUs of clockStepsUs(budgets)) {
        const next = worlds.copy(row)
        next.set(node, nodes.clockMoved(row.cells[node]!, stepUs, true))
        worlds.spend(next, 'clockSteps')
        this.tried.note('clock', node, stepUs, NO_COURSE)
        visit(next, null)
      }
    }
  }

  private mayTick(row: Row): boolean {
    return this.worlds.phaseOf(row).spent.ticks < this.worlds.budgets.ticks
  }

  private tick(row: Row, way: Way, visit: Visit): void {
    const { worlds } = this
    const next = worlds.copy(row)
    for (let node = 0; node < worlds.names.length; node++)
      next.set(node, this.after(row.cells[node]!, way.spans[node]!))
    const phase = worlds.phaseOf(row)
    worlds.setPhase(next, { ...phase, timeUs: phase.timeUs + this.tickUs })
    worlds.spend(next, 'ticks')
    if (way.isOff) worlds.see(next, worlds.clockDisturbance)
    this.tried.noteWait(phase.timeUs + this.tickUs, way.rates)
    visit(next, null)
  }

  private after(slot: number, span: number): number {
    const known = this.moved.get(slot, span)
    if (known >= 0) return known
    const after = this.worlds.nodes.clockMoved(slot, this.spansUs[span]!, false)
    this.moved.add(slot, span, after)
    return after
  }

  /** How far a clock goes in a tick. */
  private spanOf(rate: readonly [number, number]): number {
    const spanUs = localUs({ ...TRUE_CLOCK, rate }, this.tickUs)
    const known = this.spansUs.indexOf(spanUs)
    return known >= 0 ? known : this.spansUs.push(spanUs) - 1
  }
}
