/**
 * What is asked of sites that gossip: that news can reach everybody who is up, and that what was let go stays away.
 *
 * A site announces `{ type: 'holds', value }` whenever its copy changes and after a restart; `value` is the list of its
 * living rows, each `key=value`.
 */
import { type AnyProperty, type Observation, property } from '../world/property.ts'
import { convergence } from './replicaProperties.ts'

type Row = string

const held = (seen: Observation): { readonly node: string; readonly rows: readonly Row[] } | null =>
  seen.kind === 'output' && seen.body.type === 'holds'
    ? { node: seen.node, rows: seen.body['value'] as readonly Row[] }
    : null

/** Without a repair: a site that is down keeps nobody from hearing the news but itself. */
export const spread = property<{ readonly [node: string]: readonly Row[] }>({
  name: 'Spread',
  says: 'Spread: where one site holds something, every other that is up can come to hold something, without a repair',
  first: {},
  see(fold, seen) {
    const now = held(seen)
    return now === null ? fold : { ...fold, [now.node]: now.rows }
  },
  judge: {
    kind: 'nonBlocking',
    open(fold, { names }) {
      const source = names.find((name) => (fold[name]?.length ?? 0) > 0)
      if (source === undefined) return []
      return names
        .filter((name) => (fold[name]?.length ?? 0) === 0)
        .map((node) => ({
          node,
          what: `${node} hears the news`,
          why: `${source} holds ${fold[source]!.join(' ')}, and nothing that can still happen without a repair tells ${node}`,
          state: 'hears nothing',
        }))
    },
  },
})

interface Known {
  readonly [node: string]: { readonly rows: readonly Row[]; readonly gone: readonly Row[] }
}

/**
 * At each site: a row that it has deleted, or has replaced, is not there again. A row is known by key and value, so
 * nothing is said of one that clients put twice: it may be the second that comes.
 */
export const noResurrection = property<{
  readonly sites: Known
  /** How often each row was put: once, or twice for more often. */
  readonly puts: { readonly [row: Row]: number }
  readonly back: string
}>({
  name: 'NoResurrection',
  says: 'No resurrection: what a site has let go is not there again unless a client put it again',
  first: { sites: {}, puts: {}, back: '' },
  see(fold, seen) {
    if (seen.kind === 'invoke' && seen.body.type === 'put') {
      const row = `${seen.body['key']}=${seen.body['value']}`
      return { ...fold, puts: { ...fold.puts, [row]: row in fold.puts ? 2 : 1 } }
    }
    const now = held(seen)
    if (now === null) return fold
    const { rows = [], gone = [] } = fold.sites[now.node] ?? {}
    const back = now.rows.find((row) => gone.includes(row) && fold.puts[row] !== 2)
    const lost = rows.filter((row) => !now.rows.includes(row))
    return {
      ...fold,
      sites: {
        ...fold.sites,
        [now.node]: { rows: now.rows, gone: [...new Set([...gone, ...lost])].sort() },
      },
      back:
        fold.back === '' && back !== undefined
          ? `${now.node} had let ${back} go, and holds it again`
          : fold.back,
    }
  },
  judge: { kind: 'always', broken: ({ back }) => (back === '' ? null : back) },
})

/** What is asked of sites that gossip. */
export function gossipProperties(): readonly AnyProperty[] {
  return [convergence, spread, noResurrection]
}
