/** amounts: the numbers in a choice that may be smaller, so that a story is told with small ones. */
import type { Json } from '../base/canonical.ts'
import type { Choice, Course, Rates } from '../world/choice.ts'
import type { Model } from '../world/protocol.ts'

/** One number of a choice, as how far it is from the least that it can be. */
export interface Amount {
  /** A whole number from 0 on. */
  readonly over: number
  /** Tried are multiples of it: a time is told in whole milliseconds. */
  readonly step: number
  /** The choice with another distance. */
  at(over: number): Choice
}

/**
 * Delays, the ends of ticks, times, jumps and rates of clocks, what was picked from lists, where in a handler and with
 * which disk a node dies, and the numbers in a request, down to what the protocol itself would ask. Times are
 * counted from `nowUs`. What a message is corrupted into and what a traitor says stay as they are: only a protocol
 * knows what else they could be.
 */
export function amountsIn(model: Model, choice: Choice, nowUs: number): readonly Amount[] {
  switch (choice.kind) {
    case 'deliver':
    case 'fire':
      return [...times(choice, nowUs), ...ofCourse(choice)]
    case 'restart':
      return ofCourse(choice)
    case 'crash':
      return choice.disk === 'cache' ? [] : [plain(choice.disk, (disk) => ({ ...choice, disk }))]
    case 'delay':
      return [inMicros(choice.byUs, (byUs) => ({ ...choice, byUs }))]
    case 'clock':
      return ofClock(choice)
    case 'wait':
      return [
        inMicros(choice.untilUs - nowUs, (over) => ({ ...choice, untilUs: nowUs + over })),
        ...Object.entries(choice.rates ?? {}).map(([node, rate]) =>
          pace(rate, (slower) => ({ ...choice, rates: { ...choice.rates, [node]: slower } })),
        ),
      ]
    case 'request':
      return ofRequest(model, choice)
    case 'drop':
    case 'duplicate':
    case 'cut':
    case 'heal':
    case 'corrupt':
    case 'traitor':
    case 'lie':
    case 'pause':
    case 'resume':
    case 'repair':
      return []
  }
}

/** How far all the numbers of a trace are from the least they could be, in all. */
export function sizeOf(model: Model, trace: readonly Choice[]): number {
  let size = 0
  for (const choice of trace) for (const { over } of amountsIn(model, choice, 0)) size += over
  return size
}

/** What to try instead: nothing over, then half, three quarters, and so on, down to a single step less. */
export function lessThan({ over, step }: Amount): readonly number[] {
  const found: number[] = []
  for (let gap = over; gap > 0; gap = Math.floor(gap / 2)) {
    const less = Math.floor((over - gap) / step) * step
    if (less !== found.at(-1)) found.push(less)
  }
  return found
}

/** What follows a request that was changed: a message that carries the old number carries the new one. */
export function carried(after: readonly Choice[], was: Choice, is: Choice): readonly Choice[] {
  if (was.kind !== 'request' || is.kind !== 'request') return after
  const field = Object.keys(was.body).find((name) => was.body[name] !== is.body[name])
  if (field === undefined) return after
  const [from, to] = [was.body[field]!, is.body[field]!]
  return after.map((choice): Choice => {
    if ('parcel' in choice)
      return { ...choice, parcel: { ...choice.parcel, body: replaced(choice.parcel.body, from, to) } }
    return choice.kind === 'fire' ? { ...choice, arg: replaced(choice.arg, from, to) } : choice
  })
}

function replaced<Value extends Json>(value: Value, from: Json, to: Json): Value
function replaced(value: Json, from: Json, to: Json): Json {
  if (value === from) return to
  if (Array.isArray(value)) return value.map((item) => replaced(item, from, to))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaced(item, from, to)]))
}

const plain = (over: number, at: Amount['at']): Amount => ({ over, step: 1, at })

/** Never less than nothing: what is due earlier happens now. */
const inMicros = (over: number, at: Amount['at']): Amount => ({ over: Math.max(0, over), step: 1000, at })

function times(choice: Choice & { kind: 'deliver' | 'fire' }, nowUs: number): readonly Amount[] {
  if (choice.atUs === undefined) return []
  return [inMicros(choice.atUs - nowUs, (over) => ({ ...choice, atUs: nowUs + over }))]
}

function ofCourse(choice: Choice & Course): readonly Amount[] {
  const { picks = [], crash } = choice
  const picked = picks.map((pick, i) => plain(pick, (less) => ({ ...choice, picks: picks.with(i, less) })))
  if (crash === undefined) return picked
  return [
    ...picked,
    plain(crash.after, (after) => ({ ...choice, crash: { ...crash, after } })),
    plain(crash.disk, (disk) => ({ ...choice, crash: { ...crash, disk } })),
  ]
}

function ofClock(choice: Choice & { kind: 'clock' }): readonly Amount[] {
  const { stepUs, rate } = choice
  const jump = inMicros(Math.abs(stepUs), (over) => ({ ...choice, stepUs: stepUs < 0 ? -over : over }))
  return rate === null ? [jump] : [jump, pace(rate, (slower) => ({ ...choice, rate: slower }))]
}

/** How far a rate is from true time, in parts of its own. */
function pace([n, d]: Rates[string], at: (rate: Rates[string]) => Choice): Amount {
  return plain(Math.abs(n - d), (over) => at([n < d ? d - over : d + over, d]))
}

function ofRequest({ protocol }: Model, choice: Choice & { kind: 'request' }): readonly Amount[] {
  const { body } = choice
  return Object.entries(protocol.requests?.[body.type]?.fields ?? {}).flatMap(([field, usual]) => {
    const value = body[field]
    if (!isWhole(value) || !isWhole(usual)) return []
    const sign = value < usual ? -1 : 1
    return [
      plain(Math.abs(value - usual), (over) => ({
        ...choice,
        body: { ...body, [field]: usual + sign * over },
      })),
    ]
  })
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value)
}
