/** isChoice: whether a value that came from a file has the shape of a choice. */
import type { Choice } from '../world/choice.ts'

type Fits = (value: unknown) => boolean
type Shape = { readonly [field: string]: Fits }

/** Checks every field a driver reads; whether the choice is possible is for `apply` to say. */
export function isChoice(value: unknown): value is Choice {
  if (!isRecord(value)) return false
  const shape = Object.hasOwn(SHAPES, String(value['kind'])) ? SHAPES[value['kind'] as Choice['kind']] : null
  return shape !== null && fits(shape)(value)
}

export const isText: Fits = (value) => typeof value === 'string'
export const isTexts: Fits = (value) => Array.isArray(value) && value.every(isText)
export const isRecord = (value: unknown): value is { readonly [field: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isCount: Fits = (value) => Number.isInteger(value) && Number(value) >= 0
const isWhole: Fits = (value) => Number.isInteger(value)
const isJson: Fits = (value) => value !== undefined
const either =
  (...options: readonly Fits[]): Fits =>
  (value) =>
    options.some((option) => option(value))
const isNull: Fits = (value) => value === null
const isMissing: Fits = (value) => value === undefined

function fits(shape: Shape): Fits {
  return (value) => isRecord(value) && Object.entries(shape).every(([field, fit]) => fit(value[field]))
}

const isBody = fits({ type: isText })
const isRate: Fits = (value) =>
  Array.isArray(value) && value.length === 2 && value.every((part) => isCount(part) && part > 0)
const parcel = fits({
  from: isText,
  to: isText,
  body: isBody,
  op: either(isNull, fits({ client: isText, n: isCount })),
})
const course: Shape = {
  picks: either(isMissing, (value) => Array.isArray(value) && value.every(isCount)),
  crash: either(isMissing, fits({ after: isCount, disk: isCount })),
}
const timed: Shape = { atUs: either(isMissing, isCount) }

const SHAPES: { readonly [kind in Choice['kind']]: Shape } = {
  deliver: { parcel, ...course, ...timed },
  fire: { node: isText, timer: isText, arg: isJson, ...course, ...timed },
  restart: { node: isText, ...course },
  crash: { node: isText, disk: either(isCount, (value) => value === 'cache') },
  drop: { parcel },
  duplicate: { parcel },
  request: { client: isText, to: isText, body: isBody },
  cut: { links: isTexts },
  heal: {},
  delay: { parcel, byUs: isCount },
  corrupt: { parcel, into: isBody },
  traitor: { node: isText },
  lie: {
    node: isText,
    to: isText,
    instead: either(isNull, parcel),
    body: either(isNull, isBody),
  },
  pause: { node: isText },
  resume: { node: isText },
  clock: { node: isText, stepUs: isWhole, rate: either(isNull, isRate) },
  repair: {},
  wait: {
    untilUs: isCount,
    rates: either(isMissing, (value) => isRecord(value) && Object.values(value).every(isRate)),
  },
}
