/** A drain is as many dequeues: Jepsen's queue tests empty the queue with one at the end. */
import type { Json } from '../../base/canonical.ts'
import type { ForeignEvent } from './foreign.ts'
import { problemAt } from './problem.ts'

/** The same events with each drain as dequeues of its process, one after the other, at the place of its answer. */
export function withoutDrains(events: readonly ForeignEvent[]): readonly ForeignEvent[] {
  return events.flatMap((event): readonly ForeignEvent[] => {
    if (event.f !== 'drain') return [event]
    if (event.type === 'invoke' || event.type === 'fail') return []
    if (event.type === 'info')
      throw problemAt(event.place, 'a drain of unknown outcome: nobody knows what it took out')
    const { value, place } = event
    if (!Array.isArray(value)) throw problemAt(place, 'a drain answers with the list of what it took out')
    const dequeue = { process: event.process, place, f: 'dequeue' } as const
    return (value as readonly Json[]).flatMap((taken) => [
      { ...dequeue, type: 'invoke', value: null },
      { ...dequeue, type: 'ok', value: taken },
    ])
  })
}
