/** The cluster that answers run in: the learner's orchestrator, and services that keep their side of the bargain. */
import {
  type AnyProperty,
  answer,
  byHand,
  type Context,
  defineNode,
  defineProtocol,
  type HandRun,
  type Model,
  makeModel,
  type Protocol,
  property,
  sagaProperties,
} from 'splitbrain'

export interface ClusterOptions {
  readonly services?: number
  /** Services that refuse their step. */
  readonly refuse?: readonly string[]
  readonly pivot?: number
  readonly properties?: readonly string[]
  readonly delayMs?: readonly [number, number]
  readonly wire?: 'bag' | 'set'
}

/** What must hold in every world, whatever happens. */
export const SAFETY = ['ReverseOrder', 'EffectOnce', 'Truth', 'NoWayBack'] as const

type Step = 'nothing' | 'done' | 'undone'

/** One step and its compensation, once each, on its disk. Undone before it was done, it is not done any more. */
const service = defineNode<object, { type: 'do' | 'undo'; saga: string }>({
  start(ctx) {
    for (const saga of ctx.disk.keys()) tell(ctx, saga)
    return {}
  },
  on: {
    do(_state, { from, body: { saga } }, ctx) {
      const before = stepOf(ctx, saga)
      const refuses = before === 'undone' || (before === 'nothing' && ctx.config['refuses'] === true)
      if (before === 'nothing' && !refuses) keep(ctx, saga, 'done')
      ctx.send(from, { type: refuses ? 'refused' : 'done', saga })
    },
    undo(_state, { from, body: { saga } }, ctx) {
      const before = stepOf(ctx, saga)
      if (before !== 'undone') keep(ctx, saga, 'undone')
      if (before === 'done') ctx.output({ type: 'undone', saga })
      ctx.send(from, { type: 'undone', saga })
    },
  },
})

function stepOf(ctx: Context, saga: string): Step {
  return ctx.disk.read<Step>(saga) ?? 'nothing'
}

function keep(ctx: Context, saga: string, step: Step): void {
  ctx.disk.write(saga, step)
  ctx.disk.sync()
  tell(ctx, saga)
}

function tell(ctx: Context, saga: string): void {
  ctx.output({ type: 'step', saga, times: stepOf(ctx, saga) === 'done' ? 1 : 0 })
}

type Effects = { readonly [saga: string]: { readonly [node: string]: boolean } }

/** What is announced of a saga, and what the client is told, is so at that moment and stays so. */
const truth: AnyProperty = property<{
  readonly effects: Effects
  readonly ended: { readonly [saga: string]: readonly string[] }
}>({
  name: 'Truth',
  says: 'a saga that is said to be completed is in effect at every service, and one that is said to be compensated at none',
  first: { effects: {}, ended: {} },
  see(fold, seen) {
    if (seen.kind === 'output' && seen.body.type === 'step') {
      const saga = String(seen.body['saga'])
      const own = { ...fold.effects[saga], [seen.node]: seen.body['times'] === 1 }
      return { ...fold, effects: { ...fold.effects, [saga]: own } }
    }
    const isEnd =
      (seen.kind === 'output' && seen.body.type === 'saga') ||
      (seen.kind === 'return' && seen.body.type === 'begin_ok')
    if (!isEnd) return fold
    const [saga, outcome] = [String(seen.body['saga']), String(seen.body['outcome'])]
    const before = fold.ended[saga] ?? []
    return before.includes(outcome)
      ? fold
      : { ...fold, ended: { ...fold.ended, [saga]: [...before, outcome].sort() } }
  },
  judge: {
    kind: 'always',
    broken({ effects, ended }, cluster) {
      const services = cluster.names.filter((name) => cluster.roleOf[name] === 'service')
      for (const [saga, outcomes] of Object.entries(ended)) {
        if (outcomes.length > 1) return `${saga} was said to be ${outcomes.join(' and ')}`
        const wanted = outcomes[0] === 'completed'
        const odd = services.find((name) => (effects[saga]?.[name] ?? false) !== wanted)
        if (odd !== undefined)
          return `${saga} is said to be ${outcomes[0]}, and its step at ${odd} is ${wanted ? 'not ' : ''}in effect`
      }
      return null
    },
  },
})

/** From the pivot on nothing is undone: neither it, nor what was done before it. */
const noWayBack: AnyProperty = property<{
  readonly pivoted: readonly string[]
  readonly undone: string | null
}>({
  name: 'NoWayBack',
  says: 'once the pivot is in effect nothing of its saga is undone',
  first: { pivoted: [], undone: null },
  see(fold, seen, cluster) {
    if (seen.kind !== 'output' || fold.undone !== null) return fold
    const saga = String(seen.body['saga'])
    if (seen.body.type === 'undone' && fold.pivoted.includes(saga))
      return { ...fold, undone: `${saga} at ${seen.node}` }
    const isPivot =
      seen.body.type === 'step' && seen.body['times'] === 1 && seen.node === cluster.names[PIVOT + 1]
    return isPivot && !fold.pivoted.includes(saga)
      ? { ...fold, pivoted: [...fold.pivoted, saga].sort() }
      : fold
  },
  judge: {
    kind: 'always',
    broken: ({ undone }) =>
      undone === null ? null : `${undone} was undone after the pivot had taken effect`,
  },
})

