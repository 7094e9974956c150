/** The cluster that answers run in: proposers and acceptors of the learner, and what must hold of them. */
import {
  type AnyProperty,
  answer,
  type Body,
  byHand,
  consensus,
  defineProtocol,
  type HandRun,
  type Json,
  type Model,
  makeModel,
  type Protocol,
  property,
} from 'splitbrain'

export interface ClusterOptions {
  readonly proposers?: number
  readonly acceptors?: number
  readonly properties?: readonly string[]
  readonly delayMs?: readonly [number, number]
}

/** Agreement and Integrity. Their names stand before what they say. */
const agreement = consensus()
  .filter(({ name }) => name !== 'Validity')
  .map((each) => ({ ...each, says: each.says.replace(`${each.name}: `, '') }))

type Values = { readonly asked: readonly string[]; readonly decided: readonly string[] }

/** What is decided is what some client asked for. */
const validity = property<Values>({
  name: 'Validity',
  says: 'only a value that a client asked for is decided',
  first: { asked: [], decided: [] },
  see(fold, seen) {
    const [part, body] =
      seen.kind === 'invoke' && seen.body.type === 'propose'
        ? (['asked', seen.body] as const)
        : seen.kind === 'output' && seen.body.type === 'decide'
          ? (['decided', seen.body] as const)
          : [null, null]
    if (part === null) return fold
    const value = String(body['value'])
    return fold[part].includes(value) ? fold : { ...fold, [part]: [...fold[part], value].sort() }
  },
  judge: {
    kind: 'always',
    broken({ asked, decided }) {
      const odd = decided.find((value) => !asked.includes(value))
      return odd === undefined ? null : `${odd} was decided, and no client had asked for it`
    },
  },
})

/** A client is told what is decided. */
const truth = property<{ readonly told: readonly string[]; readonly decided: readonly string[] }>({
  name: 'Truth',
  says: 'what a client is told is what is decided',
  first: { told: [], decided: [] },
  see(fold, seen) {
    const body = seen.kind === 'output' || seen.kind === 'return' ? seen.body : null
    const part = body?.type === 'propose_ok' ? 'told' : body?.type === 'decide' ? 'decided' : null
    if (body === null || part === null) return fold
    const value = String(body['value'])
    return fold[part].includes(value) ? fold : { ...fold, [part]: [...fold[part], value].sort() }
  },
  judge: {
    kind: 'always',
    broken({ told, decided }) {
      const odd = told.find((value) => decided.some((other) => other !== value))
      return odd === undefined ? null : `a client was told ${odd}, and decided was ${decided.join(' and ')}`
    },
  },
})

/** Clients with this name ask when all is repaired: they must be answered in the end. */
export const LATE = 'late'

const answered = property<{ readonly open: readonly string[] }>({
  name: 'Answered',
  says: 'whoever asks when everything is back is answered',
  first: { open: [] },
  see({ open }, seen) {
    if (seen.kind === 'invoke' && seen.op.client.startsWith(LATE))
      return { open: [...open, seen.op.client].sort() }
    if (seen.kind === 'return') return { open: open.filter((client) => client !== seen.op.client) }
    return { open }
  },
  judge: {
    kind: 'eventually',
    met: ({ open }) => open.length === 0,
    why: 'everything has been back for 20 s, and a client that asked then was never answered',
  },
})

/** What must hold in every world, whatever happens. */
export const SAFETY = ['Agreement', 'Validity', 'Integrity', 'Truth'] as const

export function protocol(): Protocol {
  const nodes = answer('proposer', 'acceptor')
  return defineProtocol({
    name: 'paxos',
    source: "the learner's answer",
    says: 'proposers and acceptors choose one value',
    cluster: ['p1', 'p2', 'a1', 'a2', 'a3'],
    rules: {},
    roles: () => nodes,
    assign(names) {
      const proposers = names.filter((name) => name.startsWith('p'))
      const acceptors = names.filter((name) => name.startsWith('a'))
      if (
        proposers.length === 0 ||
        acceptors.length === 0 ||
        proposers.length + acceptors.length < names.length
      )
        throw new RangeError('paxos needs proposers p1 p2 .. and acceptors a1 a2 a3 .., and nobody else')
      return Object.fromEntries(
        names.map((name) => {
          const rank = proposers.indexOf(name)
          return rank < 0
            ? [name, { role: 'acceptor', peers: proposers, config: {} }]
            : [name, { role: 'proposer', peers: acceptors, config: { rank, proposers: proposers.length } }]
        }),
      )
    },
    requests: {
      propose: {
        to: 'proposer',
        fields: { value: 'A' },
        says: 'asks for a value to be chosen; answers with what was',
      },
    },
    // The ballot first: a column may have room for no more.
    label(body) {
      const { type, ballot } = body
      const report = body['vval'] === null ? null : `${String(body['vval'])}@${String(body['vballot'])}`
      const value = type === 'promise' ? report : body['value']
      const words = ballot === undefined ? [type, value] : [ballot, value, type]
      return words.filter((word) => word !== null && word !== undefined).join(' ')
    },
    properties: [...agreement, validity, truth, answered],
  })
}

/** `p1 p2 a1 a2 a3`, if nothing else is said, with what must hold in every world. */
export function cluster({
  proposers = 2,
  acceptors = 3,
  properties = SAFETY,
  delayMs = [1, 1],
}: ClusterOptions = {}): Model {
  const whole = protocol()
  const count = (letter: string, n: number) => Array.from({ length: n }, (_, i) => `${letter}${i + 1}`)
  const chosen: readonly AnyProperty[] = properties.map(
    (name) => whole.properties.find((each) => each.name === name)!,
  )
  const names = [...count('p', proposers), ...count('a', acceptors)]
  return makeModel(whole, { names, properties: chosen, options: { delayMs } })
}

