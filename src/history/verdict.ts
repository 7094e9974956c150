/** What a checker says of a client history. */
import type { HistoryOperation } from './history.ts'

/**
 * `held`: some order explains all of it. `broken`: none does; `witness` holds the few operations that show
 * it, in the order in which they were asked, and `why` is a sentence about them. `gaveUp`: `why` names the
 * budget that ran out, or what about the history cannot be judged. A check that gave up has not passed.
 */
export type HistoryVerdict =
  | { readonly kind: 'held'; readonly property: string; readonly operations: number }
  | {
      readonly kind: 'broken'
      readonly property: string
      readonly why: string
      readonly witness: readonly HistoryOperation[]
    }
  | { readonly kind: 'gaveUp'; readonly property: string; readonly why: string }
