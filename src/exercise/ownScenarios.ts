/** Inside the fork: plays the learner's own scenarios on what the exercise lends them, and tells the host what became of each. */
import type { TimelineView, View } from '../base/view.ts'
import { linesView, toned } from '../base/view.ts'
import { checkBegins, checkEnds, tellHost } from '../sandbox/guard.ts'
import { ScenarioProblem } from '../scenario/command.ts'
import { commands } from '../scenario/commands/index.ts'
import { goldenText, parseScenario } from '../scenario/play.ts'
import { type Run, Session } from '../scenario/session.ts'
import { begin } from '../world/apply.ts'
import type { Protocol } from '../world/protocol.ts'
import { spentFuel } from './answer.ts'
import { CheckFailed } from './evidence.ts'
import type { ScenarioFile, ScenarioResult } from './exercise.ts'
import { forgetAll, overhear, type Spent } from './recorder.ts'
import { lentProtocols } from './scenariosOn.ts'
import { storyOf, type Walked, walkedStory } from './story.ts'
import { retelling, scenariosAsked } from './told.ts'

/** How one scenario went, as it travels to the host: there the stack becomes a place. */
export interface ScenarioOutcome extends Omit<ScenarioResult, 'place'> {
  readonly type: 'scenario'
  readonly stack: string | null
  readonly spent: Spent | null
}

/** Bytes that the worlds of a search may take; the fork has not much more. */
const SEARCH_BYTES = 96 * 1024 ** 2
/** So much of what was shown and of a story travels to the host. */
const MOST_SHOWN = 200_000
const MOST_ROWS = 400
const MOST_LOGGED = 100

/** Plays all that is asked for, each on an answer that has never run. */
export function playScenarios(): void {
  const { scenarios, walk } = scenariosAsked()
  if (retelling() !== null) return
  for (const file of scenarios) {
    forgetAll()
    tellHost({ type: 'scenarioBegan', file: file.name })
    checkBegins()
    const ended = played(file)
    if (walk) tellHost({ type: 'walked', walked: walkOf(ended) })
    tellHost({ ...ended.outcome, ...(walk ? { trace: null, log: [] } : told(ended.run)) })
    checkEnds()
  }
}

/** Where a scenario stopped, and why; `line` is null where no line is to blame. */
interface Stop extends Pick<ScenarioOutcome, 'verdict' | 'happened'> {
  readonly line: { readonly text: string; readonly line: number } | null
  readonly column?: number
  readonly suggestion?: string | null
  readonly stack?: string
  readonly spent?: Spent
}

interface Ended {
  readonly outcome: Omit<ScenarioOutcome, 'trace' | 'log'>
  readonly run: Run | null
}

function played({ name, text }: ScenarioFile): Ended {
  const lent = protocolsLent()
  const session = new Session({ protocols: 'verdict' in lent ? [] : lent, alternatives: [], commands })
  session.onlooker = { maxBytes: SEARCH_BYTES, seen: () => true }
  const printed: View[] = []
  const { held, stop } = 'verdict' in lent ? { held: 0, stop: lent } : linesPlayed(session, text, printed)
  const outcome = {
    type: 'scenario',
    file: name,
    verdict: stop?.verdict ?? 'passed',
    held,
    line: stop?.line?.line ?? null,
    column: stop?.column ?? null,
    text: stop?.line?.text ?? null,
    happened: stop?.happened ?? null,
    suggestion: stop?.suggestion ?? null,
    stack: stop?.stack ?? null,
    spent: stop?.spent ?? null,
    printed: shortened(printed),
  } as const
  return { outcome, run: session.run }
}

function protocolsLent(): readonly Protocol[] | Stop {
  try {
    return (
      lentProtocols() ?? {
        verdict: 'error',
        line: null,
        happened: 'this exercise has nothing to play a scenario on',
      }
    )
  } catch (error) {
    return stopOf(error, null)
  }
}

/** Up to the first line that makes no sense, or where something is not as the scenario expects. */
function linesPlayed(
  session: Session,
  text: string,
  printed: View[],
): { readonly held: number; readonly stop: Stop | null } {
  const { commands: lines, expected } = parseScenario(text)
  let held = 0
  for (const line of lines) {
    const before = session.run
    try {
      const { view, note, verdicts } = session.execute(line.text)
      const threw = cutAtThrow(session, before, line)
      // Where the output is written down, it alone says what is expected.
      const wrong = expected === null ? verdicts.find(({ kind }) => kind !== 'held') : undefined
      const said = /^\s*expect\b/.test(line.text) && wrong !== undefined ? note : null
      if (view !== null && said === null) printed.push(view)
      if (threw !== null) return { held, stop: threw }
      if (wrong !== undefined) return { held, stop: { ...wrongOf(wrong, said), line } }
      if (expected === null) held += verdicts.length
    } catch (error) {
      return { held, stop: stopOf(error, line) }
    }
  }
  if (expected === null) return { held, stop: null }
  // It was all compared; what differs is told.
  const output = goldenText(printed.splice(0))
  const stop = differenceOf(output, text)
  return { held: stop === null ? 1 : 0, stop }
}

