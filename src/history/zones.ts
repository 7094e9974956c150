/** zones: whether a register whose values were all written once is linearizable, without a search. */
import { canonicalText, type Json } from '../base/canonical.ts'
import type { HistoryOperation } from './history.ts'
import type { SequentialModel } from './models.ts'

/** What was written, found and read of one value. */
interface Value {
  /** Who wrote it; null for what was there at first. */
  readonly write: HistoryOperation | null
  /** What a `cas` found there before. */
  readonly found: string | null
  readonly reads: HistoryOperation[]
}

/** Operations that follow each other without any other write between them. */
interface Block {
  /** Of their answers the first, and of their questions the last. */
  readonly answered: number
  readonly asked: number
}

/**
 * Gibbons and Korach ("Testing Shared Memories", 1997): where each read says which write it saw, that takes sorting only.
 * A write, its reads, a `cas` that found it, the reads of that and so on are one block: nobody else writes within. From the
 * first answer to the last question of a block no other one has room. So two such spans must not overlap; and where all
 * operations of a block overlap in one span of their own, that must not lie within the span of another block.
 *
 * Null where this cannot be said: there is another operation than `read`, `write` and `cas`, or a value was written twice,
 * or was there at first. `history` has what is `relevant`: of unknown outcome only what somebody saw.
 */
export function zones(history: readonly HistoryOperation[], model: SequentialModel): boolean | null {
  if (!model.operations.every((f) => f === 'read' || f === 'write' || f === 'cas')) return null
  const values = valuesOf(history, model.text(model.init))
  if (values === null) return null
  const blocks = values === 'odd' ? 'odd' : blocksOf(values)
  if (blocks === 'odd') return false
  const spans = blocks.filter(isSpan).sort((a, b) => a.answered - b.answered)
  for (const [i, { asked }] of spans.entries()) {
    const next = spans[i + 1]
    if (next !== undefined && next.answered < Math.min(asked, next.asked)) return false
  }
  return blocks.every((block) => {
    const around = isSpan(block) ? undefined : lastBefore(spans, block.asked)
    return around === undefined || block.answered >= around.asked
  })
}

/** `odd`: somebody found what nobody wrote. */
function valuesOf(
  history: readonly HistoryOperation[],
  first: string,
): ReadonlyMap<string, Value> | 'odd' | null {
  const values = new Map<string, Value>([[first, { write: null, found: null, reads: [] }]])
  for (const operation of history) {
    const { f, value } = operation
    if (f === 'read') continue
    const [from, to] = f === 'cas' ? (value as readonly Json[]) : [null, value]
    const text = canonicalText(to)
    if (values.has(text)) return null
    values.set(text, { write: operation, found: f === 'cas' ? canonicalText(from) : null, reads: [] })
  }
  for (const operation of history) {
    if (operation.f !== 'read') continue
    const value = values.get(canonicalText(operation.result))
    if (value === undefined) return 'odd'
    value.reads.push(operation)
  }
  return values
}

/** `odd`: a value was overwritten twice, or by itself, or something was asked only after what comes behind it had been answered. */
function blocksOf(values: ReadonlyMap<string, Value>): readonly Block[] | 'odd' {
  const next = new Map<string, string>()
  for (const [text, { found }] of values) {
    if (found === null) continue
    if (!values.has(found)) return 'odd'
    // Of two that overwrote one value only one is reached from the beginning.
    next.set(found, text)
  }
  const blocks: Block[] = []
  let left = values.size
  for (const [text, { found }] of values) {
    if (found !== null) continue
    const chain: Value[] = []
    for (let at: string | undefined = text; at !== undefined; at = next.get(at)) chain.push(values.get(at)!)
    left -= chain.length
    const block = blockOf(chain)
    if (block === null) return 'odd'
    blocks.push(block)
  }
  return left > 0 ? 'odd' : blocks
}

/** Null where an operation was answered before one was asked that comes earlier. */
function blockOf(chain: readonly Value[]): Block | null {
  let answered = Number.POSITIVE_INFINITY
  let asked = Number.NEGATIVE_INFINITY
  for (const { write, reads } of chain)
    for (const together of [write === null ? [] : [write], reads]) {
      const before = asked
      for (const { invoke, return: end } of together) {
        if (end !== null && end < before) return null
        answered = Math.min(answered, end ?? Number.POSITIVE_INFINITY)
        asked = Math.max(asked, invoke)
      }
    }
  // What was there at first has been there for ever.
  return { answered: chain[0]!.write === null ? Number.NEGATIVE_INFINITY : answered, asked }
}

function isSpan({ answered, asked }: Block): boolean {
  return answered < asked
}

/** Of spans in order, the last that began before a place. */
function lastBefore(spans: readonly Block[], place: number): Block | undefined {
  let [low, high] = [0, spans.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (spans[middle]!.answered < place) low = middle + 1
    else high = middle
  }
  return spans[low - 1]
}
