/** Charts as views: checked on the way in, so that every rendering can trust its numbers. */
import { byText } from '../base/canonical.ts'
import type { Axis, BarsView, CurveView, RingView, Tone } from '../base/view.ts'

/** More than this is a table, not a picture. */
const MOST_BARS = 60
const MOST_POINTS = 5_000

type Bar = BarsView['bars'][number]

/** Bars from a list, or from a record of numbers in its own order. Throws `RangeError` for what cannot be drawn. */
export function bars(
  title: string,
  values: readonly Bar[] | { readonly [label: string]: number },
  unit = '',
): BarsView {
  const list = isList(values) ? values : Object.entries(values).map(([label, value]) => ({ label, value }))
  if (list.length > MOST_BARS)
    throw new RangeError(
      `a bar chart of ${list.length} bars cannot be read: ${MOST_BARS} at most, or a histogram`,
    )
  for (const { label, value } of list)
    if (!Number.isFinite(value) || value < 0)
      throw new RangeError(`the bar "${label}" is ${value}: a bar is a number from 0 on`)
  return { kind: 'bars', title, unit, bars: list }
}

function isList(values: readonly Bar[] | { readonly [label: string]: number }): values is readonly Bar[] {
  return Array.isArray(values)
}

/** How many of the values fall into each of `bins` equal stretches between the least and the greatest. */
export function histogram(title: string, values: readonly number[], bins = 10, unit = ''): BarsView {
  if (values.length === 0) throw new RangeError('a histogram needs at least one value')
  if (!Number.isInteger(bins) || bins < 1 || bins > MOST_BARS)
    throw new RangeError(`a histogram has 1 to ${MOST_BARS} bins, not ${bins}`)
  const odd = values.find((value) => !Number.isFinite(value))
  if (odd !== undefined) throw new RangeError(`a histogram needs finite numbers, not ${odd}`)
  const low = values.reduce((a, b) => Math.min(a, b))
  const high = values.reduce((a, b) => Math.max(a, b))
  // Whole numbers get bins with whole ends, so that no bin can hold more different numbers than another.
  const whole = values.every(Number.isInteger)
  const step = whole ? Math.max(1, Math.ceil((high - low + 1) / bins)) : (high - low) / bins || 1
  const counts = new Array<number>(whole ? Math.ceil((high - low + 1) / step) : bins).fill(0)
  for (const value of values) counts[Math.min(counts.length - 1, Math.floor((value - low) / step))]!++
  return {
    kind: 'bars',
    title,
    unit,
    bars: counts.map((value, i) => {
      const from = low + i * step
      const label = whole
        ? step === 1
          ? String(from)
          : `${from}-${Math.min(high, from + step - 1)}`
        : `${shortNumber(from)}-${shortNumber(from + step)}`
      return { label, value }
    }),
  }
}

/** Lines through points. `x` and `y` name the axes; their ends come from the data unless given. */
export function curve(
  title: string,
  x: string | Axis,
  y: string | Axis,
  series: { readonly [name: string]: readonly (readonly [number, number])[] },
): CurveView {
  const named = Object.entries(series)
  const points = named.flatMap(([, list]) => list)
  if (points.length === 0) throw new RangeError('a curve needs at least one point')
  if (points.length > MOST_POINTS)
    throw new RangeError(`a curve of ${points.length} points: ${MOST_POINTS} at most`)
  for (const [name, list] of named)
    for (const point of list)
      if (!Number.isFinite(point[0]) || !Number.isFinite(point[1]))
        throw new RangeError(
          `the curve "${name}" has a point at (${point[0]}, ${point[1]}): use finite numbers`,
        )
  return {
    kind: 'curve',
    title,
    x: axis(x),
    y: axis(y),
    series: named.map(([name, list]) => ({ name, points: [...list].sort((a, b) => a[0] - b[0]) })),
  }
}

function axis(given: string | Axis): Axis {
  return typeof given === 'string' ? { name: given, from: null, to: null } : given
}

/** A ring of points with their owners, and keys on it; a key belongs to the next point clockwise. */
export function ring(
  title: string,
  points: readonly { readonly at: number; readonly owner: string }[],
  keys: readonly { readonly at: number; readonly name: string }[] = [],
): RingView {
  for (const { at } of [...points, ...keys])
    if (!(at >= 0 && at < 1))
      throw new RangeError(`a place on the ring is a part of a turn, 0 up to 1, not ${at}`)
  const sorted = [...points].sort((a, b) => a.at - b.at || byText(a.owner, b.owner))
  const ownerOf = (at: number) => (sorted.find((point) => point.at >= at) ?? sorted[0])?.owner ?? 'nobody'
  return {
    kind: 'ring',
    title,
    points: sorted,
    keys: keys.map((key) => ({ ...key, owner: ownerOf(key.at) })).sort((a, b) => a.at - b.at),
  }
}

/** What part of a turn each owner has, owners in canonical order; the parts sum to 1. */
export function ringShares(view: RingView): readonly { readonly owner: string; readonly share: number }[] {
  const shares = new Map<string, number>()
  view.points.forEach(({ at, owner }, i) => {
    const before = view.points[i - 1]?.at ?? view.points.at(-1)!.at - 1
    shares.set(owner, (shares.get(owner) ?? 0) + at - before)
  })
  return [...shares].sort(([a], [b]) => byText(a, b)).map(([owner, share]) => ({ owner, share }))
}

/** The ends of an axis: those given, or those of the data, never of no length. */
export function axisRange(
  given: Axis,
  values: readonly number[],
): { readonly from: number; readonly to: number } {
  const from = given.from ?? values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const to = given.to ?? values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  return to > from ? { from, to } : { from, to: from + 1 }
}

/** A number with at most four significant digits, thousands grouped: the same in every locale. */
export function shortNumber(value: number): string {
  if (Number.isInteger(value)) return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
  const rounded = Number(value.toPrecision(4))
  const text = String(rounded)
  return /e/.test(text) ? text : text.replace(/^(-?\d+)/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ','))
}

/** Tones that tell series and owners apart; shapes do it as well. */
export const SERIES_TONES: readonly Tone[] = ['accent', 'warn', 'good', 'strong', 'bad', 'code']
