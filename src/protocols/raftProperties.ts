/** Raft's five guarantees (Figure 3 of the paper), as folds over what servers announce. */
import { type AnyProperty, property } from '../world/property.ts'

/*
 * Servers announce `elected { term, log, after }` with the terms of their entries, after those that a snapshot stands
 * for (`after` is their number, and left out where there are none), `append { index, term, before,
 * command }` with the term of the entry before, `truncate { index, term }` with their own current term,
 * `commit { index, term, by }` where a leader of term `by` counts a majority, and `apply { index, term,
 * command }`; a log whose entries have no term leaves it out. What is announced again after a restart changes nothing.
 */

type Leaders = { readonly leaders: { readonly [term: string]: string }; readonly wrong: string | null }

/** At most one leader can be elected in a given term (5.2). */
export const electionSafety = property<Leaders>({
  name: 'ElectionSafety',
  says: 'Election safety: at most one leader is elected in a term',
  first: { leaders: {}, wrong: null },
  see(fold, seen) {
    if (seen.kind !== 'output' || seen.body.type !== 'elected' || fold.wrong !== null) return fold
    const term = String(seen.body['term'])
    const other = fold.leaders[term]
    if (other === undefined) return { ...fold, leaders: { ...fold.leaders, [term]: seen.node } }
    return other === seen.node
      ? fold
      : { ...fold, wrong: `two leaders in term ${term}: ${other} and ${seen.node}` }
  },
  judge: { kind: 'always', broken: (fold) => fold.wrong },
})

type Entries = {
  readonly entries: { readonly [indexAndTerm: string]: string }
  readonly wrong: string | null
}

/**
 * If two logs contain an entry with the same index and term, they are identical up to it (5.3). One step
 * suffices: entries of equal index and term hold the same command and follow entries of equal term.
 */
export const logMatching = property<Entries>({
  name: 'LogMatching',
  says: 'Log matching: logs that agree on the term of an entry agree on everything up to it',
  first: { entries: {}, wrong: null },
  see(fold, seen) {
    if (seen.kind !== 'output' || seen.body.type !== 'append' || fold.wrong !== null) return fold
    const { index, term, before, command } = seen.body
    const key = `entry ${String(index)} of term ${String(term)}`
    const entry = `${String(command)}, after one of term ${String(before)}`
    const known = fold.entries[key]
    if (known === undefined) return { ...fold, entries: { ...fold.entries, [key]: entry } }
    return known === entry
      ? fold
      : { ...fold, wrong: `${key} is ${known} in one log; in that of ${seen.node} it is ${entry}` }
  },
  judge: { kind: 'always', broken: (fold) => fold.wrong },
})

/** A leader never overwrites or deletes entries in its log (5.3). */
export const leaderAppendOnly = property<Leaders>({
  name: 'LeaderAppendOnly',
  says: 'Leader append-only: a leader never deletes an entry of its own log',
  first: { leaders: {}, wrong: null },
  see(fold, seen) {
    if (seen.kind !== 'output' || fold.wrong !== null) return fold
    const { node, body } = seen
    if (body.type === 'elected')
      return { ...fold, leaders: { ...fold.leaders, [node]: String(body['term']) } }
    if (body.type !== 'truncate' || fold.leaders[node] !== String(body['term'])) return fold
    return {
      ...fold,
      wrong: `${node} leads term ${String(body['term'])} and deleted its log from entry ${String(body['index'])} on`,
    }
  },
  judge: { kind: 'always', broken: (fold) => fold.wrong },
})

type Completeness = {
  /** The lowest term in which each entry was committed, by `index term`. */
  readonly committed: { readonly [indexAndTerm: string]: number }
  /** By term, what its leader had when it was elected: the terms of its entries, after those in a snapshot. */
  readonly leaders: { readonly [term: string]: { readonly after: number; readonly log: readonly number[] } }
}

/** An entry committed in a term is in the logs of the leaders of all higher terms (5.4). */
export const leaderCompleteness = property<Completeness>({
  name: 'LeaderCompleteness',
  says: 'Leader completeness: what was committed in a term is in the log of every later leader',
  first: { committed: {}, leaders: {} },
  see(fold, seen) {
    if (seen.kind !== 'output') return fold
    const { body } = seen
    if (body.type === 'elected') {
      const term = String(body['term'])
      if (fold.leaders[term] !== undefined) return fold
      const log = body['log'] as readonly number[]
      return { ...fold, leaders: { ...fold.leaders, [term]: { after: Number(body['after'] ?? 0), log } } }
    }
    if (body.type !== 'commit') return fold
    const key = `${String(body['index'])} ${String(body['term'])}`
    const by = Number(body['by'])
    return (fold.committed[key] ?? Number.POSITIVE_INFINITY) <= by
      ? fold
      : { ...fold, committed: { ...fold.committed, [key]: by } }
  },
  judge: {
    kind: 'always',
    broken({ committed, leaders }) {
      for (const [key, by] of Object.entries(committed))
        for (const [leader, { after, log }] of Object.entries(leaders)) {
          const [index = 0, term = 0] = key.split(' ').map(Number)
          // What a snapshot stands for was applied; whether it is right, StateMachineSafety asks.
          if (Number(leader) > by && index > after && log[index - after - 1] !== term)
            return `entry ${index} of term ${term} was committed in term ${by}, but the leader of term ${leader} does not have it`
        }
      return null
    },
  },
})

