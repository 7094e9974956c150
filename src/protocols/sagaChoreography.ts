/**
 * A saga without an orchestrator: each service does its step and tells the next one; who refuses tells the one before
 * to undo (Richardson 2018, chapter 4: choreography).
 */
import { type Context, defineNode } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import { sagaLabel } from './saga.ts'
import { sagaProperties } from './sagaProperties.ts'
import {
  doStep,
  forgetRow,
  type Row,
  rowsToTell,
  type ServiceRules,
  serviceRules,
  tellBook,
  undoStep,
} from './sagaService.ts'

export interface ChoreographyRules extends ServiceRules {
  /** How often a neighbour is told: until it confirms, which is kept with the step, or once. */
  tell(): 'until heard' | 'once'
}

const rules: ChoreographyRules = {
  ...serviceRules,
  tell: () => 'until heard',
}

type Messages =
  | { readonly type: 'begin'; readonly saga: string }
  | { readonly type: 'do'; readonly saga: string }
  | { readonly type: 'undo'; readonly saga: string }
  | { readonly type: 'heard'; readonly saga: string; readonly what: string }

function service(rule: ChoreographyRules) {
  const row = (ctx: Context, saga: string) => rowsToTell(ctx).find(([key]) => key === saga)?.[1] ?? null

  function send(ctx: Context, saga: string, { to, type }: Row): void {
    ctx.send(to, { type, saga })
    ctx.arm('again', Number(ctx.config['patienceMs']), saga)
  }

  /** Who hears of it next; null at the end of the row. */
  function nextOf(ctx: Context, type: 'do' | 'undo'): Row | null {
    const to = ctx.config[type === 'do' ? 'next' : 'before']
    return to === null ? null : { to: String(to), type }
  }

  const kept = (next: Row | null) => (rule.tell() === 'once' ? null : next)

  function tell(ctx: Context, saga: string, type: 'do' | 'undo'): void {
    const next = nextOf(ctx, type)
    if (next === null)
      ctx.output({ type: 'saga', saga, outcome: type === 'do' ? 'completed' : 'compensated' })
    else send(ctx, saga, next)
  }

  const typeOf = (answer: 'done' | 'refused') => (answer === 'done' ? 'do' : 'undo')

  function take(ctx: Context, saga: string): void {
    const answer = doStep(rule, ctx, saga, (is) => kept(nextOf(ctx, typeOf(is))))
    tell(ctx, saga, typeOf(answer))
  }

  return defineNode<object, Messages>({
    start(ctx) {
      tellBook(ctx)
      for (const [saga, open] of rowsToTell(ctx)) send(ctx, saga, open)
      return {}
    },
    on: {
      begin(_state, { body: { saga } }, ctx) {
        // In the middle of the row nobody would tell those before it.
        if (ctx.config['before'] !== null) return ctx.refuse()
        take(ctx, saga)
      },
      do(_state, { from, body: { saga } }, ctx) {
        take(ctx, saga)
        ctx.send(from, { type: 'heard', saga, what: 'do' })
      },
      undo(_state, { from, body: { saga } }, ctx) {
        if (undoStep(rule, ctx, saga, () => kept(nextOf(ctx, 'undo'))) === null) return ctx.refuse()
        tell(ctx, saga, 'undo')
        ctx.send(from, { type: 'heard', saga, what: 'undo' })
      },
      heard(_state, { body: { saga, what } }, ctx) {
        if (row(ctx, saga)?.type !== what) return ctx.refuse()
        forgetRow(ctx, saga)
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
