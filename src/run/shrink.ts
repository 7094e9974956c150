/** shrink: a story that breaks a property, told with fewer faults, fewer events and smaller values. */
import { sameCanonical } from '../base/canonical.ts'
import { apply, begin } from '../world/apply.ts'
import type { Choice } from '../world/choice.ts'
import { type Moment, sameParcel } from '../world/draft.ts'
import type { Model } from '../world/protocol.ts'
import type { World } from '../world/world.ts'
import { amountsIn, carried, lessThan, sizeOf } from './amounts.ts'
import { calmEnding, disturbs, type Judge, judgeOf, NO_THROW, threwAtFirst } from './judge.ts'
import { shorterEnding } from './shorterEnding.ts'

/** The most worlds of one search for a shorter ending. */
const ENDING_WORLDS = 256

export interface ShrinkOptions {
  /** How long an `afterRepair` property gets to be met in the end. Default: `CALM_MS`. */
  readonly calmMs?: number
  /**
   * Stops looking after so many replays and returns the best so far, marked `unfinished`; a search for a shorter
   * ending counts as one. Default: 20,000.
   */
  readonly maxReplays?: number
  /** Asked before every replay: `false` ends the search as a spent budget does. */
  goesOn?(): boolean
}

export interface Shrunk {
  /** Replays without a stop, breaks the property, and ends at the step that breaks it. */
  readonly trace: readonly Choice[]
  readonly why: string
  readonly replays: number
  /** True where the budget ended the search, or somebody did: something more could go. */
  readonly unfinished: boolean
}

/**
 * Removes what the violation does not need, in four stages, over and over until none of them finds anything:
 *
 * 1. fewer faults: losses, copies, crashes, cuts, pauses, clocks, delays, corruption, treason and lies; a crash inside
 *    a handler is turned off;
 * 2. fewer events: in chunks and then singly, skipping choices that are no longer possible, until none can go;
 * 3. smaller values: every number of a choice (`amountsIn`), until none can be a step less;
 * 4. a shorter ending: from worlds along the story a search of at most 256 worlds, for a way in fewer steps. Not for
 *    properties that are judged at the end of a run: there the ending is what happens when nothing goes wrong any more.
 *
 * Never lengthens and never adds a fault; depends on its arguments only; shrinking the result again changes
 * nothing unless it is `unfinished`. The result is a local minimum, not always a shortest story: only explore
 * finds that.
 *
 * Time is not sacred: a message may come later than any delay of the model allows, as in explore.
 *
 * Null where the trace, played as far as possible from `first`, does not break the property.
 */
export function shrink(
  model: Model,
  first: World,
  trace: readonly Choice[],
  property: string,
  options: ShrinkOptions = {},
): Shrunk | null {
  return new Shrinker(model, property, options).run(first, trace)
}

/** Whether a choice is something going wrong, and not only something happening. */
export function isFault(choice: Choice): boolean {
  switch (choice.kind) {
    case 'drop':
    case 'duplicate':
    case 'crash':
    case 'cut':
    case 'pause':
    case 'clock':
    case 'delay':
    case 'corrupt':
    case 'traitor':
    case 'lie':
      return true
    case 'deliver':
    case 'fire':
    case 'restart':
      return choice.crash !== undefined
    case 'request':
    case 'heal':
    case 'resume':
    case 'repair':
      return false
    case 'wait':
      return choice.rates !== undefined
  }
}

/** A run that breaks the property. `worlds[i]` is where `trace[i]` is taken; the last one is not needed. */
interface Tale {
  readonly trace: readonly Choice[]
  readonly worlds: readonly World[]
  readonly faults: number
  /** How large its numbers are, see `sizeOf`. */
  readonly size: number
  readonly why: string
}

class Shrinker {
  private replays = 0
  private stopped = false
  private judge: Judge
  /** What a node threw before the first choice: a story without steps. */
  private threwBefore: string | null = null

