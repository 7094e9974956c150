/** foreignNode: a node written by somebody else as one of ours. No value of theirs comes out, only copies. */
import { types } from 'node:util'
import { canonicalJson, type Json } from '../base/canonical.ts'
import { grouped } from '../base/verdict.ts'
import type { AnyNode, Body, Context, OperationId, Refusal } from '../node/node.ts'
import { labelNumber } from './guard.ts'
import { lend } from './lend.ts'
import type { ForeignModule } from './module.ts'
import { plain, textOf } from './plain.ts'

/** What an export is instead of a node. */
export type NodeProblem = { readonly kind: 'missing' } | { readonly kind: 'strange' }

/** Far more than a step does: messages, records, outputs, notes. */
const MAX_EFFECTS = 10_000
/** Each is a world of its own to the explorer. */
const MAX_PICKS = 10_000

type Handler = (...args: unknown[]) => unknown

/**
 * The export of this name, every handler of it behind the realm's door: its state, its messages and what it
 * returns are copied inside, getters and proxies refused, and what it is handed it cannot change for others.
 */
export function foreignNode(module: ForeignModule, name: string): AnyNode | NodeProblem {
  const { realm } = module
  const found = realm.enter(labelNumber(`reading the export "${name}"`), () => {
    const value = module.exported(name)
    if (value === undefined) return null
    const start = lying(value, 'start')
    const on = handlersIn(lying(value, 'on'))
    const timers = handlersIn(lying(value, 'timers') ?? {})
    return typeof start === 'function' && on && timers ? { start: start as Handler, on, timers } : undefined
  })
  if (found === null) return { kind: 'missing' }
  if (found === undefined) return { kind: 'strange' }
  const { start } = found
  const behindDoor = (label: string, call: Handler) => {
    const number = labelNumber(`${name}: ${label}`)
    return (...args: unknown[]) => realm.enter(number, () => call(...args))
  }
  const table = (
    group: string,
    handlers: ReadonlyMap<string, Handler>,
    call: (handler: Handler) => Handler,
  ) =>
    Object.fromEntries(
      [...handlers].map(([key, handler]) => [key, behindDoor(`${group}.${key}`, call(handler))]),
    )
  return {
    start: behindDoor('start', (ctx) => started(Reflect.apply(start, undefined, [lent(ctx as Context)]))),
    on: table('on', found.on, onMessage),
    timers: table('timers', found.timers, onTimer),
  }
}

function onMessage(handler: Handler): Handler {
  return (draft, message, ctx) => {
    const { from, body, op } = message as { from: string; body: Body; op: OperationId | null }
    const copy = Object.freeze({
      from,
      body: canonicalJson(body),
      op: op === null ? null : Object.freeze({ ...op }),
    })
    return withDraft(draft, (state) => handler(state, copy, lent(ctx as Context)))
  }
}

function onTimer(handler: Handler): Handler {
  return (draft, ctx, arg) =>
    withDraft(draft, (state) => handler(state, lent(ctx as Context), canonicalJson(arg)))
}

/**
 * Hands out a twin of the draft, which is a copy of our own already, and takes back what has become of it. The
 * twin stays theirs: what they do to it later reaches nobody.
 */
function withDraft(draft: unknown, call: (twin: unknown) => unknown): unknown {
  if (draft instanceof Map) {
    const twin = new Map(draft)
    const result = call(twin)
    const kept = plain(twin, 'state') as Map<unknown, unknown>
    draft.clear()
    for (const [key, item] of kept) draft.set(key, item)
    return returned(result)
  }
  const ours = draft as Record<string, unknown>
  const twin = { ...ours }
  const result = call(twin)
  const kept = plain(twin, 'state') as Record<string, unknown>
  for (const key of Object.keys(ours)) delete ours[key]
  Object.assign(ours, kept)
  return returned(result)
}

/** The first state, or what was returned in its place, for the engine to complain about. */
function started(state: unknown): unknown {
  return typeof state === 'object' && state !== null ? plain(state, 'state') : state
}

