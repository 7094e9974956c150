/** zones: whether a register whose values were all written once is linearizable, without a search. */
import { canonicalText, type Json } from '../base/canonical.ts'
import type { HistoryOperation } from './history.ts'
import type { SequentialModel } from './models.ts'

/** Those who wrote or read one value. */
interface Cluster {
  /** Null for the value that was there at first. */
  readonly write: HistoryOperation | null
  /** Whose answer came first, and who asked last: the write, or one who read it. */
  answered: HistoryOperation | null
  asked: HistoryOperation | null
}

/**
 * Gibbons and Korach ("Testing Shared Memories", 1997): where each read says which write it saw, that takes sorting only.
 * From the first answer that shows a value until the last question that still finds it, no other value was there. So two
 * such spans must not overlap; and all operations of another value, if they overlap in one span of their own, must not lie
 * within such a span.
 *
 * Null where this cannot be said: there is another operation than `read` and `write`, a value was written twice or was
 * there at first. Otherwise few operations that no order explains, or none where there is one. `history` has what
 * is `relevant`, and no read of what nobody wrote.
 */
export function zones(
  history: readonly HistoryOperation[],
  model: SequentialModel,
): readonly HistoryOperation[] | null {
  if (!model.operations.every((f) => f === 'read' || f === 'write' || f === 'cas')) return null
  const clusters = clustersOf(history, model.text(model.init))
  if (clusters === null) return null
  for (const { write, answered, asked } of clusters)
    if (write !== null && end(answered) < write.invoke) return distinct([write, answered, asked])
  const spans = clusters.filter(isSpan).sort((a, b) => end(a.answered) - end(b.answered))
  for (const [i, span] of spans.entries()) {
    const next = spans[i + 1]
    if (next !== undefined && end(next.answered) < Math.min(start(span.asked), start(next.asked)))
      return both(span, next)
  }
  for (const cluster of clusters) {
    if (isSpan(cluster) || cluster.asked === null) continue
    const around = lastBefore(spans, cluster.asked.invoke)
    if (around !== null && end(cluster.answered) < start(around.asked)) return both(around, cluster)
  }
  return []
}

function clustersOf(history: readonly HistoryOperation[], first: string): readonly Cluster[] | null {
  const clusters = new Map<string, Cluster>([[first, { write: null, answered: null, asked: null }]])
  for (const operation of history) {
    if (operation.f === 'read') continue
    const text = canonicalText(operation.value as Json)
    if (operation.f !== 'write' || clusters.has(text)) return null
    clusters.set(text, { write: operation, answered: operation, asked: operation })
  }
  for (const operation of history) {
    if (operation.f !== 'read') continue
    const cluster = clusters.get(canonicalText(operation.result))!
    if (end(operation) < end(cluster.answered)) cluster.answered = operation
    if (start(operation) > start(cluster.asked)) cluster.asked = operation
  }
  return [...clusters.values()]
}

/** What was there at first has been there for ever. */
function isSpan({ write, answered, asked }: Cluster): boolean {
  return write === null ? asked !== null : end(answered) < start(asked)
}

/** Of spans in order, the last that began before a place. */
function lastBefore(spans: readonly Cluster[], place: number): Cluster | null {
  let [low, high] = [0, spans.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (end(spans[middle]!.answered) < place) low = middle + 1
    else high = middle
  }
  return spans[low - 1] ?? null
}

/** When it was asked; that of nobody is before all others. */
function start(operation: HistoryOperation | null): number {
  return operation === null ? Number.NEGATIVE_INFINITY : operation.invoke
}

/** When it was answered; of unknown outcome that may be at any later time. That of nobody is before all others. */
function end(operation: HistoryOperation | null): number {
  return operation === null ? Number.NEGATIVE_INFINITY : (operation.return ?? Number.POSITIVE_INFINITY)
}

function both(...clusters: readonly Cluster[]): readonly HistoryOperation[] {
  return distinct(clusters.flatMap(({ write, answered, asked }) => [write, answered, asked]))
}

function distinct(operations: readonly (HistoryOperation | null)[]): readonly HistoryOperation[] {
  return [...new Set(operations)].filter((one) => one !== null)
}
