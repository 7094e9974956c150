/**
 * Commit wait: servers that date what they write by clocks that are off by a bounded amount, and show it to nobody
 * before its date is past by every such clock (Corbett et al., Spanner, OSDI 2012, sections 3 and 4.1.2).
 */
import { type Context, defineNode, type Message } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import { mustBeMillis } from './clockBound.ts'
import { externalConsistency, noInversion } from './externalConsistency.ts'

/** The debatable decisions. A flawed reading of the protocol replaces one of them. */
export interface CommitWaitRules {
  readonly [name: string]: (...args: never[]) => unknown
  /** The date of a write, where the clock shows `nowMs` and is off by `epsilonMs` at most. */
  date(nowMs: number, epsilonMs: number): number
  /** What the clock has to be past before a write of this date is shown, and its client answered. */
  shownAfterMs(dateMs: number, epsilonMs: number): number
  /** Whether a read is shown a write; `isShown`: its date is past, and its client answered. */
  mayRead(isShown: boolean): boolean
}

const rules: CommitWaitRules = {
  // Spanner's rule Start: the latest that it can be.
  date: (nowMs, epsilonMs) => nowMs + epsilonMs,
  // Spanner's rule Commit Wait: also the earliest that it can be is later than the date.
  shownAfterMs: (dateMs, epsilonMs) => dateMs + epsilonMs,
  mayRead: (isShown) => isShown,
}

interface Written {
  readonly value: string
  readonly dateMs: number
}

type Put = { readonly type: 'put'; readonly value: string }
type Get = { readonly type: 'get' }

interface State {
  /** Dated, and not shown yet, oldest first. */
  waiting: { readonly dateMs: number; readonly put: Message<Put> }[]
}

const epsilonMs = (ctx: Context) => Number(ctx.config['epsilonMs'])
const shown = (ctx: Context) => ctx.disk.read<Written>('shown')

function server(rule: CommitWaitRules) {
  /** Shows what may be shown, and waits for the rest. */
  function goOn(state: State, ctx: Context): void {
    while (state.waiting.length > 0) {
      const { dateMs, put } = state.waiting[0]!
      const leftMs = rule.shownAfterMs(dateMs, epsilonMs(ctx)) - ctx.now()
      // Past, and not only reached: one millisecond more.
      if (leftMs >= 0) return ctx.arm('wait', leftMs + 1)
      state.waiting = state.waiting.slice(1)
      ctx.disk.write('shown', { value: put.body.value, dateMs })
      ctx.disk.sync()
      ctx.output({ type: 'shown', dateMs })
      ctx.reply(put, { type: 'put_ok', dateMs })
    }
  }

  return defineNode<State, Put | Get>({
    start: () => ({ waiting: [] }),
    on: {
      put(state, put, ctx) {
        // Dates of one server grow, also where two writes arrive at once or its clock was set back.
        const last = state.waiting.at(-1) ?? shown(ctx)
        const ownMs = rule.date(ctx.now(), epsilonMs(ctx))
        const dateMs = last === null ? ownMs : Math.max(ownMs, last.dateMs + 1)
        state.waiting = [...state.waiting, { dateMs, put }]
        ctx.output({ type: 'dated', dateMs })
        goOn(state, ctx)
      },
      get(state, message, ctx) {
        const next = state.waiting.at(-1)
        const written =
          next === undefined || !rule.mayRead(false)
            ? shown(ctx)
            : { value: next.put.body.value, dateMs: next.dateMs }
        ctx.reply(message, { type: 'get_ok', ...(written ?? { value: null, dateMs: null }) })
      },
    },
    timers: { wait: goOn },
  })
}

export const commitWait = defineProtocol({
  name: 'commit-wait',
  source: "Corbett et al., Spanner: Google's Globally-Distributed Database, OSDI 2012, sections 3 and 4.1.2",
  says: 'servers that date their writes, and wait until a date is past by every clock before they show it',
  cluster: ['s1', 's2'],
  rules,
  roles: (rule) => ({ server: server(rule) }),
  params: {
    epsilonMs: { default: 4, says: 'how far a clock is taken to be from true time at most' },
  },
  assign(names, config) {
    mustBeMillis('epsilonMs', config['epsilonMs'])
    return Object.fromEntries(
      names.map((own) => [own, { role: 'server', peers: names.filter((other) => other !== own), config }]),
    )
  },
  requests: {
    put: {
      to: 'server',
      fields: { value: 'A' },
      says: 'writes the value of this server; the answer has its date',
    },
    get: { to: 'server', fields: {}, says: 'reads the value of this server; the answer has its date' },
  },
  properties: [externalConsistency, noInversion],
  tickMs: 10,
  label(body) {
    const dateMs = String(body['dateMs'])
    if (body.type === 'put') return `put ${String(body['value'])}`
    if (body.type === 'put_ok') return `dated ${dateMs}`
    if (body.type === 'get_ok')
      return body['value'] === null ? 'nothing' : `${String(body['value'])} of ${dateMs}`
    return body['dateMs'] === undefined ? body.type : `${body.type} ${dateMs}`
  },
})
