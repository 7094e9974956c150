/**
 * Anti-entropy by gossip: now and then a site picks another one at random, compares digests with it, and exchanges what
 * differs (Demers et al., Epidemic Algorithms for Replicated Database Maintenance, PODC 1987, sections 1.3 and 2).
 */
import { type Context, defineNode, type Message } from '../node/node.ts'
import { defineProtocol, type Parameter, type ProtocolDefinition } from '../world/protocol.ts'
import { gossipProperties } from './gossipProperties.ts'
import { isLater, type Stamped } from './lastWriterWins.ts'
import { loadOf } from './load.ts'

/** By key: its value and when it was written. A value of null is a death certificate: the key was deleted. */
export type Rows = { readonly [key: string]: Stamped }

type Versions = { readonly [key: string]: Pick<Stamped, 'at' | 'by'> }

export interface GossipRules {
  readonly [name: string]: (...args: never[]) => unknown
  /** The sites that the one at `own` may contact, by their places in the cluster; `where` says where each stands. */
  partners(own: number, where: readonly number[]): readonly number[]
  /** Whether the row that comes takes the place of the one that is here. */
  wins(theirs: Stamped, mine: Stamped): boolean
  /** What is left of a row that is deleted; null for nothing. */
  remains(certificate: Stamped): Stamped | null
  /** Whether death certificates are thrown away when the timer `collect` fires. */
  mayForget(): boolean
  /** Whether a site that has gossiped will gossip again. */
  again(): boolean
}

const rules: GossipRules = {
  partners: (own, where) => where.flatMap((_, i) => (i === own ? [] : i)),
  wins: isLater,
  remains: (certificate) => certificate,
  mayForget: () => false,
  again: () => true,
}

type Change =
  | { readonly type: 'put'; readonly key: string; readonly value: string }
  | { readonly type: 'delete'; readonly key: string }

type Request = Change | { readonly type: 'get'; readonly key: string }

type Exchange =
  /** What a site has, without the values: send me what I lack. `push`: and say what you lack. */
  | { readonly type: 'digest'; readonly versions: Versions; readonly push: boolean }
  /** Rows, and the keys of those that their sender would like to have in return. */
  | { readonly type: 'rows'; readonly rows: Rows; readonly wants: readonly string[] }

interface Site {
  rows: Rows
  /** Requests of clients that were done here: one that comes twice counts once. */
  done: readonly string[]
}

const NEVER: Stamped = { value: null, at: 0, by: '' }

function site(rule: GossipRules) {
  const { keep, change, tell, digest, rows } = copyOf<Site>(rule)
  return defineNode<Site, Exchange | Request>({
    start(ctx) {
      ctx.arm('gossip', Number(ctx.config['gossipMs']))
      if (rule.mayForget()) ctx.arm('collect', Number(ctx.config['collectMs']))
      return show(boot(ctx), ctx)
    },
    on: {
      put(state, message, ctx) {
        change(state, message, message.body.value, ctx)
      },
      delete(state, message, ctx) {
        change(state, message, null, ctx)
      },
      get: ({ rows }, message, ctx) =>
        ctx.reply(message, { type: 'get_ok', value: rows[message.body.key]?.value ?? null }),
      digest,
      rows,
    },
    timers: {
      gossip(state, ctx) {
        const names = ctx.config['sites'] as readonly string[]
        const where = names.map((_, i) => (ctx.config['where'] as readonly number[])[i] ?? i)
        const partners = rule.partners(names.indexOf(ctx.self), where)
        if (partners.length > 0) tell(state, names[ctx.pick(partners)]!, String(ctx.config['way']), ctx)
        if (rule.again()) ctx.arm('gossip', Number(ctx.config['gossipMs']))
      },
      collect(state, ctx) {
        state.rows = Object.fromEntries(Object.entries(state.rows).filter(([, row]) => row.value !== null))
        keep(state, ctx)
        ctx.arm('collect', Number(ctx.config['collectMs']))
      },
    },
  })
}

