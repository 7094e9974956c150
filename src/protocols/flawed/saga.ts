/** Flawed readings of sagas, one rule each. */
import type { Alternative } from '../../world/protocol.ts'
import type { StepState } from '../sagaService.ts'
import { readingOf } from './reading.ts'

type Act = () => void

/** What services get wrong in both styles. */
const services = (protocol: string): readonly Alternative[] => [
  readingOf(protocol)(
    'onDo',
    'every-time',
    'a step that is asked for again is done again',
    (before: StepState) => (before === 'undone' || before === 'fenced' ? 'answer refused' : 'do'),
  ),
  readingOf(protocol)(
    'onDo',
    'late-is-welcome',
    'a step that comes after its compensation is done',
    (before: StepState) => (before === 'done' ? 'answer done' : 'do'),
  ),
]

export const flawedSaga: readonly Alternative[] = [
  readingOf('saga')('log', 'after', 'the saga log is written after the call', (note: Act, call: Act) => {
    call()
    note()
  }),
  readingOf('saga')(
    'onSilence',
    'not-executed',
    'a step that does not answer is taken not to have happened',
    (at: number, pivot: number) => ({
      way: at >= pivot ? 'forward' : 'backward',
      at: at >= pivot ? at : at - 1,
    }),
  ),
  readingOf('saga')('onRefusal', 'stop', 'a refusal ends the saga, and nothing is undone', () => null),
  readingOf('saga')('onRefusal', 'forward-order', 'what was done first is undone first', (at: number) => ({
    at: at - 1,
    order: 'forward',
  })),
  ...services('saga'),
  readingOf('saga')(
    'onUndo',
    'nothing-to-undo',
    'a compensation without a step leaves no note',
    (before: StepState) => (before === 'done' ? 'undo' : 'answer'),
  ),
  readingOf('saga-choreography')(
    'tell',
    'once',
    'a neighbour is told once, and nothing is kept',
    () => 'once',
  ),
  ...services('saga-choreography'),
]
