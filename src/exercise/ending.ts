/** endingOf: what a learner is told of a check during which their answer had to be stopped. */
import { grouped } from '../base/verdict.ts'
import type { Ending } from '../sandbox/fork.ts'
import { OUTSIDE } from '../sandbox/given.ts'
import type { CheckResult } from './exercise.ts'
import type { Spent } from './recorder.ts'

type Told = Pick<CheckResult, 'verdict' | 'expected' | 'happened' | 'why' | 'place'>

const ONE_STEP = 'a handler is one step: while it runs this node hears nothing.'
const LOADING = 'nothing is judged before the file is loaded.'
const SKIPPED = 'The checks after this one were not run'

/** The words for an answer that ran out of fuel. Its place is known: there the loop turns, or the function calls. */
export function spentWords({ label, deep, most }: Spent): Omit<Told, 'place'> {
  const isLoading = label === OUTSIDE
  const why = isLoading ? LOADING : ONE_STEP
  return {
    verdict: 'failed',
    expected: isLoading ? 'the file is loaded at once' : 'every handler returns at once',
    happened: deep
      ? `${label} was stopped: functions had called each other ${grouped(most)} deep and none had returned`
      : `${label} was stopped: it had not returned after ${grouped(most)} turns of loops and calls`,
    why: deep
      ? `${why} Look there for a call that is made again and again on the way to itself. ${SKIPPED}`
      : `${why} Look there for a loop whose end never comes. ${SKIPPED}`,
  }
}

/** The words for a fork that did not get to its end. */
export function endingOf(ending: Exclude<Ending, { kind: 'dismissed' | 'spent' }>, file: string): Told {
  const told = (happened: string, expected: string, why: string): Told => ({
    verdict: 'failed',
    expected,
    happened,
    why,
    place: file,
  })
  switch (ending.kind) {
    case 'hung':
      return told(
        `${ending.label} was stopped by the clock: it had not returned after ${seconds(ending.ms)} of processor time`,
        'every handler returns at once',
        `${ONE_STEP} No loop of yours is to blame, their turns are counted: look there for a sort, a BigInt, a regular expression or an Array.from on something huge. ${SKIPPED}`,
      )
    case 'overtime':
      return told(
        `the check was not done after ${seconds(ending.ms)} and was stopped`,
        'a check ends in a few seconds',
        `no single handler call is to blame: there are too many of them, or each takes long. ${SKIPPED}`,
      )
    case 'memory':
      return told(
        `the answer used up its memory${ending.label === '' ? '' : ` in ${ending.label}`} and was stopped`,
        'state, messages and disk stay small',
        `something grows without end: look for a list, a string or a Map that is only ever added to. ${SKIPPED}`,
      )
    case 'exited':
      return told(
        'the answer ended its own process',
        'handlers return, and never end the process',
        `a node that has to stop is the scenario’s business: return from the handler instead. ${SKIPPED}`,
      )
  }
}

function seconds(ms: number): string {
  return `${ms / 1000} s`
}