  constructor(
    private readonly model: Model,
    private readonly property: string,
    private readonly options: ShrinkOptions,
  ) {
    this.judge = judgeOf(model, property, options)
  }

  run(first: World, trace: readonly Choice[]): Shrunk | null {
    if (this.property === NO_THROW && sameCanonical(first, begin(this.model).world))
      this.threwBefore = threwAtFirst(this.model)
    const told = this.tell([], [first], trace)
    if (told === null || told.trace.length > trace.length) return null
    let tale: Tale = told
    if (this.property === NO_THROW)
      this.judge = judgeOf(this.model, NO_THROW, { ...this.options, thrown: tale.why })
    for (;;) {
      const before: Tale = tale
      tale = this.withSmallerValues(this.withFewerEvents(this.withFewerFaults(tale)))
      if (tale === before) tale = this.withShorterEnding(tale)
      if (tale === before || this.spent)
        return { trace: tale.trace, why: tale.why, replays: this.replays, unfinished: this.spent }
    }
  }

  private get spent(): boolean {
    this.stopped ||= this.options.goesOn?.() === false
    return this.stopped || this.replays >= (this.options.maxReplays ?? 20_000)
  }

  /** All faults at once, then one at a time from the last to the first. */
  private withFewerFaults(tale: Tale): Tale {
    const calm = tale.trace.flatMap((choice) => withoutFault(choice))
    let best = (tale.faults > 0 && this.better(tale, 0, calm)) || tale
    for (let at = best.trace.length - 1; at >= 0; at--) {
      const choice = best.trace[at]
      if (choice === undefined || !isFault(choice)) continue
      const rest = [...withoutFault(choice), ...asMeant(choice, best.trace.slice(at + 1))]
      best = this.better(best, at, rest) ?? best
    }
    return best
  }

  /** Delta debugging: chunks of half the story, a quarter, and so on down to single choices, last ones first. */
  private withFewerEvents(tale: Tale): Tale {
    let best = this.better(tale, 0, withoutWaits(tale.trace)) ?? tale
    for (let size = best.trace.length >> 1; size >= 1; size = size > 1 ? (size + 1) >> 1 : 0)
      for (let end = best.trace.length; end > 0; end -= size) {
        const start = Math.max(0, Math.min(end, best.trace.length) - size)
        best = this.better(best, start, best.trace.slice(start + size)) ?? best
      }
    return best
  }

  /** Each number of each choice in turn, as far down as it goes. */
  private withSmallerValues(tale: Tale): Tale {
    let best = tale
    for (let at = 0; at < best.trace.length; at++)
      for (let which = 0; which < this.amountsAt(best, at).length; which++)
        for (let less = this.withLess(best, at, which); less !== null; less = this.withLess(best, at, which))
          best = less
    return best
  }

  /** The tale with one number smaller; where that was in a request, also with the messages that carry it. */
  private withLess(tale: Tale, at: number, which: number): Tale | null {
    const choice = tale.trace[at]
    const amount = this.amountsAt(tale, at)[which]
    if (choice === undefined || amount === undefined) return null
    const after = tale.trace.slice(at + 1)
    for (const over of lessThan(amount)) {
      const less = amount.at(over)
      const found =
        this.tried(tale, at, [less, ...after]) ??
        (choice.kind === 'request' ? this.tried(tale, at, [less, ...carried(after, choice, less)]) : null)
      if (found !== null) return found
    }
    return null
  }

  private amountsAt({ trace, worlds }: Tale, at: number) {
    const choice = trace[at]
    return choice === undefined ? [] : amountsIn(this.model, choice, worlds[at]!.timeUs)
  }

  /** From the first world, then from ever shorter distances before the end. */
  private withShorterEnding(tale: Tale): Tale {
    if (this.judge.needsEnding) return tale
    const { trace, worlds } = tale
    for (let left = trace.length; left > 1 && !this.spent; left >>= 1) {
      this.replays++
      const at = trace.length - left
      const rest = shorterEnding(this.model, worlds[at]!, trace.slice(at), this.property, ENDING_WORLDS)
      const found = rest === null ? null : this.better(tale, at, rest)
      if (found !== null) return found
    }
    return tale
  }

