/**
 * What a handler gets to edit of a value that is kept, and what is kept of it afterwards. Most of a state stays
 * as it was: records in lists are shared between the two, frozen, and what did not change is not made again.
 */
import {
  byText,
  canonical,
  canonicalText,
  isShared,
  sameCanonical,
  sharedJson,
  type Value,
} from './canonical.ts'
import { makeMark } from './mark.ts'

/**
 * Lists of nothing but plain values and shared records: copied without a look at what is in them. They are not
 * frozen themselves, since engines are forty times slower on frozen arrays.
 */
const flat = makeMark()

/**
 * A copy of a canonical value to edit, all of it but for shared records in lists: whoever edits one of those gets a
 * `TypeError`, for they are frozen. `canonical` makes a copy without them.
 */
export function draftOf(kept: Value): Value {
  if (typeof kept !== 'object' || kept === null) return kept
  if (Array.isArray(kept)) return flat.has(kept) ? kept.slice() : kept.map(elementDraft)
  return copyOf(kept, draftOf)
}

function elementDraft(element: Value): Value {
  return typeof element === 'object' && element !== null && isShared(element) ? element : draftOf(element)
}

/** The same without anything shared: all of it may be edited. */
export function ownDraftOf(kept: Value): Value {
  if (typeof kept !== 'object' || kept === null) return kept
  if (!Array.isArray(kept)) return copyOf(kept, ownDraftOf)
  const copied: Value[] = []
  for (let i = 0; i < kept.length; i++) copied.push(ownDraftOf(kept[i]!))
  return copied
}

/** A Map, a Set or a record with copies of what is in it. */
function copyOf(
  kept: Exclude<Value, null | boolean | number | string>,
  partOf: (part: Value) => Value,
): Value {
  if (kept instanceof Map) {
    const copied = new Map<Value, Value>()
    for (const [key, item] of kept) copied.set(partOf(key), partOf(item))
    return copied
  }
  if (kept instanceof Set) {
    const copied = new Set<Value>()
    for (const member of kept) copied.add(partOf(member))
    return copied
  }
  const copied: Record<string, Value> = { ...(kept as { readonly [key: string]: Value }) }
  for (const key in copied) {
    const item = copied[key]
    if (typeof item === 'object' && item !== null) copied[key] = partOf(item)
  }
  return copied
}

/** Whether this is what `kept` would be kept as. */
export function isKeptAs(draft: unknown, kept: Value): boolean {
  const settled = settle(draft, kept, DEPTH)
  if (settled === kept) return true
  // Keys and members that are objects are never the same ones.
  return settled !== undefined && sameCanonical(settled, kept)
}

/**
 * The canonical value of an edited draft, which may be anything: parts of `before` where they are equal to it.
 * Throws `ValueProblem` at the first thing that is not a `Value`.
 */
export function keptOf(draft: unknown, before: Value, path = 'value'): Value {
  const settled = settle(draft, before, DEPTH)
  return settled === undefined ? canonical(draft, path) : settled
}

/** Deeper than any sensible state, and no cycle gets past it. */
const DEPTH = 64

/** `undefined` where something is no `Value` or lies too deep to tell. */
function settle(value: unknown, before: Value | undefined, depth: number): Value | undefined {
  switch (typeof value) {
    case 'boolean':
    case 'string':
      return value
    case 'number':
      if (!Number.isFinite(value)) return undefined
      return value === 0 ? 0 : value
    case 'object':
      break
    default:
      return undefined
  }
  if (value === null) return null
  if (depth === 0) return undefined
  if (Array.isArray(value)) return settleList(value, Array.isArray(before) ? before : NOTHING, depth - 1)
  if (value instanceof Map) return settleMap(value, before instanceof Map ? before : NO_MAP, depth - 1)
  if (value instanceof Set) return settleSet(value, before instanceof Set ? before : NO_SET, depth - 1)
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null && Object.getPrototypeOf(prototype) !== null)
    return undefined
  return settleRecord(value as Record<string, unknown>, isRecord(before) ? before : NO_RECORD, depth - 1)
}

const NOTHING: readonly Value[] = Object.freeze([])
const NO_MAP: ReadonlyMap<Value, Value> = new Map()
const NO_SET: ReadonlySet<Value> = new Set()
const NO_RECORD: { readonly [key: string]: Value } = Object.freeze({})

function isRecord(value: Value | undefined): value is { readonly [key: string]: Value } {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Map) &&
    !(value instanceof Set)
  )
}

