/**
 * A saga with an orchestrator: steps one after the other, each a local transaction; where one is refused, those that
 * were done are undone in reverse (Garcia-Molina & Salem, Sagas, SIGMOD 1987; Richardson 2018, chapter 4).
 */
import { type Context, defineNode, type OperationId } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import { sagaProperties } from './sagaProperties.ts'
import { doStep, type ServiceRules, serviceRules, spend, tellBook, undoStep } from './sagaService.ts'

export interface SagaRules extends ServiceRules {
  /** What comes first: the note in the saga log, or the call. */
  log(note: () => void, call: () => void): void
  /** The answer of step `at` has not come. Steps from `pivot` on can only be retried. */
  onSilence(at: number, pivot: number): { readonly way: 'forward' | 'backward'; readonly at: number }
  /** Step `at` was refused: from which step on is undone, and in which order; null for not at all. */
  onRefusal(at: number): { readonly at: number; readonly order: 'reverse' | 'forward' } | null
}

const rules: SagaRules = {
  ...serviceRules,
  log(note, call) {
    note()
    call()
  },
  // Its outcome is unknown: it may have happened, or may still happen. So it is undone as well.
  onSilence: (at, pivot) => ({ way: at >= pivot ? 'forward' : 'backward', at }),
  onRefusal: (at) => ({ at: at - 1, order: 'reverse' }),
}

/** How far a saga is, as the log has it. */
interface Entry {
  readonly way: 'forward' | 'backward' | 'completed' | 'compensated'
  readonly at: number
  /** Only a flawed order goes up while it undoes. */
  readonly until: number
}

interface State {
  asked: { [saga: string]: { readonly from: string; readonly op: OperationId | null } }
}

type ToOrchestrator =
  | { readonly type: 'begin'; readonly saga: string }
  | { readonly type: 'done'; readonly saga: string }
  | { readonly type: 'refused'; readonly saga: string }
  | { readonly type: 'undone'; readonly saga: string }

function orchestrator(rule: SagaRules) {
  const services = (ctx: Context) => ctx.config['services'] as readonly string[]
  const read = (ctx: Context, saga: string) => ctx.disk.read<Entry>(`saga ${saga}`)

  /** Notes where the saga stands, and calls whoever is next. */
  function go(state: State, ctx: Context, saga: string, entry: Entry): void {
    const over = entry.way === 'completed' || entry.way === 'compensated'
    rule.log(
      () => {
        ctx.disk.write(`saga ${saga}`, entry)
        ctx.disk.sync()
      },
      () => {
        if (!over) call(ctx, saga, entry)
      },
    )
    if (!over) return
    ctx.disarm('silence', saga)
    ctx.output({ type: 'saga', saga, outcome: entry.way })
    const request = state.asked[saga]
    if (request !== undefined) ctx.reply(request, { type: 'begin_ok', saga, outcome: entry.way })
  }

  function call(ctx: Context, saga: string, { way, at }: Entry): void {
    ctx.send(services(ctx)[at]!, { type: way === 'forward' ? 'do' : 'undo', saga })
    ctx.arm('silence', Number(ctx.config['patienceMs']), saga)
  }

  function back(state: State, ctx: Context, saga: string, at: number, until = -1): void {
    if (at === until) go(state, ctx, saga, { way: 'compensated', at, until })
    else go(state, ctx, saga, { way: 'backward', at, until })
  }

  return defineNode<State, ToOrchestrator>({
    start(ctx) {
      for (const key of ctx.disk.keys()) {
        const saga = key.slice('saga '.length)
        const entry = read(ctx, saga)!
        if (entry.way === 'forward' || entry.way === 'backward') call(ctx, saga, entry)
        else ctx.output({ type: 'saga', saga, outcome: entry.way })
      }
      return { asked: {} }
    },
    on: {
      begin(state, message, ctx) {
        const { saga } = message.body
        if (read(ctx, saga) !== null) return ctx.refuse()
        state.asked[saga] = { from: message.from, op: message.op }
        go(state, ctx, saga, { way: 'forward', at: 0, until: -1 })
      },
      done(state, { from, body: { saga } }, ctx) {
        const entry = read(ctx, saga)
        if (entry?.way !== 'forward' || services(ctx)[entry.at] !== from) return ctx.refuse()
        const at = entry.at + 1
        go(state, ctx, saga, { way: at === services(ctx).length ? 'completed' : 'forward', at, until: -1 })
      },
      refused(state, { from, body: { saga } }, ctx) {
        const entry = read(ctx, saga)
        if (entry?.way !== 'forward' || services(ctx)[entry.at] !== from) return ctx.refuse()
        const move = rule.onRefusal(entry.at)
        if (move === null) go(state, ctx, saga, { way: 'compensated', at: entry.at, until: -1 })
        else if (move.order === 'reverse') back(state, ctx, saga, move.at)
        else back(state, ctx, saga, 0, move.at + 1)
      },
      undone(state, { from, body: { saga } }, ctx) {
        const entry = read(ctx, saga)
        if (entry?.way !== 'backward' || services(ctx)[entry.at] !== from) return ctx.refuse()
        back(state, ctx, saga, entry.until < 0 ? entry.at - 1 : entry.at + 1, entry.until)
      },
    },
    timers: {
      silence(state, ctx, saga) {
        const id = String(saga)
        const entry = read(ctx, id)
        if (entry?.way !== 'forward' && entry?.way !== 'backward') return ctx.refuse()
        if (entry.way === 'backward') return call(ctx, id, entry)
        const move = rule.onSilence(entry.at, Number(ctx.config['pivot']))
        if (move.way === 'forward') call(ctx, id, entry)
        else back(state, ctx, id, move.at)
      },
    },
  })
}

