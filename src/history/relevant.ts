/** The operations that can matter to a verdict. */
import { canonicalText, type Json } from '../base/canonical.ts'
import type { HistoryOperation } from './history.ts'
import type { SequentialModel } from './models.ts'

/**
 * Leaves out what cannot change a verdict: operations that failed; reads of unknown outcome; and, on
 * registers, writes of unknown outcome whose value no certain operation finds, directly or through the `cas`
 * of others (if one took effect, it was overwritten unseen, so it may as well not have).
 */
export function relevant(
  history: readonly HistoryOperation[],
  model: SequentialModel,
): readonly HistoryOperation[] {
  const left = history.filter(
    (o) => o.outcome === 'ok' || (o.outcome === 'info' && !model.reads.includes(o.f)),
  )
  let loose = left.filter((o) => o.outcome === 'info')
  if (model.forgets === undefined || loose.length === 0) return left
  const wanted = new Set(left.map((o) => (o.outcome === 'ok' ? found(o) : null)))
  for (let before = -1; before !== loose.length; ) {
    before = loose.length
    loose = loose.filter((o) => {
      if (!wanted.has(leaves(o))) return true
      wanted.add(found(o))
      return false
    })
  }
  const idle = new Set(loose)
  return left.filter((o) => !idle.has(o))
}

/**
 * An operation that found a value that nobody ever wrote: reason enough for a register to be
 * broken, and cheap to see. Null where there is none, and for other models.
 */
export function unwritten(
  history: readonly HistoryOperation[],
  model: SequentialModel,
): HistoryOperation | null {
  if (model.forgets === undefined) return null
  const there = new Set<string>()
  for (const o of history) if (o.outcome !== 'fail' && !model.reads.includes(o.f)) there.add(leaves(o))
  const first = model.text(model.init)
  for (const o of history) {
    if (o.outcome !== 'ok') continue
    const text = found(o)
    if (text !== null && !there.has(text) && text !== `${o.key ?? ''} ${first}`) return o
  }
  return null
}

/** The value an operation must find: what a read answered, what a `cas` expects; null where it need not find any. */
function found(operation: HistoryOperation): string | null {
  if (operation.f === 'cas') return slot(operation, part(operation.value, 0))
  return operation.f === 'read' ? slot(operation, operation.result) : null
}

/** The value an operation leaves behind. */
function leaves(operation: HistoryOperation): string {
  return slot(operation, operation.f === 'cas' ? part(operation.value, 1) : operation.value)
}

function slot({ key }: HistoryOperation, value: Json): string {
  return `${key ?? ''} ${canonicalText(value)}`
}

function part(value: Json, index: 0 | 1): Json {
  return Array.isArray(value) ? (value[index] ?? null) : null
}
