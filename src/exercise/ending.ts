/** endingOf: what a learner is told of a check during which their answer had to be stopped. */
import type { Ending } from '../sandbox/fork.ts'
import type { CheckResult } from './exercise.ts'

type Told = Pick<CheckResult, 'verdict' | 'expected' | 'happened' | 'why' | 'place'>

/** The words for a fork that did not get to its end. */
export function endingOf(ending: Exclude<Ending, { kind: 'dismissed' }>, file: string): Told {
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
        `${ending.label} had not returned after ${seconds(ending.ms)} and was stopped`,
        'every handler returns at once',
        'a handler is one step: while it runs this node hears nothing. Look there for a loop that never ends. The checks after this one were not run',
      )
    case 'overtime':
      return told(
        `the check was not done after ${seconds(ending.ms)} and was stopped`,
        'a check ends in a few seconds',
        'no single handler call is to blame: there are too many of them, or each takes long. The checks after this one were not run',
      )
    case 'memory':
      return told(
        `the answer used up its memory${ending.label === '' ? '' : ` in ${ending.label}`} and was stopped`,
        'state, messages and disk stay small',
        'something grows without end: look for a list, a string or a Map that is only ever added to. The checks after this one were not run',
      )
    case 'exited':
      return told(
        'the answer ended its own process',
        'handlers return, and never end the process',
        'a node that has to stop is the scenario’s business: return from the handler instead. The checks after this one were not run',
      )
  }
}

function seconds(ms: number): string {
  return `${ms / 1000} s`
}