type ToService =
  | { readonly type: 'do'; readonly saga: string }
  | { readonly type: 'undo'; readonly saga: string }
  | { readonly type: 'spend'; readonly amount: number }

function service(rule: ServiceRules) {
  return defineNode<object, ToService>({
    start(ctx) {
      tellBook(ctx)
      return {}
    },
    on: {
      do: (_state, { from, body: { saga } }, ctx) => ctx.send(from, { type: doStep(rule, ctx, saga), saga }),
      undo(_state, { from, body: { saga } }, ctx) {
        if (undoStep(rule, ctx, saga) === null) return ctx.refuse()
        ctx.send(from, { type: 'undone', saga })
      },
      spend: (_state, message, ctx) =>
        ctx.reply(message, { type: 'spend_ok', taken: spend(ctx, message.body.amount) }),
    },
  })
}

export const saga = defineProtocol({
  name: 'saga',
  source: 'Garcia-Molina & Salem, Sagas, SIGMOD 1987; Richardson, Microservices Patterns, 2018, chapter 4',
  says: 'steps one after the other, each committed on its own; where one is refused, the others are undone in reverse',
  cluster: ['trip', 'flight', 'hotel', 'car'],
  rules,
  roles: (rule) => ({ orchestrator: orchestrator(rule), service: service(rule) }),
  params: {
    amounts: {
      default: [1],
      says: 'what each service has to give, in order; the last holds for all that follow',
    },
    deltas: { default: [-1], says: 'what a step changes at each service: -1 takes one' },
    pivot: {
      default: 99,
      says: 'from this step on (0 is the first) a silent step is retried, never given up',
    },
    patienceMs: { default: 100, says: 'how long an answer may take' },
  },
  assign([first, ...services], params) {
    if (first === undefined || services.length === 0)
      throw new RangeError('saga needs an orchestrator and at least one service, such as: trip flight hotel')
    const nth = (list: unknown, i: number) => {
      const values = list as readonly number[]
      return values[Math.min(i, values.length - 1)] ?? 0
    }
    return {
      [first]: {
        role: 'orchestrator',
        peers: services,
        config: { services, pivot: params['pivot'] ?? 99, patienceMs: params['patienceMs'] ?? 100 },
      },
      ...Object.fromEntries(
        services.map((name, i) => [
          name,
          {
            role: 'service',
            peers: [first],
            config: { amount: nth(params['amounts'], i), delta: nth(params['deltas'], i) },
          },
        ]),
      ),
    }
  },
  requests: {
    begin: { to: 'orchestrator', fields: { saga: 's1' }, says: 'begins a saga' },
    spend: { to: 'service', fields: { amount: 1 }, says: 'takes what is there, outside any saga' },
  },
  properties: sagaProperties(),
  label: sagaLabel,
  view: (state, role) => (role === 'service' ? {} : (state as never)),
})

/** What pictures say of a saga. */
export function sagaLabel(body: { readonly type: string; readonly [field: string]: unknown }): string {
  switch (body.type) {
    case 'step':
      return Number(body['times']) === 0
        ? ''
        : Number(body['times']) === 1
          ? 'step done'
          : `step done ${body['times']} times`
    case 'undone':
      return 'undone'
    case 'saga':
    case 'begin_ok':
      return String(body['outcome'])
    case 'spend_ok':
      return `took ${String(body['taken'])}`
    default:
      return body.type
  }
}
