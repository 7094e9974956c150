/** The few operations that show why a history is broken, and a sentence about them. */
import { Budget } from './budget.ts'
import { type HistoryOperation, operationName, operationText, shortText } from './history.ts'
import type { SequentialModel } from './models.ts'
import { type Order, realTime } from './order.ts'
import { relevant } from './relevant.ts'
import { type DeadEnd, Search } from './search.ts'

type Operations = readonly HistoryOperation[]

/** Why a history is broken: one sentence, and the operations it is about. */
export interface Explanation {
  readonly why: string
  readonly witness: Operations
}

/** What a witness is worth in all, in configurations and operations looked at, and what one question is worth. */
const PATIENCE = 300_000
const PATIENCE_PER_LENGTH = 300
const PATIENCE_EACH = 60_000
const PATIENCE_PER_OPERATION = 40
/** Building a search costs about this many configurations an operation. */
const COST_OF_OPERATION = 4
/** A sentence shows this many of the operations that come before; the witness has all. */
const SHOWN = 4
/** Of more operations than this the old ones are taken together. */
const MANY = 300
const MOST_BYTES = 64 * 1_048_576
const DEAD_ENDS = 3

/** Whether there is an order; null where only a search can tell. */
export type Shortcut = (history: Operations, model: SequentialModel) => boolean | null

/**
 * Shrinks a history that is known to be broken. Each change only makes it easier to explain (what was
 * answered last goes first; then reads are dropped, and others may or may not have happened), so what remains
 * is broken by itself. Small, but not always the smallest.
 */
export function explain(
  history: Operations,
  model: SequentialModel,
  orderOf: (history: Operations) => Order,
  shortcut: Shortcut = () => null,
): Explanation {
  const purse = new Budget(PATIENCE + PATIENCE_PER_LENGTH * history.length, MOST_BYTES)
  const broken = (operations: Operations): boolean => {
    if (!purse.left) return false
    const held = shortcut(operations, model)
    if (held !== null) {
      purse.configurations += operations.length
      return !held
    }
    const patience = Math.max(PATIENCE_EACH, operations.length * PATIENCE_PER_OPERATION)
    const budget = new Budget(patience, MOST_BYTES)
    const result = new Search(orderOf(operations), model, budget).run(patience)
    purse.configurations += budget.configurations + operations.length * COST_OF_OPERATION
    return result === 'broken'
  }
  const start = orderOf === realTime ? firstBroken(history, model, broken) : relevant(history, model)
  const late = doubtOld(start, model, broken) ?? start
  const order = orderOf(doubtMost(late, model, broken, () => purse.left))
  const search = new Search(order, model, new Budget(PATIENCE, MOST_BYTES), DEAD_ENDS)
  const { operations } = order
  const ends = search.run(PATIENCE) === 'broken' ? search.deadEnds : []
  const used = new Set(ends.flatMap(({ path, tried }) => (tried.length > SHOWN ? path : [...path, ...tried])))
  const known = new Map(history.map((o) => [operationName(o), o]))
  const asTold = operations.map((o) => known.get(operationName(o)) ?? o)
  const witness = asTold.filter((_, i) => operations[i]!.outcome === 'ok' || used.has(i))
  return { why: sentence(ends, asTold, order, model), witness }
}

/**
 * The history up to the first answer that breaks it; what is not answered by then is open. What has an
 * explanation also has one up to any earlier answer, so halving finds the place.
 */
function firstBroken(
  history: Operations,
  model: SequentialModel,
  broken: (operations: Operations) => boolean,
): Operations {
  const answers = history.flatMap((o) => (o.outcome === 'ok' ? [o.return!] : [])).sort((a, b) => a - b)
  const until = (end: number): Operations =>
    relevant(
      history
        .filter((o) => o.invoke < end)
        .map((o) => (o.return !== null && o.return > end ? doubted(o, null) : o)),
      model,
    )
  // The last few answers before a place show soonest that it is too late; that it is not, only a search of all.
  const isLate = (operations: Operations) =>
    (operations.length > MANY && doubtOld(operations, model, broken, MANY) !== null) || broken(operations)
  let low = 0
  let high = answers.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (isLate(until(answers[middle]!))) high = middle
    else low = middle + 1
  }
  return until(answers[high]!)
}

