/** The entries of a Raft log, by the paper's indexes, which count from 1. */
import { canonicalText, type Json } from '../base/canonical.ts'

export type Entry = { readonly term: number; readonly command: Json }

/** Where a follower's log stops matching: its term there (0 where the log is too short) and that term's first index. */
export type Conflict = { readonly conflictTerm: number; readonly conflictIndex: number }

/** The term of an entry; 0 before the first and after the last. */
export function termAt(log: readonly Entry[], index: number): number {
  return log[index - 1]?.term ?? 0
}

export function sameEntry(a: Entry, b: Entry | undefined): boolean {
  if (a === b) return true
  return (
    a.term === b?.term && (a.command === b.command || canonicalText(a.command) === canonicalText(b.command))
  )
}

/** A log in one line, term by term: `T1: a b | T2: c`, with a bar after what is committed. */
export function logLine(
  log: readonly Entry[],
  commitIndex: number,
  commandText: (command: Json) => string,
): string {
  const words = log.flatMap(({ term, command }, i) => [
    ...(i === 0 || log[i - 1]!.term !== term ? [`T${term}:`] : []),
    commandText(command),
    ...(i + 1 === commitIndex ? ['|'] : []),
  ])
  return words.join(' ') || 'empty'
}
