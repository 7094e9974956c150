/** What leases promise: no copy is read that is older than what was written, and writes go on. */
import { property } from '../world/property.ts'

type Copies = { readonly written: number; readonly stale: string | null }

/** A cache that answers from its copy, without asking, gives the newest version that the server has written. */
export const noStaleReadUnderLease = property<Copies>({
  name: 'NoStaleReadUnderLease',
  says: 'No stale read under a lease: what a cache reads from its own copy is the newest version that was written',
  first: { written: 0, stale: null },
  see(fold, seen) {
    if (seen.kind !== 'output') return fold
    const version = Number(seen.body['version'])
    if (seen.body.type === 'wrote') return { ...fold, written: version }
    if (seen.body.type !== 'read' || version >= fold.written || fold.stale !== null) return fold
    return { ...fold, stale: `${seen.node} read version ${version} when ${fold.written} had been written` }
  },
  judge: { kind: 'always', broken: ({ stale }) => stale },
})

type Waiting = { readonly server: string; readonly writes: number }

/** A write that waits is written in the end. What waits in a server's memory is gone when it is restarted. */
export const progress = property<Waiting>({
  name: 'Progress',
  says: 'Progress: a write that waits is carried out in the end, once all is repaired and no more faults come',
  first: { server: '', writes: 0 },
  see(fold, seen) {
    if (seen.kind !== 'output') return fold
    if (seen.body.type === 'waits') return { server: seen.node, writes: fold.writes + 1 }
    if (seen.body.type === 'back') return { ...fold, writes: 0 }
    return seen.body.type === 'wrote' ? { ...fold, writes: Math.max(0, fold.writes - 1) } : fold
  },
  judge: {
    kind: 'afterRepair',
    open: ({ server, writes }) =>
      writes === 0
        ? []
        : [{ node: server, what: 'writes', why: 'a write waits, and nothing lets it go on', state: 'waits' }],
  },
})

/** A write waits for the leases that were out when it came, and so for one term at most. */
export const noOvertaking = property<boolean>({
  name: 'NoOvertaking',
  says: 'No overtaking: no lease is granted while a write waits, so that the write waits for one term at most',
  first: false,
  see: (fold, seen) => fold || (seen.kind === 'output' && seen.body.type === 'overtaken'),
  judge: {
    kind: 'always',
    broken: (fold) => (fold ? 'a lease was granted while a write was waiting' : null),
  },
})

/** Guards a search against passing because nobody reads from a copy. */
export const readsFromCopy = property<boolean>({
  name: 'ReadsFromCopy',
  says: 'in some run a cache reads from its own copy after something was written',
  first: false,
  see: (fold, seen) =>
    fold || (seen.kind === 'output' && seen.body.type === 'read' && Number(seen.body['version']) > 0),
  judge: { kind: 'sometimes', shown: (fold) => fold },
})

type Reads = {
  /** By operation that is not answered yet: at which cache. */
  readonly open: { readonly [op: string]: string }
  /** By cache: how many reads were answered, less those that it answered from its copy. */
  readonly asked: { readonly [cache: string]: number }
  readonly twice: string | null
}

/** What a cache is for. Judged of reads that come one after the other at each cache. */
export const readsLocally = property<Reads>({
  name: 'ReadsLocally',
  says: 'Reads locally: of the reads at a cache only the first has to ask the server',
  first: { open: {}, asked: {}, twice: null },
  see(fold, seen) {
    if (fold.twice !== null) return fold
    if (seen.kind === 'output' && seen.body.type === 'read') return counted(fold, seen.node, -1)
    if (seen.kind !== 'invoke' && seen.kind !== 'return') return fold
    const op = `${seen.op.client} ${seen.op.n}`
    if (seen.kind === 'invoke')
      return seen.body.type === 'get' ? { ...fold, open: { ...fold.open, [op]: seen.to } } : fold
    const { [op]: cache, ...open } = fold.open
    return cache === undefined ? fold : counted({ ...fold, open }, cache, 1)
  },
  judge: { kind: 'always', broken: ({ twice }) => twice },
})

function counted(fold: Reads, cache: string, by: number): Reads {
  const asked = { ...fold.asked, [cache]: (fold.asked[cache] ?? 0) + by }
  return { ...fold, asked, twice: asked[cache]! > 1 ? `${cache} had to ask for a second read as well` : null }
}

/** What a short term is for: whoever writes late finds no lease out. */
export const neverWaits = property<boolean>({
  name: 'NeverWaits',
  says: 'Never waits: no write has to wait for a lease',
  first: false,
  see: (fold, seen) => fold || (seen.kind === 'output' && seen.body.type === 'waits'),
  judge: { kind: 'always', broken: (fold) => (fold ? 'a write had to wait' : null) },
})

type Fence = { readonly newest: number; readonly older: string | null }

/** Writes are taken in the order of the leases under which they were sent. */
export const fencedMonotonic = property<Fence>({
  name: 'FencedMonotonic',
  says: 'Fenced: the numbers of the leases under which writes are taken never go back',
  first: { newest: 0, older: null },
  see(fold, seen) {
    if (seen.kind !== 'output' || seen.body.type !== 'wrote' || fold.older !== null) return fold
    const number = Number(seen.body['number'])
    if (number >= fold.newest) return { ...fold, newest: number }
    return { ...fold, older: `a write under lease ${number} was taken after one under lease ${fold.newest}` }
  },
  judge: { kind: 'always', broken: ({ older }) => older },
})

type Out = { readonly number: number; readonly twice: string | null }

/** At the server, no two leases are out at once. What holders believe is another matter. */
export const singleGrant = property<Out>({
  name: 'SingleGrant',
  says: 'Single grant: the server never has two leases out that have not ended by its own clock',
  first: { number: 0, twice: null },
  see(fold, seen) {
    if (seen.kind !== 'output' || fold.twice !== null) return fold
    const number = Number(seen.body['number'])
    if (seen.body.type === 'ended') return number === fold.number ? { ...fold, number: 0 } : fold
    if (seen.body.type !== 'granted') return fold
    if (fold.number === 0) return { ...fold, number }
    return { ...fold, twice: `lease ${number} was granted while lease ${fold.number} was out` }
  },
  judge: { kind: 'always', broken: ({ twice }) => twice },
})
