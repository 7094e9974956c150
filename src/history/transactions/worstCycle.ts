/** worstCycle: of the cycles that a level forbids, a smallest of the worst class. */
import { type NamedCycle, named } from './anomaly.ts'
import { CLASSES, type CycleClass, FORBIDDEN, knots, smallestCycle } from './cycles.ts'
import type { Evidence } from './evidence.ts'
import { type Edge, type Graph, outsideOf } from './graph.ts'
import type { Level } from './levels.ts'
import { lostUpdate } from './lostUpdate.ts'
import { isBefore } from './outside.ts'
import type { TransactionModel } from './transaction.ts'

/** Among more transactions than this a chain of real time is not made one step. */
const MOST_DIRECT = 1000

/** Null where the level forbids nothing in the graph. What needs no session and no real time is named first. */
export function worstCycle(
  graph: Graph,
  evidence: Evidence,
  level: Level,
  model: TransactionModel,
): NamedCycle | null {
  const weakest = FORBIDDEN[level.rw]
  const classes = CLASSES.slice(0, CLASSES.indexOf(weakest) + 1)
  const name = (edges: readonly Edge[], code: CycleClass['code']) =>
    named(edges, code, evidence.transactions, model)
  const groups = knots(graph, weakest)
  for (const plain of [true, false])
    for (const one of classes) {
      const edges = smallestOf(
        groups.map((group) => smallestCycle(nearby(graph, evidence, group, level, plain), group, one)),
      )
      if (edges !== null) return name(fromFirst(edges), one.code)
      const lost = plain && one.code === 'G-single' ? lostUpdate(evidence) : null
      if (lost !== null) return name(lost, 'G-single')
    }
  return null
}

/** The same cycle, told from the first in the history on. */
function fromFirst(edges: readonly Edge[]): readonly Edge[] {
  const first = edges.reduce((least, { from }, i) => (from < edges[least]!.from ? i : least), 0)
  return [...edges.slice(first), ...edges.slice(0, first)]
}

function smallestOf(cycles: readonly (readonly Edge[] | null)[]): readonly Edge[] | null {
  return cycles.reduce((a, b) => (a === null || (b !== null && b.length < a.length) ? b : a), null)
}

/** The edges of a group; `plain` without what comes from outside, otherwise with the steps that follow from several. */
function nearby(
  graph: Graph,
  { transactions }: Evidence,
  group: readonly number[],
  { order }: Level,
  plain: boolean,
): (from: number) => readonly Edge[] {
  if (plain) return (from) => graph[from]!.filter((edge) => outsideOf(edge) === null)
  if (order === null || group.length > MOST_DIRECT) return (from) => graph[from]!
  const known = new Map<number, readonly Edge[]>()
  return (from) => {
    const before = known.get(from)
    if (before !== undefined) return before
    const one = transactions[from]!
    const later = group.filter((to) => {
      const other = transactions[to]!
      return (
        isBefore(one, other) && (order === 'realtime' || one.operation.process === other.operation.process)
      )
    })
    const edges = [
      ...graph[from]!.filter(({ kind }) => kind !== order),
      ...later.map((to): Edge => ({ from, to, kind: order, order: null, version: null })),
    ]
    known.set(from, edges)
    return edges
  }
}