/** What every site does with its copy: change it, keep it, and exchange what differs with another site. */
export function copyOf<S extends Site>(rule: Pick<GossipRules, 'wins' | 'remains'>) {
  const keep = (state: S, ctx: Context) => {
    ctx.disk.write('copy', { rows: state.rows, done: state.done })
    ctx.disk.sync()
    show(state, ctx)
  }
  const merge = (state: S, theirs: Rows, ctx: Context) => {
    const won = Object.entries(theirs).filter(([key, row]) => rule.wins(row, state.rows[key] ?? NEVER))
    if (won.length === 0) return
    state.rows = { ...state.rows, ...Object.fromEntries(won) }
    keep(state, ctx)
  }
  return {
    keep,
    merge,
    /** What a client asks: a value, or null to delete. Gives the keys that it changed. */
    change(state: S, message: Message<Change>, value: string | null, ctx: Context): readonly string[] {
      const { op, from, body } = message
      const { key } = body
      const id = op === null ? `${from}.0` : `${op.client}.${op.n}`
      const isNew = !state.done.includes(id)
      if (isNew) {
        const row = { value, at: (state.rows[key] ?? NEVER).at + 1, by: ctx.self }
        const left = value === null ? rule.remains(row) : row
        const others = Object.entries(state.rows).filter(([other]) => other !== key)
        state.rows = Object.fromEntries(left === null ? others : [...others, [key, left]])
        state.done = [...state.done, id].sort()
        keep(state, ctx)
      }
      ctx.reply(message, { type: `${body.type}_ok` })
      return isNew ? [key] : []
    },
    /** Begins an exchange; `way` is push (here are my rows), pull (send me what I lack) or push-pull. */
    tell({ rows }: S, to: string, way: string, ctx: Context): void {
      if (way === 'push') {
        if (Object.keys(rows).length > 0) ctx.send(to, { type: 'rows', rows, wants: [] } as never)
        return
      }
      const versions = Object.fromEntries(Object.entries(rows).map(([key, { at, by }]) => [key, { at, by }]))
      ctx.send(to, { type: 'digest', versions, push: way === 'push-pull' })
    },
    digest(state: S, { from, body }: Message<Extract<Exchange, { type: 'digest' }>>, ctx: Context): void {
      const theirs = (key: string): Stamped => ({ ...NEVER, ...body.versions[key] })
      const news = Object.entries(state.rows).filter(([key, row]) => rule.wins(row, theirs(key)))
      const lacks = Object.keys(body.versions).filter((key) =>
        rule.wins(theirs(key), state.rows[key] ?? NEVER),
      )
      const wants = body.push ? lacks : []
      if (news.length + wants.length > 0)
        ctx.send(from, { type: 'rows', rows: Object.fromEntries(news), wants } as never)
    },
    rows(state: S, { from, body }: Message<Extract<Exchange, { type: 'rows' }>>, ctx: Context): void {
      merge(state, body.rows, ctx)
      const wanted = Object.entries(state.rows).filter(([key]) => body.wants.includes(key))
      if (wanted.length > 0)
        ctx.send(from, { type: 'rows', rows: Object.fromEntries(wanted), wants: [] } as never)
    },
  }
}

/** What is on the disk, or nothing. */
export function boot(ctx: Context): Site {
  return ctx.disk.read<Site>('copy') ?? { rows: {}, done: [] }
}

/** Announces what a copy holds: its living rows, `key=value`, in the order of their keys. Gives the state back. */
export function show<S extends Site>(state: S, ctx: Context): S {
  ctx.output({ type: 'holds', value: living(state.rows), heard: [] })
  return state
}

function living(rows: Rows): readonly string[] {
  return Object.keys(rows)
    .filter((key) => rows[key]!.value !== null)
    .sort()
    .map((key) => `${key}=${rows[key]!.value}`)
}

const words = (list: readonly string[]) => list.join(' ') || 'nothing'

/** The few words for rows on their way. A death certificate is a cross. */
function rowsText(rows: Rows): string {
  return Object.keys(rows)
    .sort()
    .map((key) => (rows[key]!.value === null ? `†${key}` : `${key}=${rows[key]!.value}`))
    .join(' ')
}

/** What protocols with such copies have in common. */
export function sites(params: { readonly [name: string]: Parameter }) {
  return {
    params,
    assign: (names, given) =>
      Object.fromEntries(
        names.map((own) => [
          own,
          {
            role: 'site',
            peers: names.filter((other) => other !== own),
            config: { ...given, sites: names },
          },
        ]),
      ),
    label(body) {
      if (body.type === 'holds') return `holds ${words(body['value'] as readonly string[])}`
      if (body.type === 'digest') return `has ${words(Object.keys(body['versions'] as Versions).sort())}`
      if (body.type === 'rows') {
        const wants = body['wants'] as readonly string[]
        return [rowsText(body['rows'] as Rows), ...(wants.length > 0 ? [`want ${words(wants)}`] : [])]
          .filter((part) => part !== '')
          .join(', ')
      }
      if (body.type === 'rumor') return rowsText(body['rows'] as Rows)
      if (body.type === 'get_ok') return String(body['value'] ?? 'nothing')
      if (body.type === 'put') return `${body['key']}=${body['value']}`
      return body.type === 'delete' ? `delete ${body['key']}` : body.type
    },
    view: (state) => ({ holds: living((state as unknown as Site).rows) }),
    properties: gossipProperties(),
  } satisfies Partial<ProtocolDefinition>
}

export const gossip = defineProtocol({
  name: 'gossip',
  source:
    'Demers et al., Epidemic Algorithms for Replicated Database Maintenance, PODC 1987: anti-entropy and death certificates',
  says: 'sites that compare their copies with one at random, now and then, and exchange what differs',
  cluster: ['a', 'b', 'c'],
  rules,
  roles: (rule) => ({ site: site(rule) }),
  ...sites({
    way: {
      default: 'push-pull',
      says: 'whether the site that begins sends its news (push), asks for news (pull), or both (push-pull)',
    },
    gossipMs: { default: 100, says: 'how often a site gossips' },
    collectMs: { default: 250, says: 'how often death certificates are thrown away, where a rule does that' },
    where: { default: [], says: 'where each site stands on a line, for rules that ask who is near' },
  }),
  requests: {
    put: { to: 'site', fields: { key: 'x', value: 'A' }, says: 'writes the value, here' },
    delete: { to: 'site', fields: { key: 'x' }, says: 'deletes the key, here' },
    get: { to: 'site', fields: { key: 'x' }, says: 'reads the value, here' },
  },
  // No value comes twice: one that is there again is the old one.
  load: loadOf(8, (dice, i) =>
    dice.chance(0.3) ? { type: 'delete', key: 'x' } : { type: 'put', key: 'x', value: `v${i}` },
  ),
})
