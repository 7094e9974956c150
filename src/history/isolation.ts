/** Isolation: whether transactions that ran together saw no more and no less than some simple world would have shown them. */
import { canonicalText, type Json } from '../base/canonical.ts'
import {
  byInvoke,
  type History,
  type HistoryOperation,
  HistoryProblem,
  operationName,
  valueText,
} from './history.ts'
import type { HistoryVerdict } from './verdict.ts'

/*
 * A transaction is one operation `txn` whose value lists its steps in order: `['read', key, what it found]` or
 * `['write', key, value]`. A key that nobody has written holds null. Of unknown outcome: it may have happened.
 *
 * All orders are tried, so these are for histories that fit on a page (for others see `transactions/isolated.ts`): with
 * more transactions than MOST, or where two transactions write the same value to a key, the answer is `gaveUp`. `held` says that the answers can be
 * explained, not that the database never went wrong.
 */

/** For how many transactions all orders are tried. */
export const MOST = 10
const MOST_STATES = 200_000

interface Step {
  readonly verb: 'read' | 'write'
  readonly key: string
  readonly value: string
}

interface Transaction {
  readonly operation: HistoryOperation
  readonly name: string
  readonly steps: readonly Step[]
  /** Keys it writes, with the last value of each. */
  readonly writes: ReadonlyMap<string, string>
  /** What it reads of others: reads of its own writes are left out. */
  readonly reads: readonly Step[]
}

type Store = ReadonlyMap<string, string>

/** Some order of the transactions, one at a time, explains all that they read (Papadimitriou 1979). */
export function serializable(history: History): HistoryVerdict {
  return judged('Serializable', history, (all) => inSomeOrder(all, false))
}

/** Serializable in an order that keeps real time: what had ended comes before what began later. */
export function strictSerializable(history: History): HistoryVerdict {
  return judged('StrictSerializable', history, (all) => inSomeOrder(all, true))
}

/**
 * Each transaction reads from the state at one moment before it commits, and no two that overlap write the same
 * key (Berenson and others 1995). Snapshots may be old: real time does not count.
 */
export function snapshotIsolated(history: History): HistoryVerdict {
  return judged('SnapshotIsolated', history, fromSnapshots)
}

/** Nobody reads what was never committed: a value that was taken back, or overwritten by its own transaction. */
export function readCommitted(history: History): HistoryVerdict {
  return judged('ReadCommitted', history, (all, aborted) => {
    for (const { name, reads } of all)
      for (const { key, value } of reads) {
        const found = `${name} reads ${shown(key, value)}`
        if (value === NOTHING || all.some((other) => other.writes.get(key) === value)) continue
        const writer = [...all, ...aborted].find((other) => writesEver(other, key, value))
        if (writer === undefined) return `${found}, which nobody wrote`
        return aborted.includes(writer)
          ? `${found}, which ${writer.name} wrote and took back`
          : `${found}, which ${writer.name} wrote over before it committed`
      }
    return null
  })
}

/** Nobody sees one part of another transaction and finds, of another part, what was there before. */
export function noFracturedRead(history: History): HistoryVerdict {
  return judged('NoFracturedRead', history, (all) => {
    for (const reader of all)
      for (const { key, value } of reader.reads) {
        const seen = all.find((other) => other !== reader && other.writes.get(key) === value)
        const old = seen && reader.reads.find((read) => isBehind(read, seen, all))
        if (old !== undefined)
          return `${reader.name} sees ${shown(key, value)} of ${seen!.name}, but ${shown(old.key, old.value)}, which is older than ${seen!.name}'s ${shown(old.key, seen!.writes.get(old.key)!)}`
      }
    return null
  })
}

/** True where a read found of `writer`'s key what was certainly there before: the first value, what `writer` itself found, or what was committed when it began. */
function isBehind({ key, value }: Step, writer: Transaction, all: readonly Transaction[]): boolean {
  if (!writer.writes.has(key) || writer.writes.get(key) === value) return false
  if (value === NOTHING || writer.reads.some((read) => read.key === key && read.value === value)) return true
  const other = all.find(({ writes }) => writes.get(key) === value)
  return other !== undefined && isBefore(other, writer)
}

function isBefore(a: Transaction, b: Transaction): boolean {
  return a.operation.return !== null && a.operation.return < b.operation.invoke
}

const NOTHING = canonicalText(null)

/** `x=on`, `x=nothing` */
function shown(key: string, text: string): string {
  return `${key}=${bare(text)}`
}

function bare(text: string): string {
  return text === NOTHING ? valueText(null) : text.startsWith('"') ? String(JSON.parse(text)) : text
}

function writesEver({ steps }: Transaction, key: string, value: string): boolean {
  return steps.some((step) => step.verb === 'write' && step.key === key && step.value === value)
}

type Judge = (all: readonly Transaction[], aborted: readonly Transaction[]) => string | null | undefined

function judged(property: string, history: History, judge: Judge): HistoryVerdict {
  const all = [...history].sort(byInvoke).map(transactionOf)
  const twice = sameValue(all)
  const happened = all.filter(({ operation }) => operation.outcome !== 'fail')
  if (twice !== null) return { kind: 'gaveUp', property, why: twice }
  if (happened.length > MOST)
    return { kind: 'gaveUp', property, why: `all orders are tried, and that of at most ${MOST} transactions` }
  const aborted = all.filter(({ operation }) => operation.outcome === 'fail')
  const why = judge(happened, aborted)
  if (why === undefined) return { kind: 'gaveUp', property, why: `${MOST_STATES} situations were not enough` }
  if (why === null) return { kind: 'held', property, operations: history.length }
  return { kind: 'broken', property, why, witness: all.map(({ operation }) => operation) }
}

