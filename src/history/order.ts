/** The order that a linearization must keep: real time, or each process's own program. */
import { byInvoke, type HistoryOperation } from './history.ts'

/**
 * Operations that took effect lie in lanes, each in its order; those of unknown outcome are loose. Operation
 * `i` may come next when it is the first of its lane not yet taken, no operation not yet taken ended before
 * it began (`until >= from[i]`), and `need[i]` operations of lane `needLane[i]` are taken. A loose one with an
 * end may not come after what began later than that; a `strict` one may not follow more of its lane.
 */
export interface Order {
  readonly operations: readonly HistoryOperation[]
  readonly lanes: readonly (readonly number[])[]
  readonly loose: readonly number[]
  readonly from: Float64Array
  readonly until: Float64Array
  readonly needLane: Int32Array
  readonly need: Int32Array
  readonly strict: Uint8Array
}

/**
 * Real time (Herlihy & Wing 1990): what was answered comes before what was asked later. A lane is any chain
 * of operations that do not overlap, so there are as many as were ever open at once.
 */
export function realTime(history: readonly HistoryOperation[]): Order {
  const order = emptyOrder(history)
  const ends: number[] = []
  for (const [i, operation] of order.operations.entries()) {
    order.from[i] = operation.invoke
    const end = operation.return ?? Number.POSITIVE_INFINITY
    order.until[i] = end
    if (operation.outcome !== 'ok') {
      order.loose.push(i)
      continue
    }
    const free = ends.findIndex((last) => last < operation.invoke)
    const lane = free >= 0 ? free : ends.length
    ends[lane] = end
    if (order.lanes[lane] === undefined) order.lanes[lane] = []
    order.lanes[lane].push(i)
  }
  return order
}

/**
 * Program order (Lamport 1979): each process's operations in the order it asked. One of unknown outcome
 * comes after what its process had finished by then, and holds up nothing.
 */
export function programOrder(history: readonly HistoryOperation[]): Order {
  const order = emptyOrder(history)
  const laneOf = new Map<string, number>()
  for (const operation of order.operations) {
    if (operation.outcome !== 'ok' || laneOf.has(operation.process)) continue
    laneOf.set(operation.process, order.lanes.length)
    order.lanes.push([])
  }
  for (const [i, operation] of order.operations.entries()) {
    const lane = laneOf.get(operation.process)
    if (operation.outcome !== 'ok') {
      order.loose.push(i)
      if (lane === undefined) continue
      order.needLane[i] = lane
      order.need[i] = order.lanes[lane]!.length
      order.strict[i] = operation.return === null ? 0 : 1
      continue
    }
    order.lanes[lane!]!.push(i)
  }
  return order
}

function emptyOrder(history: readonly HistoryOperation[]) {
  const operations = history.filter((o) => o.outcome !== 'fail').sort(byInvoke)
  return {
    operations,
    lanes: [] as number[][],
    loose: [] as number[],
    from: new Float64Array(operations.length).fill(Number.NEGATIVE_INFINITY),
    until: new Float64Array(operations.length).fill(Number.POSITIVE_INFINITY),
    needLane: new Int32Array(operations.length).fill(-1),
    need: new Int32Array(operations.length),
    strict: new Uint8Array(operations.length),
  }
}
