/** The cluster that answers run in: servers that are all the answer's, and what must hold of their elections. */
import {
  type AnyProperty,
  answer,
  byHand,
  defineProtocol,
  electionSafety,
  type HandRun,
  type Model,
  makeModel,
  type Protocol,
  property,
} from 'splitbrain'

/** Term and index of the last entry of a server's log. */
export interface Last {
  readonly lastLogTerm: number
  readonly lastLogIndex: number
}

export interface ClusterOptions {
  readonly servers?: number
  /** By server; an empty log where there is none. */
  readonly logs?: { readonly [server: string]: Last }
  readonly delayMs?: readonly [number, number]
  readonly seed?: number
  readonly electionMs?: number
}

export const ELECTION_MS = 150
export const HEARTBEAT_MS = 50

/** Servers that all know each other. */
export function protocol(): Protocol {
  const nodes = answer('server')
  return defineProtocol({
    name: 'raft-election',
    source: "the learner's answer",
    says: 'servers elect a leader, at most one a term',
    cluster: ['n1', 'n2', 'n3'],
    rules: {},
    roles: () => nodes,
    params: {
      electionMs: { default: ELECTION_MS, says: 'how long a server waits for a leader, at least' },
      heartbeatMs: { default: HEARTBEAT_MS, says: 'how often a leader is heard' },
      lastLogTerm: { default: 0, says: 'the term of the last entry of the log' },
      lastLogIndex: { default: 0, says: 'how long the log is' },
    },
    assign: (names, params) =>
      Object.fromEntries(
        names.map((name) => [
          name,
          { role: 'server', peers: names.filter((other) => other !== name), config: params },
        ]),
      ),
    label(body) {
      const term = String(body['term'])
      if (body.type === 'elected') return `leader of T${term}`
      if (body.type === 'RequestVoteResult')
        return `${body['voteGranted'] === true ? 'vote' : 'no vote'} T${term}`
      return `${body.type} T${term}`
    },
    properties: [electionSafety],
  })
}

/** `n1`, `n2`, ..., three if nothing else is said. */
export function cluster(options: ClusterOptions = {}): Model {
  const { servers = 3, logs = {}, delayMs = [1, 1], seed = 1, electionMs = ELECTION_MS } = options
  const whole = protocol()
  const names = Array.from({ length: servers }, (_, i) => `n${i + 1}`)
  return makeModel(whole, {
    names,
    params: { electionMs },
    options: { delayMs, seed },
    overrides: Object.fromEntries(Object.entries(logs).map(([name, last]) => [name, { ...last }])),
    properties: [...whole.properties, upToDate(names, logs)],
  })
}

const EMPTY: Last = { lastLogTerm: 0, lastLogIndex: 0 }

/** Whether the second log is at least as up to date as the first (section 5.4.1). */
function isNotBehind(own: Last, candidate: Last): boolean {
  return candidate.lastLogTerm === own.lastLogTerm
    ? candidate.lastLogIndex >= own.lastLogIndex
    : candidate.lastLogTerm > own.lastLogTerm
}

/** Whether a majority of these servers may vote for one of them, by their logs. */
export function mayLead(name: string, names: readonly string[], logs: ClusterOptions['logs'] = {}): boolean {
  const voters = names.filter((other) => isNotBehind(logs[other] ?? EMPTY, logs[name] ?? EMPTY))
  return 2 * voters.length > names.length
}

/** Whoever is elected could have had the votes: a majority has no log that is more up to date. */
function upToDate(names: readonly string[], logs: ClusterOptions['logs']): AnyProperty {
  return property<{ readonly wrong: string | null }>({
    name: 'UpToDate',
    says: 'a leader has a log that is at least as up to date as those of a majority',
    first: { wrong: null },
    see(fold, seen) {
      if (seen.kind !== 'output' || seen.body.type !== 'elected' || fold.wrong !== null) return fold
      return mayLead(seen.node, names, logs)
        ? fold
        : { wrong: `${seen.node} was elected, and a majority has a log that is more up to date` }
    },
    judge: { kind: 'always', broken: (fold) => fold.wrong },
  })
}

/** A run in which nobody has done anything yet. */
export const fresh = (options: ClusterOptions = {}): HandRun => byHand(cluster(options))

/** All but one server lose power. */
export function aloneUp(run: HandRun, node: string): HandRun {
  for (const other of run.model.cluster.names)
    if (other !== node && run.world.nodes[other]!.up) run.crash(other)
  return run
}

/** A server hears nobody until it stands, once more if it did before; then the others are back, and know nothing of it. */
export function unheard(run: HandRun, node: string): HandRun {
  const electionMs = Number(run.model.params['electionMs'])
  const before = candidacy(run, node)
  // Who waits the shortest time of all does not stand twice.
  aloneUp(run, node).wait(2 * electionMs - 1)
  if (candidacy(run, node) === before) run.wait(1)
  if (candidacy(run, node) === before)
    run.fail(`${node} heard nobody for ${2 * electionMs} ms, and asked nobody for a vote`)
  for (const other of run.model.cluster.names) if (other !== node) run.restart(other)
  return run
}

/** A server that has just asked for votes, and nobody else has: its requests are on their way. */
export const standing = (options: ClusterOptions & { readonly node?: string } = {}): HandRun =>
  unheard(fresh(options), options.node ?? 'n1')

/** The latest term in which a server has asked for votes; 0 if it has not. */
export function candidacy(run: HandRun, node: string): number {
  const asked = run.sent.filter((m) => m.from === node && m.body.type === 'RequestVote')
  return Math.max(0, ...asked.map((m) => Number(m.body['term'])))
}

/** A vote arrives, for a term that is the candidate's own if none is given. */
export function vote(run: HandRun, to: string, from: string, term = candidacy(run, to)): HandRun {
  return run.receive(to, from, { type: 'RequestVoteResult', term, voteGranted: true })
}

/** A server asks for a vote; the logs are empty if nothing else is said. */
export function ask(run: HandRun, to: string, from: string, term: number, last: Last = EMPTY): boolean {
  const before = run.sent.length
  run.receive(to, from, { type: 'RequestVote', term, ...last })
  const answer = run.sent.slice(before).find((m) => m.to === from && m.body.type === 'RequestVoteResult')
  if (answer === undefined) return run.fail(`${from} asked ${to} for a vote and was not answered`)
  return answer.body['voteGranted'] === true
}

/** The terms in which somebody was elected so far. */
export function electedTerms(run: HandRun): readonly number[] {
  return run.outputs.filter(({ body }) => body.type === 'elected').map(({ body }) => Number(body['term']))
}

/** When a server stood for election, once for each term, in milliseconds. */
export function candidacies(run: HandRun, node: string): readonly number[] {
  const times = new Map<unknown, number>()
  for (const { timeUs, sent } of run.moments)
    for (const { from, body } of sent)
      if (from === node && body.type === 'RequestVote' && !times.has(body['term']))
        times.set(body['term'], timeUs / 1000)
  return [...times.values()]
}
