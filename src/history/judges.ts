/** The list of what a history can be judged by, by the names that properties have. One line each. */
import type { History } from './history.ts'
import {
  MOST,
  noFracturedRead,
  readCommitted,
  serializable,
  snapshotIsolated,
  strictSerializable,
} from './isolation.ts'
import { linearizable } from './linearizable.ts'
import { keyValue, register } from './models.ts'
import { sequential } from './sequential.ts'
import { monotonicReads, monotonicWrites, readYourWrites, writesFollowReads } from './sessions.ts'
import { isolated } from './transactions/isolated.ts'
import type { LevelName } from './transactions/levels.ts'
import type { HistoryVerdict } from './verdict.ts'

/** One register, or one a key. */
const modelOf = (history: History) => (history.some(({ key }) => key !== null) ? keyValue() : register())

/** Of registers: operations `read` and `write`. */
export const registerJudges: { readonly [property: string]: (history: History) => HistoryVerdict } = {
  Linearizable: (history) => linearizable(history, modelOf(history)),
  SequentiallyConsistent: (history) => sequential(history, modelOf(history)),
  ReadYourWrites: (history) => readYourWrites(history),
  MonotonicReads: (history) => monotonicReads(history),
  MonotonicWrites: (history) => monotonicWrites(history),
  WritesFollowReads: (history) => writesFollowReads(history),
}

/** By trying every order, which says best why none fits; by cycles where there are more transactions than that can do. */
const byLength =
  (judge: (history: History) => HistoryVerdict, level: LevelName) =>
  (history: History): HistoryVerdict =>
    history.length > MOST ? isolated(history, { model: 'rw-register', level }) : judge(history)

/** Of transactions: operations `txn`. */
export const transactionJudges: typeof registerJudges = {
  ReadCommitted: byLength(readCommitted, 'read-committed'),
  NoFracturedRead: noFracturedRead,
  SnapshotIsolated: byLength(snapshotIsolated, 'snapshot-isolation'),
  Serializable: byLength(serializable, 'serializable'),
  StrictSerializable: byLength(strictSerializable, 'strict-serializable'),
}
