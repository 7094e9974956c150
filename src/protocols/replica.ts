/**
 * A replica that answers from its own copy at once and tells the others later: its whole state, again and again
 * (state-based replication; Shapiro, Preguica, Baquero & Zawirski, Conflict-Free Replicated Data Types, SSS 2011).
 */
import type { Json } from '../base/canonical.ts'
import { type Body, type Context, defineNode, type Message } from '../node/node.ts'
import type { Parameter, ProtocolDefinition } from '../world/protocol.ts'

/** An update as the outside knows it: who it is, what it did, and which updates its replica had heard of by then. */
export type Update = {
  readonly id: string
  readonly f: string
  /** The element, the amount or the value. */
  readonly what: Json
  readonly seen: readonly string[]
}

/** What is replicated: a state, how a client changes it, how two of them become one, and what a client sees. */
export interface Kind<S> {
  first(ctx: Context): S
  /** `id` is new with every update, everywhere; `after` is how many updates this replica had heard of before. */
  change(state: S, body: Body, own: { readonly self: string; readonly id: string; readonly after: number }): S
  merge(mine: S, theirs: S): S
  shows(state: S): Json
  /** Updates that every replica has heard of before the run begins. */
  readonly before?: readonly Update[]
  /** What is thrown away when the timer `collect` fires; there is no such timer without it. */
  collect?(state: S, knows: { readonly [peer: string]: S }, ctx: Context): S
}

export interface GossipRules {
  readonly [name: string]: (...args: never[]) => unknown
  /** Whether a state is told again. What was sent once may have been lost. */
  again(): boolean
}

export const gossipRules: GossipRules = { again: () => true }

/** `heard` is for those who judge, for its length, and so that a request that comes twice counts once: nobody merges by it. */
export type Gossip<S> = { readonly type: 'state'; readonly state: S; readonly heard: readonly Update[] }

type Request = { readonly type: 'put' | 'add' | 'subtract' | 'remove' }

interface Copy<S> {
  state: S
  heard: readonly Update[]
  /** The last that was heard from each of the others; empty where nothing is ever thrown away. */
  knows: { [peer: string]: S }
}

export function replica<S>(kind: Kind<S>, rule: GossipRules) {
  const update = (copy: Copy<S>, message: Message<Request>, ctx: Context) => {
    const { op, from, body } = message
    const id = op === null ? `${from}.0` : `${op.client}.${op.n}`
    if (!copy.heard.some((one) => one.id === id)) {
      copy.state = kind.change(copy.state, body, { self: ctx.self, id, after: copy.heard.length })
      const { type, ...fields } = body as Body
      const seen = copy.heard.map((one) => one.id)
      copy.heard = join(copy.heard, [{ id, f: type, what: Object.values(fields)[0] ?? null, seen }])
      keep(copy, ctx)
      tell(copy, ctx)
    }
    ctx.reply(message, { type: `${body.type}_ok` })
  }
  const keep = ({ state, heard, knows }: Copy<S>, ctx: Context) => {
    ctx.disk.write('copy', { state, heard, knows })
    ctx.disk.sync()
    show({ state, heard }, ctx)
  }
  const show = ({ state, heard }: Pick<Copy<S>, 'state' | 'heard'>, ctx: Context) =>
    ctx.output({ type: 'holds', value: kind.shows(state), heard })
  const tell = ({ state, heard }: Copy<S>, ctx: Context) =>
    ctx.broadcast({ type: 'state', state, heard } as never)
  const wake = (ctx: Context) => {
    if (rule.again()) ctx.arm('gossip', Number(ctx.config['gossipMs']))
    if (kind.collect !== undefined) ctx.arm('collect', Number(ctx.config['collectMs']))
  }

  return defineNode<Copy<S>, Gossip<S> | Request | { readonly type: 'get' }>({
    start(ctx) {
      const copy = ctx.disk.read<Copy<S>>('copy') ?? {
        state: kind.first(ctx),
        heard: kind.before ?? [],
        knows: {},
      }
      show(copy, ctx)
      wake(ctx)
      return copy
    },
    on: {
      put: update as never,
      add: update as never,
      subtract: update as never,
      remove: update as never,
      get: (copy, message, ctx) => ctx.reply(message, { type: 'get_ok', value: kind.shows(copy.state) }),
      state(copy, { from, body }, ctx) {
        copy.state = kind.merge(copy.state, body.state)
        copy.heard = join(copy.heard, body.heard)
        if (kind.collect !== undefined) copy.knows = { ...copy.knows, [from]: body.state }
        keep(copy, ctx)
      },
    },
    timers: {
      gossip(copy, ctx) {
        tell(copy, ctx)
        ctx.arm('gossip', Number(ctx.config['gossipMs']))
      },
      collect(copy, ctx) {
        copy.state = kind.collect!(copy.state, copy.knows, ctx)
        keep(copy, ctx)
        ctx.arm('collect', Number(ctx.config['collectMs']))
      },
    },
  })
}

/** Both lists as one, each update once, in the order of their names. */
function join(mine: readonly Update[], theirs: readonly Update[]): readonly Update[] {
  const byId = new Map([...mine, ...theirs].map((one) => [one.id, one]))
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}

const gossipMs: Parameter = { default: 100, says: 'how often a replica tells the others its state' }

/** What every protocol of replicas has in common. `words` says a shown value in a picture. */
export function replicas<S>(shows: (state: S) => Json, params: { readonly [name: string]: Parameter } = {}) {
  const words = (value: Json) =>
    Array.isArray(value) ? value.join(' ') || 'nothing' : String(value ?? 'nothing')
  return {
    params: { gossipMs, ...params },
    assign: (names, given) =>
      Object.fromEntries(
        names.map((own) => [
          own,
          { role: 'replica', peers: names.filter((other) => other !== own), config: given },
        ]),
      ),
    label(body) {
      if (body.type === 'state') return `has ${words(shows(body['state'] as S))}`
      if (body.type === 'holds') return `holds ${words(body['value'] ?? null)}`
      if (body.type === 'get_ok') return words(body['value'] ?? null)
      const what = body['element'] ?? body['by'] ?? body['value']
      return what === undefined ? body.type : `${body.type} ${String(what)}`
    },
    view: (state) => ({ holds: shows((state as unknown as Copy<S>).state) }),
  } satisfies Partial<ProtocolDefinition>
}
