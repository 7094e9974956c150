/** The words for how much may go wrong: `crashes=1 drops=1 dups=1 timeouts=any may-crash=tm partitions=1`. */
import type { Budgets } from '../../world/choices.ts'
import type { Word } from '../command.ts'
import { countOf } from '../words.ts'

export const BUDGET_WORDS = [
  'crashes',
  'drops',
  'dups',
  'timeouts',
  'may-crash',
  'process-crashes',
  'partitions',
  'pauses',
] as const

/** Takes the setting if it is a budget; false if it is something else. */
export function readBudget(
  name: string,
  value: Word,
  into: { -readonly [K in keyof Budgets]?: Budgets[K] },
): boolean {
  switch (name) {
    case 'crashes':
      into.crashes = countOf(value)
      return true
    case 'drops':
      into.drops = countOf(value)
      return true
    case 'dups':
      into.duplicates = countOf(value)
      return true
    case 'timeouts':
      into.timeouts = countOf(value, true)
      return true
    case 'process-crashes':
      into.processCrashes = countOf(value)
      return true
    case 'partitions':
      into.partitions = countOf(value)
      return true
    case 'pauses':
      into.pauses = countOf(value)
      return true
    case 'may-crash':
      into.mayCrash = value.text.split(',')
      return true
    default:
      return false
  }
}
