/** The cluster that answers run in: sites that may stop for good, and a perfect failure detector. */
import {
  answer,
  atomicCommit,
  byHand,
  type Context,
  commitLabel,
  defineProtocol,
  type HandRun,
  type Message,
  type Model,
  makeModel,
  type Protocol,
} from 'splitbrain'

export interface ClusterOptions {
  /** How many participants there are beside the first site. */
  readonly participants?: number
  /** How they vote: all alike, or some by name. `any` leaves it to the run. */
  readonly votes?: string | { readonly [name: string]: string }
  /** Who may stop, at any time. */
  readonly mayStop?: readonly string[]
  /** When it stops where time counts. */
  readonly stopMs?: readonly [number, number]
  readonly properties?: readonly string[]
  readonly delayMs?: readonly [number, number]
}

/** What must hold in every world, whatever happens. */
export const SAFETY = ['AC1', 'AC2', 'AC3'] as const

type Site = ReturnType<typeof answer>[string]
type Handler = (state: unknown, ...rest: unknown[]) => unknown

/** The name of the timer by which a site stops. */
export const STOP = 'stop'

interface Stoppable {
  stopped: boolean
  down: string[]
  answer: unknown
}

/**
 * The answer inside a site that can stop for good. Stopping and being detected are one step: the others are told,
 * and whoever has been told receives nothing more from the one that stopped.
 */
function stoppable(site: Site): Site {
  const isDeaf = (state: Stoppable, from: string) => state.stopped || state.down.includes(from)
  const on = Object.fromEntries(
    Object.entries(site.on).map(([type, handler]) => [
      type,
      (state: Stoppable, message: Message, ctx: Context) => {
        if (isDeaf(state, message.from)) return ctx.refuse()
        if (type === 'down') state.down.push(message.from)
        return (handler as Handler)(state.answer, message, ctx)
      },
    ]),
  )
  const timers = Object.fromEntries(
    Object.entries(site.timers ?? {}).map(([name, handler]) => [
      name,
      (state: Stoppable, ctx: Context, arg: unknown) =>
        state.stopped ? ctx.refuse() : (handler as Handler)(state.answer, ctx, arg),
    ]),
  )
  return {
    start(ctx: Context): Stoppable {
      const { mayStop, stopMs } = ctx.config
      if ((mayStop as readonly string[]).includes(ctx.self))
        ctx.arm(STOP, stopMs as readonly [number, number])
      return { stopped: false, down: [], answer: site.start(ctx) }
    },
    on,
    timers: {
      ...timers,
      [STOP](state: Stoppable, ctx: Context) {
        state.stopped = true
        ctx.broadcast({ type: 'down', who: ctx.self })
        ctx.output({ type: 'stop' })
      },
    },
  }
}

/** Sites that are all the answer's; the first coordinates. */
export function protocol(): Protocol {
  const site = stoppable(answer('site').site)
  return defineProtocol({
    name: 'three-phase-commit',
    source: "the learner's answer",
    says: 'sites commit or abort together, and those that are up always decide',
    cluster: ['c', 'p1', 'p2'],
    rules: {},
    params: {
      votes: { default: 'yes', says: 'how sites vote' },
      mayStop: { default: [], says: 'which sites may stop' },
      stopMs: { default: [1, 1], says: 'when they stop, where time counts' },
    },
    roles: () => ({ coordinator: site, participant: site }),
    assign(names, params) {
      const votes = params['votes'] as NonNullable<ClusterOptions['votes']>
      const voteOf = (name: string) => (typeof votes === 'string' ? votes : (votes[name] ?? 'yes'))
      const [mayStop, stopMs] = [params['mayStop']!, params['stopMs']!]
      return Object.fromEntries(
        names.map((name, i) => [
          name,
          {
            role: i === 0 ? 'coordinator' : 'participant',
            peers: names.filter((other) => other !== name),
            config: { order: names, votes: voteOf(name), mayStop, stopMs },
          },
        ]),
      )
    },
    view: (state) => (state as unknown as Stoppable).answer as never,
    label: (body) =>
      body.type === 'decision'
        ? String(body['decision'])
        : body.type === 'down'
          ? `${String(body['who'])} is down`
          : body.type === 'state'
            ? `state ${String(body['phase'])}`
            : body.type === 'stop'
              ? ''
              : (commitLabel(body) ?? body.type),
    requests: { begin: { to: 'coordinator', fields: {}, says: 'runs the transaction' } },
    properties: atomicCommit(),
  })
}

/** `c` and its participants `p1`, `p2`, ... Keeps track of the named properties; by default of those for safety. */
export function cluster({
  participants = 2,
  votes = 'yes',
  mayStop = [],
  stopMs = [1, 1],
  properties = SAFETY,
  delayMs = [1, 1],
}: ClusterOptions = {}): Model {
  const whole = protocol()
  const names = ['c', ...Array.from({ length: participants }, (_, i) => `p${i + 1}`)]
  const chosen = properties.map((name) => whole.properties.find((p) => p.name === name)!)
  const params = { votes, mayStop, stopMs }
  return makeModel(whole, { names, params, properties: chosen, options: { delayMs } })
}

/** A cluster whose client has asked, with its request just delivered to `c`. */
export function begun(options: ClusterOptions = {}): HandRun {
  return byHand(cluster(options)).request('c', { type: 'begin' }).deliver({ to: 'c', type: 'begin' })
}

/** A site stops now; what it sent and what the others are told of it is in flight. */
export function stop(run: HandRun, node: string): HandRun {
  return run.take({ kind: 'fire', node, timer: STOP, arg: null })
}

/** Everybody of these has announced a decision, and the same one. */
export function expectDecided(run: HandRun, nodes: readonly string[], decision?: 'commit' | 'abort'): void {
  const said = (node: string) =>
    run.outputs.find((o) => o.node === node && o.body.type === 'decide')?.body['decision']
  for (const node of nodes)
    if (said(node) === undefined)
      run.fail(
        `${node} is up and has not decided; ${run.outputWords()}`,
        'nobody is left to tell it: it would hold its locks for ever',
      )
  const first = decision ?? said(nodes[0]!)
  const other = nodes.find((node) => said(node) !== first)
  if (other !== undefined) run.fail(`${other} announced ${String(said(other))}, and should ${String(first)}`)
}
