/** Redis Cluster: 16384 slots in a table, a client that has a copy of it, and a slot that moves while it is read (MOVED, ASK). */
import { type Body, type Context, defineNode, type Message, type OperationId } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import { commonSlot, keySlot } from './keySlots.ts'
import { found } from './slotProperties.ts'

type Asker = { readonly client: string; readonly op: OperationId | null; readonly keys: readonly string[] }
/** One key, or several in one command. */
type Asked =
  | { readonly type: 'get'; readonly key: string; readonly asking: boolean }
  | { readonly type: 'mget'; readonly keys: readonly string[]; readonly asking: boolean }
/** What a server says of a command; `key` is its first. */
type Told =
  | { readonly type: 'value'; readonly key: string; readonly value: string | null }
  | { readonly type: 'values'; readonly key: string; readonly values: readonly (string | null)[] }
  | { readonly type: 'moved'; readonly key: string; readonly to: string }
  | { readonly type: 'ask'; readonly key: string; readonly to: string }
  | { readonly type: 'crossslot' | 'tryagain'; readonly key: string }
type ToClient =
  | { readonly type: 'get'; readonly key: string }
  | { readonly type: 'mget'; readonly key: string; readonly other: string }
  | Told
type Refusal = Extract<Told, { type: 'crossslot' | 'tryagain' }>
type ToServer =
  | Asked
  | { readonly type: 'move'; readonly key: string; readonly to: string }
  | { readonly type: 'importing'; readonly slot: number }
  | { readonly type: 'ready'; readonly slot: number }
  | { readonly type: 'restore'; readonly key: string; readonly value: string }
  | { readonly type: 'restored'; readonly key: string }
  | { readonly type: 'owner'; readonly slot: number }
  | { readonly type: 'owned'; readonly slot: number }

const rules = {
  /** What a client does when it is told that a slot has moved: where it asks next, and where from now on; null: it gives up. */
  onMoved: (to: string): string | null => to,
  /** Whether ASK changes the client's table as well. It does not: only this one key is known to be elsewhere. */
  askIsMoved: (): boolean => false,
  /** Whether a server answers for a slot that is being moved to it. */
  servesImporting: (asking: boolean): boolean => asking,
  /** Whether a server that has some of the keys of a command, while their slot moves, answers with these. */
  servesHalf: (): boolean => false,
}
type Rules = typeof rules

interface Client {
  /** Its copy of the table: where slots are that are not where they were in the beginning. */
  slots: { [slot: number]: string }
  open: Map<string, Asker>
}

/** What an application is told that will not get its values: definite, and with the words of Redis. */
const REFUSALS = {
  crossslot: { code: 12, text: 'CROSSSLOT' },
  tryagain: { code: 11, text: 'TRYAGAIN' },
} as const

const client = (is: Rules) => {
  const ask = (state: Client, ctx: Context, to: string, key: string, asking: boolean) => {
    const keys = state.open.get(key)?.keys ?? [key]
    ctx.send(to, keys.length === 1 ? { type: 'get', key, asking } : { type: 'mget', keys, asking })
  }
  const begin = (state: Client, asker: Asker, ctx: Context) => {
    const key = asker.keys[0]!
    if (state.open.has(key)) return ctx.refuse()
    state.open.set(key, asker)
    return ask(state, ctx, state.slots[keySlot(key)] ?? ctx.peers[0]!, key, false)
  }
  const tell = (state: Client, key: string, body: Body, ctx: Context) => {
    const asker = state.open.get(key)
    if (asker === undefined) return
    state.open.delete(key)
    ctx.reply({ from: asker.client, op: asker.op }, body)
  }
  const refused = (state: Client, { body: { type, key } }: Message<Refusal>, ctx: Context) =>
    tell(state, key, { type: 'error', ...REFUSALS[type] }, ctx)
  return defineNode<Client, ToClient>({
    start: () => ({ slots: {}, open: new Map() }),
    on: {
      get: (state, { from, op, body: { key } }, ctx) => begin(state, { client: from, op, keys: [key] }, ctx),
      mget: (state, { from, op, body: { key, other } }, ctx) =>
        begin(state, { client: from, op, keys: [key, other] }, ctx),
      value: (state, { body: { key, value } }, ctx) => tell(state, key, { type: 'get_ok', key, value }, ctx),
      values(state, { body: { key, values } }, ctx) {
        const keys = state.open.get(key)?.keys ?? []
        tell(state, key, { type: 'mget_ok', keys, values }, ctx)
      },
      moved(state, { body: { key, to } }, ctx) {
        const next = is.onMoved(to)
        if (next === null) return tell(state, key, { type: 'get_ok', key, value: null }, ctx)
        state.slots[keySlot(key)] = next
        ask(state, ctx, next, key, false)
      },
      ask(state, { body: { key, to } }, ctx) {
        if (is.askIsMoved()) state.slots[keySlot(key)] = to
        ask(state, ctx, to, key, true)
      },
      crossslot: refused,
      tryagain: refused,
    },
  })
}

