/** Objects of which little is promised: that what was acknowledged is there in the end, on every node. */
import { canonicalText, type Json } from '../base/canonical.ts'
import { count } from '../base/verdict.ts'
import { type History, type HistoryOperation, operationText, valueText } from './history.ts'
import type { HistoryVerdict } from './verdict.ts'

/** Of `echo` with a payload in `value`: the answer is the payload. */
export function echoed(history: History): HistoryVerdict {
  const property = 'Echo'
  const lie = answered(history).find(({ value, result }) => canonicalText(value) !== canonicalText(result))
  if (lie === undefined) return { kind: 'held', property, operations: history.length }
  const why = `${lie.process} sent ${valueText(lie.value)} and was answered ${valueText(lie.result)}`
  return { kind: 'broken', property, why, witness: [lie] }
}

/** Of `generate`: no two answers are the same JSON value. */
export function uniqueIds(history: History): HistoryVerdict {
  const property = 'UniqueIds'
  const first = new Map<string, HistoryOperation>()
  for (const operation of answered(history)) {
    const id = canonicalText(operation.result)
    const before = first.get(id)
    if (before !== undefined) {
      const why = `${before.process} and ${operation.process} were both given ${valueText(operation.result)}`
      const both =
        before.process === operation.process
          ? `${before.process} was given ${valueText(operation.result)} twice`
          : why
      return { kind: 'broken', property, why: both, witness: [before, operation] }
    }
    first.set(id, operation)
  }
  return { kind: 'held', property, operations: history.length }
}

/**
 * Of `broadcast`, or `add`, and `read` of a list. `last` are the last reads, one of each node: each has all that was acknowledged,
 * and no read has anything that nobody had broadcast by then.
 */
export function eventualSet(history: History, last: History): HistoryVerdict {
  const property = 'EventualSet'
  const asked = history.filter(({ f, outcome }) => f !== 'read' && outcome !== 'fail')
  const words = asked.some(({ f }) => f === 'add') ? ADDED : BROADCAST
  const since = new Map(asked.map((operation) => [canonicalText(operation.value), operation.invoke]))
  for (const read of [...reads(history), ...last])
    for (const member of listOf(read.result)) {
      const from = since.get(canonicalText(member))
      if (from !== undefined && from < (read.return ?? 0)) continue
      const why = `${read.process} reads ${valueText(member)}, which nobody had ${words.done} by then`
      return {
        kind: 'broken',
        property,
        why,
        witness: [shortened(read, `${valueText(member)} among others`)],
      }
    }
  for (const read of last) {
    const members = new Set(listOf(read.result).map(canonicalText))
    const lost = asked.filter(({ outcome, value }) => outcome === 'ok' && !members.has(canonicalText(value)))
    const [one] = lost
    if (one === undefined) continue
    const more = lost.length === 1 ? '' : `, and ${count(lost.length - 1, 'other')}`
    const why = `${read.process} never shows ${valueText(one.value)}${more}, though its ${one.f} was acknowledged`
    const has = `${count(members.size, words.member)} without ${valueText(one.value)}`
    return { kind: 'broken', property, why, witness: [one, shortened(read, has)] }
  }
  return { kind: 'held', property, operations: history.length }
}

const BROADCAST = { done: 'broadcast', member: 'message' }
const ADDED = { done: 'added', member: 'member' }

/**
 * Of `add` of a number and `read` of the sum. No read shows more, or less, than had been asked for by then.
 * `last` are the last reads, one of each node: all that was acknowledged, with or without each `add` of unknown outcome,
 * and the same everywhere.
 */
export function eventualCounter(history: History, last: History): HistoryVerdict {
  const property = 'EventualCounter'
  const adds = history.filter(({ f, outcome }) => f === 'add' && outcome !== 'fail')
  const mostBefore = sumsBefore(adds.filter(({ value }) => Number(value) > 0))
  const leastBefore = sumsBefore(adds.filter(({ value }) => Number(value) < 0))
  for (const read of [...reads(history), ...last]) {
    const [result, by] = [Number(read.result), read.return ?? 0]
    const [least, most] = [leastBefore(by), mostBefore(by)]
    if (result >= least && result <= most) continue
    const bound = result > most ? `no more than ${most}` : `no less than ${least}`
    const why = `${operationText(read)}, but ${bound} had been added by then`
    return { kind: 'broken', property, why, witness: [read] }
  }
  const least = sum(adds.filter(({ outcome }) => outcome === 'ok'))
  const possible = sums(
    least,
    adds.flatMap(({ outcome, value }) => (outcome === 'info' ? [Number(value)] : [])),
  )
  for (const read of last) {
    if (possible.has(Number(read.result))) continue
    const [from, to] = [Math.min(...possible), Math.max(...possible)]
    const range = from === least ? `up to ${to}` : `${from} to ${to}`
    const doubt = possible.size === 1 ? '' : `, and ${range} with those of unknown outcome`
    const why = `${operationText(read)} at the end, but ${least} were added and acknowledged${doubt}`
    return { kind: 'broken', property, why, witness: [read] }
  }
  const [first] = last
  const other = last.find(({ result }) => result !== first?.result)
  if (first === undefined || other === undefined)
    return { kind: 'held', property, operations: history.length }
  const why = `${operationText(first)} at the end, and ${operationText(other)}`
  return { kind: 'broken', property, why, witness: [first, other] }
}

function answered(history: History): History {
  return history.filter(({ outcome }) => outcome === 'ok')
}

function reads(history: History): History {
  return answered(history).filter(({ f }) => f === 'read')
}

function listOf(result: Json): readonly Json[] {
  return Array.isArray(result) ? result : []
}

/** A read of a long list, with words instead of it. */
function shortened(read: HistoryOperation, result: string): HistoryOperation {
  return { ...read, result }
}

/** How much had been asked for before a place of the history. */
function sumsBefore(adds: History): (place: number) => number {
  const places = adds.map(({ invoke, value }) => [invoke, Number(value)] as const).sort(([a], [b]) => a - b)
  let all = 0
  const sums = places.map(([, value]) => (all += value))
  return (place) => {
    let [from, to] = [0, places.length]
    while (from < to) {
      const middle = (from + to) >> 1
      if (places[middle]![0] < place) from = middle + 1
      else to = middle
    }
    return sums[from - 1] ?? 0
  }
}

function sum(adds: History): number {
  return adds.reduce((all, { value }) => all + Number(value), 0)
}

/** Every sum of `least` and some of the others. */
function sums(least: number, others: readonly number[]): ReadonlySet<number> {
  const found = new Set([least])
  for (const other of others) for (const one of [...found]) found.add(one + other)
  return found
}
