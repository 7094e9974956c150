/** What answers and guarantees say of the order of versions: which must come before which, and why. */
import { byInvoke, type HistoryOperation, valueText } from './history.ts'
import { type Access, type Edge, push, type Version } from './versions.ts'

export type Guarantee = 'ReadYourWrites' | 'MonotonicReads' | 'MonotonicWrites' | 'WritesFollowReads'

type Sessions = ReadonlyMap<string, readonly Access[]>

/** What is known whatever is judged: the first version, what a `cas` found, and perhaps real time. */
export function knownOrder(sessions: Sessions, realTime: boolean): readonly Edge[] {
  const edges: Edge[] = []
  const writes = new Map<string, Version[]>()
  const firsts = new Map<string, Version>()
  for (const { operation, read, write } of [...sessions.values()].flat()) {
    if (read !== null && read.writer === null) firsts.set(read.key, read)
    if (write === null) continue
    push(writes, write.key, write)
    if (read !== null && operation.outcome === 'ok')
      edges.push(
        edge(read, write, false, [operation], `${operation.process} changed ${name(read)} to ${name(write)}`),
      )
  }
  for (const [key, versions] of writes) {
    const first = firsts.get(key)
    if (first !== undefined)
      for (const version of versions)
        edges.push(
          edge(first, version, false, [version.writer!], `${name(first)} was there before ${name(version)}`),
        )
    if (realTime) edges.push(...inRealTime(versions))
  }
  return edges
}

/** Each write after the latest of those answered before it was asked; the others follow from these. */
function inRealTime(versions: readonly Version[]): readonly Edge[] {
  const asked = [...versions].sort((a, b) => byInvoke(a.writer!, b.writer!))
  const answered = asked
    .filter(({ writer }) => writer!.return !== null)
    .sort((a, b) => a.writer!.return! - b.writer!.return!)
  let count = 0
  let latest = Number.NEGATIVE_INFINITY
  return asked.flatMap((later) => {
    for (; count < answered.length && answered[count]!.writer!.return! < later.writer!.invoke; count++)
      latest = Math.max(latest, answered[count]!.writer!.invoke)
    const edges: Edge[] = []
    for (let i = count - 1; i >= 0 && answered[i]!.writer!.return! >= latest; i--) {
      const earlier = answered[i]!
      const why = `${earlier.writer!.process}'s write of ${name(earlier)} had been answered when ${later.writer!.process} asked to write ${name(later)}`
      edges.push(edge(earlier, later, false, [earlier.writer!, later.writer!], why))
    }
    return edges
  })
}

/** A session's writes to one register, in its order. One of unknown outcome may come late. */
export function ownWrites(sessions: Sessions, demanded: boolean): readonly Edge[] {
  return eachSession(sessions, (accesses, edges) => {
    const last = new Map<string, Version>()
    for (const { operation, write } of accesses) {
      if (write === null) continue
      const before = last.get(write.key)
      if (before !== undefined) {
        const why = `${operation.process} wrote ${name(before)} before ${name(write)}`
        edges.push(edge(before, write, demanded, [before.writer!, operation], why))
      }
      if (operation.outcome === 'ok') last.set(write.key, write)
    }
  })
}

/** What a session found after what it had found or written before. */
export function observations(sessions: Sessions, guarantee: Guarantee): readonly Edge[] {
  const writesShow = guarantee === 'MonotonicWrites' || guarantee === 'WritesFollowReads'
  return eachSession(sessions, (accesses, edges) => {
    const wrote = new Map<string, Access>()
    const found = new Map<string, Access>()
    for (const access of accesses) {
      const { operation, read, write } = access
      if (read !== null) {
        const own = wrote.get(read.key)
        const earlier = found.get(read.key)
        const after = `${operation.process} read ${name(read)} after it had`
        if (own !== undefined && (writesShow || guarantee === 'ReadYourWrites'))
          edges.push(
            edge(
              own.write!,
              read,
              !writesShow,
              [own.operation, operation],
              `${after} written ${name(own.write!)}`,
            ),
          )
        if (earlier !== undefined && (writesShow || guarantee === 'MonotonicReads'))
          edges.push(
            edge(
              earlier.read!,
              read,
              !writesShow,
              [earlier.operation, operation],
              `${after} read ${name(earlier.read!)}`,
            ),
          )
        found.set(read.key, access)
      }
      if (write !== null && operation.outcome === 'ok') wrote.set(write.key, access)
    }
  })
}

