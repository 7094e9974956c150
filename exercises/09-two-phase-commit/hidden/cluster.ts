/** The cluster that answers run in: one coordinator, its participants, and what must hold of them. */
import {
  type AnyProperty,
  answer,
  atomicCommit,
  byHand,
  commitLabel,
  defineProtocol,
  type HandRun,
  type Model,
  makeModel,
  type Protocol,
  property,
} from 'splitbrain'

/** How participants vote: all alike, or some by name. `any` leaves it to the run. */
export type Votes = 'yes' | 'no' | 'any' | { readonly [name: string]: 'yes' | 'no' | 'any' }

export interface ClusterOptions {
  readonly participants?: number
  readonly votes?: Votes
  readonly properties?: readonly string[]
  readonly delayMs?: readonly [number, number]
}

/** A coordinator and its participants, all the answer's. */
export function protocol(): Protocol {
  const nodes = answer('coordinator', 'participant')
  return defineProtocol({
    name: 'two-phase-commit',
    source: "the learner's answer",
    says: 'a coordinator and its participants commit or abort together',
    cluster: ['tm', 'rm1', 'rm2'],
    rules: {},
    roles: () => nodes,
    params: { votes: { default: 'yes', says: 'how participants vote' } },
    assign: (names, params) => {
      const [tm, ...rms] = names
      const votes = params['votes'] as Votes
      const voteOf = (name: string) => (typeof votes === 'string' ? votes : (votes[name] ?? 'yes'))
      const own = (name: string) => ({
        role: 'participant',
        peers: rms.filter((rm) => rm !== name),
        config: { coordinator: tm!, votes: voteOf(name) },
      })
      return {
        [tm!]: { role: 'coordinator', peers: rms, config: {} },
        ...Object.fromEntries(rms.map((name) => [name, own(name)])),
      }
    },
    label: (body) =>
      commitLabel(body) ??
      (body.type === 'decision' || body.type === 'begin_ok' ? String(body['decision']) : body.type),
    requests: { begin: { to: 'coordinator', fields: { tx: 't1' }, says: 'runs a transaction' } },
    properties: [...atomicCommit().filter((p) => p.name !== 'AC3'), commitValidity, promise, truth],
  })
}

/** The answer's nodes as `tm rm1 rm2 ...`. Keeps track of the named properties; by default of none. */
export function cluster({
  participants = 2,
  votes = 'yes',
  properties = [],
  delayMs = [1, 1],
}: ClusterOptions = {}): Model {
  const whole = protocol()
  const names = ['tm', ...Array.from({ length: participants }, (_, i) => `rm${i + 1}`)]
  const chosen = properties.map((name) => whole.properties.find((p) => p.name === name)!)
  return makeModel(whole, { names, params: { votes }, properties: chosen, options: { delayMs } })
}

/** What must hold in every world, whatever happens. */
export const SAFETY = ['AC1', 'AC2', 'AC3', 'Promise', 'Truth'] as const

/**
 * AC3. An announcement can be lost in a crash between forcing a vote and announcing it, and this is no fault
 * of the answer: once a node has crashed, only a No vote that was announced speaks against a commit.
 */
const commitValidity: AnyProperty = property<{
  readonly crashed: boolean
  readonly votes: { readonly [tx: string]: { readonly [node: string]: boolean } }
  readonly early: string | null
}>({
  name: 'AC3',
  says: 'Commit validity: a commit is decided only after every participant has voted Yes',
  first: { crashed: false, votes: {}, early: null },
  see(fold, seen, cluster) {
    if (seen.kind === 'disturbance')
      return seen.what === 'crash' && !fold.crashed ? { ...fold, crashed: true } : fold
    if (seen.kind !== 'output' || fold.early !== null) return fold
    const tx = String(seen.body['tx'])
    const own = fold.votes[tx] ?? {}
    if (seen.body.type === 'vote')
      return { ...fold, votes: { ...fold.votes, [tx]: { ...own, [seen.node]: seen.body['yes'] === true } } }
    if (seen.body.type !== 'decide' || seen.body['decision'] !== 'commit') return fold
    const against = cluster.names.filter(
      (name) =>
        cluster.roleOf[name] === 'participant' &&
        (own[name] === false || (own[name] === undefined && !fold.crashed)),
    )
    if (against.length === 0) return fold
    const what = against
      .map((name) => `${name} ${own[name] === false ? 'had voted No' : 'had not voted'}`)
      .join(' and ')
    return { ...fold, early: `${seen.node} committed ${tx}, but ${what}` }
  },
  judge: { kind: 'always', broken: (fold) => fold.early },
})

