/** One search for an order that explains a history; it can be paused and resumed. */
import type { Value } from '../base/canonical.ts'
import type { Budget } from './budget.ts'
import { Configurations } from './configurations.ts'
import type { ModelCall, SequentialModel } from './models.ts'
import type { Order } from './order.ts'
import { States } from './states.ts'

/** A configuration with loose operations used since its frame was reached. */
interface Item {
  readonly state: number
  readonly loose: Int32Array
  /** When the last of the operations ordered so far began. */
  readonly latest: number
  /** The item before, and the loose operation that leads here from it; null at the frame itself. */
  readonly via: { readonly item: Item; readonly operation: number } | null
}

const NO_LANES: readonly number[] = []

/** One configuration on the current path, and how far its successors have been tried. */
interface Frame {
  readonly items: Item[]
  /** Which item is being tried, and its lanes that can go on, the most urgent first. */
  item: number
  lanes: readonly number[]
  states: readonly number[]
  next: number
  /** True where the item needs no other successor than the one in `lanes`. */
  sure: boolean
  /** The lane taken from here. */
  taken: number
  stuck: boolean
}

/** A configuration from which nothing that took effect can come next. */
export interface DeadEnd {
  /** The operations ordered so far, as indexes into `order.operations`. */
  readonly path: readonly number[]
  /** The states that may be left here, and the loose operations that lead to some of them. */
  readonly states: readonly Value[]
  readonly tried: readonly number[]
  /** The operations that could come next by their order, but whose answer does not fit. */
  readonly refused: readonly number[]
}

/**
 * Wing & Gong (1993) with Lowe's memo (2017): depth first over what may come next, never twice through one
 * configuration. Two shortcuts change no answer: a read that fits may always come first, and of equal loose
 * operations that have both been asked, the earlier is used first. Loose ones are tried last, fewest first.
 */
export class Search {
  /** Where the search got furthest and could not go on; kept only if asked for. */
  readonly deadEnds: DeadEnd[] = []
  private readonly states: States
  private readonly seen: Configurations
  private readonly calls: readonly (ModelCall & { readonly reads: boolean })[]
  private readonly done: Int32Array
  private readonly frames: Frame[] = []
  private readonly twins: Int32Array
  private readonly urgency: Float64Array
  /** What an item on the path costs, roughly. */
  private readonly itemBytes: number
  private left: number
  private result: 'held' | 'broken' | null = null

  constructor(
    private readonly order: Order,
    model: SequentialModel,
    private readonly budget: Budget,
    private readonly keepDeadEnds = 0,
  ) {
    const words = Math.ceil(order.loose.length / 32)
    this.states = new States(model, budget)
    this.seen = new Configurations(order.lanes.length, words, budget)
    this.calls = order.operations.map(({ f, key, value, result, outcome }) => ({
      f,
      key,
      value,
      result,
      known: outcome === 'ok',
      reads: model.reads.includes(f),
    }))
    this.done = new Int32Array(order.lanes.length)
    this.left = order.lanes.reduce((sum, lane) => sum + lane.length, 0)
    this.twins = twinsOf(order, model)
    const urgency = model.urgency?.(order.operations)
    this.urgency = urgency === undefined ? order.until : Float64Array.from(order.operations, urgency)
    this.itemBytes = 160 + 4 * words
    const item: Item = {
      state: this.states.id(model.init),
      loose: new Int32Array(words),
      latest: Number.NEGATIVE_INFINITY,
      via: null,
    }
    this.visit(item)
    this.frames.push(this.frame(item))
    if (this.left === 0) this.finish('held')
  }

  /** Goes on for about `turns` configurations, or until the budget is spent. `null`: not decided yet. */
  run(turns: number): 'held' | 'broken' | null {
    const until = this.budget.configurations + turns
    while (this.result === null && this.budget.left && this.budget.configurations < until) this.step()
    return this.result
  }

  private step(): void {
    const frame = this.frames.at(-1)
    if (frame === undefined) return this.finish('broken')
    if (frame.next < frame.lanes.length) return this.descend(frame)
    if (!frame.sure) this.addItems(frame)
    if (frame.item + 1 < frame.items.length) return this.open(frame, frame.item + 1)
    if (frame.stuck) this.noteDeadEnd(frame)
    this.frames.pop()
    this.budget.bytes -= this.itemBytes * (frame.items.length - 1)
    const above = this.frames.at(-1)
    if (above === undefined) return
    this.done[above.taken]!--
    this.left++
  }

  /** Takes the next lane that can go on, unless that leads to a configuration seen before. */
  private descend(frame: Frame): void {
    const lane = frame.lanes[frame.next]!
    const { loose, latest } = frame.items[frame.item]!
    const from = this.order.from[this.head(lane)]!
    const item: Item = {
      state: frame.states[frame.next]!,
      loose,
      latest: from > latest ? from : latest,
      via: null,
    }
    frame.next++
    frame.stuck = false
    this.done[lane]!++
    if (!this.visit(item)) {
      this.done[lane]!--
      return
    }
    frame.taken = lane
    this.left--
    if (this.left === 0) this.finish('held')
    else this.frames.push(this.frame(item))
  }

  private frame(item: Item): Frame {
    const frame: Frame = {
      items: [item],
      item: 0,
      lanes: NO_LANES,
      states: NO_LANES,
      next: 0,
      sure: false,
      taken: -1,
      stuck: true,
    }
    this.open(frame, 0)
    return frame
  }

