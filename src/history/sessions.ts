/** The four session guarantees: what one client may rely on when its requests reach different replicas. */
import type { Json } from '../base/canonical.ts'
import { byInvoke, type History } from './history.ts'
import { casRegister, mustFit } from './models.ts'
import {
  type Guarantee,
  knownOrder,
  observations,
  ownWrites,
  readsThenWrites,
  seenThrough,
} from './sessionEdges.ts'
import type { HistoryVerdict } from './verdict.ts'
import { accesses, cycle, type Edge } from './versions.ts'

export interface SessionOptions {
  /** What each register holds before any write. Default: null. */
  readonly init?: Json
  /**
   * What is known of the order of versions. `sessions`: each client's writes to a register are ordered as it
   * asked for them, and a `cas` comes after what it found. `realTime`: besides, a write that was answered
   * before another was asked comes before it, as with one primary or one log; not so where clocks decide.
   */
  readonly versions?: 'sessions' | 'realTime'
}

/*
 * All four are judged on registers (`read`, `write`, `cas`; one, or one a key) as Terry and others define them
 * ("Session guarantees for weakly consistent replicated data", 1994), seen from outside: a guarantee is
 * broken when no order of each register's versions fits what it demands and what is known of that order.
 * A session is a process. Each value must be written to a register at most once and differ from what it held
 * at first; otherwise, or where a read finds what nobody wrote, the answer is `gaveUp` with the reason.
 * `held` says that the answers can be explained, not that no replica ever went wrong.
 */

/** A client's read sees its own earlier writes, or what was written over them. */
export function readYourWrites(history: History, options: SessionOptions = {}): HistoryVerdict {
  return judge('ReadYourWrites', history, options)
}

/** A client's later read of a register does not go back behind its earlier one. */
export function monotonicReads(history: History, options: SessionOptions = {}): HistoryVerdict {
  return judge('MonotonicReads', history, options)
}

/**
 * A client's writes are seen in its order: who has seen the later one does not find a register as it was
 * before the earlier one. A reader that goes back over both breaks `MonotonicReads` as well: from outside
 * the two cannot be told apart.
 */
export function monotonicWrites(history: History, options: SessionOptions = {}): HistoryVerdict {
  return judge('MonotonicWrites', history, options)
}

/** What a client writes after a read is seen after what it had read: no answer without its question. */
export function writesFollowReads(history: History, options: SessionOptions = {}): HistoryVerdict {
  return judge('WritesFollowReads', history, options)
}

function judge(property: Guarantee, history: History, options: SessionOptions): HistoryVerdict {
  mustFit(history, casRegister())
  const sessions = accesses(history, options.init ?? null)
  if (typeof sessions === 'string') return { kind: 'gaveUp', property, why: sessions }
  const found = cycle([
    ...knownOrder(sessions, options.versions === 'realTime'),
    ...ownWrites(sessions, property === 'MonotonicWrites'),
    ...observations(sessions, property),
    ...(property === 'WritesFollowReads' ? readsThenWrites(sessions) : []),
    ...seenThrough(sessions, property),
  ])
  if (found === null) return { kind: 'held', property, operations: history.length }
  const witness = [...new Set(found.flatMap((edge) => edge.operations))].sort(byInvoke)
  return { kind: 'broken', property, why: sentence(found), witness }
}

/** `c2 read 1 after it had read 2, but c1 wrote 2 after 1`: the demand first, then what speaks against it. */
function sentence([demanded, ...rest]: readonly Edge[]): string {
  if (rest.length === 0) return demanded!.why
  return `${demanded!.why}, but ${rest.map((edge) => edge.why).join(' and ')}`
}
