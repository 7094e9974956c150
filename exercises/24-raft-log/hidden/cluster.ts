/** The cluster that answers run in: servers that are all the answer's, and what must hold of their logs. */
import {
  type AnyProperty,
  answer,
  byHand,
  defineProtocol,
  electionSafety,
  type HandRun,
  leaderCompleteness,
  type Model,
  makeModel,
  type Protocol,
  property,
  stateMachineSafety,
} from 'splitbrain'

export const ELECTION_MS = 150
export const HEARTBEAT_MS = 50

export interface ClusterOptions {
  readonly servers?: number
  readonly delayMs?: readonly [number, number]
  readonly seed?: number
}

type Promised = {
  readonly asked: { readonly [op: string]: string }
  readonly told: { readonly [index: string]: string }
  readonly applied: { readonly [index: string]: string }
}

/** A client that was told an index finds its command there, at every server that has come so far. */
const promise: AnyProperty = property<Promised>({
  name: 'Promise',
  says: 'what a client was told is at an index is applied at that index',
  first: { asked: {}, told: {}, applied: {} },
  see(fold, seen) {
    if (seen.kind === 'invoke' && seen.body.type === 'submit') {
      const op = `${seen.op.client} ${seen.op.n}`
      return { ...fold, asked: { ...fold.asked, [op]: String(seen.body['command']) } }
    }
    if (seen.kind === 'return' && seen.body.type === 'submit_ok') {
      const command = fold.asked[`${seen.op.client} ${seen.op.n}`] ?? ''
      return { ...fold, told: { ...fold.told, [String(seen.body['index'])]: command } }
    }
    if (seen.kind !== 'output' || seen.body.type !== 'apply') return fold
    const index = String(seen.body['index'])
    return fold.applied[index] === undefined
      ? { ...fold, applied: { ...fold.applied, [index]: String(seen.body['command']) } }
      : fold
  },
  judge: {
    kind: 'always',
    broken({ told, applied }) {
      for (const [index, command] of Object.entries(told))
        if (applied[index] !== command)
          return `a client was told that ${command} is at ${index}, and ${applied[index] ?? 'nothing'} was applied there`
      return null
    },
  },
})

/** Each server applies index after index, from 1, and begins anew after a restart. */
const inOrder: AnyProperty = property<{
  readonly last: { readonly [node: string]: number }
  readonly crashed: boolean
  readonly wrong: string | null
}>({
  name: 'InOrder',
  says: 'a server applies its log from 1 on, one entry after the other',
  first: { last: {}, crashed: false, wrong: null },
  see(fold, seen) {
    if (seen.kind === 'disturbance')
      return seen.what === 'crash' && !fold.crashed ? { ...fold, crashed: true } : fold
    if (seen.kind !== 'output' || seen.body.type !== 'apply' || fold.wrong !== null) return fold
    const { node, body } = seen
    const [before, index] = [fold.last[node] ?? 0, Number(body['index'])]
    if (index === before + 1 || (index === 1 && fold.crashed))
      return { ...fold, last: { ...fold.last, [node]: index } }
    return { ...fold, wrong: `${node} applied ${index} after ${before}` }
  },
  judge: { kind: 'always', broken: (fold) => fold.wrong },
})

/** Servers that all know each other. */
export function protocol(): Protocol {
  const nodes = answer('server')
  return defineProtocol({
    name: 'raft-log',
    source: "the learner's answer",
    says: 'a log that a leader copies to the others',
    cluster: ['n1', 'n2', 'n3'],
    rules: {},
    roles: () => nodes,
    params: {
      electionMs: { default: ELECTION_MS, says: 'how long a server waits for a leader, at least' },
      heartbeatMs: { default: HEARTBEAT_MS, says: 'how often a leader is heard' },
    },
    assign: (names, params) =>
      Object.fromEntries(
        names.map((name) => [
          name,
          { role: 'server', peers: names.filter((other) => other !== name), config: params },
        ]),
      ),
    requests: {
      submit: { to: 'server', fields: { command: 'x' }, says: 'asks for a command to be appended' },
    },
    label(body) {
      const term = String(body['term'])
      if (body.type === 'submit') return `submit ${String(body['command'])}`
      if (body.type === 'submit_ok') return `ok, at ${String(body['index'])}`
      if (body.type === 'error') return 'not the leader'
      if (body.type === 'elected') return `leader of T${term}`
      if (body.type === 'commit') return `commit ${String(body['index'])}`
      if (body.type === 'apply') return `apply ${String(body['index'])}: ${String(body['command'])}`
      if (body.type === 'RequestVoteResult')
        return `${body['voteGranted'] === true ? 'vote' : 'no vote'} T${term}`
      if (body.type === 'AppendEntriesResult')
        return `${body['success'] === true ? 'ok' : 'no'} ${String(body['index'])}`
      if (body.type !== 'AppendEntries') return `${body.type} T${term}`
      const entries = (body['entries'] ?? []) as readonly { readonly command?: unknown }[]
      return `Append ${String(body['prevLogIndex'])}+${entries.map((e) => String(e.command)).join(' ')}`
    },
    properties: [electionSafety, leaderCompleteness, stateMachineSafety, promise, inOrder],
  })
}