/** A client has asked a proposer for a value, and what it asks of the acceptors is in flight. */
export function asked(run: HandRun, proposer: string, value: string, client = `client of ${value}`): HandRun {
  return run
    .request(proposer, { type: 'propose', value }, client)
    .deliver({ to: proposer, from: client, type: 'propose' })
}

/** A run in which p1 has been asked for A. */
export const begun = (options: ClusterOptions = {}) => asked(byHand(cluster(options)), 'p1', 'A')

/** The ballots that a proposer has begun so far, in order. */
export function ballots(run: HandRun, proposer: string): number[] {
  const prepared = run.sent.filter(({ from, body }) => from === proposer && body.type === 'prepare')
  const all = [...new Set(prepared.map(({ body }) => Number(body['ballot'])))]
  const odd = all.find((ballot) => !Number.isInteger(ballot) || ballot < 0)
  if (odd !== undefined) run.fail(`${proposer} began ballot ${odd}, and a ballot is a whole number from 0 on`)
  return all
}

/** The ballot that a proposer is in. Fails where it has begun none. */
export function ballotOf(run: HandRun, proposer = 'p1'): number {
  return ballots(run, proposer).at(-1) ?? run.fail(`${proposer} has been asked, and has sent no prepare`)
}

/** The proposer's timers fire until it begins a ballot above this one; its prepare is in flight, and nothing else of it. */
export function outbid(run: HandRun, proposer: string, above: number): number {
  for (let i = 0; i < 40; i++) {
    const ballot = ballotOf(run, proposer)
    if (ballot > above) {
      for (const old of ballots(run, proposer)) if (old !== ballot) run.drop({ from: proposer, ballot: old })
      return ballot
    }
    const due = [...run.world.nodes[proposer]!.timers].sort(
      (a, b) => a.dueUs - b.dueUs || a.order - b.order,
    )[0]
    if (due === undefined)
      run.fail(`${proposer} has not decided, and waits for nothing: it would never begin a higher ballot`)
    else run.take({ kind: 'fire', node: proposer, timer: due.timer, arg: due.arg })
  }
  return run.fail(`${proposer} has a timer, and has begun no ballot above ${above}`)
}

/** Acceptors promise the proposer's ballot, as themselves: its prepare arrives, and their answer. */
export function promised(run: HandRun, proposer: string, acceptors: readonly string[]): HandRun {
  const ballot = ballotOf(run, proposer)
  for (const to of acceptors) run.deliver({ from: proposer, to, type: 'prepare', ballot })
  for (const from of acceptors) run.deliver({ from, to: proposer, type: 'promise', ballot })
  return run
}

/** An acceptor's promise, as if it had been sent; a vote is `[ballot, value]`. */
export function tell(
  run: HandRun,
  acceptor: string,
  ballot: number,
  vote: readonly [number, string] | null,
): HandRun {
  const [vballot, vval] = vote ?? [null, null]
  return run.receive('p1', acceptor, { type: 'promise', ballot, vballot, vval })
}

export function voted(run: HandRun, acceptor: string, ballot: number, value: string, to = 'p1'): HandRun {
  return run.receive(to, acceptor, { type: 'accepted', ballot, value })
}

/** What an acceptor answers now, with the messages that it sends on this one. */
export function answersTo(run: HandRun, acceptor: string, from: string, body: Body): readonly Body[] {
  const before = run.sent.length
  run.receive(acceptor, from, body)
  return run.sent
    .slice(before)
    .filter((message) => message.from === acceptor)
    .map((message) => message.body)
}

/** What a promise of this ballot reports; fails where there is none. */
export function reported(run: HandRun, acceptor: string, ballot: number, from = 'p2'): readonly Json[] {
  const promise = answersTo(run, acceptor, from, { type: 'prepare', ballot }).find(
    (body) => body.type === 'promise' && body['ballot'] === ballot,
  )
  if (promise === undefined)
    return run.fail(`${acceptor} was asked to prepare ballot ${ballot}, and promised nothing`)
  return [promise['vballot'] ?? null, promise['vval'] ?? null]
}

/** The proposer has not asked for votes in its present ballot. */
export function expectNoAccept(run: HandRun, ballot: number, why: string): void {
  const sent = run.sent.find(
    ({ from, body }) => from === 'p1' && body.type === 'accept' && body['ballot'] === ballot,
  )
  if (sent !== undefined)
    run.fail(`p1 asked for votes for ${String(sent.body['value'])} in ballot ${ballot}`, why)
}

/** The value for which the proposer asks all acceptors to vote. */
export function acceptedValue(run: HandRun, ballot: number): Json {
  const asks = run.sent.filter(
    ({ from, body }) => from === 'p1' && body.type === 'accept' && body['ballot'] === ballot,
  )
  const acceptors = run.model.cluster.names.filter((name) => name.startsWith('a'))
  const left = acceptors.find((name) => !asks.some(({ to }) => to === name))
  if (left !== undefined)
    return run.fail(
      `a majority promised ballot ${ballot}, and p1 did not ask ${left} to accept anything in it`,
    )
  return asks[0]!.body['value'] ?? null
}

/** Nobody has announced a decision. */
export function expectUndecided(run: HandRun, why: string): void {
  const said = run.outputs.find(({ body }) => body.type === 'decide')
  if (said !== undefined)
    run.fail(`${said.node} announced that ${String(said.body['value'])} is decided`, why)
}
