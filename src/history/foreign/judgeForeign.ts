/** judgeForeign: a history made elsewhere, judged by what its object should have done. */
import { type History, HistoryProblem, operationName } from '../history.ts'
import { linearizable } from '../linearizable.ts'
import { casRegister, counter, growSet, keyValue, queue, register, type SequentialModel } from '../models.ts'
import { historyOfEvents } from '../read.ts'
import { type IsolationVerdict, isolated } from '../transactions/isolated.ts'
import type { LevelName } from '../transactions/levels.ts'
import type { TransactionModel } from '../transactions/transaction.ts'
import type { HistoryVerdict } from '../verdict.ts'
import { withoutDrains } from './drain.ts'
import { type ForeignEvent, type Format, readForeign } from './foreign.ts'
import { problemAt } from './problem.ts'
import { withSteps } from './transactions.ts'

interface Model {
  readonly says: string
  make(): SequentialModel
  /** Values are `[key, value]`. */
  readonly keyed?: true
}

/** What a history of single operations can be of. */
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

export interface TransactionJudgement {
  readonly history: History
  readonly verdict: IsolationVerdict
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
  const { maxMegabytes = 256 } = options
  const limits = { maxMegabytes, maxConfigurations: Number.POSITIVE_INFINITY }
  return judged(events, keyed, (history) => linearizable(history, make(), limits))
}

/** The same for transactions, by an isolation level. Throws `ForeignProblem`. */
export function judgeTransactions(
  text: string,
  model: TransactionModel,
  options: { readonly format?: Format; readonly maxMegabytes?: number; readonly level?: LevelName } = {},
): TransactionJudgement {
  const { format, ...limits } = options
  const events = withSteps(readForeign(text, format), model)
  return judged(events, false, (history) => isolated(history, { model, ...limits }))
}

function judged<Verdict>(
  events: readonly ForeignEvent[],
  keyed: boolean,
  judge: (history: History) => Verdict,
): { readonly history: History; readonly verdict: Verdict } {
  let history: History = []
  try {
    history = historyOfEvents(events, keyed, (place) => events[place]!.place)
    return { history, verdict: judge(history) }
  } catch (error) {
    if (!(error instanceof HistoryProblem)) throw error
    const operation = history.find((one) => operationName(one) === error.where)
    throw problemAt(operation === undefined ? error.where : events[operation.invoke]!.place, error.problem)
  }
}
