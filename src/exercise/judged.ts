/** explored and simulated: what the drivers find of an answer, for a check to expect to hold. */
import { type Bound, count, type Verdict } from '../base/verdict.ts'
import { type ExploreOptions, explore } from '../run/explore.ts'
import { simulate } from '../run/simulate.ts'
import type { SimulateOptions } from '../run/simulator.ts'
import type { Choice } from '../world/choice.ts'
import { wantsClock } from '../world/local.ts'
import type { Model } from '../world/protocol.ts'
import { type HandRun, matches, type Pattern, patternText } from './byHand.ts'
import { CheckFailed, keepEvidence } from './evidence.ts'
import type { Judged } from './matchers.ts'
import { isDeep, offer, retelling, runSeed } from './told.ts'

/** What a deep check adds to a search. */
const DEEP_WORLDS = 1_000_000
/** A deep check makes so many times the random runs. */
const DEEP_RUNS = 40

/**
 * Every schedule within the budgets, from the run's world on: `expect(explored(run, { budgets: { crashes: 1 } })).toHold()`.
 * A deep check allows one more of everything that the budgets allow, as far as it comes; what they do not allow, such as
 * more nodes or longer lists of requests, it leaves alone. Where
 * the budgets name nothing, nothing is searched twice.
 */
export function explored(run: HandRun, options: Omit<ExploreOptions, 'from'> = {}): Judged {
  const first = searched(run, options)
  const budgets = oneMore(options.budgets ?? {})
  const isFurther = Object.keys(budgets).length > 0
  if (!isDeep() || !isFurther || first.verdicts.some((verdict) => verdict.kind !== 'held')) return first
  const further = searched(run, { ...options, budgets, maxWorlds: DEEP_WORLDS })
  // Not to have come to an end is nothing against the answer: what was promised has held.
  const stopped = further.verdicts.some((verdict) => verdict.kind === 'gaveUp')
  const broken = further.verdicts.some((verdict) => verdict.kind === 'broken')
  if (broken || !stopped) return { ...further, verdicts: [...first.verdicts, ...further.verdicts] }
  const words = `and ${count(DEEP_WORLDS, 'world')} of a larger search, which was not finished`
  return {
    ...first,
    verdicts: first.verdicts.map((verdict) => ({
      ...verdict,
      bound: { ...verdict.bound, budgets: [...verdict.bound.budgets, words] },
    })),
  }
}

/** A search on an answer that reads its clock needs one: time passes in these steps then, and timers wait for it. */
const CLOCK = { ticks: 2, tickMs: 500 }

function searched(run: HandRun, options: Omit<ExploreOptions, 'from'>): Judged {
  const search = (budgets: NonNullable<ExploreOptions['budgets']>) =>
    explore(run.model, { ...options, budgets, from: run.world })
  let { verdicts } = search(options.budgets ?? {})
  if (verdicts.some((verdict) => verdict.kind === 'broken' && wantsClock(verdict.why)))
    verdicts = search({ ...options.budgets, ...CLOCK }).verdicts
  return { model: run.model, verdicts: verdicts.map((verdict) => after(run, verdict)) }
}

/** A verdict whose story begins where the run has ended, with the steps of the run before it. */
function after(run: HandRun, verdict: Verdict<Choice>): Verdict<Choice> {
  return verdict.kind === 'broken' ? { ...verdict, trace: [...run.trace, ...verdict.trace] } : verdict
}

function oneMore(budgets: NonNullable<ExploreOptions['budgets']>): NonNullable<ExploreOptions['budgets']> {
  return Object.fromEntries(
    Object.entries(budgets).map(([name, most]) => [
      name,
      typeof most === 'number' && most > 0 ? most + 1 : most,
    ]),
  )
}

