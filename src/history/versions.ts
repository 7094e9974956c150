/** Which value of a register came before which: what clients' answers say of the order of versions. */
import { canonicalText, type Json } from '../base/canonical.ts'
import { byInvoke, type HistoryOperation } from './history.ts'

/** One version of one register: the value before any write, or what one operation wrote. */
export interface Version {
  readonly key: string
  readonly text: string
  /** Null for the first. */
  readonly writer: HistoryOperation | null
}

/** `earlier` comes before `later`, because of `operations`, in words. `demanded`: the guarantee itself says so. */
export interface Edge {
  readonly earlier: Version
  readonly later: Version
  readonly demanded: boolean
  readonly operations: readonly HistoryOperation[]
  readonly why: string
}

/** What an operation reads and writes; a `cas` that took effect does both. */
export interface Access {
  readonly operation: HistoryOperation
  readonly read: Version | null
  readonly write: Version | null
}

/**
 * What each session read and wrote, in its order, or a sentence saying why that cannot be told: a value
 * written twice, or read and never written.
 */
export function accesses(
  history: readonly HistoryOperation[],
  init: Json,
): ReadonlyMap<string, readonly Access[]> | string {
  const versions = new Map<string, Version>()
  const first = (key: string): void => {
    const name = `${key} ${canonicalText(init)}`
    if (!versions.has(name)) versions.set(name, { key, text: canonicalText(init), writer: null })
  }
  const happened = history.filter((o) => o.outcome !== 'fail')
  for (const operation of happened) {
    if (operation.f === 'read') continue
    const key = operation.key ?? ''
    first(key)
    const text = canonicalText(operation.f === 'cas' ? part(operation.value, 1) : operation.value)
    const twin = versions.get(`${key} ${text}`)
    if (twin !== undefined)
      return `${text} is written ${twin.writer === null ? 'where it was at first' : 'twice'}, so reads of it say too little`
    versions.set(`${key} ${text}`, { key, text, writer: operation })
  }
  const sessions = new Map<string, Access[]>()
  for (const operation of [...happened].sort(byInvoke)) {
    const key = operation.key ?? ''
    first(key)
    const { f, value, outcome } = operation
    const found = f === 'read' ? operation.result : f === 'cas' ? part(value, 0) : undefined
    const left = f === 'read' ? undefined : f === 'cas' ? part(value, 1) : value
    const read =
      outcome !== 'ok' || found === undefined ? null : versions.get(`${key} ${canonicalText(found)}`)
    if (read === undefined)
      return `${operation.process} found ${canonicalText(found)}, which no operation wrote`
    const write = left === undefined ? null : versions.get(`${key} ${canonicalText(left)}`)!
    push(sessions, operation.process, { operation, read, write })
  }
  return sessions
}

/** A shortest cycle through a demanded edge, or null where some order of the versions satisfies all. */
export function cycle(edges: readonly Edge[]): readonly Edge[] | null {
  const left = withoutSources(edges)
  const from = new Map<Version, Edge[]>()
  for (const edge of left) push(from, edge.earlier, edge)
  let best: readonly Edge[] | null = null
  for (const edge of left) {
    if (!edge.demanded) continue
    const rest = path(from, edge.later, edge.earlier)
    if (rest !== null && (best === null || rest.length + 1 < best.length)) best = [edge, ...rest]
    if (best !== null && best.length <= 2) break
  }
  return best
}

/** Leaves out edges from versions that nothing comes before, again and again: they are on no cycle. */
function withoutSources(edges: readonly Edge[]): readonly Edge[] {
  const from = new Map<Version, Edge[]>()
  const before = new Map<Version, number>()
  for (const edge of edges) {
    push(from, edge.earlier, edge)
    before.set(edge.later, (before.get(edge.later) ?? 0) + 1)
  }
  const sources = [...from.keys()].filter((version) => !before.has(version))
  const gone = new Set<Version>(sources)
  for (const source of sources)
    for (const { later } of from.get(source) ?? []) {
      before.set(later, before.get(later)! - 1)
      if (before.get(later) !== 0) continue
      gone.add(later)
      sources.push(later)
    }
  return edges.filter((edge) => !gone.has(edge.earlier))
}

/** A shortest way from one version to another; empty where they are one. */
function path(
  from: ReadonlyMap<Version, readonly Edge[]>,
  start: Version,
  end: Version,
): readonly Edge[] | null {
  const reached = new Map<Version, Edge | null>([[start, null]])
  for (const version of reached.keys()) {
    if (version === end) break
    for (const edge of from.get(version) ?? []) if (!reached.has(edge.later)) reached.set(edge.later, edge)
  }
  if (!reached.has(end)) return null
  const edges: Edge[] = []
  for (let edge = reached.get(end); edge; edge = reached.get(edge.earlier)) edges.unshift(edge)
  return edges
}

/** Adds to the list under a key. */
export function push<K, V>(lists: Map<K, V[]>, key: K, item: V): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [item])
  else list.push(item)
}

function part(value: Json, index: 0 | 1): Json {
  return Array.isArray(value) ? (value[index] ?? null) : null
}