/** Where there is a pivot, it is the second step. */
export const PIVOT = 1

/** The answer's orchestrator, and our services. */
export function protocol(): Protocol {
  const nodes = answer('orchestrator')
  return defineProtocol({
    name: 'saga',
    source: "the learner's answer",
    says: 'every step in effect, or none',
    cluster: ['o', 's1', 's2', 's3'],
    rules: {},
    roles: () => ({ orchestrator: nodes.orchestrator, service }),
    params: {
      refuse: { default: [], says: 'services that refuse their step' },
      pivot: { default: 99, says: 'which step is the pivot, from 0; 99 for none' },
    },
    assign: (names, { refuse, pivot = 99 }) =>
      Object.fromEntries(
        names.map((name, i) => [
          name,
          i === 0
            ? { role: 'orchestrator', peers: names.slice(1), config: { pivot } }
            : {
                role: 'service',
                peers: ['o'],
                config: { refuses: (refuse as readonly string[]).includes(name) },
              },
        ]),
      ),
    requests: { begin: { to: 'orchestrator', fields: { saga: 't' }, says: 'begins a saga' } },
    label(body) {
      if (body.type === 'step') return body['times'] === 1 ? 'step done' : ''
      if (body.type === 'saga' || body.type === 'begin_ok') return String(body['outcome'])
      return body.type
    },
    view: (state, role) => (role === 'service' ? {} : (state as never)),
    properties: [...sagaProperties(), truth, noWayBack],
  })
}

/** For scenarios: every step can be undone, or the second is the pivot. */
export function protocols(): readonly Protocol[] {
  const whole = protocol()
  const { refuse, pivot } = whole.params!
  return [
    { ...whole, params: { refuse: refuse! }, properties: whole.properties.filter((p) => p !== noWayBack) },
    { ...whole, name: 'saga-with-pivot', params: { refuse: refuse!, pivot: { ...pivot!, default: PIVOT } } },
  ]
}

/** `o` and its services `s1`, `s2`, ... Keeps track of the named properties; by default of those for safety. */
export function cluster({
  services = 3,
  refuse = [],
  pivot = 99,
  properties = SAFETY,
  delayMs = [1, 1],
  wire = 'bag',
}: ClusterOptions = {}): Model {
  const whole = protocol()
  const names = ['o', ...Array.from({ length: services }, (_, i) => `s${i + 1}`)]
  const wanted = properties.filter((name) => name !== 'NoWayBack' || pivot === PIVOT)
  const chosen = wanted.map((name) => whole.properties.find((p) => p.name === name)!)
  const params = { refuse, pivot }
  return makeModel(whole, { names, params, properties: chosen, options: { delayMs, wire } })
}

/** The client has asked for the saga `t`, and the orchestrator has just heard of it. */
export function begun(options: ClusterOptions = {}): HandRun {
  return begin(byHand(cluster(options)), 't')
}

export function begin(run: HandRun, saga: string): HandRun {
  return run.request('o', { type: 'begin', saga }, `client-${saga}`).deliver({ to: 'o', type: 'begin', saga })
}

/** Which services have the step of a saga in effect now, by their disks. */
export function inEffect(run: HandRun, saga = 't'): readonly string[] {
  return run.model.cluster.names.filter(
    (name) => run.world.nodes[name]!.disk.current.keys[saga] === 'done' && name !== 'o',
  )
}

/** The saga is over: in effect everywhere, or nowhere, and announced so. */
export function expectEnded(run: HandRun, saga: string, outcome?: 'completed' | 'compensated'): void {
  const services = run.model.cluster.names.filter((name) => name !== 'o')
  const now = inEffect(run, saga)
  if (now.length !== 0 && now.length !== services.length)
    run.fail(
      `${saga} is in effect at ${now.join(' and ')} and not at the others, and nothing more happens`,
      'somebody pays for half a trip',
    )
  const said = run.outputs.find(
    (o) => o.node === 'o' && o.body.type === 'saga' && o.body['saga'] === saga,
  )?.body
  if (said === undefined) run.fail(`nobody announced how ${saga} ended; ${run.outputWords('o')}`)
  else if (outcome !== undefined && said['outcome'] !== outcome)
    run.fail(`${saga} ended as ${String(said['outcome'])}, and should be ${outcome}`)
}
