/** Judging: check looks at this run, explore at every schedule from here. */
import type { Verdict } from '../../base/verdict.ts'
import type { VerdictView, View } from '../../base/view.ts'
import { verdictView } from '../../draw/verdict.ts'
import { type ExploreOptions, explore as exploreModel } from '../../run/explore.ts'
import { brokenNow } from '../../run/now.ts'
import type { Budgets } from '../../world/budgets.ts'
import type { Choice } from '../../world/choice.ts'
import type { AnyProperty } from '../../world/property.ts'
import { type Command, type Result, ScenarioProblem, type Word } from '../command.ts'
import type { Session } from '../session.ts'
import { countOf, endOf, nearest, oneOf, setting } from '../words.ts'
import { atBudgets, BUDGET_WORDS, mustLieAndMay, readBudget } from './budgets.ts'

export const check: Command = {
  name: 'check',
  usage: 'check [PROPERTY...]',
  says: 'Judges properties of this run up to now; all of the protocol without a name.',
  example: 'check AC1',
  run(session, words) {
    const properties = propertiesOf(session, words)
    const verdicts = properties.map((property) => judgeNow(session, property))
    const rows = verdicts.map(({ property, kind, why }) => [
      {
        text: kind === 'held' ? 'held so far' : 'broken',
        tone: kind === 'held' ? ('good' as const) : ('bad' as const),
      },
      { text: property, tone: 'strong' as const },
      { text: why ?? '' },
    ])
    const view: View = { kind: 'table', columns: ['', '', ''], rows }
    return {
      view,
      note: null,
      verdicts: verdicts.map(({ property, kind }) => ({ property, kind, steps: null })),
    }
  },
  complete: (session, before) => propertyNames(session).filter((name) => !before.includes(name)),
}

export const explore: Command = {
  name: 'explore',
  usage:
    'explore PROPERTY... [crashes=N] [drops=N] [dups=N] [timeouts=N|any] [may-crash=NODE,...] [process-crashes=N] [partitions=N] [pauses=N] [corruptions=N] [traitors=N|NODE,...] [lies=N] [ticks=N] [tick=MS] [drift=N/M] [clock-steps=N] [clock-step=MS] [bad-clocks=NODE,...] [depth=N] [worlds=N]',
  says: 'Tries every schedule from here, within the budgets, and shows a shortest story that breaks a property.',
  example: 'explore AC1 crashes=1',
  run(session, words) {
    const { model, budgets } = session.current
    const names = words.filter((word) => setting(word) === null)
    if (names.length === 0)
      throw new ScenarioProblem(
        endOf(words),
        `expected a property: ${propertyNames(session).join(', ')}`,
        propertyNames(session)[0] ?? null,
      )
    const properties = propertiesOf(session, names).map((property) => property.name)
    const options = readOptions(session, words, budgets)
    const { onlooker } = session
    const watched = onlooker !== null && {
      maxBytes: onlooker.maxBytes,
      onProgress: (seen: { worlds: number; depth: number }) => onlooker.seen({ kind: 'explore', ...seen }),
    }
    const from = session.world
    const { verdicts } = atBudgets(words, () =>
      exploreModel(model, { ...options, ...watched, properties, from }),
    )
    return resultOf(session, verdicts)
  },
  complete: (session, before) => [
    ...propertyNames(session).filter((name) => !before.includes(name)),
    'crashes=1',
    'drops=1',
    'dups=1',
    'timeouts=any',
    'may-crash=',
    'process-crashes=1',
    'partitions=1',
    'pauses=1',
    'corruptions=1',
    'ticks=',
    'tick=',
    'drift=1/10',
    'clock-steps=1',
    'clock-step=',
    'bad-clocks=',
    'traitors=1',
    'lies=1',
    'depth=',
  ],
}

function readOptions(session: Session, words: readonly Word[], inherited: Partial<Budgets>): ExploreOptions {
  const budgets: { -readonly [K in keyof Budgets]?: Budgets[K] } = { ...inherited }
  const limits: { maxDepth?: number; maxWorlds?: number } = {}
  for (const word of words) {
    const set = setting(word)
    if (set === null || readBudget(set.name, set.value, budgets)) continue
    if (set.name === 'depth') limits.maxDepth = countOf(set.value)
    else if (set.name === 'worlds') limits.maxWorlds = countOf(set.value)
    else
      throw new ScenarioProblem(
        word.column,
        `explore has no setting "${set.name}"; it has ${BUDGET_WORDS.join(', ')}, depth, worlds`,
        nearest(set.name, [...BUDGET_WORDS, 'depth', 'worlds']),
      )
  }
  mustLieAndMay(session, words, budgets)
  return { budgets, ...limits }
}

/** Verdicts of a search or run that began in the world the session is in. */
export function resultOf(session: Session, verdicts: readonly Verdict<Choice>[]): Result {
  const views = verdicts.map((verdict): VerdictView => {
    const token = verdict.kind === 'broken' ? session.token(verdict.trace) : undefined
    const stage = { model: session.current.model, from: session.world, ...(token !== undefined && { token }) }
    return verdictView(verdict, stage)
  })
  return judgedViews(views)
}

/** The result of a search: its verdicts, one under the other. */
export function judgedViews(views: readonly VerdictView[]): Result {
  const shown = together(views)
  const view: View = shown.length === 1 ? shown[0]! : { kind: 'stack', views: shown }
  return {
    view,
    note: null,
    verdicts: views.map(({ property, verdict, steps }) => ({ property, kind: verdict, steps })),
  }
}

/** Verdicts that say the same of several properties become one. */
function together(views: readonly VerdictView[]): VerdictView[] {
  const groups: VerdictView[] = []
  for (const view of views) {
    const last = groups.at(-1)
    if (last !== undefined && view.verdict !== 'broken' && last.headline === view.headline)
      groups[groups.length - 1] = { ...last, property: `${last.property} ${view.property}` }
    else groups.push(view)
  }
  return groups
}

interface Now {
  readonly property: string
  readonly kind: 'held' | 'broken'
  readonly why: string | null
}

/** What this one run says of a property. Those that look ahead are judged from the world as it is, without more faults. */
export function judgeNow(session: Session, property: AnyProperty): Now {
  const why = brokenNow(session.current.model, session.world, property)
  return { property: property.name, kind: why === null ? 'held' : 'broken', why }
}

/** The properties that are named; all of the protocol's without a name. */
export function propertiesOf(session: Session, words: readonly Word[]): readonly AnyProperty[] {
  const { properties } = session.current.model
  if (words.length === 0) return properties
  return words.map((word) => {
    const name = oneOf(
      word,
      properties.map((p) => p.name),
      'property',
      word.column,
    )
    return properties.find((p) => p.name === name)!
  })
}

export function propertyNames(session: Session): readonly string[] {
  return session.run?.model.properties.map((p) => p.name) ?? []
}