/** A session's write comes after all it had read of the register. */
export function readsThenWrites(sessions: Sessions): readonly Edge[] {
  return eachSession(sessions, (accesses, edges) => {
    const found = new Map<string, Access[]>()
    for (const access of accesses) {
      const { operation, read, write } = access
      if (write !== null) {
        for (const earlier of found.get(write.key) ?? []) {
          const why = `${operation.process} wrote ${name(write)} after it had read ${name(earlier.read!)}`
          edges.push(edge(earlier.read!, write, true, [earlier.operation, operation], why))
        }
        if (operation.outcome === 'ok') found.delete(write.key)
      }
      if (read !== null) push(found, read.key, access)
    }
  })
}

/**
 * Across registers: who has found a session's write then finds every register at least as that session had
 * written it (`MonotonicWrites`) or read it (`WritesFollowReads`) before.
 */
export function seenThrough(sessions: Sessions, guarantee: Guarantee): readonly Edge[] {
  if (guarantee !== 'MonotonicWrites' && guarantee !== 'WritesFollowReads') return []
  const field = guarantee === 'MonotonicWrites' ? 'write' : 'read'
  const verb = guarantee === 'MonotonicWrites' ? 'written' : 'read'
  const places = new Map<HistoryOperation, number>()
  const before = new Map<string, Map<string, Access[]>>()
  for (const [session, accesses] of sessions) {
    const byKey = new Map<string, Access[]>()
    before.set(session, byKey)
    for (const [place, access] of accesses.entries()) {
      places.set(access.operation, place)
      const version = access[field]
      if (version !== null && access.operation.outcome === 'ok') push(byKey, version.key, access)
    }
  }
  return eachSession(sessions, (accesses, edges) => {
    const seen = new Map<string, Access>()
    for (const access of accesses) {
      const { operation, read } = access
      if (read === null) continue
      for (const [session, via] of seen) {
        const writer = via.read!.writer!
        const known = before.get(session)!.get(read.key) ?? []
        const earlier = known.findLast((a) => places.get(a.operation)! < places.get(writer)!)
        if (earlier === undefined) continue
        const why = `${operation.process} read ${name(read)} after it had read ${name(via.read!)}, which ${session} wrote after it had ${verb} ${name(earlier[field]!)}`
        edges.push(
          edge(earlier[field]!, read, true, [earlier.operation, writer, via.operation, operation], why),
        )
      }
      const { writer } = read
      if (writer === null || writer.process === operation.process) continue
      const last = seen.get(writer.process)
      if (last === undefined || places.get(last.read!.writer!)! < places.get(writer)!)
        seen.set(writer.process, access)
    }
  })
}

function eachSession(
  sessions: Sessions,
  add: (accesses: readonly Access[], edges: Edge[]) => void,
): readonly Edge[] {
  const edges: Edge[] = []
  for (const accesses of sessions.values()) add(accesses, edges)
  return edges.filter(({ earlier, later }) => earlier !== later)
}

function edge(
  earlier: Version,
  later: Version,
  demanded: boolean,
  operations: readonly HistoryOperation[],
  why: string,
): Edge {
  return { earlier, later, demanded, operations, why }
}

/** `x=1`, `1`, `nothing` */
function name({ key, text }: Version): string {
  const value = text === 'null' ? valueText(null) : text
  return key === '' ? value : `${key}=${value}`
}
