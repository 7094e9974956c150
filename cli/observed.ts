/** observed: what a protocol has, and what it does when it is asked: the ground of an exercise that is made from it. */
import {
  type Budgets,
  byHand,
  explore,
  type HandRun,
  type Json,
  type Model,
  makeModel,
  type Protocol,
  requestBody,
  simulate,
} from './door.ts'

/** Something that is sent or announced, by its type. */
export interface Deed {
  readonly verb: 'sent' | 'announced'
  readonly type: string
}

export interface Observed {
  readonly protocol: string
  readonly says: string
  readonly roles: readonly string[]
  readonly names: readonly string[]
  readonly properties: readonly { readonly name: string; readonly says: string }[]
  readonly requests: readonly {
    readonly type: string
    readonly role: string
    readonly says: string
    /** The node that is asked. */
    readonly to: string
    readonly body: { readonly type: string; readonly [field: string]: Json }
    /** What it does in the step in which it hears the request, and what has happened five seconds later. */
    readonly atOnce: readonly Deed[]
    readonly inTheEnd: readonly Deed[]
  }[]
  readonly chaosName: string
  /** Properties that held in random runs with crashes and copies, and what was announced in them. */
  readonly steady: readonly string[]
  readonly sometimes: string
  /** Properties that held in every schedule, and of which schedules. */
  readonly schedules: {
    readonly properties: readonly string[]
    readonly budgets: string
    readonly says: string
    readonly maxWorlds: number
  }
}

const MAX_WORLDS = 60_000

const BUDGETS: readonly { readonly is: Partial<Budgets>; readonly text: string; readonly says: string }[] = [
  { is: { crashes: 1 }, text: '{ crashes: 1 }', says: 'a crash at any point' },
  { is: { duplicates: 1 }, text: '{ duplicates: 1 }', says: 'one message that comes twice' },
  { is: {}, text: '{}', says: 'no fault' },
]

/** Null where no client can ask, or nothing of what happens can be expected. */
export function observe(protocol: Protocol): Observed | null {
  const model = makeModel(protocol)
  const requests = Object.entries(protocol.requests ?? {}).flatMap(([type, { to: role, says }]) => {
    const to = model.cluster.names.find((name) => model.cluster.roleOf[name] === role)
    if (to === undefined) return []
    const body = requestBody(protocol, type, {})
    const run = byHand(makeModel(protocol, { properties: [] })).request(to, body, 'ann')
    const atOnce = deedsOf(() => run.branch().deliver({ to, type }), to)
    const inTheEnd = deedsOf(() => run.branch().wait(5000), null)
    return [{ type, role, says, to, body, atOnce, inTheEnd }]
  })
  const [first] = requests.filter(({ inTheEnd }) => inTheEnd.some(({ verb }) => verb === 'announced'))
  if (first === undefined) return null
  const ordered = [first, ...requests.filter((one) => one !== first)]
  const steady = steadyOf(protocol, first)
  const schedules = schedulesOf(model, first)
  if (steady.length === 0 || schedules === null) return null
  return {
    protocol: protocol.name,
    says: protocol.says,
    roles: [...new Set(Object.keys(protocol.roles(protocol.rules)))],
    names: model.cluster.names,
    properties: protocol.properties.map(({ name, says }) => ({ name, says })),
    requests: ordered,
    chaosName: `${steady.length === 1 ? `${steady[0]} holds` : 'they hold'} through crashes and copies`,
    steady,
    sometimes: first.inTheEnd.find(({ verb }) => verb === 'announced')!.type,
    schedules,
  }
}

/** By type, each once; `by` is who did it, or null for everybody but the client. None where it cannot be played by hand. */
function deedsOf(play: () => HandRun, by: string | null): readonly Deed[] {
  let run: HandRun
  try {
    run = play()
  } catch {
    return []
  }
  const isOurs = (name: string) => (by === null ? name !== 'ann' : name === by)
  // Of all that is sent until the end only the answer to the client is promised to anybody.
  const isSent = ({ from, to }: HandRun['sent'][number]) => isOurs(from) && (by !== null || to === 'ann')
  const sent = run.sent.filter(isSent).map(({ body }) => body.type)
  const said = run.outputs.filter(({ node }) => isOurs(node)).map(({ body }) => body.type)
  return [
    ...[...new Set(sent)].map((type) => ({ verb: 'sent' as const, type })),
    ...[...new Set(said)].map((type) => ({ verb: 'announced' as const, type })),
  ]
}

type Asked = Pick<Observed['requests'][number], 'to' | 'body'>

function steadyOf(protocol: Protocol, { to, body }: Asked): readonly string[] {
  const broken = new Set<string>()
  const faults = { untilMs: 900, sparesClients: true, duplicate: 0.1, crashes: 1, downMs: 50 }
  for (let n = 0; n < 30; n++) {
    const requests = [{ atMs: 1, client: 'ann', to, body }]
    // The seeds of a check.
    const options = { untilMs: 5000, maxSteps: 5000, requests, faults, seed: 100_003 + n }
    for (const { kind, property } of simulate(makeModel(protocol), options).verdicts)
      if (kind !== 'held') broken.add(property)
  }
  return protocol.properties.map(({ name }) => name).filter((name) => !broken.has(name))
}

/** Under the first budgets under which anything holds to the end of the search. */
function schedulesOf(model: Model, { to, body }: Asked): Observed['schedules'] | null {
  const from = byHand(model).request(to, body, 'ann').world
  for (const { is, text, says } of BUDGETS) {
    const { verdicts } = explore(model, { from, budgets: is, maxWorlds: MAX_WORLDS })
    const properties = verdicts.filter(({ kind }) => kind === 'held').map(({ property }) => property)
    if (properties.length > 0) return { properties, budgets: text, says, maxWorlds: MAX_WORLDS }
  }
  return null
}
