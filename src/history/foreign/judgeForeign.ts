/** judgeForeign: a history made elsewhere, judged by what its object should have done. */
import { type History, HistoryProblem } from '../history.ts'
import { linearizable } from '../linearizable.ts'
import { casRegister, counter, growSet, keyValue, queue, register, type SequentialModel } from '../models.ts'
import { historyOfEvents } from '../read.ts'
import type { HistoryVerdict } from '../verdict.ts'
import { withoutDrains } from './drain.ts'
import { ForeignProblem, type Format, readForeign } from './foreign.ts'

interface Model {
  readonly says: string
  make(): SequentialModel
  /** Values are `[key, value]`. */
  readonly keyed?: true
}

/** What a history can be of. */
export const FOREIGN_MODELS: { readonly [name: string]: Model } = {
  register: { says: 'read and write', make: register },
  'cas-register': { says: 'read, write, and cas of [from to]', make: casRegister },
  kv: { says: 'the same on many keys: values are [key value]', make: keyValue, keyed: true },
  queue: { says: 'enqueue and dequeue, and drain at the end', make: queue },
  set: { says: 'add, and read of all members', make: growSet },
  counter: { says: 'add, and read of the sum', make: counter },
}

export interface ForeignJudgement {
  readonly history: History
  readonly verdict: HistoryVerdict
}

/**
 * Reads and judges. `model` is a name of `FOREIGN_MODELS`. Throws `ForeignProblem` where the text holds no history
 * of such an object.
 */
export function judgeForeign(
  text: string,
  model: string,
  options: { readonly format?: Format; readonly maxMegabytes?: number } = {},
): ForeignJudgement {
  const { make, keyed = false } = FOREIGN_MODELS[model]!
  const events = withoutDrains(readForeign(text, options.format))
  try {
    const history = historyOfEvents(events, keyed, (place) => events[place]!.place)
    const { maxMegabytes = 256 } = options
    const limits = { maxMegabytes, maxConfigurations: Number.POSITIVE_INFINITY }
    return { history, verdict: linearizable(history, make(), limits) }
  } catch (error) {
    if (error instanceof HistoryProblem) throw new ForeignProblem(error.message)
    throw error
  }
}