interface Server {
  data: { [key: string]: string }
  /** Whose a slot is that is not the first server's. */
  owners: { [slot: number]: string }
  /** Slots that are being moved: away to whom, or to here. */
  migrating: { [slot: number]: string }
  importing: number[]
}

/** What a server has done and been told is there after a crash. */
function keep(state: Server, ctx: Context): void {
  ctx.disk.write('server', state)
  ctx.disk.sync()
}

/** The next key of a slot goes over; when none is left, the other becomes its owner. */
function moveOn(state: Server, slot: number, ctx: Context): void {
  const to = state.migrating[slot]
  // A copy of what was heard before: the slot has gone.
  if (to === undefined) return
  const key = Object.keys(state.data)
    .sort()
    .find((one) => keySlot(one) === slot)
  if (key === undefined) return ctx.send(to, { type: 'owner', slot })
  ctx.send(to, { type: 'restore', key, value: state.data[key]! })
}

/** As the specification has it: whose slot it is, whether it moves, and how many of the keys are here. */
function answerTo(is: Rules, state: Server, asked: Asked, ctx: Context): Told {
  const keys = asked.type === 'get' ? [asked.key] : asked.keys
  const [key] = keys as [string]
  const slot = commonSlot(keys)
  if (slot === null) return { type: 'crossslot', key }
  const owner = state.owners[slot] ?? String(ctx.config['first'])
  const isOwn = owner === ctx.self
  if (!isOwn && !(state.importing.includes(slot) && is.servesImporting(asked.asking)))
    return { type: 'moved', key, to: owner }
  const values = keys.map((one) => state.data[one] ?? null)
  const to = isOwn ? state.migrating[slot] : undefined
  if (to !== undefined && values.every((value) => value === null)) return { type: 'ask', key, to }
  const isHalf = (to !== undefined || (!isOwn && keys.length > 1)) && values.includes(null)
  if (isHalf && !is.servesHalf()) return { type: 'tryagain', key }
  return asked.type === 'get' ? { type: 'value', key, value: values[0]! } : { type: 'values', key, values }
}