export interface SimulatedOptions {
  readonly runs: number
  /** What the run with this number is: faults, requests, length. The kit gives the seed. */
  run(n: number): Omit<SimulateOptions, 'seed'>
  /** Where the run with this number begins, if not at the start: where a run by hand has ended. Its steps are told too. */
  from?(n: number): HandRun
  /** In words, for the bound: `loss`, `crashes`. */
  readonly faults: readonly string[]
  /** What must be announced in at least one run, or nothing was shown: `{ type: 'decide', decision: 'commit' }`. */
  readonly sometimes: Pattern
  /** Where random runs broke something: a search that may break it too, in a story that is shorter to tell. */
  shorter?(): Judged
}

/** So many runs more are made once something broke. */
const RUNS_FOR_A_SHORTER_STORY = 12

/** Many seeded runs. Of those that break something the one with the fewest steps is told. */
export function simulated(
  modelOf: (n: number) => Model,
  { runs, run, from, faults, sometimes, shorter }: SimulatedOptions,
): Judged {
  if (retelling() !== null) for (let n = 0; n < runs; n++) offer(modelOf(n))
  const worst = new Map<string, { model: Model; verdict: Verdict<Choice> }>()
  let happened = false
  let enough = isDeep() ? runs * DEEP_RUNS : runs
  let made = 0
  for (let n = 0; n < enough; n++) {
    made++
    const hand = from?.(n)
    const { model, verdicts, moments } = simulate(hand?.model ?? modelOf(n), {
      ...run(n),
      ...(hand && { from: hand.world }),
      seed: runSeed() * 100_003 + n,
    })
    happened ||= moments.some(({ outputs }) => outputs.some((output) => matches(sometimes, output)))
    for (const found of verdicts) {
      const verdict = hand === undefined ? found : after(hand, found)
      const before = worst.get(verdict.property)?.verdict
      if (before === undefined || isWorse(verdict, before)) worst.set(verdict.property, { model, verdict })
      if (verdict.kind === 'broken') enough = Math.min(enough, n + 1 + RUNS_FOR_A_SHORTER_STORY)
    }
  }
  const bound: Bound = { driver: 'simulate', runs: made, budgets: faults }
  const all = [...worst.values()]
  const broken = all.filter(({ verdict }) => verdict.kind === 'broken')
  if (!happened && broken.length === 0) nothingShown(made, sometimes)
  const found = broken.sort((a, b) => stepsOf(a.verdict) - stepsOf(b.verdict))[0] ?? all[0]
  if (found === undefined) throw new RangeError('simulated needs a run and a property')
  const told = shortest(found, broken.length > 0 ? shorter?.() : undefined)
  const verdicts = broken.length > 0 ? [told.verdict] : all.map(({ verdict }) => verdict)
  return { model: told.model, verdicts: verdicts.map((verdict) => ({ ...verdict, bound })) }
}

/** A rule that nothing ever put to the test is not kept: doing nothing breaks no rule. */
function nothingShown(runs: number, sometimes: Pattern): never {
  const evidence = {
    verdict: 'failed',
    happened: `in none of ${count(runs, 'run')} anyone announced ${patternText(sometimes)}`,
    why: 'nodes that do nothing break no rule, and are of no use to anybody',
  } as const
  keepEvidence(evidence)
  throw new CheckFailed(evidence)
}

function shortest(found: { model: Model; verdict: Verdict<Choice> }, search: Judged | undefined) {
  const other = search?.verdicts
    .filter((verdict) => verdict.kind === 'broken')
    .sort((a, b) => stepsOf(a) - stepsOf(b))[0]
  return search !== undefined && other !== undefined && stepsOf(other) < stepsOf(found.verdict)
    ? { model: search.model, verdict: other }
    : found
}

const RANK = { held: 0, gaveUp: 1, broken: 2 } as const

function isWorse(a: Verdict<Choice>, b: Verdict<Choice>): boolean {
  return (
    RANK[a.kind] > RANK[b.kind] || (a.kind === 'broken' && b.kind === 'broken' && stepsOf(a) < stepsOf(b))
  )
}

function stepsOf(verdict: Verdict<Choice>): number {
  return verdict.kind === 'broken' ? verdict.trace.length : Number.POSITIVE_INFINITY
}
