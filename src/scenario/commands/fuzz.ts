/** fuzz: random runs from here, and the short story of what broke. */
import type { Verdict } from '../../base/verdict.ts'
import { count } from '../../base/verdict.ts'
import { verdictView } from '../../draw/verdict.ts'
import { dueInOrder } from '../../run/due.ts'
import { DEFAULT_SEEDS, type Finding, type FuzzOptions, fuzz as fuzzModel } from '../../run/fuzz.ts'
import type { Lost } from '../../run/fuzzRuns.ts'
import type { SwarmLimits } from '../../run/swarm.ts'
import type { Choice } from '../../world/choice.ts'
import { type Command, ScenarioProblem, type Word } from '../command.ts'
import { keep } from '../retell.ts'
import type { Session } from '../session.ts'
import { countOf, endOf, millisOf, nearest, setting } from '../words.ts'
import { mustLieAndMay } from './budgets.ts'
import { FAULT_SETTINGS, type Faults, readFault } from './faultSettings.ts'
import { judgedViews, propertiesOf, propertyNames } from './judge.ts'

const SETTINGS = ['seeds', 'seed', ...FAULT_SETTINGS, 'delay', 'workers'] as const

export const fuzz: Command = {
  name: 'fuzz',
  usage:
    'fuzz PROPERTY... [seeds=N] [seed=N] [loss=CHANCE] [copies=CHANCE] [inside=CHANCE] [crashes=N] [partitions=N] [pauses=N] [traitors=N|NODE,...] [lies=CHANCE] [drift=CHANCE] [delay=TIME] [may-crash=NODE,...] [workers=N]',
  says: 'Many random runs from here; each draws its own faults, up to these limits (0 turns a kind off; inside is the chance that a node dies within a handler). What breaks is shown with all that it does not need left out. Workers run seeds side by side; how many there are changes nothing else.',
  example: 'fuzz AC1 seeds=500 loss=0.1',
  run(session, words) {
    const names = words.filter((word) => setting(word) === null)
    if (names.length === 0)
      throw new ScenarioProblem(
        endOf(words),
        `expected a property: ${propertyNames(session).join(', ')}`,
        propertyNames(session)[0] ?? null,
      )
    const properties = propertiesOf(session, names).map((property) => property.name)
    const { model } = session.current
    const { onlooker } = session
    const watched = onlooker !== null && {
      onProgress: (seen: { runs: number; broken: number }) => onlooker.seen({ kind: 'fuzz', ...seen }),
    }
    const options = { ...optionsOf(session, words), properties }
    const crew = crewRuns(session, options, workersOf(words))
    const { verdicts, findings, lost } = fuzzModel(model, { ...options, ...watched, ...crew })
    const views = verdicts.map((verdict) => viewOf(session, verdict, findings))
    const notes = [...findings.map(noteOf), ...(lost === null ? [] : [nextStep(lost)])]
    return { ...judgedViews(views), note: notes.join('; ') || null }
  },
  complete: (session, before) => [
    ...propertyNames(session).filter((name) => !before.includes(name)),
    'seeds=500',
    'loss=0.1',
    'copies=0',
    'inside=0',
    'crashes=1',
    'partitions=0',
    'pauses=0',
    'traitors=1',
    'lies=0.5',
    'drift=0',
    'delay=50ms',
    'may-crash=',
    'workers=2',
  ],
}

/** More than that are of no use to anybody's cores, and each takes memory. */
const MOST_WORKERS = 64

function workersOf(words: readonly Word[]): number {
  const given = words.map(setting).find((set) => set?.name === 'workers')?.value
  if (given === undefined) return 1
  const workers = countOf(given)
  if (workers >= 1 && workers <= MOST_WORKERS) return workers
  throw new ScenarioProblem(given.column, `expected from 1 to ${MOST_WORKERS} workers, found ${workers}`, '2')
}

/** Runs that others make, if there are others: it says the same, and sooner. */
function crewRuns(session: Session, options: FuzzOptions, workers: number): Pick<FuzzOptions, 'runs'> {
  const crew = session.onlooker?.crew
  const kept = keep(session)
  if (workers === 1 || crew === undefined || kept === null) return {}
  const { seeds = DEFAULT_SEEDS, firstSeed = 1, from: _, ...rest } = options
  return { runs: crew.runs(workers, { kept, options: rest, firstSeed, seeds }) }
}

function viewOf(session: Session, verdict: Verdict<Choice>, findings: readonly Finding[]) {
  const finding = findings.find((f) => f.property === verdict.property)
  const { model } = session.current
  if (finding === undefined) return verdictView(verdict, { model, from: session.world })
  // A token begins in the first world: a hand-made past cannot be given the delays of another run.
  const portable = session.current.moments.length === 0 || Object.keys(finding.options).length === 0
  return verdictView(verdict, {
    model: finding.model,
    from: finding.from,
    ...(portable && { token: session.token(finding.trace, finding.options) }),
  })
}

function noteOf({ property, seed, foundSteps, trace, situation }: Finding): string {
  const began = situation === null ? '' : `, from: ${situation}`
  return `${property}: seed ${seed}${began}, ${count(foundSteps, 'step')} shrunk to ${trace.length}`
}

/** What to do about a run that nobody made. */
function nextStep({ seed }: Lost): string {
  return seed === null
    ? 'next: the same with one worker'
    : `no later run counts; next: seed ${seed} alone, one seed and one worker`
}

function optionsOf(session: Session, words: readonly Word[]): FuzzOptions {
  const { moments, budgets, origin } = session.current
  const limits: { -readonly [K in keyof SwarmLimits]?: SwarmLimits[K] } = {
    ...(budgets.crashes === 0 && { crashes: 0, crashInside: 0 }),
    ...(budgets.drops === 0 && { loss: 0 }),
    ...(budgets.duplicates === 0 && { duplicate: 0 }),
    ...(budgets.mayCrash !== undefined && { mayCrash: budgets.mayCrash }),
    ...(origin.options.disk !== undefined && { disk: false }),
  }
  const runs: { seeds?: number; firstSeed?: number } = {}
  for (const word of words) {
    const set = setting(word)
    if (set === null) continue
    if (!SETTINGS.includes(set.name as (typeof SETTINGS)[number]))
      throw new ScenarioProblem(
        word.column,
        `fuzz has no setting "${set.name}"; it has ${SETTINGS.join(', ')}`,
        nearest(set.name, SETTINGS),
      )
    readSetting(session, set.name as (typeof SETTINGS)[number], set.value, limits, runs)
  }
  mustLieAndMay(session, words, limits)
  const here = moments.length === 0 ? {} : { from: session.world }
  // Where something is under way already, the clients have asked what they wanted.
  const asked = moments.length > 0 && dueInOrder(session.world).length > 0 ? { requests: [] } : {}
  return { ...runs, ...here, ...asked, limits }
}

function readSetting(
  session: Session,
  name: (typeof SETTINGS)[number],
  value: Word,
  limits: Faults & { delayMs?: number },
  runs: { seeds?: number; firstSeed?: number },
): void {
  switch (name) {
    case 'seeds':
      runs.seeds = countOf(value)
      if (runs.seeds === 0) throw new ScenarioProblem(value.column, 'expected at least one run', '200')
      return
    case 'workers':
      return
    case 'seed':
      runs.firstSeed = countOf(value)
      return
    case 'delay':
      limits.delayMs = millisOf(value)
      return
    default:
      readFault(session, name, value, limits)
  }
}
