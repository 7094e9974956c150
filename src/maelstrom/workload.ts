/** Workload: what clients ask, what an answer tells, and what it is all judged by. */
import type { Json } from '../base/canonical.ts'
import type { RandomStream } from '../base/random.ts'
import type { History } from '../history/history.ts'
import type { Call } from '../history/read.ts'
import type { IsolationVerdict } from '../history/transactions/isolated.ts'
import type { LevelName } from '../history/transactions/levels.ts'
import type { HistoryVerdict } from '../history/verdict.ts'
import type { WireBody } from './message.ts'

export interface Workload {
  readonly says: string
  /** What each node is told after `init`, by name. */
  before?(names: readonly string[]): WireBody
  /** The i-th request, from 1. */
  draw(dice: RandomStream, i: number): WireBody
  /** What each node is asked at the end, when everything is healed. */
  readonly last: WireBody
  /** What was asked and told; `answer` is null where there was none. A sentence where the answer is none of these. */
  call(request: WireBody, answer: WireBody | null): Call | string
  /** An error that tells something all the same: the answer that it amounts to. */
  means?(request: WireBody, code: Json): WireBody | null
  /** Whether `judge` needs the last answer of every node, and it may take a while until they are as they must be. */
  readonly settles: boolean
  /** Whether it is enough that one node carries `last` out at the end; the others may refuse it. */
  readonly oneIsEnough?: true
  /** Whether it is of transactions, which are judged by an isolation level. */
  readonly hasLevel?: true
  /** `last` are the answers to `last`, one of each node. */
  judge(history: History, last: History, level: LevelName): HistoryVerdict | IsolationVerdict
}
