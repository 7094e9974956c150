/**
 * Atomic commitment, as outputs show it: AC1 to AC5 and NonBlocking (Bernstein, Hadzilacos & Goodman,
 * Concurrency Control and Recovery, section 7.3).
 *
 * Protocols announce `{ type: 'vote', tx, yes }` and `{ type: 'decide', tx, decision }`. The roles that vote
 * are the participants.
 */
import type { Body } from '../node/node.ts'
import {
  type AnyProperty,
  type Cluster,
  type Obligation,
  type Observation,
  property,
} from '../world/property.ts'

export type Decision = 'commit' | 'abort'

type Vote = { readonly node: string; readonly tx: string; readonly yes: boolean }
type Decide = { readonly node: string; readonly tx: string; readonly decision: Decision }

/** What pictures say of votes, decisions and effects; null for any other body. A first effect needs no words. */
export function commitLabel(body: Body): string | null {
  if (body.type === 'decide') return String(body['decision'])
  if (body.type === 'vote') return body['yes'] === true ? 'yes' : 'no'
  if (body.type === 'effect') return Number(body['times']) > 1 ? `applied ${String(body['times'])} times` : ''
  return null
}

/** Guards AC1 against passing because nobody ever decides, or everybody always aborts. */
export const someCommit: AnyProperty = property<boolean>({
  name: 'SomeCommit',
  says: 'Some commit: in some run a process commits',
  first: false,
  see: (fold, seen) =>
    fold || (seen.kind === 'output' && seen.body.type === 'decide' && seen.body['decision'] === 'commit'),
  judge: { kind: 'sometimes', shown: (fold) => fold },
})

/** The six properties, for protocols whose participants have the given role. */
export function atomicCommit(participantRole = 'participant'): readonly AnyProperty[] {
  return [
    agreement,
    stability,
    commitValidity(participantRole),
    nonTriviality(participantRole),
    termination,
    nonBlocking,
  ]
}

/** AC1: over the whole history, no two decisions on one transaction differ, crashed processes included. */
export const agreement = property<{ readonly [tx: string]: readonly string[] }>({
  name: 'AC1',
  says: 'Agreement: no two processes decide differently on the same transaction, not even one that crashed later',
  first: {},
  see(fold, seen) {
    const decide = decisionOf(seen)
    if (decide === null || fold[decide.tx]?.includes(decide.decision)) return fold
    return { ...fold, [decide.tx]: [...(fold[decide.tx] ?? []), decide.decision].sort() }
  },
  judge: {
    kind: 'always',
    broken(fold) {
      const tx = Object.keys(fold).find((t) => fold[t]!.length > 1)
      return tx === undefined ? null : `${tx} was committed by one process and aborted by another`
    },
  },
})

/** AC2: a process never takes a decision back, not even across a restart. */
export const stability = property<{ readonly [txAndNode: string]: readonly string[] }>({
  name: 'AC2',
  says: 'Stability: a process that decided does not change its mind, across restarts too',
  first: {},
  see(fold, seen) {
    const decide = decisionOf(seen)
    if (decide === null) return fold
    const key = `${decide.node} on ${decide.tx}`
    if (fold[key]?.includes(decide.decision)) return fold
    return { ...fold, [key]: [...(fold[key] ?? []), decide.decision] }
  },
  judge: {
    kind: 'always',
    broken(fold) {
      const key = Object.keys(fold).find((k) => fold[k]!.length > 1)
      return key === undefined ? null : `${key}: first ${fold[key]![0]}, later ${fold[key]![1]}`
    },
  },
})

/** AC3: each commit is preceded by a Yes vote of every participant. */
function commitValidity(role: string): AnyProperty {
  return property<{
    readonly [tx: string]: { readonly yes: readonly string[]; readonly early: string | null }
  }>({
    name: 'AC3',
    says: 'Commit validity: a commit is decided only after every participant has voted Yes',
    first: {},
    see(fold, seen, cluster) {
      const vote = voteOf(seen)
      if (vote?.yes) {
        const own = fold[vote.tx] ?? { yes: [], early: null }
        return own.yes.includes(vote.node)
          ? fold
          : { ...fold, [vote.tx]: { ...own, yes: [...own.yes, vote.node].sort() } }
      }
      const decide = decisionOf(seen)
      if (decide?.decision !== 'commit') return fold
      const own = fold[decide.tx] ?? { yes: [], early: null }
      const missing = participants(cluster, role).filter((name) => !own.yes.includes(name))
      if (missing.length === 0 || own.early !== null) return fold
      return {
        ...fold,
        [decide.tx]: {
          ...own,
          early: `${decide.node} committed ${decide.tx}, but ${missing.join(' and ')} had not voted Yes`,
        },
      }
    },
    judge: {
      kind: 'always',
      broken: (fold) => Object.values(fold).find((own) => own.early !== null)?.early ?? null,
    },
  })
}

type Undisturbed = {
  /** True once something happened after which the property asks for nothing. */
  readonly excused: boolean
  readonly yes: { readonly [tx: string]: readonly string[] }
  readonly committed: { readonly [tx: string]: readonly string[] }
}