function transactionOf(operation: HistoryOperation): Transaction {
  if (operation.f !== 'txn' || !Array.isArray(operation.value))
    throw new HistoryProblem(
      operationName(operation),
      `isolation is about transactions (txn with a list of steps), not ${operation.f}`,
    )
  const steps = operation.value.map((step: Json): Step => {
    const [verb, key, value] = step as [Json, Json, Json]
    if ((verb !== 'read' && verb !== 'write') || typeof key !== 'string')
      throw new HistoryProblem(
        operationName(operation),
        `a step is [read or write, key, value], not ${canonicalText(step)}`,
      )
    return { verb, key, value: canonicalText(value) }
  })
  const writes = new Map<string, string>()
  const reads: Step[] = []
  for (const step of steps)
    if (step.verb === 'write') writes.set(step.key, step.value)
    else if (!writes.has(step.key)) reads.push(step)
  return { operation, name: operation.process, steps, writes, reads }
}

function sameValue(all: readonly Transaction[]): string | null {
  const seen = new Map<string, Transaction>()
  for (const transaction of all)
    for (const { verb, key, value } of transaction.steps) {
      if (verb === 'read') continue
      const other = seen.get(`${key}=${value}`)
      if (other !== undefined && other !== transaction)
        return `${other.name} and ${transaction.name} both write ${shown(key, value)}: a read of it would say nothing`
      seen.set(`${key}=${value}`, transaction)
    }
  return null
}

/** The first step that reads something else than the store and its own writes say, or null. */
function misfit({ name, steps }: Transaction, store: Store): string | null {
  const own = new Map(store)
  for (const { verb, key, value } of steps) {
    const holds = own.get(key) ?? NOTHING
    if (verb === 'write') own.set(key, value)
    else if (holds !== value) return `${name} reads ${shown(key, value)}, and ${key} is ${bare(holds)}`
  }
  return null
}

function after({ writes }: Transaction, store: Store): Store {
  return new Map([...store, ...writes])
}

/** Null if some order fits; otherwise why not, with the orders that came furthest. */
function inSomeOrder(all: readonly Transaction[], realTime: boolean): string | null {
  const deadEnds: { readonly path: readonly Transaction[]; readonly why: string }[] = []
  const seen = new Set<string>()
  const search = (path: readonly Transaction[], left: readonly Transaction[], store: Store): boolean => {
    if (left.every(({ operation }) => operation.outcome === 'info')) return true
    const place = canonicalText([left.map((t) => operationName(t.operation)), [...store]])
    if (seen.has(place)) return false
    seen.add(place)
    for (const next of left) {
      const early = realTime && left.find((other) => other !== next && isBefore(other, next))
      if (early) continue
      const why = misfit(next, store)
      if (why !== null) deadEnds.push({ path, why })
      else if (
        search(
          [...path, next],
          left.filter((other) => other !== next),
          after(next, store),
        )
      )
        return true
    }
    return false
  }
  return search([], all, new Map()) ? null : deadEndsText(deadEnds)
}

const SHOWN = 2

function deadEndsText(
  ends: readonly { readonly path: readonly Transaction[]; readonly why: string }[],
): string {
  const furthest = Math.max(...ends.map(({ path }) => path.length))
  const told = ends
    .filter(({ path }) => path.length === furthest)
    .map(({ path, why }) => (path.length === 0 ? why : `after ${path.map((t) => t.name).join(', ')}, ${why}`))
  return `no order fits: ${told.slice(0, SHOWN).join('; ')}${told.length > SHOWN ? '; ...' : ''}`
}

interface Running {
  readonly transaction: Transaction
  /** How many had committed when its snapshot was taken. */
  readonly at: number
}

/** Undefined where the search was too long. */
function fromSnapshots(all: readonly Transaction[]): string | null | undefined {
  const seen = new Set<string>()
  let reason: { readonly depth: number; readonly why: string } = { depth: -1, why: 'no snapshots fit' }
  const blame = (depth: number, why: string) => {
    if (depth > reason.depth) reason = { depth, why }
  }
  const search = (
    committed: readonly Transaction[],
    running: readonly Running[],
    store: Store,
  ): boolean | undefined => {
    const open = all.filter((t) => !committed.includes(t) && !running.some((r) => r.transaction === t))
    if (running.length === 0 && open.every(({ operation }) => operation.outcome === 'info')) return true
    const place = canonicalText([
      committed.map((t) => operationName(t.operation)),
      running.map(({ transaction, at }) => [operationName(transaction.operation), at]),
    ])
    if (seen.has(place)) return false
    if (seen.size >= MOST_STATES) return undefined
    seen.add(place)
    for (const each of running) {
      const { transaction, at } = each
      const first = committed
        .slice(at)
        .find((other) => [...other.writes.keys()].some((k) => transaction.writes.has(k)))
      if (first !== undefined) {
        const key = [...first.writes.keys()].find((k) => transaction.writes.has(k))!
        blame(
          committed.length,
          `${first.name} and ${transaction.name} both write ${key} without having seen each other`,
        )
        continue
      }
      const found = search(
        [...committed, transaction],
        running.filter((r) => r !== each),
        after(transaction, store),
      )
      if (found !== false) return found
    }
    for (const transaction of open) {
      const why = misfit(transaction, store)
      if (why !== null) {
        blame(
          committed.length - 1,
          `no snapshot fits: ${committed.length === 0 ? '' : `after ${committed.map((t) => t.name).join(', ')}, `}${why}`,
        )
        continue
      }
      const found = search(committed, [...running, { transaction, at: committed.length }], store)
      if (found !== false) return found
    }
    return false
  }
  const found = search([], [], new Map())
  return found === undefined ? undefined : found ? null : reason.why
}
