/**
 * How many seeds or worlds it takes to find a bug. Found is what breaks a property that the reference keeps where it is
 * looked at in the same way: in the same worlds, or on the same seeds.
 */
import { canonicalText } from '../../src/base/canonical.ts'
import type { Verdict } from '../../src/base/verdict.ts'
import { type Exploration, explore } from '../../src/run/explore.ts'
import { fuzz } from '../../src/run/fuzz.ts'
import { limitsOf, type RunOptions } from '../../src/run/fuzzRuns.ts'
import { limitWords, SWARM_LIMITS, SYNCHRONOUS_LIMITS } from '../../src/run/swarm.ts'
import { apply, begin } from '../../src/world/apply.ts'
import { budgetsOf, budgetWords } from '../../src/world/budgets.ts'
import type { Model } from '../../src/world/protocol.ts'
import type { World } from '../../src/world/world.ts'
import type { Look } from './look.ts'

export const MOST_SEEDS = 2000
const MOST_WORLDS = 1_000_000
/** On so many seeds the reference must keep what a reading breaks; and a reading that is said to be safe, all. */
const ENOUGH_SEEDS = 100

/** What a random run can break: what has to be met in the end would cost each seed a long calm. */
const FUZZED = ['always', 'atRest']

/** Where there is no property that the reference keeps, nothing can be found, and nothing is safe. */
const VAIN = 'NOTHING IS KEPT'

export interface Found {
  readonly kind: 'found' | 'not found' | 'safe'
  /** What was broken, or who kept it; the words of a row. */
  readonly what: string
  /** Seeds or worlds, and within which bounds. */
  readonly how: string
}

/** The same protocol, right and wrong, set up alike. */
export interface Pair {
  readonly wrong: Model
  readonly right: Reference
}

/** What the reference keeps in a look; several readings are measured against one. */
export class Reference {
  private seen: Exploration | null = null
  /** The properties that some seed up to this one breaks. */
  private readonly broken = new Set<string>()
  private upTo = 0

  constructor(
    private readonly model: Model,
    private readonly look: Look,
  ) {}

  /** The properties that hold in all worlds. */
  inWorlds(): readonly string[] {
    this.seen ??= searched(this.model, this.look)
    return this.seen.verdicts.flatMap((verdict) => (verdict.kind === 'held' ? [verdict.property] : []))
  }

  /** Whether the property holds on the seeds up to this one, and on enough of them to say so. */
  onSeeds(property: string, last: number): boolean {
    const seeds = Math.max(last, ENOUGH_SEEDS) - this.upTo
    if (seeds > 0 && !this.broken.has(property)) {
      const runs = runsOf(this.model, this.look)
      const properties = runs.properties!.filter((name) => !this.broken.has(name))
      const { findings } = fuzz(this.model, {
        ...runs,
        properties,
        firstSeed: this.upTo + 1,
        seeds,
        shrink: false,
      })
      for (const finding of findings) this.broken.add(finding.property)
      this.upTo += seeds
    }
    return !this.broken.has(property)
  }
}

/** Looks for the bug in all worlds, where the look has budgets, and otherwise seed by seed. */
export function findBug({ wrong, right }: Pair, look: Look): Found {
  return look.within === undefined ? fuzzed(wrong, right, look) : explored(wrong, right, look)
}

/** Looks whether a reading that is said to be safe keeps every safety property that the reference keeps. */
export function findNothing({ wrong, right }: Pair, look: Look): Found {
  const found =
    look.within === undefined ? fuzzed(wrong, right, look, ENOUGH_SEEDS) : explored(wrong, right, look, true)
  if (found.kind === 'found')
    return { ...found, kind: 'not found', what: `said to be safe, and breaks ${found.what}` }
  return found.what === VAIN ? found : { kind: 'safe', what: 'safe', how: found.how.replace(/:[^:]*$/, '') }
}

function fuzzed(wrong: Model, right: Reference, look: Look, most = MOST_SEEDS): Found {
  const runs = runsOf(wrong, look)
  let left = runs.properties ?? []
  for (let seed = 1; seed <= most && left.length > 0; seed++) {
    const { findings } = fuzz(wrong, { ...runs, properties: left, seeds: 1, firstSeed: seed, shrink: false })
    for (const { property, foundSteps, situation } of findings) {
      if (right.onSeeds(property, seed)) {
        const from = situation === null ? '' : `, from: ${situation}`
        return {
          kind: 'found',
          what: property,
          how: `seed ${seed}, ${foundSteps} steps${from}${boundOf(wrong, look)}`,
        }
      }
      left = left.filter((name) => name !== property)
    }
  }
  const what = left.length === 0 ? 'NOT FOUND: all that broke breaks in the reference too' : 'NOT FOUND'
  return { kind: 'not found', what, how: `${most} seeds: ${left.join(' ')}${boundOf(wrong, look)}` }
}

