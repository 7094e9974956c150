/** foreignNode: a node written by somebody else as one of ours. No value of theirs comes out, only copies. */
import { types } from 'node:util'
import { canonicalJson } from '../base/canonical.ts'
import type { AnyNode, Body, Context, OperationId } from '../node/node.ts'
import { labelNumber } from './guard.ts'
import { lentContext } from './lentContext.ts'
import type { ForeignModule } from './module.ts'
import { plain } from './plain.ts'

/** What an export is instead of a node. */
export type NodeProblem =
  /** With the names that the file has instead, a few. */
  { readonly kind: 'missing'; readonly names: readonly string[] } | { readonly kind: 'strange' }

type Handler = (...args: unknown[]) => unknown

/**
 * The export of this name, every handler of it behind the realm's door: its state, its messages and what it
 * returns are copied inside, getters and proxies refused, and what it is handed it cannot change for others.
 */
export function foreignNode(module: ForeignModule, name: string): AnyNode | NodeProblem {
  const { realm } = module
  const found = realm.enter(labelNumber(`reading the export "${name}"`), () => {
    const value = module.exported(name)
    if (value === undefined) return { names: module.someNames }
    const start = lying(value, 'start')
    const on = handlersIn(lying(value, 'on'))
    const timers = handlersIn(lying(value, 'timers') ?? {})
    return typeof start === 'function' && on && timers ? { start: start as Handler, on, timers } : undefined
  })
  if (found === undefined) return { kind: 'strange' }
  if ('names' in found) return { kind: 'missing', names: found.names }
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
    start: behindDoor('start', (ctx) =>
      started(Reflect.apply(start, undefined, [lentContext(ctx as Context)])),
    ),
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
    return withDraft(draft, (state) => handler(state, copy, lentContext(ctx as Context)))
  }
}

function onTimer(handler: Handler): Handler {
  return (draft, ctx, arg) =>
    withDraft(draft, (state) => handler(state, lentContext(ctx as Context), canonicalJson(arg)))
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