const server = (is: Rules) =>
  defineNode<Server, ToServer>({
    start: (ctx) =>
      ctx.disk.read<Server>('server') ?? {
        data: ctx.config['first'] === ctx.self ? { '{ann}name': 'Ann', '{ann}town': 'Rome' } : {},
        owners: {},
        migrating: {},
        importing: [],
      },
    on: {
      get: (state, { from, body }, ctx) => ctx.send(from, answerTo(is, state, body, ctx)),
      mget: (state, { from, body }, ctx) => ctx.send(from, answerTo(is, state, body, ctx)),
      move(state, message, ctx) {
        const { key, to } = message.body
        const slot = keySlot(key)
        const owner = state.owners[slot] ?? String(ctx.config['first'])
        if (owner !== ctx.self || slot in state.migrating || !ctx.peers.includes(to)) return ctx.refuse()
        state.migrating[slot] = to
        keep(state, ctx)
        ctx.send(to, { type: 'importing', slot })
        ctx.reply(message, { type: 'move_ok', slot })
      },
      importing(state, { from, body: { slot } }, ctx) {
        if (!state.importing.includes(slot)) state.importing.push(slot)
        keep(state, ctx)
        ctx.send(from, { type: 'ready', slot })
      },
      ready: (state, { body: { slot } }, ctx) => moveOn(state, slot, ctx),
      restore(state, { from, body: { key, value } }, ctx) {
        state.data[key] = value
        keep(state, ctx)
        ctx.send(from, { type: 'restored', key })
      },
      restored(state, { body: { key } }, ctx) {
        if (!(keySlot(key) in state.migrating)) return
        delete state.data[key]
        keep(state, ctx)
        moveOn(state, keySlot(key), ctx)
      },
      owner(state, { from, body: { slot } }, ctx) {
        if (state.importing.includes(slot)) {
          state.owners[slot] = ctx.self
          state.importing = state.importing.filter((other) => other !== slot)
          keep(state, ctx)
        }
        ctx.send(from, { type: 'owned', slot })
      },
      owned(state, { from, body: { slot } }, ctx) {
        if (state.migrating[slot] !== from) return
        state.owners[slot] = from
        delete state.migrating[slot]
        keep(state, ctx)
      },
    },
  })

export const hashSlots = defineProtocol({
  name: 'hash-slots',
  source: 'Redis Cluster specification: hash slots, MOVED redirection, live reconfiguration, ASK redirection',
  says: 'a client reads keys of one slot while the slot moves to another server',
  cluster: ['app', 'a', 'b'],
  rules,
  roles: (is) => ({ client: client(is), server: server(is) }),
  assign(names) {
    const [app, ...servers] = names
    if (app === undefined || servers.length < 2)
      throw new RangeError('hash-slots needs a client and two servers or more, such as: app a b')
    const config = { first: servers[0]! }
    const place = (name: string) => [
      name,
      { role: 'server', peers: servers.filter((other) => other !== name), config },
    ]
    return Object.fromEntries([[app, { role: 'client', peers: servers, config: {} }], ...servers.map(place)])
  },
  requests: {
    get: { to: 'client', fields: { key: '{ann}name' }, says: 'reads a key' },
    mget: {
      to: 'client',
      fields: { key: '{ann}name', other: '{ann}town' },
      says: 'reads two keys in one command',
    },
    move: {
      to: 'server',
      fields: { key: '{ann}name', to: 'b' },
      says: 'moves the slot of a key to a server',
    },
  },
  load: (_dice, { names }, forMs) => [
    { atMs: 0, client: 'c1', to: names[0]!, body: { type: 'get', key: '{ann}name' } },
    { atMs: 0, client: 'operator', to: names[1]!, body: { type: 'move', key: '{ann}name', to: names[2]! } },
    { atMs: 0, client: 'c3', to: names[0]!, body: { type: 'mget', key: '{ann}town', other: '{ann}name' } },
    { atMs: Math.floor(forMs / 2), client: 'c2', to: names[0]!, body: { type: 'get', key: '{ann}town' } },
  ],
  properties: [found],
  label(body) {
    const key = String(body['key'] ?? '').replace('{ann}', '')
    if (body.type === 'get') return body['asking'] === true ? `ASKING ${key}` : `get ${key}`
    if (body.type === 'moved' || body.type === 'ask') return `${body.type.toUpperCase()} ${body['to']}`
    if (body.type === 'value' || body.type === 'get_ok') return String(body['value'] ?? 'nothing')
    if (body.type === 'values' || body.type === 'mget_ok')
      return (body['values'] as readonly (string | null)[]).map((value) => value ?? 'nothing').join(', ')
    if (body.type === 'mget') return `${body['asking'] === true ? 'ASKING' : 'mget'} both`
    if (body.type === 'error') return String(body['text'])
    if (body.type === 'crossslot' || body.type === 'tryagain') return body.type.toUpperCase()
    return key === '' ? body.type : `${body.type} ${key}`
  },
})
