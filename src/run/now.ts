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

/** Why this world breaks the property, or null; `undecided` where the search ran into `maxWorlds`. */
export function brokenNow(
  model: Model,
  world: World,
  property: AnyProperty,
  maxWorlds?: number,
): { readonly why: string | null; readonly undecided: boolean } {
  const fold = world.folds[model.properties.indexOf(property)]!
  switch (property.judge.kind) {
    case 'always':
      return { why: property.judge.broken(fold, model.cluster), undecided: false }
    case 'atRest':
      return {
        why: isUnderWay(model, world) ? null : property.judge.broken(fold, model.cluster),
        undecided: false,
      }
    case 'nonBlocking':
    case 'afterRepair':
    case 'eventually':
    case 'sometimes':
      return lookAhead(model, world, property, maxWorlds)
  }
}

/** All properties of a model in one world, for whoever walks through a story. */
export function judgeNow(model: Model, world: World, maxWorlds: number): Now[] {
  return model.properties.map((property): Now => {
    const owed = owedNow(model, world, property)
    const { kind } = property.judge
    // One story cannot show that something is never seen.
    const settled = kind === 'sometimes' || (owed === null && kind !== 'always' && kind !== 'atRest')
    const { why, undecided } = settled
      ? { why: null, undecided: false }
      : brokenNow(model, world, property, maxWorlds)
    if (why !== null) return { property: property.name, kind: 'broken', why }
    if (owed === null) return { property: property.name, kind: 'holds', why: null }
    const more = undecided ? `; whether it can still come was not decided within ${maxWorlds} worlds` : ''
    return { property: property.name, kind: 'open', why: owed + more }
  })
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
function lookAhead(given: Model, world: World, property: AnyProperty, maxWorlds: number | undefined) {
  const model = { ...given, options: { ...given.options, wire: 'set' as const } }
  const budgets = { crashes: 0, drops: 0, duplicates: 0, timeouts: Number.POSITIVE_INFINITY }
  const texts = world.wire.map((e) => canonicalText([e.from, e.to, e.body, e.op]))
  const calm = { ...world, wire: world.wire.filter((_, i) => texts.indexOf(texts[i]!) === i) }
  const limit = maxWorlds === undefined ? {} : { maxWorlds }
  const options = { from: calm, properties: [property.name], budgets, ...limit }
  const verdict = explore(model, options).verdicts.find((one) => one.property === property.name)
  if (verdict?.kind !== 'broken') return { why: null, undecided: verdict?.kind === 'gaveUp' }
  const later = property.judge.kind === 'nonBlocking' && verdict.trace.length > 0
  return { why: later ? null : verdict.why, undecided: false }
}
