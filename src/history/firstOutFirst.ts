/** The order in which to try the operations of a queue, so that honest histories are explained at once. */
import { canonicalText } from '../base/canonical.ts'
import type { HistoryOperation } from './history.ts'

interface Item {
  readonly asked: number
  readonly answered: number
  readonly outAsked: number
  readonly outAnswered: number
}

/**
 * An enqueue is as urgent as the first dequeue that must not come before its own: of it, or of any item that
 * has to be behind it. An item is behind another if it was enqueued, or dequeued, later in real time. Exact for
 * items that are all different; otherwise a guess, which costs time only.
 */
export function firstOutFirst(history: readonly HistoryOperation[]): (operation: HistoryOperation) => number {
  const outs = new Map<string, HistoryOperation>()
  for (const o of history) if (o.f === 'dequeue' && o.outcome === 'ok') outs.set(canonicalText(o.result), o)
  const enqueues = history.filter((o) => o.f === 'enqueue')
  const line = inLine(enqueues.map((o) => itemOf(o, outs.get(canonicalText(o.value)))))
  const urgency = new Map<HistoryOperation, number>()
  let soonest = Number.POSITIVE_INFINITY
  for (const [behind, { index, item }] of [...line].reverse().entries()) {
    soonest = Math.min(soonest, item.outAnswered)
    // Equal ones in their order in line, and all of them just before the dequeue.
    urgency.set(enqueues[index]!, soonest - (behind + 1) / (line.length + 2))
  }
  return (o) => urgency.get(o) ?? o.return ?? Number.POSITIVE_INFINITY
}

function itemOf(enqueue: HistoryOperation, out: HistoryOperation | undefined): Item {
  const never = Number.POSITIVE_INFINITY
  return {
    asked: enqueue.invoke,
    answered: enqueue.return ?? never,
    outAsked: out?.invoke ?? never,
    outAnswered: out?.return ?? never,
  }
}

/** Puts the items in a line that neither enqueues nor dequeues contradict, if there is one. */
function inLine(items: readonly Item[]): readonly { readonly index: number; readonly item: Item }[] {
  let left = items
    .map((item, index) => ({ index, item }))
    .sort((a, b) => a.item.outAnswered - b.item.outAnswered)
  const line: typeof left = []
  while (left.length > 0) {
    const answered = left.reduce(
      (least, { item }) => Math.min(least, item.answered),
      Number.POSITIVE_INFINITY,
    )
    const outAnswered = left[0]!.item.outAnswered
    const next = left.find(({ item }) => item.asked <= answered && !(item.outAsked > outAnswered)) ?? left[0]!
    line.push(next)
    left = left.filter((each) => each !== next)
  }
  return line
}