  /** The tale that goes on from step `at` with other choices, if they can be fewer, or fewer faults. */
  private better(tale: Tale, at: number, rest: readonly Choice[]): Tale | null {
    if (rest.length + at >= tale.trace.length + (tale.faults > 0 ? 1 : 0)) return null
    return this.tried(tale, at, rest)
  }

  /** The tale that goes on from step `at` with other choices, if it is told and better; null otherwise. */
  private tried(tale: Tale, at: number, rest: readonly Choice[]): Tale | null {
    if (this.spent) return null
    this.replays++
    const told = this.tell(tale.trace.slice(0, at), tale.worlds.slice(0, at + 1), rest)
    if (told === null || told.trace.length > tale.trace.length || told.faults > tale.faults) return null
    if (told.trace.length < tale.trace.length || told.faults < tale.faults) return told
    return told.size < tale.size ? told : null
  }

  /** Plays on from the last of `worlds`, up to the step that breaks the property; null if none does. */
  private tell(before: readonly Choice[], worlds: readonly World[], rest: readonly Choice[]): Tale | null {
    const told = [...before]
    const passed = [...worlds]
    let why = before.length === 0 ? (this.threwBefore ?? this.judge.here(worlds[0]!, null)) : null
    for (const choice of why === null ? rest : []) {
      const world = passed.at(-1)!
      const applied = apply(this.model, world, choice)
      if (applied.kind === 'refused' || applied.world === world || !picksFit(choice, applied.moment)) continue
      told.push(choice)
      passed.push(applied.world)
      why = this.judge.here(applied.world, applied.moment)
      if (why !== null) break
    }
    if (why === null && this.judge.needsEnding) why = this.end(told, passed)
    if (why === null) return null
    const size = sizeOf(this.model, told)
    return { trace: told, worlds: passed, faults: told.filter(isFault).length, size, why }
  }

  /** Ends a run calmly where it does not end so by itself. */
  private end(told: Choice[], passed: World[]): string | null {
    const last = told.findLastIndex(disturbs)
    const disturbedUs = passed[last + 1]!.timeUs
    const ending = calmEnding(this.model, passed.at(-1)!, disturbedUs, this.options.calmMs)
    if (ending === null) return null
    told.push(...ending.choices)
    passed.push(...ending.worlds)
    return this.judge.atEnd(passed.at(-1)!, passed[told.findLastIndex(disturbs) + 1]!.timeUs)
  }
}

/** What was picked from a longer list cannot be picked from a shorter one. */
function picksFit(choice: Choice, moment: Moment): boolean {
  const picks = 'picks' in choice ? choice.picks : undefined
  return picks === undefined || moment.arities.every((arity, i) => (picks[i] ?? 0) < arity)
}

/** The same event without its fault; nothing where the fault is all there is. */
function withoutFault(choice: Choice): Choice[] {
  if (!isFault(choice)) return [choice]
  if (choice.kind !== 'deliver' && choice.kind !== 'fire' && choice.kind !== 'restart') return []
  const { crash: _, ...calm } = choice
  return [calm]
}

/** What comes after a lie that is not told: its message is received as it was meant. */
function asMeant(lie: Choice, after: readonly Choice[]): readonly Choice[] {
  if (lie.kind !== 'lie' || lie.instead === null || lie.body === null) return after
  const { instead: parcel, body } = lie
  const at = after.findIndex(
    (choice) => choice.kind === 'deliver' && sameParcel(choice.parcel, { ...parcel, body }),
  )
  return after.map((choice, i) => (i === at ? ({ ...choice, parcel } as Choice) : choice))
}

function withoutWaits(trace: readonly Choice[]): Choice[] {
  return trace.filter((choice) => choice.kind !== 'wait')
}
