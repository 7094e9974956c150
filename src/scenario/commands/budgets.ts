/** The words for how much may go wrong, and how much time may pass: `crashes=1 timeouts=any ticks=6 drift=1/10 traitors=1 lies=2`. */
import { BudgetProblem, type Budgets } from '../../world/budgets.ts'
import { ScenarioProblem, type Word } from '../command.ts'
import type { Session } from '../session.ts'
import { countOf, fractionOf, millisOf, oneOf, setting } from '../words.ts'

type Read = (value: Word) => Budgets[keyof Budgets]

const listOf: Read = ({ text }) => text.split(',')

/** Each word, which budget it is of, and how its value is read. */
const WORDS: { readonly [word: string]: readonly [keyof Budgets, Read] } = {
  crashes: ['crashes', (value) => countOf(value)],
  drops: ['drops', (value) => countOf(value)],
  dups: ['duplicates', (value) => countOf(value)],
  timeouts: ['timeouts', (value) => countOf(value, true)],
  'may-crash': ['mayCrash', listOf],
  'process-crashes': ['processCrashes', (value) => countOf(value)],
  partitions: ['partitions', (value) => countOf(value)],
  pauses: ['pauses', (value) => countOf(value)],
  corruptions: ['corruptions', (value) => countOf(value)],
  ticks: ['ticks', (value) => countOf(value)],
  tick: ['tickMs', millisOf],
  drift: ['drift', fractionOf],
  'clock-steps': ['clockSteps', (value) => countOf(value)],
  'clock-step': ['clockStepMs', millisOf],
  'bad-clocks': ['badClocks', listOf],
  traitors: ['traitors', traitorsOf],
  lies: ['lies', (value) => countOf(value)],
}

export const BUDGET_WORDS = Object.keys(WORDS)

/** Takes the setting if it is a budget; false if it is something else. */
export function readBudget(name: string, value: Word, into: Partial<Budgets>): boolean {
  const word = Object.hasOwn(WORDS, name) ? WORDS[name] : undefined
  if (word === undefined) return false
  const [budget, read] = word
  Object.assign(into, { [budget]: read(value) })
  return true
}

/** How many nodes may be traitors, or which ones are. */
export function traitorsOf(value: Word): number | readonly string[] {
  return /^\d/.test(value.text) ? countOf(value) : value.text.split(',')
}

/** Names of nodes with commas between them. */
export function nodesIn(session: Session, value: Word): readonly string[] {
  const { names } = session.current.model.cluster
  return value.text
    .split(',')
    .map((node) => oneOf({ text: node, column: value.column }, names, 'node', value.column))
}

/** Throws at traitors that may not lie, and at lies where nobody is there to tell them. */
export function mustLieAndMay(
  session: Session,
  words: readonly Word[],
  { traitors = 0, lies = 0 }: { readonly traitors?: number | readonly string[]; readonly lies?: number },
): void {
  const given = (name: string) => words.find((word) => setting(word)?.name === name)
  const [who, how] = [given('traitors'), given('lies')]
  if (who !== undefined && traitors !== 0 && lies === 0)
    throw new ScenarioProblem(
      who.column,
      'a traitor that may not lie does what the protocol says: give lies as well',
      'lies=1',
    )
  if (how !== undefined && lies !== 0 && traitors === 0 && session.world.traitors.length === 0)
    throw new ScenarioProblem(
      how.column,
      'nobody is a traitor here, and loyal nodes do not lie: give traitors as well',
      'traitors=1',
    )
}

/** What `search` answers; a budget that makes no sense becomes a problem at its word. */
export function atBudgets<T>(words: readonly Word[], search: () => T): T {
  try {
    return search()
  } catch (error) {
    if (!(error instanceof BudgetProblem)) throw error
    const { budget, message, instead } = error
    const word = words.find((one) => setting(one)?.name === wordOf(budget))
    const suggestion = instead === null ? null : `${wordOf(instead[0])}=${instead[1]}`
    throw new ScenarioProblem(word?.column ?? words[0]?.column ?? 0, message, suggestion)
  }
}

function wordOf(budget: keyof Budgets): string {
  return BUDGET_WORDS.find((word) => WORDS[word]![0] === budget)!
}
