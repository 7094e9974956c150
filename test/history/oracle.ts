/** Slow and obviously right: every order of a short history, one after the other. */
import type { Value } from '../../src/base/canonical.ts'
import type { HistoryOperation } from '../../src/history/history.ts'
import type { SequentialModel } from '../../src/history/models.ts'

type Before = (a: HistoryOperation, b: HistoryOperation) => boolean

export const inRealTime: Before = (a, b) => a.return !== null && a.return < b.invoke

export const inProgram: Before = (a, b) => a.process === b.process && a.n < b.n

/**
 * Whether some order explains all answers. Operations of unknown outcome may be put anywhere after what came
 * before them, or nowhere; those with an end, not after what came later than that.
 */
export function explainable(
  history: readonly HistoryOperation[],
  model: SequentialModel,
  before: Before,
): boolean {
  const happened = history.filter((o) => o.outcome !== 'fail')
  const from = (
    state: Value,
    left: readonly HistoryOperation[],
    taken: readonly HistoryOperation[],
  ): boolean => {
    if (left.every((o) => o.outcome === 'info')) return true
    return left.some((next) => {
      if (left.some((o) => o !== next && o.outcome === 'ok' && before(o, next))) return false
      if (next.return !== null && taken.some((o) => before(next, o))) return false
      const applied = model.apply(state, { ...next, known: next.outcome === 'ok' })
      return (
        applied.ok &&
        from(
          applied.state,
          left.filter((o) => o !== next),
          [...taken, next],
        )
      )
    })
  }
  return from(model.init, happened, [])
}
