/**
 * A saga without an orchestrator: each service does its step and tells the next one; who refuses tells the one before
 * to undo (Richardson 2018, chapter 4: choreography).
 */
import { type Context, defineNode } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import { sagaLabel } from './saga.ts'
import { sagaProperties } from './sagaProperties.ts'
import { doStep, type ServiceRules, serviceRules, tellBook, undoStep } from './sagaService.ts'

export interface ChoreographyRules extends ServiceRules {
  /** A service has something to tell a neighbour: kept until it is confirmed, or said once. */
  tell(keep: () => void, send: () => void): void
}

const rules: ChoreographyRules = {
  ...serviceRules,
  tell(keep, send) {
    keep()
    send()
  },
}

type Messages =
  | { readonly type: 'begin'; readonly saga: string }
  | { readonly type: 'do'; readonly saga: string }
  | { readonly type: 'undo'; readonly saga: string }
  | { readonly type: 'heard'; readonly saga: string; readonly what: string }

/** What a service still has to tell, by saga: an outbox of one row. */
interface Row {
  readonly to: string
  readonly type: 'do' | 'undo'
}

function service(rule: ChoreographyRules) {
  const row = (ctx: Context, saga: string) => ctx.disk.read<Row>(`tell ${saga}`)

  function send(ctx: Context, saga: string, { to, type }: Row): void {
    ctx.send(to, { type, saga })
    ctx.arm('again', Number(ctx.config['patienceMs']), saga)
  }

  function tell(ctx: Context, saga: string, to: unknown, type: 'do' | 'undo'): void {
    if (to === null)
      return ctx.output({ type: 'saga', saga, outcome: type === 'do' ? 'completed' : 'compensated' })
    const next = { to: String(to), type }
    rule.tell(
      () => {
        ctx.disk.write(`tell ${saga}`, next)
        ctx.disk.sync()
      },
      () => send(ctx, saga, next),
    )
  }

  function take(ctx: Context, saga: string): void {
    if (doStep(rule, ctx, saga) === 'done') tell(ctx, saga, ctx.config['next'], 'do')
    else tell(ctx, saga, ctx.config['before'], 'undo')
  }

  return defineNode<object, Messages>({
    start(ctx) {
      tellBook(ctx)
      for (const key of ctx.disk.keys().filter((name) => name.startsWith('tell '))) {
        const saga = key.slice('tell '.length)
        const open = row(ctx, saga)
        if (open !== null) send(ctx, saga, open)
      }
      return {}
    },
    on: {
      begin: (_state, { body: { saga } }, ctx) => take(ctx, saga),
      do(_state, { from, body: { saga } }, ctx) {
        take(ctx, saga)
        ctx.send(from, { type: 'heard', saga, what: 'do' })
      },
      undo(_state, { from, body: { saga } }, ctx) {
        if (undoStep(rule, ctx, saga) === null) return ctx.refuse()
        tell(ctx, saga, ctx.config['before'], 'undo')
        ctx.send(from, { type: 'heard', saga, what: 'undo' })
      },
      heard(_state, { body: { saga, what } }, ctx) {
        if (row(ctx, saga)?.type !== what) return ctx.refuse()
        ctx.disk.write(`tell ${saga}`, null)
        ctx.disk.sync()
        ctx.disarm('again', saga)
      },
    },
    timers: {
      again(_state, ctx, saga) {
        const open = row(ctx, String(saga))
        if (open === null) return ctx.refuse()
        send(ctx, String(saga), open)
      },
    },
  })
}

export const sagaChoreography = defineProtocol({
  name: 'saga-choreography',
  source: 'Richardson, Microservices Patterns, 2018, chapter 4: choreography-based sagas',
  says: 'a saga in which every service knows its neighbours, and nobody the whole',
  cluster: ['flight', 'hotel', 'car'],
  rules,
  roles: (rule) => ({ service: service(rule) }),
  params: {
    amounts: {
      default: [1],
      says: 'what each service has to give, in order; the last holds for all that follow',
    },
    deltas: { default: [-1], says: 'what a step changes at each service: -1 takes one' },
    patienceMs: { default: 100, says: 'how long a neighbour may take to confirm' },
  },
  assign(names, params) {
    if (names.length < 2)
      throw new RangeError('saga-choreography needs at least two services, such as: flight hotel')
    const nth = (list: unknown, i: number) => {
      const values = list as readonly number[]
      return values[Math.min(i, values.length - 1)] ?? 0
    }
    return Object.fromEntries(
      names.map((name, i) => [
        name,
        {
          role: 'service',
          peers: names.filter((other) => other !== name),
          config: {
            before: names[i - 1] ?? null,
            next: names[i + 1] ?? null,
            amount: nth(params['amounts'], i),
            delta: nth(params['deltas'], i),
            patienceMs: params['patienceMs'] ?? 100,
          },
        },
      ]),
    )
  },
  requests: { begin: { to: 'service', fields: { saga: 's1' }, says: 'begins a saga, at the first service' } },
  properties: sagaProperties(),
  label: sagaLabel,
  view: () => ({}),
})