const EXCUSED: Undisturbed = { excused: true, yes: {}, committed: {} }

/** AC4: without a crash, a loss, a partition or a timeout, if all vote Yes, all commit. */
function nonTriviality(role: string): AnyProperty {
  return property<Undisturbed>({
    name: 'AC4',
    says: 'Non-triviality: if nothing goes wrong and all vote Yes, all commit',
    first: { excused: false, yes: {}, committed: {} },
    see(fold, seen) {
      if (fold.excused || (seen.kind === 'disturbance' && seen.what !== 'duplicate')) return EXCUSED
      const vote = voteOf(seen)
      if (vote?.yes) return { ...fold, yes: addTo(fold.yes, vote.tx, vote.node) }
      const decide = decisionOf(seen)
      return decide?.decision === 'commit'
        ? { ...fold, committed: addTo(fold.committed, decide.tx, decide.node) }
        : fold
    },
    judge: {
      kind: 'atRest',
      broken(fold, cluster) {
        if (fold.excused) return null
        const all = participants(cluster, role)
        for (const tx of Object.keys(fold.yes)) {
          const missing = all.filter((name) => !fold.committed[tx]?.includes(name))
          if (fold.yes[tx]!.length === all.length && missing.length > 0)
            return `nothing went wrong and all voted Yes on ${tx}, but ${missing.join(' and ')} did not commit`
        }
        return null
      },
    },
  })
}

type Undecided = { readonly [tx: string]: { readonly [node: string]: 'voted' | 'decided' } }

/** Who has voted and not yet decided. A process that decided, or announced `stop` for good, owes nothing more. */
const undecided = {
  first: {} as Undecided,
  see(fold: Undecided, seen: Observation): Undecided {
    const vote = voteOf(seen)
    if (vote !== null && fold[vote.tx]?.[vote.node] === undefined)
      return { ...fold, [vote.tx]: { ...fold[vote.tx], [vote.node]: 'voted' } }
    if (seen.kind === 'output' && seen.body.type === 'stop') return withoutDebts(fold, seen.node)
    const decide = decisionOf(seen)
    return decide === null ? fold : { ...fold, [decide.tx]: { ...fold[decide.tx], [decide.node]: 'decided' } }
  },
  open(fold: Undecided, cluster: Cluster, why: (node: string, tx: string) => string): Obligation[] {
    return Object.keys(fold).flatMap((tx) =>
      cluster.names
        .filter((node) => fold[tx]![node] === 'voted')
        .map((node) => ({ node, what: `${node} decides ${tx}`, why: why(node, tx), state: 'in doubt' })),
    )
  },
}

function withoutDebts(fold: Undecided, node: string): Undecided {
  const paid = Object.entries(fold).map(([tx, own]) => [
    tx,
    { ...own, ...(own[node] && { [node]: 'decided' }) },
  ])
  return Object.fromEntries(paid) as Undecided
}

/** AC5: once everything is repaired and no more faults come, every process that has voted decides. */
export const termination = property<Undecided>({
  name: 'AC5',
  says: 'Termination: once all is repaired and no more faults come, every process that voted decides',
  first: undecided.first,
  see: undecided.see,
  judge: {
    kind: 'afterRepair',
    open: (fold, cluster) =>
      undecided.open(
        fold,
        cluster,
        (node, tx) => `everything was repaired, and still ${node} can never decide ${tx}`,
      ),
  },
})

/** NonBlocking: no process that is up and has voted is left undecided for as long as nothing is repaired. */
export const nonBlocking = property<Undecided>({
  name: 'NonBlocking',
  says: 'Non-blocking: a process that is up and has voted can always come to a decision, without waiting for a repair',
  first: undecided.first,
  see: undecided.see,
  judge: {
    kind: 'nonBlocking',
    open: (fold, cluster) =>
      undecided.open(
        fold,
        cluster,
        (node, tx) =>
          `${node} voted on ${tx} and is in doubt: nothing that can still happen without a repair lets it decide`,
      ),
  },
})

function participants(cluster: Cluster, role: string): string[] {
  return cluster.names.filter((name) => cluster.roleOf[name] === role)
}

function addTo(
  record: { readonly [tx: string]: readonly string[] },
  tx: string,
  node: string,
): { readonly [tx: string]: readonly string[] } {
  return record[tx]?.includes(node) ? record : { ...record, [tx]: [...(record[tx] ?? []), node].sort() }
}

function voteOf(seen: Observation): Vote | null {
  if (seen.kind !== 'output' || seen.body.type !== 'vote') return null
  return { node: seen.node, tx: String(seen.body['tx']), yes: seen.body['yes'] === true }
}

function decisionOf(seen: Observation): Decide | null {
  if (seen.kind !== 'output' || seen.body.type !== 'decide') return null
  return {
    node: seen.node,
    tx: String(seen.body['tx']),
    decision: seen.body['decision'] === 'commit' ? 'commit' : 'abort',
  }
}