/** `n1`, `n2`, ..., three if nothing else is said. */
export function cluster({ servers = 3, delayMs = [1, 1], seed = 1 }: ClusterOptions = {}): Model {
  const names = Array.from({ length: servers }, (_, i) => `n${i + 1}`)
  return makeModel(protocol(), { names, options: { delayMs, seed } })
}

export const fresh = (options: ClusterOptions = {}): HandRun => byHand(cluster(options))

/** Entries from words such as `1a`: term 1, command a. */
export const entries = (words: string) =>
  words
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => ({ term: Number.parseInt(word, 10), command: word.replace(/^\d+/, '') }))

export interface Append {
  readonly term: number
  /** Words such as `1a 1b`. */
  readonly prev: string
  readonly words: string
  readonly commit?: number
  readonly from?: string
}

/** How long a server may take to send and to apply. */
const AT_ONCE_MS = 5

/** What a server does at once is done by a handler, or by a timer that fires within `AT_ONCE_MS`. */
function settled(run: HandRun, node: string): HandRun {
  const untilUs = run.world.timeUs + 1000 * AT_ONCE_MS
  for (let i = 0; i < 20; i++) {
    const due = run.world.nodes[node]!.timers.find(({ dueUs }) => dueUs <= untilUs)
    if (due === undefined) return run
    run.take({ kind: 'fire', node, timer: due.timer, arg: due.arg })
  }
  return run
}

/** A server hears AppendEntries: the entries `words`, after a log that is `prev`. Says what it answered. */
export function append(run: HandRun, to: string, { term, prev, words, commit = 0, from }: Append) {
  const before = entries(prev)
  const leader = from ?? (to === 'n1' ? 'n2' : 'n1')
  const sent = run.sent.length
  run.receive(to, leader, {
    type: 'AppendEntries',
    term,
    prevLogIndex: before.length,
    prevLogTerm: before.at(-1)?.term ?? 0,
    entries: entries(words),
    leaderCommit: commit,
  })
  settled(run, to)
  const answer = run.sent.slice(sent).find((m) => m.from === to && m.body.type === 'AppendEntriesResult')
  if (answer === undefined) return run.fail(`${to} heard AppendEntries of term ${term}, and did not answer`)
  return {
    success: answer.body['success'] === true,
    index: Number(answer.body['index']),
    term: answer.body['term'],
  }
}

/** A server whose log is this: its leader of that term has sent it all at once. */
export function holding(run: HandRun, node: string, words: string, term: number): HandRun {
  const { success } = append(run, node, { term, prev: '', words })
  return success ? run : run.fail(`${node} has an empty log, and refused entries that begin at 1`)
}

/** What a server applied since it last started, in order, by its announcements. */
export function applied(run: HandRun, node: string): string {
  const started = run.moments.findLastIndex(({ choice }) => choice.kind === 'restart' && choice.node === node)
  return run.moments
    .slice(Math.max(0, started))
    .flatMap(({ outputs }) => outputs)
    .filter((said) => said.node === node && said.body.type === 'apply')
    .map(({ body }) => String(body['command']))
    .join(' ')
}

/** The same without what a leader may append for itself: entries whose command no client has asked for. */
export function appliedOf(run: HandRun, node: string, commands: string): string {
  const asked = commands.split(' ')
  return applied(run, node)
    .split(' ')
    .filter((command) => asked.includes(command))
    .join(' ')
}