function wrongOf(
  { property, kind }: { readonly property: string; readonly kind: string },
  said: string | null,
): Pick<Stop, 'verdict' | 'happened'> {
  if (kind === 'gaveUp') return { verdict: 'gaveUp', happened: `the search for ${property} gave up` }
  return { verdict: 'failed', happened: said ?? `${property} is broken` }
}

/** A handler of the answer threw during this line: the run ends with that step. */
function cutAtThrow(session: Session, before: Run | null, line: Stop['line']): Stop | null {
  const { run } = session
  if (run === null) return null
  const isNew = before?.model !== run.model
  const first = isNew ? begin(run.model).moments.findIndex(({ threw }) => threw !== null) : -1
  const at = run.moments.findIndex(({ threw }) => threw !== null)
  const threw = first >= 0 ? begin(run.model).moments[first]!.threw : (run.moments[at]?.threw ?? null)
  if (threw === null) return null
  session.goto(first >= 0 ? 0 : at + 1)
  return { ...spentOr({ verdict: 'failed', happened: threw.message, stack: threw.stack }), line }
}

function spentOr(stop: Omit<Stop, 'line'>): Omit<Stop, 'line'> {
  const fuel = spentFuel()
  if (fuel === null) return stop
  return { ...stop, spent: { label: fuel.label, site: fuel.site, deep: fuel.deep, most: fuel.most } }
}

function stopOf(error: unknown, line: Stop['line']): Stop {
  if (error instanceof ScenarioProblem)
    return {
      verdict: 'invalid',
      line,
      happened: error.message,
      column: error.column + 1,
      suggestion: error.suggestion,
    }
  if (error instanceof CheckFailed) {
    const { happened, threw } = error.evidence
    return { ...spentOr({ verdict: 'failed', happened, ...(threw && { stack: threw.stack }) }), line }
  }
  throw error
}

/** The first line of the output that is not the one written down, at its line in the file. */
function differenceOf(printed: string, text: string): Stop | null {
  const lines = text.replace(/\r\n/g, '\n').split('\n')
  const bar = lines.findIndex((line) => line.trimEnd() === '----')
  const should = lines
    .slice(bar + 1)
    .join('\n')
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd())
  const is = printed.split('\n')
  const at = [...should, ...is].findIndex((_, i) => (is[i] ?? '') !== (should[i] ?? ''))
  if (at < 0) return null
  const happened = is[at] === undefined ? 'the output ends before this line' : `printed: ${is[at]}`
  return { verdict: 'failed', happened, line: { text: should[at] ?? '', line: bar + 2 + at } }
}

/** The run with what was logged at each step, and where it was not to its end, the words for it. */
function told(run: Run | null): Pick<ScenarioOutcome, 'trace' | 'log'> {
  const lines = overhear().slice(0, MOST_LOGGED)
  if (run === null) return { trace: null, log: lines }
  const trace = run.moments.map(({ choice }) => choice)
  const { steps, picture } = storyOf(run.model, trace, run.origin.program, overhear)
  const { rows, ...rest } = picture as TimelineView
  const log = rows.flatMap(({ what }) =>
    what.kind === 'mark' && what.mark === 'log' && run.model.cluster.names.includes(what.lane)
      ? [`${what.lane}: ${what.text}`]
      : [],
  )
  return {
    trace: steps === 0 ? null : { steps, picture: { ...rest, rows: rows.slice(-MOST_ROWS) } },
    log: log.slice(0, MOST_LOGGED),
  }
}

function walkOf({ outcome, run }: Ended): Walked | null {
  if (run === null) return null
  const trace = run.moments.map(({ choice }) => choice)
  overhear()
  const walked = walkedStory(run.model, { trace }, overhear)
  return {
    ...walked,
    stopped: outcome.line === null ? walked.stopped : `Line ${outcome.line}: ${outcome.happened}`,
  }
}

/** What was shown, without tokens: they would be played on the reference of the same name. */
function shortened(views: readonly View[]): readonly View[] {
  const printed = views.map(withoutToken)
  if (JSON.stringify(printed).length <= MOST_SHOWN) return printed
  return [linesView(toned('dim', 'What it shows is too long to be shown here.'))]
}

function withoutToken(view: View): View {
  if (view.kind === 'stack') return { ...view, views: view.views.map(withoutToken) }
  return view.kind === 'verdict' ? { ...view, token: null } : view
}
