/** An oracle for isolation levels: puts transactions into every order, and looks. Slow and obvious; for up to eight of them. */
import type { Json } from '../../src/base/canonical.ts'
import type { History, HistoryOperation } from '../../src/history/history.ts'
import { LEVELS, type LevelName } from '../../src/history/transactions/levels.ts'

type Step = readonly ['read' | 'write' | 'append', string, Json]
type Store = ReadonlyMap<string, Json>

const stepsOf = (operation: HistoryOperation) => operation.value as unknown as readonly Step[]
const text = (value: Json | undefined) => JSON.stringify(value ?? null)

/** What a key holds after a step; lists and registers alike begin with null. */
function after(store: Store, [verb, key, value]: Step): Store {
  if (verb === 'read') return store
  const now = verb === 'write' ? value : [...((store.get(key) ?? []) as readonly Json[]), value]
  return new Map([...store, [key, now]])
}

const found = (value: Json | undefined) =>
  Array.isArray(value) && value.length === 0 ? null : (value ?? null)

/** Whether all reads find what the store and the own writes before them say. Of unknown outcome: nobody knows what was read. */
function fits(operation: HistoryOperation, store: Store): boolean {
  let own = store
  for (const step of stepsOf(operation)) {
    const [verb, key, value] = step
    if (verb === 'read' && operation.outcome === 'ok' && text(found(own.get(key))) !== text(found(value)))
      return false
    own = after(own, step)
  }
  return true
}

const commit = (store: Store, operation: HistoryOperation) => stepsOf(operation).reduce(after, store)
const writes = (operation: HistoryOperation) =>
  new Set(stepsOf(operation).flatMap(([verb, key]) => (verb === 'read' ? [] : [key])))

/** Whether the level demands that `a` is seen by `b`, whatever they do. */
function mustSee(level: LevelName, a: HistoryOperation, b: HistoryOperation): boolean {
  const { order } = LEVELS[level]
  if (order === null || a.return === null || a.return > b.invoke) return false
  return order === 'realtime' || a.process === b.process
}

/** Whether the level explains the history. */
export function explains(level: LevelName, history: History): boolean {
  const all = history.filter(({ outcome }) => outcome !== 'fail')
  switch (LEVELS[level].rw) {
    case 'all':
      return inOneOrder(level, all)
    case 'apart':
      return fromSnapshots(level, all)
    case 'never':
      return committedReads(all)
  }
}

function inOneOrder(level: LevelName, all: readonly HistoryOperation[]): boolean {
  const dead = new Set<string>()
  const go = (left: readonly HistoryOperation[], store: Store): boolean => {
    if (left.every(({ outcome }) => outcome === 'info')) return true
    return onlyOnce(dead, [namesOf(left), [...store]], () =>
      left.some((one) => {
        const others = left.filter((other) => other !== one)
        if (others.some((other) => mustSee(level, other, one)) || !fits(one, store)) return false
        return go(others, commit(store, one))
      }),
    )
  }
  return go(all, new Map())
}

/** Every way to put beginnings and commits into one line; what writes a key keeps others that write it from running. */
function fromSnapshots(level: LevelName, all: readonly HistoryOperation[]): boolean {
  const dead = new Set<string>()
  const go = (
    left: readonly HistoryOperation[],
    running: readonly HistoryOperation[],
    store: Store,
  ): boolean => {
    if (running.length === 0 && left.every(({ outcome }) => outcome === 'info')) return true
    return onlyOnce(dead, [namesOf(left), namesOf(running), [...store]], () => {
      const commits = running.some((one) => {
        const others = running.filter((other) => other !== one)
        if (others.some((other) => [...writes(other)].some((key) => writes(one).has(key)))) return false
        return go(left, others, commit(store, one))
      })
      if (commits) return true
      return left.some((one) => {
        const others = left.filter((other) => other !== one)
        if ([...others, ...running].some((other) => mustSee(level, other, one))) return false
        return fits(one, store) && go(others, [...running, one], store)
      })
    })
  }
  return go(all, [], new Map())
}

const namesOf = (all: readonly HistoryOperation[]) => all.map(({ process, n }) => `${process}.${n}`).sort()

/** What has failed from a place once fails again. */
function onlyOnce(dead: Set<string>, place: unknown, go: () => boolean): boolean {
  const name = JSON.stringify(place)
  if (dead.has(name)) return false
  const found = go()
  if (!found) dead.add(name)
  return found
}

/** Every order of commits: each read finds what some transaction before its own had left in the key, or nothing, and each sees its own writes. */
function committedReads(all: readonly HistoryOperation[]): boolean {
  const go = (left: readonly HistoryOperation[], stores: readonly Store[]): boolean =>
    left.every(({ outcome }) => outcome === 'info') ||
    left.some(
      (one) =>
        readsCommitted(one, stores) &&
        go(
          left.filter((other) => other !== one),
          [...stores, commit(stores.at(-1)!, one)],
        ),
    )
  return go(all, [new Map()])
}

function readsCommitted(operation: HistoryOperation, stores: readonly Store[]): boolean {
  if (operation.outcome !== 'ok') return true
  const own = new Map<string, Json[]>()
  return stepsOf(operation).every(([verb, key, value]) => {
    const mine = own.get(key) ?? []
    if (verb !== 'read') return own.set(key, [...mine, value])
    const held = stores.map((store) => found(store.get(key)))
    if (mine.length === 0) return held.some((one) => text(one) === text(found(value)))
    if (!Array.isArray(value)) return text(value) === text(mine.at(-1)!)
    return held.some((one) => text([...((one ?? []) as readonly Json[]), ...mine]) === text(value))
  })
}
