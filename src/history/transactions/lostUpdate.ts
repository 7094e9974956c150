/** lostUpdate: two transactions that read one version of a key and both wrote the key, whatever the order of the two. */
import type { Evidence } from './evidence.ts'
import type { Edge } from './graph.ts'

/**
 * Each of the two read what the other has overwritten: Elle names this apart, because it shows where the order of the
 * writes does not. Null where there is none.
 */
export function lostUpdate({ keys }: Evidence): readonly [Edge, Edge] | null {
  for (const { first, versions } of keys) {
    const written = new Map(versions.map((version) => [version.writer, version]))
    for (const earlier of [first, ...versions]) {
      const [a, b] = [...new Set(earlier.readers)].filter((reader) => written.has(reader))
      if (a === undefined || b === undefined) continue
      const edge = (from: number, to: number): Edge => ({
        from,
        to,
        kind: 'rw',
        order: { earlier, later: written.get(to)!, known: 'list' },
        version: null,
      })
      return [edge(a, b), edge(b, a)]
    }
  }
  return null
}