  /** Turns to another item of the frame: finds the lanes that can go on from there. */
  private open(frame: Frame, index: number): void {
    const { state } = frame.items[index]!
    const { urgency, calls, done, states } = this
    const { lanes, from } = this.order
    const limit = this.limit()
    const open: number[] = []
    const after: number[] = []
    frame.item = index
    frame.next = 0
    frame.sure = false
    for (let lane = 0; lane < lanes.length; lane++) {
      const operation = lanes[lane]![done[lane]!]
      if (operation === undefined || from[operation]! >= limit) continue
      const call = calls[operation]!
      const next = states.after(state, call)
      if (next < 0) continue
      if (call.reads) {
        frame.lanes = [lane]
        frame.states = [next]
        frame.sure = true
        return
      }
      let at = open.length
      for (; at > 0 && urgency[this.head(open[at - 1]!)]! > urgency[operation]!; at--) {
        open[at] = open[at - 1]!
        after[at] = after[at - 1]!
      }
      open[at] = lane
      after[at] = next
    }
    frame.lanes = open
    frame.states = after
  }

  /** Adds the items that use one more loose operation than this one and lead to something new. */
  private addItems(frame: Frame): void {
    const item = frame.items[frame.item]!
    const { loose, from, until, needLane, need, strict } = this.order
    const limit = this.limit()
    for (let bit = 0; bit < loose.length; bit++) {
      const operation = loose[bit]!
      if (from[operation]! >= limit) break
      if (hasBit(item.loose, bit) || until[operation]! < item.latest) continue
      const lane = needLane[operation]!
      const ahead = lane < 0 ? 0 : this.done[lane]! - need[operation]!
      if (ahead < 0 || (ahead > 0 && strict[operation] === 1)) continue
      const twin = this.twins[bit]!
      if (twin >= 0 && !hasBit(item.loose, twin)) continue
      const state = this.states.after(item.state, this.calls[operation]!)
      if (state < 0 || state === item.state) continue
      const used = item.loose.slice()
      used[bit >> 5]! |= 1 << (bit & 31)
      const latest = Math.max(item.latest, from[operation]!)
      const next: Item = { state, loose: used, latest, via: { item, operation } }
      if (this.visit(next) && this.budget.take(this.itemBytes)) frame.items.push(next)
    }
  }

  private visit(item: Item): boolean {
    this.budget.configurations++
    return this.seen.add(item.state, this.done, item.loose) === true
  }

  /** The first operation of a lane that is not taken; every lane here has one. */
  private head(lane: number): number {
    return this.order.lanes[lane]![this.done[lane]!]!
  }

  /** Nothing that was asked at or after this place may come next: something not taken had ended by then. */
  private limit(): number {
    const { lanes, until } = this.order
    let limit = Number.POSITIVE_INFINITY
    for (let lane = 0; lane < lanes.length; lane++) {
      const operation = lanes[lane]![this.done[lane]!]
      if (operation !== undefined && until[operation]! < limit) limit = until[operation]!
    }
    return limit
  }

  /** The operations that may come next by their order. */
  private heads(): number[] {
    const { lanes, from } = this.order
    const limit = this.limit()
    return lanes
      .map((lane, i) => lane[this.done[i]!])
      .filter((operation): operation is number => operation !== undefined && from[operation]! < limit)
  }

  /** Where memory has run out, the last step went wrong and decides nothing. */
  private finish(result: 'held' | 'broken'): void {
    if (this.budget.outOfMemory) return
    this.result = result
    for (const { items } of this.frames) this.budget.bytes -= this.itemBytes * (items.length - 1)
    this.seen.release()
    this.states.release()
    this.frames.length = 0
  }

  private noteDeadEnd(frame: Frame): void {
    if (this.keepDeadEnds === 0) return
    const path: number[] = []
    const cursor = new Int32Array(this.done.length)
    for (const { items, item, taken } of this.frames.slice(0, -1)) {
      const loose: number[] = []
      for (let at = items[item]!.via; at !== null; at = at.item.via) loose.unshift(at.operation)
      path.push(...loose, this.order.lanes[taken]![cursor[taken]!++]!)
    }
    const most = this.deadEnds[0]?.path.length ?? 0
    if (path.length > most) this.deadEnds.length = 0
    if (path.length < most || this.deadEnds.length >= this.keepDeadEnds) return
    const states = frame.items.map((item) => this.states.value(item.state))
    const tried = frame.items.flatMap(({ via }) => (via === null ? [] : [via.operation]))
    this.deadEnds.push({ path, states, tried, refused: this.heads() })
  }
}

function hasBit(words: Int32Array, bit: number): boolean {
  return (words[bit >> 5]! & (1 << (bit & 31))) !== 0
}

/** For each loose operation the one before it that does the same and may be used whenever it may; -1 if none. */
function twinsOf(
  { operations, loose, until, needLane, need, strict }: Order,
  model: SequentialModel,
): Int32Array {
  const last = new Map<string, number>()
  return Int32Array.from(loose, (i, bit) => {
    const { f, key, value } = operations[i]!
    const text = JSON.stringify([f, key, value, until[i], needLane[i], need[i], strict[i], model.name])
    const twin = last.get(text) ?? -1
    last.set(text, bit)
    return twin
  })
}