/** A vote is given once: who voted Yes on a transaction never votes No on it, nor the other way round. */
const promise: AnyProperty = property<{ readonly [nodeAndTx: string]: readonly boolean[] }>({
  name: 'Promise',
  says: 'a vote is a promise: whoever asks again gets the same one',
  first: {},
  see(fold, seen) {
    if (seen.kind !== 'output' || seen.body.type !== 'vote') return fold
    const key = `${seen.node} on ${String(seen.body['tx'])}`
    const yes = seen.body['yes'] === true
    return fold[key]?.includes(yes) ? fold : { ...fold, [key]: [...(fold[key] ?? []), yes] }
  },
  judge: {
    kind: 'always',
    broken(fold) {
      const key = Object.keys(fold).find((k) => fold[k]!.length > 1)
      return key === undefined
        ? null
        : `${key}: first it voted ${fold[key]![0] ? 'Yes, then No' : 'No, then Yes'}`
    },
  },
})

/** The client is told what is decided, and nobody decides otherwise before or after. */
const truth: AnyProperty = property<{
  readonly [tx: string]: { readonly told: readonly string[]; readonly decided: readonly string[] }
}>({
  name: 'Truth',
  says: 'what the client is told is what the nodes decide',
  first: {},
  see(fold, seen) {
    const body = seen.kind === 'output' ? seen.body : seen.kind === 'return' ? seen.body : null
    const part = body?.type === 'decide' ? 'decided' : body?.type === 'begin_ok' ? 'told' : null
    if (body === null || part === null) return fold
    const [tx, decision] = [String(body['tx']), String(body['decision'])]
    const own = fold[tx] ?? { told: [], decided: [] }
    return own[part].includes(decision)
      ? fold
      : { ...fold, [tx]: { ...own, [part]: [...own[part], decision].sort() } }
  },
  judge: {
    kind: 'always',
    broken(fold) {
      for (const [tx, { told, decided }] of Object.entries(fold)) {
        if (told.length > 1) return `clients were told both ${told.join(' and ')} of ${tx}`
        const other = decided.find((decision) => told.length > 0 && decision !== told[0])
        if (other !== undefined)
          return `the client was told that ${tx} is ${told[0]}, and a node decided ${other}`
      }
      return null
    },
  },
})

/** A cluster whose client has asked for t1, and whose coordinator has not yet heard of it. */
export function begun(options: ClusterOptions = {}): HandRun {
  return byHand(cluster({ properties: SAFETY, ...options })).request('tm', { type: 'begin', tx: 't1' })
}

/** What the votes announced so far call for: commit if every participant voted Yes. */
export function called(run: HandRun, tx = 't1'): 'commit' | 'abort' {
  const participants = run.model.cluster.names.filter((name) => name !== 'tm')
  const yes = (node: string) =>
    run.outputs.some(
      (o) => o.node === node && o.body.type === 'vote' && o.body['tx'] === tx && o.body['yes'] === true,
    )
  return participants.every(yes) ? 'commit' : 'abort'
}

/** Whether this participant has announced a vote. */
export function hasVoted(run: HandRun, node: string, tx = 't1'): boolean {
  return run.outputs.some((o) => o.node === node && o.body.type === 'vote' && o.body['tx'] === tx)
}
