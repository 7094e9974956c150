/** What a run costs: the messages that were sent and the writes that were forced. */
import type { Moment } from '../world/draft.ts'
import type { Cost } from './exercise.ts'

export function costOf(moments: readonly Moment[]): Cost {
  const sum = (of: (moment: Moment) => number): number => moments.reduce((n, moment) => n + of(moment), 0)
  return {
    messages: sum((moment) => moment.sent.length),
    syncs: sum((moment) => moment.wrote.filter(({ effect }) => effect.kind === 'sync').length),
  }
}