/** What a handler returns: nothing, `ctx.refuse()`, or something for the engine to complain about. */
function returned(result: unknown): unknown {
  if (typeof result === 'function') return {}
  return typeof result === 'object' && result !== null ? (Array.isArray(result) ? [] : {}) : result
}

/** The context as they see it: nothing they hand in reaches us but as a copy, nothing of ours can be changed. */
function lent(ctx: Context): Context {
  const body = (value: unknown, what: string) => plain(value, what) as Body
  const { disk } = ctx
  let asked = 0
  const asks = <Args extends unknown[], Result>(call: (...args: Args) => Result) =>
    lend((...args: Args): Result => {
      if (++asked > MAX_EFFECTS)
        throw new RangeError(`one handler call asked for more than ${grouped(MAX_EFFECTS)} things`)
      return call(...args)
    })
  return Object.freeze({
    self: ctx.self,
    peers: ctx.peers,
    config: ctx.config,
    get boot() {
      return ctx.boot
    },
    disk: Object.freeze({
      read: lend((key: string) => disk.read(word(key))) as Context['disk']['read'],
      write: asks((key: string, value: unknown) => disk.write(word(key), plain(value, `disk.${word(key)}`))),
      keys: lend(() => Object.freeze(disk.keys())),
      records: lend((log: string) => Object.freeze(disk.records(word(log)))) as Context['disk']['records'],
      torn: lend((log: string) => disk.torn(word(log))),
      append: asks((log: string, record: unknown) =>
        disk.append(word(log), plain(record, `disk log ${word(log)}`)),
      ),
      truncate: asks((log: string, length: number) => disk.truncate(word(log), number(length))),
      sync: asks(() => disk.sync()),
    }),
    send: asks((to: string, message: Body) => ctx.send(word(to), body(message, 'message'))),
    broadcast: asks((message: Body) => ctx.broadcast(body(message, 'message'))),
    reply: asks((request: unknown, message: Body) =>
      ctx.reply(plain(request, 'the request') as unknown as Request, body(message, 'message')),
    ),
    arm: asks((timer: string, delay: unknown, arg?: Json) =>
      ctx.arm(word(timer), plain(delay, 'the delay') as number, argument(arg)),
    ),
    disarm: asks((timer: string, arg?: Json) => ctx.disarm(word(timer), argument(arg))),
    now: lend(() => ctx.now()),
    pick: lend((list: readonly unknown[]) => picked(ctx, list)) as Context['pick'],
    sign: lend((value: unknown) => ctx.sign(plain(value, 'signed value'))),
    verify: lend((by: string, value: unknown, signature: unknown) =>
      ctx.verify(word(by), plain(value, 'signed value'), typeof signature === 'string' ? signature : null),
    ),
    output: asks((message: Body) => ctx.output(body(message, 'output'))),
    log: asks((...parts: unknown[]) => ctx.log(...parts.map(textOf))),
    refuse: lend((): Refusal => ctx.refuse()),
  })
}

type Request = Parameters<Context['reply']>[0]

/** The world picks a place in the list, not a value: it never sees the values. */
function picked(ctx: Context, list: readonly unknown[]): unknown {
  const length = types.isProxy(list) || !Array.isArray(list) ? 0 : list.length
  if (length > MAX_PICKS) throw new RangeError(`ctx.pick takes up to ${MAX_PICKS} values, not ${length}`)
  return list[ctx.pick(Array.from({ length }, (_, i) => i))]
}

/** Names are words; whatever else is said is handed on as a text for the engine to complain about. */
function word(name: unknown): string {
  return typeof name === 'string' ? name : ''
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN
}

function argument(arg: Json | undefined): Json | undefined {
  return arg === undefined ? undefined : (plain(arg, 'timer argument') as Json)
}

/** A property as it lies; a getter or a proxy in its place counts as nothing. */
function lying(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return undefined
  return Object.getOwnPropertyDescriptor(value, key)?.value
}

function handlersIn(value: unknown): ReadonlyMap<string, Handler> | null {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return null
  const found = new Map<string, Handler>()
  for (const key of Object.keys(value)) {
    const handler = lying(value, key)
    if (typeof handler !== 'function') return null
    found.set(key, handler as Handler)
  }
  return found
}
