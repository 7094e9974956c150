/**
 * Rumour mongering: a site that has heard something new tells it to others at random until it has met, often enough, one
 * who knew it already; anti-entropy finds those who were left out (Demers et al., PODC 1987, sections 1.4 and 1.5).
 */
import { type Context, defineNode } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import { boot, copyOf, type Rows, show, sites } from './gossip.ts'
import { isLater, type Stamped } from './lastWriterWins.ts'
import { loadOf } from './load.ts'

export interface RumorRules {
  readonly [name: string]: (...args: never[]) => unknown
  wins(theirs: Stamped, mine: Stamped): boolean
  remains(certificate: Stamped): Stamped | null
  /**
   * Whether a site sends all it has to another one now and then, besides: anti-entropy by push. It comes as a rumour
   * does, so what was missed becomes a rumour again where it is heard, and "known" says that it was no news.
   */
  backstop(): boolean
}

const rules: RumorRules = { wins: isLater, remains: (certificate) => certificate, backstop: () => true }

type RumorMessage =
  | { readonly type: 'put'; readonly key: string; readonly value: string }
  | { readonly type: 'rumor'; readonly rows: Rows }
  /** Feedback: which of the rumours were no news. */
  | { readonly type: 'known'; readonly keys: readonly string[] }

interface State {
  rows: Rows
  done: readonly string[]
  /** By key of what is still told (a hot rumour): how many answered that they know it. */
  hot: { [key: string]: number }
}

function site(rule: RumorRules) {
  const copy = copyOf<State>(rule)
  const heat = (state: State, keys: readonly string[], ctx: Context) => {
    for (const key of keys) state.hot[key] = 0
    if (keys.length > 0) ctx.arm('rumor', Number(ctx.config['rumorMs']))
  }
  return defineNode<State, RumorMessage>({
    start(ctx) {
      if (rule.backstop()) ctx.arm('gossip', Number(ctx.config['gossipMs']))
      return show({ ...boot(ctx), hot: {} }, ctx)
    },
    on: {
      put(state, message, ctx) {
        heat(state, copy.change(state, message, message.body.value, ctx), ctx)
      },
      rumor(state, { from, body }, ctx) {
        const before = state.rows
        copy.merge(state, body.rows, ctx)
        const news = Object.keys(body.rows).filter((key) => state.rows[key] !== before[key])
        const known = Object.keys(body.rows).filter((key) => !news.includes(key))
        heat(state, news, ctx)
        if (known.length > 0) ctx.send(from, { type: 'known', keys: known })
      },
      known(state, { body: { keys } }, ctx) {
        for (const key of keys) if (key in state.hot && losesInterest(state, key, ctx)) delete state.hot[key]
        if (Object.keys(state.hot).length === 0) ctx.disarm('rumor')
      },
    },
    timers: {
      rumor(state, ctx) {
        const told = Object.keys(state.hot).map((key) => [key, state.rows[key]!] as const)
        if (told.length === 0) return
        ctx.send(ctx.pick(ctx.peers), { type: 'rumor', rows: Object.fromEntries(told) })
        ctx.arm('rumor', Number(ctx.config['rumorMs']))
      },
      gossip(state, ctx) {
        if (Object.keys(state.rows).length > 0)
          ctx.send(ctx.pick(ctx.peers), { type: 'rumor', rows: state.rows })
        ctx.arm('gossip', Number(ctx.config['gossipMs']))
      },
    },
  })
}

/** Of one who was told that a rumour is no news: by a counter, or by a coin that falls so once in `k`. */
function losesInterest({ hot }: State, key: string, ctx: Context): boolean {
  const k = Number(ctx.config['k'])
  if (ctx.config['loses'] === 'coin') return ctx.pick(Array.from({ length: k }, (_, i) => i === 0))
  hot[key] = hot[key]! + 1
  return hot[key]! >= k
}

export const rumor = defineProtocol({
  name: 'rumor',
  source:
    'Demers et al., Epidemic Algorithms for Replicated Database Maintenance, PODC 1987, sections 1.4 and 1.5: rumor mongering, backed up by anti-entropy',
  says: 'sites that tell what is new to some at random, and stop when they meet those who know it',
  cluster: ['a', 'b', 'c'],
  rules,
  roles: (rule) => ({ site: site(rule) }),
  ...sites({
    k: {
      default: 1,
      says: 'how often a site hears "known" before it stops; with a coin, it stops one time in k',
    },
    loses: { default: 'counter', says: 'how a site loses interest: counter or coin' },
    rumorMs: { default: 50, says: 'how often a site tells what is new' },
    gossipMs: { default: 500, says: 'how often a site sends another one all that it has' },
  }),
  requests: {
    put: { to: 'site', fields: { key: 'x', value: 'A' }, says: 'writes the value, here' },
  },
  load: loadOf(8, (_dice, i) => ({ type: 'put', key: 'x', value: `v${i}` })),
})