type Applied = { readonly applied: { readonly [index: string]: string }; readonly wrong: string | null }

/** If a server has applied an entry at an index, no other ever applies a different one there (5.4.3). */
export const stateMachineSafety = property<Applied>({
  name: 'StateMachineSafety',
  says: 'State machine safety: no two servers apply different commands at the same index',
  first: { applied: {}, wrong: null },
  see(fold, seen) {
    if (seen.kind !== 'output' || seen.body.type !== 'apply' || fold.wrong !== null) return fold
    const index = String(seen.body['index'])
    const { command, term } = seen.body
    const entry = `${String(command)}${term === undefined ? '' : ` of term ${String(term)}`}`
    const known = fold.applied[index]
    if (known === undefined) return { ...fold, applied: { ...fold.applied, [index]: entry } }
    return known === entry
      ? fold
      : { ...fold, wrong: `at index ${index} ${known} had been applied, and ${seen.node} applied ${entry}` }
  },
  judge: { kind: 'always', broken: (fold) => fold.wrong },
})

/** For elections that end: sooner or later somebody leads. Broken by a vote that is split for ever. */
export const leaderElected = property<{ readonly elected: boolean }>({
  name: 'LeaderElected',
  says: 'Leader elected: once all is repaired, somebody is elected in the end',
  first: { elected: false },
  see: (fold, seen) => (seen.kind === 'output' && seen.body.type === 'elected' ? { elected: true } : fold),
  judge: { kind: 'eventually', met: ({ elected }) => elected, why: 'nobody was ever elected' },
})

/** In how many terms in a row candidates may stand in vain before `electionEnds` calls it for ever. */
const IN_VAIN = 10

/**
 * For simulate and fuzz, and for servers that announce `stands { term }`: candidates do not stand in vain for ever.
 * In explore any timer may fire at any time, so that they can.
 */
export const electionEnds = property<{ readonly since: number; readonly wrong: string | null }>({
  name: 'ElectionEnds',
  says: `Election ends: candidates do not stand in ${IN_VAIN} terms in a row, and nobody is elected`,
  first: { since: 0, wrong: null },
  see(fold, seen) {
    if (seen.kind !== 'output' || fold.wrong !== null) return fold
    const term = Number(seen.body['term'])
    if (seen.body.type === 'elected') return { ...fold, since: Math.max(fold.since, term) }
    return seen.body.type === 'stands' && term - fold.since >= IN_VAIN
      ? {
          ...fold,
          wrong: `${seen.node} stands in term ${term}, and nobody was elected in the ${term - 1 - fold.since} before`,
        }
      : fold
  },
  judge: { kind: 'always', broken: (fold) => fold.wrong },
})

/**
 * For runs in which a majority can hear the leader all the time: nobody takes its place. A crash excuses an
 * election. It asks for timers that keep to their times, so it is for simulate and fuzz; in explore any timer may
 * fire at any time.
 */
export const steadyLeader = property<{ readonly leader: string | null; readonly wrong: string | null }>({
  name: 'SteadyLeader',
  says: 'Steady leader: as long as a majority hears the leader, nobody else is elected',
  first: { leader: null, wrong: null },
  see(fold, seen) {
    if (seen.kind === 'disturbance' && seen.what === 'crash') return { ...fold, leader: null }
    if (seen.kind !== 'output' || seen.body.type !== 'elected' || fold.wrong !== null) return fold
    const { node, body } = seen
    return fold.leader === null
      ? { ...fold, leader: node }
      : { ...fold, wrong: `${node} was elected in term ${String(body['term'])}, though ${fold.leader} led` }
  },
  judge: { kind: 'always', broken: (fold) => fold.wrong },
})

/**
 * For servers that announce `deposed { term }` when they stop leading, and runs without crashes: who led an earlier
 * term than the latest leader's learns that it is over.
 */
export const deposedLearns = property<Leading>({
  name: 'DeposedLearns',
  says: 'Deposed learns: in the end nobody believes that it leads a term of the past',
  first: { latest: 0, leading: {} },
  see(fold, seen) {
    if (seen.kind !== 'output') return fold
    const { [seen.node]: before, ...others } = fold.leading
    if (seen.body.type === 'elected') {
      const term = Number(seen.body['term'])
      return { latest: Math.max(fold.latest, term), leading: { ...others, [seen.node]: term } }
    }
    const isOver = seen.body.type === 'deposed' || seen.body.type === 'resigned'
    return isOver && before !== undefined ? { ...fold, leading: others } : fold
  },
  judge: {
    kind: 'eventually',
    met: ({ latest, leading }) => Object.values(leading).every((term) => term === latest),
    why: 'a leader of the past never learns that its term is over',
  },
})

type Leading = { readonly latest: number; readonly leading: { readonly [node: string]: number } }

export const raftSafety: readonly AnyProperty[] = [
  electionSafety,
  logMatching,
  leaderAppendOnly,
  leaderCompleteness,
  stateMachineSafety,
]
