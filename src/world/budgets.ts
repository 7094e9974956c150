/** Budgets: how much may go wrong in a search, and how much time may pass in it. */
import { canonicalText } from '../base/canonical.ts'
import { count } from '../base/verdict.ts'
import type { Body } from '../node/node.ts'
import type { Parcel, Rates } from './choice.ts'
import type { Model } from './protocol.ts'

/** How often each fault and timer may happen in all. `Infinity` is allowed for timeouts on a `set` wire. */
export interface Budgets {
  readonly crashes: number
  readonly drops: number
  readonly duplicates: number
  readonly timeouts: number
  /** Crashes of the process alone: its disk keeps all that was written. */
  readonly processCrashes: number
  /** How often the links between two sides may be cut, both ways or one way; a cut may heal at any time. */
  readonly partitions: number
  /** How often a node may stop taking steps; it goes on at any time, budget or not. */
  readonly pauses: number
  /**
   * How often time may pass. Without ticks none does: any armed timer may fire at any time, and no handler can read
   * its clock. With ticks a timer may fire from when its node's own clock has reached the earliest end of its
   * delay, and messages take as many ticks as they like.
   */
  readonly ticks: number
  /** How long a tick is. */
  readonly tickMs: number
  /** How far a clock's rate may be off in each tick, as a fraction of true time: [1, 10] is 9/10 to 11/10. */
  readonly drift: readonly [number, number]
  /** How often a clock may jump, by `clockStepMs` forwards or back. */
  readonly clockSteps: number
  readonly clockStepMs: number
  /** How often a message in flight may become one of what the protocol's `corrupt` makes of it. */
  readonly corruptions: number
  /** At most so many nodes are traitors, any of them, from the beginning; or exactly these. */
  readonly traitors: number | readonly string[]
  /** How often a traitor may withhold, change or make up a message. */
  readonly lies: number
  /** Which nodes may crash; all of them if it is left out. */
  readonly mayCrash?: readonly string[]
  /** Whose clocks may drift and jump; everybody's if it is left out. */
  readonly badClocks?: readonly string[]
}

const TICK_MS = 10

export const DEFAULT_BUDGETS: Budgets = {
  crashes: 0,
  drops: 0,
  duplicates: 0,
  timeouts: 3,
  processCrashes: 0,
  partitions: 0,
  pauses: 0,
  ticks: 0,
  tickMs: TICK_MS,
  drift: [0, 1],
  clockSteps: 0,
  clockStepMs: TICK_MS,
  corruptions: 0,
  traitors: 0,
  lies: 0,
}

/** A budget that makes no sense, or would change nothing: which one, and what to give instead or as well. */
export class BudgetProblem extends RangeError {
  override readonly name = 'RangeError'
  constructor(
    readonly budget: keyof Budgets,
    message: string,
    /** Another budget, as `[name, value]`; null where there is nothing to propose. */
    readonly instead: readonly [keyof Budgets, string] | null = null,
  ) {
    super(message)
  }
}

/**
 * The budgets of a search on a model, with what was left out filled in: a tick lasts what the protocol says, and a
 * clock jumps by one. Throws `BudgetProblem` for budgets that make no sense, or that would change nothing.
 */
export function budgetsOf(model: Model, given: Partial<Budgets> = {}): Budgets {
  const tickMs = given.tickMs ?? tickOf(model)
  const budgets = { ...DEFAULT_BUDGETS, tickMs, clockStepMs: tickMs, ...given }
  for (const name of COUNTS)
    if (
      !(Number.isInteger(budgets[name]) && budgets[name] >= 0) &&
      !(name === 'timeouts' && budgets[name] === Number.POSITIVE_INFINITY)
    )
      throw new BudgetProblem(name, `the budget ${name} is a whole number from 0 on, not ${budgets[name]}`)
  for (const name of ['tickMs', 'clockStepMs'] as const)
    if (!(Number.isInteger(budgets[name] * 1000) && budgets[name] > 0))
      throw new BudgetProblem(
        name,
        `${name} is more than 0 ms, in whole microseconds, not ${budgets[name]}`,
        [name, String(tickOf(model))],
      )
  const problem = nodeProblem(model, budgets) ?? clockProblem(model, budgets) ?? wireProblem(model, budgets)
  if (problem !== null) throw problem
  return budgets
}

function tickOf({ protocol }: Model): number {
  return protocol.tickMs ?? TICK_MS
}

const COUNTS = [
  'crashes',
  'drops',
  'duplicates',
  'timeouts',
  'processCrashes',
  'partitions',
  'pauses',
  'ticks',
  'clockSteps',
  'corruptions',
  'lies',
] as const

function nodeProblem(model: Model, budgets: Budgets): BudgetProblem | null {
  const { names } = model.cluster
  for (const budget of ['mayCrash', 'badClocks'] as const) {
    const stranger = budgets[budget]?.find((name) => !names.includes(name))
    if (stranger !== undefined)
      return new BudgetProblem(budget, `there is no node "${stranger}"; there are ${names.join(', ')}`)
  }
  return null
}

