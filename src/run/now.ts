/** now: what a single world says of a property; one that looks ahead is searched for from there, without more faults. */
import { canonicalText } from '../base/canonical.ts'
import type { AnyProperty } from '../world/property.ts'
import type { Model } from '../world/protocol.ts'
import { roundsIn, turnOf } from '../world/rounds.ts'
import type { World } from '../world/world.ts'
import { explore } from './explore.ts'

/** A property in one world. `open`: neither kept for good nor broken yet, or not decided within the budget. */
export interface Now {
  readonly property: string
  readonly kind: 'holds' | 'broken' | 'open'
  /** What is wrong, or what is still owed; null where nothing is to be said. */
  readonly why: string | null
}

/** What was found; `undecided` where a search ran into its budget. */
interface Found {
  readonly why: string | null
  readonly undecided: boolean
}

/** Why this world breaks the property, or null. */
export function brokenNow(model: Model, world: World, property: AnyProperty): string | null {
  const seen = seenNow(model, world, property)
  return seen === 'ahead' ? lookAhead(model, world, [property])(property).why : seen
}

/** All properties of a model in one world, for whoever walks through a story. Those that look ahead share one search. */
export function judgeNow(model: Model, world: World, maxWorlds: number): Now[] {
  const owed = new Map(model.properties.map((property) => [property, owedNow(model, world, property)]))
  // One story cannot show that something is never seen.
  const ahead = model.properties.filter(
    (property) =>
      seenNow(model, world, property) === 'ahead' &&
      property.judge.kind !== 'sometimes' &&
      owed.get(property) !== null,
  )
  const found = ahead.length === 0 ? null : lookAhead(model, world, ahead, maxWorlds)
  return model.properties.map((property): Now => {
    const seen = seenNow(model, world, property)
    const { why, undecided } =
      seen !== 'ahead'
        ? { why: seen, undecided: false }
        : ahead.includes(property) && found !== null
          ? found(property)
          : { why: null, undecided: false }
    if (why !== null) return { property: property.name, kind: 'broken', why }
    const debt = owed.get(property) ?? null
    if (debt === null) return { property: property.name, kind: 'holds', why: null }
    const more = undecided ? `; whether it can still come was not decided within ${maxWorlds} worlds` : ''
    return { property: property.name, kind: 'open', why: debt + more }
  })
}

/** Why the world as it is breaks a property, or null; `ahead` where only what may follow can tell. */
function seenNow(model: Model, world: World, { name, judge }: AnyProperty): string | null | 'ahead' {
  const fold = world.folds[model.properties.findIndex((one) => one.name === name)]!
  switch (judge.kind) {
    case 'always':
      return judge.broken(fold, model.cluster)
    case 'atRest':
      return isUnderWay(model, world) ? null : judge.broken(fold, model.cluster)
    case 'nonBlocking':
    case 'afterRepair':
    case 'eventually':
    case 'sometimes':
      return 'ahead'
  }
}

/** What still has to come for the property to hold, or null. */
function owedNow(model: Model, world: World, property: AnyProperty): string | null {
  const fold = world.folds[model.properties.indexOf(property)]!
  const { judge } = property
  switch (judge.kind) {
    case 'always':
      return null
    case 'atRest':
      return isUnderWay(model, world) ? 'it is judged when nothing is in flight any more' : null
    case 'nonBlocking':
    case 'afterRepair': {
      const debts = judge.open(fold, model.cluster).map((debt) => debt.what)
      return debts.length === 0 ? null : `still to come: ${[...new Set(debts)].join(', ')}`
    }
    case 'eventually':
      return judge.met(fold, model.cluster) ? null : 'it has not come about yet'
    case 'sometimes':
      return judge.shown(fold, model.cluster) ? null : 'not seen yet'
  }
}

/** Whether messages are in flight, or rounds go on. */
function isUnderWay(model: Model, world: World): boolean {
  return world.wire.length > 0 || turnOf(roundsIn(model, world)) !== null
}

/** Retries close into a loop on a set wire, so that the future of this world is finite. */
function lookAhead(
  given: Model,
  world: World,
  properties: readonly AnyProperty[],
  maxWorlds?: number,
): (property: AnyProperty) => Found {
  const model = { ...given, options: { ...given.options, wire: 'set' as const } }
  const budgets = { crashes: 0, drops: 0, duplicates: 0, timeouts: Number.POSITIVE_INFINITY }
  const texts = world.wire.map((e) => canonicalText([e.from, e.to, e.body, e.op]))
  const calm = { ...world, wire: world.wire.filter((_, i) => texts.indexOf(texts[i]!) === i) }
  const limit = maxWorlds === undefined ? {} : { maxWorlds }
  const options = { from: calm, properties: properties.map(({ name }) => name), budgets, ...limit }
  const { verdicts } = explore(model, options)
  return ({ name, judge }) => {
    const verdict = verdicts.find((one) => one.property === name)
    if (verdict?.kind !== 'broken') return { why: null, undecided: verdict?.kind === 'gaveUp' }
    const later = judge.kind === 'nonBlocking' && verdict.trace.length > 0
    return { why: later ? null : verdict.why, undecided: false }
  }
}