function runsOf(model: Model, look: Look): RunOptions {
  const { inTheEnd, limits = {}, faultsMs = 2000, from } = look
  const always = model.properties.filter(({ judge }) => FUZZED.includes(judge.kind)).map((p) => p.name)
  const judged = inTheEnd === undefined ? { properties: always, calmMs: 0 } : { properties: [inTheEnd] }
  return { ...judged, limits, faultsMs, ...(from && { from: from(model) }) }
}

/** The limits of a look that are not those of every fuzz. */
function boundOf(model: Model, look: Look): string {
  const usual = model.protocol.rounds === undefined ? SWARM_LIMITS : SYNCHRONOUS_LIMITS
  const limits = limitWords(limitsOf(model, look.limits === undefined ? {} : { limits: look.limits }))
  const other = limits.filter((word) => !limitWords(usual).includes(word))
  const words = limits.length === 0 ? ['no faults'] : other
  return [...words, ...startOf(look)].map((word) => `, ${word}`).join('')
}

/** How a look is set up, and where it begins, in words. */
function startOf({ params = {}, from, where = 'led to by hand' }: Look): string[] {
  const set = Object.entries(params).map(([name, value]) => `${name}=${canonicalText(value)}`)
  return [...(set.length > 0 ? [set.join(' ')] : []), ...(from === undefined ? [] : [where])]
}

function explored(wrong: Model, right: Reference, look: Look, onlySafety = false): Found {
  const kept = right.inWorlds()
  const seen = searched(wrong, look)
  const isSafety = (name: string) => kindOf(wrong, name) === 'always' || kindOf(wrong, name) === 'atRest'
  const broken = seen.verdicts.flatMap((verdict) =>
    verdict.kind === 'broken' &&
    kept.includes(verdict.property) &&
    (!onlySafety || isSafety(verdict.property))
      ? [verdict]
      : [],
  )
  const bound = [...budgetWords(wrong, budgetsOf(wrong, look.within)), ...startOf(look)]
    .map((word) => `, ${word}`)
    .join('')
  const [shortest] = broken.sort((a, b) => a.trace.length - b.trace.length)
  if (shortest === undefined) return missed(seen, kept, bound)
  const { property, trace } = shortest
  // A search ends when all is broken; how many worlds one property takes, a search for it alone says.
  const { distinct } = seen.verdicts.length === 1 ? seen : searched(wrong, look, [property])
  const shown = kindOf(wrong, property) === 'sometimes' ? 'never shown' : `${trace.length} steps`
  return { kind: 'found', what: property, how: `${distinct} worlds, ${shown}${bound}` }
}

function missed({ verdicts, distinct }: Exploration, kept: readonly string[], bound: string): Found {
  const gaveUp = (verdict: Verdict<unknown>) =>
    verdict.kind === 'gaveUp' ? [`${verdict.property} gave up`] : []
  const what = kept.length === 0 ? VAIN : 'NOT FOUND'
  const said = [...kept, ...verdicts.flatMap(gaveUp)].join(' ')
  return { kind: 'not found', what, how: `${distinct} worlds${bound}: ${said}` }
}

function searched(model: Model, look: Look, properties?: readonly string[]): Exploration {
  const { within = {}, from, asks } = look
  return explore(model, {
    budgets: within,
    from: from?.(model) ?? asked(model, asks),
    maxWorlds: MOST_WORLDS,
    ...(properties && { properties }),
  })
}

function kindOf(model: Model, property: string) {
  return model.properties.find(({ name }) => name === property)?.judge.kind
}

/** The first world once the clients have asked, each a client of its own. */
function asked(model: Model, asks: Look['asks'] = []): World {
  return asks.reduce((world, [to, said], i) => {
    const body = { ...model.protocol.requests?.[said.type]?.fields, ...said }
    const applied = apply(model, world, { kind: 'request', client: `c${i + 1}`, to, body })
    if (applied.kind === 'refused') throw new Error(applied.why)
    return applied.world
  }, begin(model).world)
}