function clockProblem({ protocol }: Model, budgets: Budgets): BudgetProblem | null {
  const {
    ticks,
    drift: [off, of],
    clockSteps,
  } = budgets
  if (ticks > 0 && protocol.rounds !== undefined)
    return new BudgetProblem(
      'ticks',
      `${protocol.name} goes in rounds, which end everywhere at once: ticks of time have no place in it`,
    )
  if (!(Number.isInteger(off) && Number.isInteger(of) && off >= 0 && of > off))
    return new BudgetProblem('drift', `drift is a fraction from 0 up to 1, such as 1/10, not ${off}/${of}`, [
      'drift',
      '1/10',
    ])
  if (ticks > 0 || (off === 0 && clockSteps === 0)) return null
  return new BudgetProblem(
    off > 0 ? 'drift' : 'clockSteps',
    'clocks can only be wrong where time passes: give the search ticks as well',
    ['ticks', '6'],
  )
}

function wireProblem({ options: { wire }, protocol }: Model, budgets: Budgets): BudgetProblem | null {
  if (budgets.duplicates > 0 && wire === 'fifo')
    return new BudgetProblem(
      'duplicates',
      'a fifo wire delivers each message once and makes no copies: leave the budget for duplicates out, or use wire=bag',
    )
  if (budgets.corruptions === 0) return null
  if (wire === 'set')
    return new BudgetProblem(
      'corruptions',
      'on a set wire a message stays as it is for ever: use wire=bag or wire=fifo to corrupt one',
    )
  if (protocol.corrupt !== undefined) return null
  return new BudgetProblem(
    'corruptions',
    `${protocol.name} does not say what its messages may turn into: give it "corrupt(body)", a list of other bodies`,
  )
}

/** No more faults, and as much time as it takes. */
export const CALM: Budgets = { ...DEFAULT_BUDGETS, timeouts: Number.POSITIVE_INFINITY }

/**
 * Every way clocks may run during a tick, as rates that are not 1; first each at its own rate. `own` are the rates
 * at which they run anyway, in the order of the names.
 */
export function tickRates(
  names: readonly string[],
  own: readonly (readonly [number, number])[],
  { drift: [off, of], badClocks }: Budgets,
): readonly Rates[] {
  let ways: Rates[] = [{}]
  names.forEach((name, i) => {
    const [n, d] = own[i]!
    const mayDrift = off > 0 && (badClocks?.includes(name) ?? true)
    const rates: (readonly [number, number])[] = mayDrift
      ? [
          [n, d],
          [n * (of - off), d * of],
          [n * (of + off), d * of],
        ]
      : [[n, d]]
    ways = ways.flatMap((way) => rates.map((rate) => (rate[0] === rate[1] ? way : { ...way, [name]: rate })))
  })
  return ways
}

/** By how much a clock may jump. */
export function clockStepsUs({ clockStepMs }: Budgets): readonly [number, number] {
  return [clockStepMs * 1000, -clockStepMs * 1000]
}

/** What a message may turn into on its way, each once, in the order in which the protocol lists it. */
export function corruptionsOf(model: Model, { body }: Parcel): readonly Body[] {
  const all = model.protocol.corrupt?.(body) ?? []
  const others = new Map(all.map((other) => [canonicalText(other), other]))
  others.delete(canonicalText(body))
  return [...others.values()]
}

/** Budgets in words, as verdicts print them. */
export function budgetWords(model: Model, budgets: Budgets): string[] {
  const words: string[] = []
  const { crashes, drops, duplicates, timeouts, mayCrash, drift, badClocks, ticks, traitors } = budgets
  const isSet = model.options.wire === 'set'
  const some = (n: number, what: string, many?: string) => {
    if (n > 0) words.push(count(n, what, many))
  }
  if (crashes > 0)
    words.push(`${count(crashes, 'crash', 'crashes')}${mayCrash ? ` of ${mayCrash.join(' or ')}` : ''}`)
  // A set wire keeps every message: it may come any number of times, and need not come at all.
  some(isSet ? 0 : drops, 'loss', 'losses')
  some(isSet ? 0 : duplicates, 'duplicate')
  some(budgets.processCrashes, 'process crash', 'process crashes')
  some(budgets.partitions, 'partition')
  some(budgets.pauses, 'pause')
  some(budgets.corruptions, 'corruption')
  if (typeof traitors !== 'number') words.push(...traitors.map((name) => `${name} a traitor`))
  else if (traitors > 0) words.push(`at most ${count(traitors, 'traitor')}`)
  some(budgets.lies, 'lie')
  words.push(Number.isFinite(timeouts) ? count(timeouts, 'timeout') : 'any number of timeouts')
  if (ticks > 0) words.push(`${count(ticks, 'tick')} of ${budgets.tickMs} ms`)
  const whose = badClocks ? `${badClocks.join(' and ')}: clocks` : 'clocks'
  if (drift[0] > 0) words.push(`${whose} up to ${drift.join('/')} fast or slow`)
  if (budgets.clockSteps > 0)
    words.push(`${count(budgets.clockSteps, 'jump')} of a clock by ${budgets.clockStepMs} ms`)
  if (isSet) words.push('each message any number of times')
  return words
}
