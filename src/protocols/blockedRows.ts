/** What a transaction in doubt keeps waiting: everything, as is often said, or only its own rows. */
import { property } from '../world/property.ts'

type Fold = {
  /** Which row each transaction writes, from the clients' requests. */
  readonly row: { readonly [tx: string]: string }
  /** `t1 at rm1`: voted Yes and not decided. */
  readonly inDoubt: readonly string[]
  readonly wrong: string | null
}

const FIRST: Fold = { row: {}, inDoubt: [], wrong: null }

/** Follows requests, votes and decisions; `wrong` is left to the properties below. */
const follow: Parameters<typeof property<Fold>>[0]['see'] = (fold, seen) => {
  if (seen.kind === 'invoke' && seen.body.type === 'begin')
    return { ...fold, row: { ...fold.row, [String(seen.body['tx'])]: String(seen.body['row']) } }
  if (seen.kind !== 'output') return fold
  const key = `${String(seen.body['tx'])} at ${seen.node}`
  if (seen.body.type === 'vote' && seen.body['yes'] === true && !fold.inDoubt.includes(key))
    return { ...fold, inDoubt: [...fold.inDoubt, key].sort() }
  if (seen.body.type === 'decide' && fold.inDoubt.includes(key))
    return { ...fold, inDoubt: fold.inDoubt.filter((k) => k !== key) }
  return fold
}

/** The common wording: while a participant is in doubt it can do nothing else. */
export const waitsForEverything = property<Fold>({
  name: 'WaitsForEverything',
  says: 'Waits for everything: while a participant is in doubt about one transaction it decides no other',
  first: FIRST,
  see(fold, seen, cluster) {
    const next = follow(fold, seen, cluster)
    if (seen.kind !== 'output' || seen.body.type !== 'decide' || next.wrong !== null) return next
    const tx = String(seen.body['tx'])
    const doubt = next.inDoubt.find(
      (key) => key.endsWith(` at ${seen.node}`) && key !== `${tx} at ${seen.node}`,
    )
    return doubt === undefined
      ? next
      : { ...next, wrong: `${seen.node} decided ${tx} while it was in doubt about ${doubt.split(' ')[0]}` }
  },
  judge: { kind: 'always', broken: (fold) => fold.wrong },
})

/** What is true: a transaction waits only for a row that a transaction in doubt has written. */
export const blockedRows = property<Fold>({
  name: 'BlockedRows',
  says: 'Blocked rows: a transaction waits at a participant only if one in doubt there holds the same row',
  first: FIRST,
  see(fold, seen, cluster) {
    const next = follow(fold, seen, cluster)
    if (seen.kind !== 'output' || seen.body.type !== 'wait' || next.wrong !== null) return next
    const [tx, holder] = [String(seen.body['tx']), String(seen.body['for'])]
    if (next.row[tx] === next.row[holder] && next.inDoubt.includes(`${holder} at ${seen.node}`)) return next
    return {
      ...next,
      wrong: `${seen.node} made ${tx} wait for ${holder}, which holds another row or is not in doubt`,
    }
  },
  judge: { kind: 'always', broken: (fold) => fold.wrong },
})
