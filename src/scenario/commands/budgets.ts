/** The words for how much may go wrong, and how much time may pass: `crashes=1 timeouts=any ticks=6 drift=1/10 traitors=1 lies=2`. */
import type { Budgets } from '../../world/budgets.ts'
import type { Word } from '../command.ts'
import { countOf, fractionOf, millisOf } from '../words.ts'

export const BUDGET_WORDS = [
  'crashes',
  'drops',
  'dups',
  'timeouts',
  'may-crash',
  'process-crashes',
  'partitions',
  'pauses',
  'corruptions',
  'ticks',
  'tick',
  'drift',
  'clock-steps',
  'clock-step',
  'bad-clocks',
  'traitors',
  'lies',
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
    case 'corruptions':
      into.corruptions = countOf(value)
      return true
    case 'ticks':
      into.ticks = countOf(value)
      return true
    case 'tick':
      into.tickMs = millisOf(value)
      return true
    case 'drift':
      into.drift = fractionOf(value)
      return true
    case 'clock-steps':
      into.clockSteps = countOf(value)
      return true
    case 'clock-step':
      into.clockStepMs = millisOf(value)
      return true
    case 'bad-clocks':
      into.badClocks = value.text.split(',')
      return true
    case 'traitors':
      into.traitors = traitorsOf(value)
      return true
    case 'lies':
      into.lies = countOf(value)
      return true
    case 'may-crash':
      into.mayCrash = value.text.split(',')
      return true
    default:
      return false
  }
}

/** How many nodes may be traitors, or which ones are. */
export function traitorsOf(value: Word): number | readonly string[] {
  return /^\d/.test(value.text) ? countOf(value) : value.text.split(',')
}