/** All but one server lose power. */
export function aloneUp(run: HandRun, node: string): HandRun {
  for (const other of run.model.cluster.names)
    if (other !== node && run.world.nodes[other]!.up) run.crash(other)
  return run
}

/** The latest term in which a server has asked for votes; 0 if it has not. */
export function candidacy(run: HandRun, node: string): number {
  const asked = run.sent.filter((m) => m.from === node && m.body.type === 'RequestVote')
  return Math.max(0, ...asked.map((m) => Number(m.body['term'])))
}

/** A server that has just asked for votes, and nobody else has; its requests are on their way. */
export function standing(run: HandRun, node = 'n1'): HandRun {
  const before = candidacy(run, node)
  aloneUp(run, node).wait(2 * ELECTION_MS - 1)
  if (candidacy(run, node) === before) run.wait(1)
  if (candidacy(run, node) === before)
    run.fail(`${node} heard nobody for ${2 * ELECTION_MS} ms, and asked nobody for a vote`)
  for (const other of run.model.cluster.names) if (other !== node) run.restart(other)
  return run.drop({ type: 'AppendEntries' })
}

/** A server that leads, elected by these; nobody else has heard of it, and what it says at once is lost. */
export function leading(run: HandRun, node = 'n1', voters: readonly string[] = ['n2']): HandRun {
  standing(run, node)
  const term = candidacy(run, node)
  for (const voter of voters)
    run
      .deliver({ from: node, to: voter, type: 'RequestVote', term })
      .deliver({ from: voter, to: node, type: 'RequestVoteResult', term })
  expectElected(run, node, term)
  for (const type of ['RequestVote', 'RequestVoteResult', 'AppendEntries']) run.drop({ type })
  return run
}

function expectElected(run: HandRun, node: string, term: number): void {
  if (!run.outputs.some((o) => o.node === node && o.body.type === 'elected' && o.body['term'] === term))
    run.fail(`${node} had the votes of a majority in term ${term}, and did not announce that it was elected`)
}

/** A client asks a server, and the server has heard it. */
export function submit(run: HandRun, to: string, command: string): HandRun {
  const client = `client-${command}`
  return settled(
    run.request(to, { type: 'submit', command }, client).deliver({ to, from: client, type: 'submit' }),
    to,
  )
}

/** A follower says that it holds the leader's log up to this index. */
export function ack(run: HandRun, leader: string, from: string, index: number): HandRun {
  const term = candidacy(run, leader)
  return settled(
    run.receive(leader, from, { type: 'AppendEntriesResult', term, success: true, index }),
    leader,
  )
}

/** A follower refuses, with this hint. */
export function refuse(run: HandRun, leader: string, from: string, index: number): HandRun {
  const term = candidacy(run, leader)
  const body = { type: 'AppendEntriesResult', term, success: false, index }
  return settled(run.receive(leader, from, body), leader)
}

/** All that is in flight between two servers arrives, and what that causes. */
export function exchange(run: HandRun, a: string, b: string): HandRun {
  for (let i = 0; i < 20; i++) {
    const next = run.world.wire.find((e) => (e.from === a && e.to === b) || (e.from === b && e.to === a))
    if (next === undefined) return run
    settled(run.deliver({ from: next.from, to: next.to, type: next.body.type }), next.to)
  }
  return run
}

/** What the client of a command was told so far, or null. */
export function told(run: HandRun, command: string): string | null {
  const reply = run.sent.find((m) => m.to === `client-${command}`)
  return reply === undefined ? null : reply.body.type
}

/** The index at which a leader sends a command for the first time; the check ends where it does not. */
export function indexOf(run: HandRun, leader: string, command: string): number {
  for (const { from, body } of run.sent) {
    if (from !== leader || body.type !== 'AppendEntries') continue
    const at = (body['entries'] as readonly { command: string }[]).findIndex((e) => e.command === command)
    if (at >= 0) return Number(body['prevLogIndex']) + at + 1
  }
  return run.fail(
    `${leader} leads, was asked to append ${command}, and sent it to nobody; ${run.sentWords()}`,
  )
}

/** Who leads by the latest announcement. */
export function leaderOf(run: HandRun): string {
  return (
    run.outputs.findLast(({ body }) => body.type === 'elected')?.node ??
    run.fail('nobody was elected, though nothing stood in the way')
  )
}
