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
  const found = new Set(left.filter((o) => o.outcome === 'ok').flatMap(finds))
  for (let before = -1; before !== loose.length; ) {
    before = loose.length
    loose = loose.filter((o) => {
      if (!found.has(slot(o, o.f === 'cas' ? part(o.value, 1) : o.value))) return true
      for (const text of finds(o)) found.add(text)
      return false
    })
  }
  const idle = new Set(loose)
  return left.filter((o) => !idle.has(o))
}

/** The value an operation must find: what a read answered, what a `cas` expects. */
function finds(operation: HistoryOperation): string[] {
  if (operation.f === 'cas') return [slot(operation, part(operation.value, 0))]
  return operation.f === 'read' ? [slot(operation, operation.result)] : []
}

function slot({ key }: HistoryOperation, value: Json): string {
  return `${key ?? ''} ${canonicalText(value)}`
}

function part(value: Json, index: 0 | 1): Json {
  return Array.isArray(value) ? (value[index] ?? null) : null
}
