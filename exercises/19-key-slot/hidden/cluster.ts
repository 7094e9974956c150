/** The cluster that answers run in: the learner's client, our servers, and a plain way to compute a slot. */
import {
  type AnyProperty,
  answer,
  byHand,
  type Context,
  defineNode,
  defineProtocol,
  type HandRun,
  makeModel,
  type Protocol,
  property,
} from 'splitbrain'

const SLOTS = 16384

/** What is there from the beginning, and is never changed. */
export const DATA: { readonly [key: string]: string } = {
  '{ann}name': 'Ann',
  '{ann}town': 'Rome',
  '{bob}name': 'Bob',
  hello: 'there',
  foo: 'bar',
}

/** CRC16 as what it is, the remainder of a long division by x^16 + x^12 + x^5 + 1, bit after bit. */
export function plainSlot(key: string): number {
  const tag = /^[^{]*\{([^}]+)\}/.exec(key)?.[1] ?? key
  let rest = 0
  for (const byte of [...new TextEncoder().encode(tag), 0, 0])
    for (let bit = 7; bit >= 0; bit--) {
      rest = rest * 2 + ((byte >> bit) & 1)
      if (rest >= 0x10000) rest ^= 0x11021
    }
  return rest % SLOTS
}

type Range = { readonly from: number; readonly to: number; readonly server: string }

function rangesOf(servers: readonly string[]): readonly Range[] {
  const first = (index: number) => Math.round((index * SLOTS) / servers.length)
  return servers.map((server, index) => ({ from: first(index), to: first(index + 1) - 1, server }))
}

type ToServer =
  | { readonly type: 'get'; readonly key: string; readonly asking?: boolean }
  | { readonly type: 'move'; readonly key: string; readonly to: string }
  | { readonly type: 'importing' | 'ready' | 'owner' | 'owned'; readonly slot: number }
  | { readonly type: 'restore'; readonly key: string; readonly value: string }
  | { readonly type: 'restored'; readonly key: string }

interface Server {
  data: { [key: string]: string }
  /** Whose slots are that are not where they were in the beginning. */
  owners: { [slot: number]: string }
  /** Slots that are being moved: away to whom, or to here. */
  migrating: { [slot: number]: string }
  importing: number[]
}

function firstOwner(ctx: Context, slot: number): string {
  const ranges = ctx.config['slots'] as readonly Range[]
  return ranges.find(({ from, to }) => from <= slot && slot <= to)!.server
}

/** The next key of a slot goes over; when none is left, the other becomes its owner. */
function moveOn(state: Server, slot: number, ctx: Context): void {
  const to = state.migrating[slot]!
  const key = Object.keys(state.data)
    .sort()
    .find((one) => plainSlot(one) === slot)
  if (key === undefined) ctx.send(to, { type: 'owner', slot })
  else ctx.send(to, { type: 'restore', key, value: state.data[key]! })
}

const server = defineNode<Server, ToServer>({
  start: (ctx) => ({
    data: Object.fromEntries(
      Object.entries(DATA).filter(([key]) => firstOwner(ctx, plainSlot(key)) === ctx.self),
    ),
    owners: {},
    migrating: {},
    importing: [],
  }),
  on: {
    get(state, { from, body: { key, asking } }, ctx) {
      const slot = plainSlot(key)
      const owner = state.owners[slot] ?? firstOwner(ctx, slot)
      const value = state.data[key] ?? null
      const next = state.migrating[slot]
      if (owner === ctx.self && value === null && next !== undefined)
        ctx.send(from, { type: 'ask', key, to: next })
      else if (owner === ctx.self || (asking === true && state.importing.includes(slot)))
        ctx.send(from, { type: 'value', key, value })
      else ctx.send(from, { type: 'moved', key, to: owner })
    },
    move(state, message, ctx) {
      const { key, to } = message.body
      const slot = plainSlot(key)
      const owner = state.owners[slot] ?? firstOwner(ctx, slot)
      if (owner !== ctx.self || slot in state.migrating || !ctx.peers.includes(to)) return ctx.refuse()
      state.migrating[slot] = to
      ctx.send(to, { type: 'importing', slot })
      ctx.reply(message, { type: 'move_ok', slot })
    },
    importing(state, { from, body: { slot } }, ctx) {
      state.importing.push(slot)
      ctx.send(from, { type: 'ready', slot })
    },
    ready: (state, { body: { slot } }, ctx) => moveOn(state, slot, ctx),
    restore(state, { from, body: { key, value } }, ctx) {
      state.data[key] = value
      ctx.send(from, { type: 'restored', key })
    },
    restored(state, { body: { key } }, ctx) {
      delete state.data[key]
      moveOn(state, plainSlot(key), ctx)
    },
    owner(state, { from, body: { slot } }, ctx) {
      state.owners[slot] = ctx.self
      state.importing = state.importing.filter((other) => other !== slot)
      ctx.send(from, { type: 'owned', slot })
    },
    owned(state, { from, body: { slot } }, ctx) {
      state.owners[slot] = from
      delete state.migrating[slot]
      ctx.output({ type: 'moved away', slot })
    },
  },
})

const found: AnyProperty = property<{ readonly wrong: string | null }>({
  name: 'Found',
  says: 'Found: whoever reads a key that is there is told its value',
  first: { wrong: null },
  see(fold, seen) {
    if (seen.kind !== 'return' || seen.body.type !== 'get_ok') return fold
    const { key, value } = seen.body as { key?: unknown; value?: unknown }
    const right = DATA[String(key)] ?? null
    if (value === right || fold.wrong !== null) return fold
    return {
      wrong: `a client was told that ${String(key)} is ${value ?? 'not there'}; it is ${right ?? 'not'}`,
    }
  },
  judge: { kind: 'always', broken: ({ wrong }) => wrong },
})