/** Takes the certainty from all operations but the last few answered, `most` at most; null where that is not broken. */
function doubtOld(
  start: Operations,
  model: SequentialModel,
  broken: (operations: Operations) => boolean,
  most = Number.POSITIVE_INFINITY,
): Operations | null {
  const answers = start.flatMap((o) => (o.outcome === 'ok' ? [o.return!] : [])).sort((a, b) => b - a)
  for (let kept = 1; kept < Math.min(answers.length, most); kept *= 4) {
    const since = answers[kept - 1]!
    const next = relevant(
      start.map((o) => (o.outcome === 'ok' && o.return! >= since ? o : doubted(o))),
      model,
    )
    const few = model.forgets === undefined || next.length <= MANY ? next : oneForAll(next)
    if (broken(few)) return few
  }
  return null
}

/**
 * Of doubted operations that all ended before the first certain one was asked, and do the same, one that may happen
 * whenever any of them may: a register only shows what it held when the certain ones began. That is easier to explain.
 */
function oneForAll(operations: Operations): Operations {
  const first = operations.reduce(
    (least, o) => (o.outcome === 'ok' ? Math.min(least, o.invoke) : least),
    Infinity,
  )
  const alike = new Map<string, HistoryOperation>()
  const others = operations.filter((o) => {
    if (o.outcome === 'ok' || o.return === null || o.return >= first) return true
    const name = JSON.stringify([o.f, o.key, o.value])
    const one = alike.get(name) ?? o
    const later = o.return > one.return! ? o : one
    alike.set(name, {
      ...later,
      invoke: Math.min(one.invoke, o.invoke),
    })
    return false
  })
  return [...alike.values(), ...others]
}

/** Takes the certainty from as many operations as possible, many at a time at first; reads go before others. */
function doubtMost(
  start: Operations,
  model: SequentialModel,
  broken: (operations: Operations) => boolean,
  patient: () => boolean,
): Operations {
  const isRead = (o: HistoryOperation): boolean => model.reads.includes(o.f)
  let best = start
  for (const may of [isRead, (o: HistoryOperation) => !isRead(o)])
    for (let size = best.length; size >= 1; size >>= 1) {
      let certain = best.filter((o) => o.outcome === 'ok' && may(o))
      for (let from = 0; from < certain.length && patient(); ) {
        const chosen = new Set(certain.slice(from, from + size))
        const next = relevant(
          best.map((o) => (chosen.has(o) ? doubted(o) : o)),
          model,
        )
        if (broken(next)) {
          best = next
          certain = certain.filter((o) => !chosen.has(o))
        } else from += size
      }
    }
  return best
}

/** The same operation, which may not have happened; if it did, then before its answer. */
function doubted(operation: HistoryOperation, end = operation.return): HistoryOperation {
  return operation.outcome === 'ok' ? { ...operation, outcome: 'info', return: end, result: null } : operation
}

/** `c2 reads 1 fits nowhere: after c1 writes 1, c1 writes 2 the register holds 2. ...` */
function sentence(
  ends: readonly DeadEnd[],
  operations: Operations,
  order: Order,
  model: SequentialModel,
): string {
  const text = (i: number) => operationText(operations[i]!)
  const refused = [...new Set(ends.flatMap((end) => end.refused))]
  const first = ends[0]
  if (first === undefined) return 'no order of the operations explains their answers'
  const reasons = ends.map(({ path, states }) => {
    const holds = [...new Set(states.map((state) => shortText(model.says(state))))]
    const shown = holds.length > 4 ? [...holds.slice(0, 4), '...'] : holds
    const before = [...(path.length > SHOWN ? ['...'] : []), ...path.slice(-SHOWN).map(text)]
    return `${path.length === 0 ? 'at first' : `after ${before.join(', ')}`} ${shown.join(', or ')}`
  })
  const late = orderReason(refused[0]!, first, operations, order)
  const subject = refused.map(text).join(' and ')
  return `${subject} ${refused.length === 1 ? 'fits' : 'fit'} nowhere: ${reasons.join('; ')}${late}`
}

/** Says which answer had come before the question, where that is why another order is not allowed. */
function orderReason(
  operation: number,
  { path }: DeadEnd,
  operations: Operations,
  { from, until }: Order,
): string {
  const before = path.filter((i) => until[i]! < from[operation]!)
  const last = before.reduce<number | null>(
    (latest, i) => (latest === null || until[i]! > until[latest]! ? i : latest),
    null,
  )
  if (last === null) return ''
  const [late, early] = [operations[operation]!, operations[last]!]
  return `; ${late.process} asked after ${operationText(early)} had been answered`
}