/** Makes a record only if something has changed, and in one go if it has the keys it had. */
function settleRecord(
  record: Record<string, unknown>,
  before: { readonly [key: string]: Value },
  depth: number,
): Value | undefined {
  let changed: Record<string, Value> | null = null
  let keys = 0
  for (const key in record) {
    const past = before[key]
    if (past === undefined) return rebuildRecord(record, before, depth)
    const item = settle(record[key], past, depth)
    if (item === undefined) return undefined
    if (item !== past) {
      changed ??= { ...before }
      changed[key] = item
    }
    keys++
  }
  for (const _ in before) keys--
  if (keys !== 0 || before === NO_RECORD) return rebuildRecord(record, before, depth)
  return changed ?? before
}

function rebuildRecord(
  record: Record<string, unknown>,
  before: { readonly [key: string]: Value },
  depth: number,
): Value | undefined {
  const made: Record<string, Value> = {}
  for (const key of Object.keys(record).sort()) {
    const item = settle(record[key], Object.hasOwn(before, key) ? before[key] : undefined, depth)
    if (item === undefined) return undefined
    made[key] = item
  }
  return made
}

function settleList(list: readonly unknown[], before: readonly Value[], depth: number): Value | undefined {
  const length = Math.min(list.length, before.length)
  let unchanged = 0
  while (unchanged < length) {
    const past = before[unchanged]!
    const element = list[unchanged]
    if (element !== past && (typeof element !== 'object' || settle(element, past, depth) !== past)) break
    unchanged++
  }
  if (unchanged === list.length && unchanged === before.length && before !== NOTHING) return before
  let isFlat = unchanged === 0 || flat.has(before)
  const made = before.slice(0, unchanged)
  for (let i = unchanged; i < list.length; i++) {
    const element = settleElement(list[i], before[i], depth)
    if (element === undefined) return undefined
    if (typeof element === 'object' && element !== null && !isShared(element)) isFlat = false
    made.push(element)
  }
  if (isFlat) flat.set(made)
  return made
}

/** A new element of a list is shared from now on, unless there is a Map or a Set in it. */
function settleElement(element: unknown, past: Value | undefined, depth: number): Value | undefined {
  if (typeof element !== 'object' || element === null) return settle(element, past, depth)
  if (isShared(element)) return element as Value
  const settled = settle(element, past, depth)
  return settled === undefined || settled === past ? settled : (sharedJson(settled) ?? settled)
}

function settleMap(
  map: ReadonlyMap<unknown, unknown>,
  before: ReadonlyMap<Value, Value>,
  depth: number,
): Value | undefined {
  if (map.size === before.size && before !== NO_MAP) {
    let changed: Map<Value, Value> | null = null
    let known = 0
    for (const [key, item] of map) {
      const past = before.get(key as Value)
      if (past === undefined) break
      const settled = settle(item, past, depth)
      if (settled === undefined) return undefined
      if (settled !== past) {
        changed ??= new Map(before)
        changed.set(key as Value, settled)
      }
      known++
    }
    if (known === map.size) return changed ?? before
  }
  const entries: { text: string; key: Value; item: Value }[] = []
  for (const [key, item] of map) {
    const settledKey = settle(key, undefined, depth)
    const settledItem = settle(item, before.get(key as Value), depth)
    if (settledKey === undefined || settledItem === undefined) return undefined
    entries.push({ text: '', key: settledKey, item: settledItem })
  }
  if (!isSorted(map.keys(), before.keys())) {
    for (const entry of entries) entry.text = canonicalText(entry.key)
    entries.sort((a, b) => byText(a.text, b.text))
  }
  const made = new Map<Value, Value>()
  for (const { key, item } of entries) made.set(key, item)
  return made
}

function settleSet(set: ReadonlySet<unknown>, before: ReadonlySet<Value>, depth: number): Value | undefined {
  const members: Value[] = []
  for (const member of set) {
    const settled = settle(member, undefined, depth)
    if (settled === undefined) return undefined
    members.push(settled)
  }
  if (isSorted(set, before)) {
    const unchanged = before !== NO_SET && set.size === before.size
    return unchanged ? before : new Set(members)
  }
  const sorted = members.map((member) => ({ member, text: canonicalText(member) }))
  sorted.sort((a, b) => byText(a.text, b.text))
  return new Set(sorted.map(({ member }) => member))
}

/** True where these are, in their order, some of those, which are sorted. Objects are never the same. */
function isSorted(these: Iterable<unknown>, those: Iterable<Value>): boolean {
  const rest = those[Symbol.iterator]()
  for (const one of these) {
    let next = rest.next()
    while (next.done !== true && next.value !== one) next = rest.next()
    if (next.done === true) return false
  }
  return true
}