const answered: AnyProperty = property<{ readonly open: number }>({
  name: 'Answered',
  says: 'Answered: whoever reads is told something in the end',
  first: { open: 0 },
  see(fold, seen) {
    if (seen.kind === 'invoke' && seen.body.type === 'get') return { open: fold.open + 1 }
    return seen.kind === 'return' && seen.body.type === 'get_ok' ? { open: fold.open - 1 } : fold
  },
  judge: {
    kind: 'atRest',
    broken: ({ open }) => (open > 0 ? 'a client still waits for a key, and nothing is on its way' : null),
  },
})

export function protocol(): Protocol {
  const nodes = answer('client')
  return defineProtocol({
    name: 'key-slot',
    source: "the learner's answer",
    says: 'a client reads keys while slots move from server to server',
    cluster: ['app', 'a', 'b', 'c'],
    rules: {},
    roles: () => ({ client: nodes.client, server }),
    assign(names) {
      const [app, ...servers] = names
      if (app === undefined || servers.length === 0)
        throw new RangeError('key-slot needs a client and a server or more, such as: app a b c')
      const [first, ...others] = rangesOf(servers)
      const config = { slots: [...others, first!] }
      const peers = (own: string) => servers.filter((other) => other !== own)
      return Object.fromEntries([
        [app, { role: 'client', peers: servers, config }],
        ...servers.map((own) => [own, { role: 'server', peers: peers(own), config }]),
      ])
    },
    requests: {
      slot: { to: 'client', fields: { key: 'foo' }, says: 'asks for the slot of a key' },
      get: { to: 'client', fields: { key: '{ann}name' }, says: 'reads a key' },
      move: {
        to: 'server',
        fields: { key: '{ann}name', to: 'b' },
        says: 'moves the slot of a key to a server',
      },
    },
    label(body) {
      const key = String(body['key'] ?? '')
        .replace(body.type === 'slot' ? '' : '{ann}', '')
        .replace(/[^ -~]/gu, '.')
      if (body.type === 'get') return body['asking'] === true ? `ASKING ${key}` : `get ${key}`
      if (body.type === 'moved' || body.type === 'ask') return `${body.type.toUpperCase()} ${body['to']}`
      if (body.type === 'value' || body.type === 'get_ok') return String(body['value'] ?? 'nothing')
      if (body.type === 'slot_ok') return `slot ${body['slot']}`
      return key === '' ? body.type : `${body.type} ${key}`
    },
    properties: [found, answered],
  })
}

/** A client of three servers: `a` has slots 0 to 5460, `b` 5461 to 10922, `c` 10923 to 16383. */
export const begun = (): HandRun => byHand(makeModel(protocol(), {}))

/** As it would stand in a program: what cannot be seen is written by its number. */
function quoted(key: string): string {
  const text = key.replace(/[\\']/g, '\\$&')
  return `'${text.replace(/[^ -~\p{L}\p{Emoji}]|[\u07ff\u0800]/gu, (sign) => `\\u{${sign.codePointAt(0)!.toString(16)}}`)}'`
}

/** Fails the check unless the client, asked for the slot of a key, answers with this one. */
export function expectSlot(run: HandRun, key: string, slot: number): void {
  run.request('app', { type: 'slot', key }, 'ann').deliver({ to: 'app', type: 'slot' })
  const last = run.moments.at(-1)!.sent.find(({ to, body }) => to === 'ann' && body.type === 'slot_ok')
  if (last === undefined) return run.fail('the client was asked for a slot, and sent no slot_ok')
  if (last.body['slot'] !== slot)
    run.fail(`the client says that ${quoted(key)} has slot ${last.body['slot']}; it has ${slot}`)
}

/** A user reads a key, and the client hears of it. */
export function get(run: HandRun, key: string, user = `client-${run.trace.length}`): HandRun {
  return run.request('app', { type: 'get', key }, user).deliver({ to: 'app', from: user, type: 'get' })
}

/** Fails the check unless the last that the client sent to a server is this. */
export function expectAsked(run: HandRun, to: string, key: string, asking = false): HandRun {
  const asked = run.sent.filter(({ from, body }) => from === 'app' && body.type === 'get')
  const last = asked.at(-1)
  const words = (server: string, body: { readonly [field: string]: unknown }) =>
    `get ${body['key']} with asking ${body['asking']} to ${server}`
  const right = words(to, { key, asking })
  if (last === undefined) return run.fail(`the client sent no get to a server; it should send ${right}`)
  if (words(last.to, last.body) !== right)
    run.fail(`the client sent ${words(last.to, last.body)}; it should be ${right}`)
  return run
}

/** A server tells the client where to ask. */
export function redirect(
  run: HandRun,
  from: string,
  type: 'moved' | 'ask',
  key: string,
  to: string,
): HandRun {
  return run.receive('app', from, { type, key, to })
}

/** Two users read both keys of a slot, once each, while it moves from `a` to `b`. */
export function twoReaders(): HandRun {
  const read = (key: string) => [{ to: 'app', body: { type: 'get', key } }]
  const clients = {
    operator: [{ to: 'a', body: { type: 'move', key: '{ann}name', to: 'b' } }],
    ann: read('{ann}name'),
    bob: read('{ann}town'),
  }
  return byHand(makeModel(protocol(), { names: ['app', 'a', 'b'], clients }))
}
