/**
 * Canonical values: plain data in one fixed order, so that equal values are equal texts and every driver
 * hands a handler the same iteration order.
 */

import { makeMark, makeNote } from './mark.ts'

/** JSON, the only thing that travels on the wire. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** What a state may hold: JSON plus `Map` and `Set`. Disks hold JSON, which can be frozen and shared by all worlds. */
export type Value =
  | null
  | boolean
  | number
  | string
  | readonly Value[]
  | { readonly [key: string]: Value }
  | ReadonlyMap<Value, Value>
  | ReadonlySet<Value>

/** A value that cannot be kept or sent. `path` says where it lies, `advice` what to do instead. */
export class ValueProblem extends Error {
  override readonly name = 'ValueProblem'
  constructor(
    readonly path: string,
    readonly found: string,
    readonly advice: string,
  ) {
    super(`${path} is ${found}: ${advice}`)
  }
}

/**
 * A deep copy in canonical order: integer-like keys first, then keys by code unit; Map entries and Set
 * members by the text of their keys. Throws `ValueProblem` at the first thing that is not a `Value`.
 */
export function canonical(value: unknown, path = 'value'): Value {
  const quickly = quickCopy(value, true, QUICK_DEPTH)
  return quickly === ODD ? copy(value, path, true, []) : quickly
}

/** The same for messages: JSON only, frozen. What is already canonical and frozen by us is shared. */
export function canonicalJson(value: unknown, path = 'message'): Json {
  if (typeof value === 'object' && value !== null && frozen.has(value)) return value as Json
  const quickly = quickCopy(value, false, QUICK_DEPTH)
  return quickly === ODD ? deepFreeze(copy(value, path, false, []) as Json) : (quickly as Json)
}

/** One text per value, whatever order its keys, entries or members were put in. */
export function canonicalText(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'number' && Number.isFinite(value)) return `${value}`
  if (typeof value !== 'object') return JSON.stringify(value) ?? 'undefined'
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`
  if (value instanceof Map)
    return `Map{${[...value]
      .map(([k, v]) => `${canonicalText(k)}=>${canonicalText(v)}`)
      .sort()
      .join(',')}}`
  if (value instanceof Set) return `Set{${[...value].map(canonicalText).sort().join(',')}}`
  const record = value as Record<string, unknown>
  return `{${Object.keys(record)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalText(record[key])}`)
    .join(',')}}`
}

/** Whether two canonical values are equal: quicker than comparing their texts. */
export function sameCanonical(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a)) return Array.isArray(b) && sameLists(a, b)
  if (a instanceof Map) return b instanceof Map && a.size === b.size && sameCanonical([...a], [...b])
  if (a instanceof Set) return b instanceof Set && a.size === b.size && sameCanonical([...a], [...b])
  if (Array.isArray(b) || b instanceof Map || b instanceof Set) return false
  let keys = 0
  for (const key in a) {
    const x = (a as Record<string, unknown>)[key]
    const y = (b as Record<string, unknown>)[key]
    if (x !== y && !sameCanonical(x, y)) return false
    if (y === undefined) return false
    keys++
  }
  for (const _ in b) keys--
  return keys === 0
}

function sameLists(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (!sameCanonical(a[i], b[i])) return false
  return true
}

/** Orders texts by code unit: the same on every machine, whatever its locale. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Whether this very object is canonical JSON that was frozen here: it may be shared. */
export function isShared(value: object): boolean {
  return frozen.has(value)
}

/** A frozen copy of a canonical value to be shared, or undefined if there is a Map or a Set in it. */
export function sharedJson(value: Value): Json | undefined {
  const quickly = quickCopy(value, false, QUICK_DEPTH)
  return quickly === ODD ? undefined : (quickly as Json)
}

const frozen = makeMark()

/** Of a list that is shared: one like it that is not frozen and is never handed out itself. */
const loose = makeNote<readonly Json[]>()

/** A copy of a shared value that is nobody else's, to be read quickly and edited. */
export function ownJson<T extends Json>(value: T): T {
  return (typeof value === 'object' && value !== null ? ownCopy(value) : value) as T
}

function ownCopy(value: object): Json {
  if (Array.isArray(value)) {
    const list = (loose.get(value) ?? value).slice()
    for (let i = 0; i < list.length; i++) {
      const element = list[i]!
      if (typeof element === 'object' && element !== null) list[i] = ownCopy(element)
    }
    return list
  }
  const record = { ...(value as { readonly [key: string]: Json }) }
  for (const key in record) {
    const item = record[key]!
    if (typeof item === 'object' && item !== null) record[key] = ownCopy(item)
  }
  return record
}

function deepFreeze(value: Json): Json {
  if (value === null || typeof value !== 'object' || frozen.has(value)) return value
  for (const part of Object.values(value)) deepFreeze(part as Json)
  return shared(value)
}

function shared<T extends object>(value: T): T {
  frozen.set(value)
  return Object.freeze(value)
}

/** The one empty list of all messages. */
const EMPTY: readonly Json[] = shared([])

/** Something is not a value, or lies too deep to tell: the careful copy then says what and where. */
const ODD = Symbol('odd')
/** Deeper than any sensible state, and no cycle gets past it. */
const QUICK_DEPTH = 64

/**
 * The copy without paths for messages that nearly nobody reads: building them took most of the time. Without
 * collections, it is JSON, to be shared.
 */
function quickCopy(value: unknown, collections: boolean, depth: number): Value | typeof ODD {
  switch (typeof value) {
    case 'boolean':
    case 'string':
      return value
    case 'number':
      if (!Number.isFinite(value)) return ODD
      return value === 0 ? 0 : value
    case 'object':
      break
    default:
      return ODD
  }
  if (value === null) return null
  if (depth === 0) return ODD
  if (!collections && frozen.has(value)) return value as Json
  if (Array.isArray(value)) return quickList(value, collections, depth - 1)
  if (value instanceof Map) return collections ? quickMap(value, depth - 1) : ODD
  if (value instanceof Set) return collections ? quickSet(value, depth - 1) : ODD
  const prototype = Object.getPrototypeOf(value)
  const plain =
    prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null
  return plain ? quickRecord(value as Record<string, unknown>, collections, depth - 1) : ODD
}

function quickList(list: readonly unknown[], collections: boolean, depth: number): Value | typeof ODD {
  if (list.length === 0 && !collections) return EMPTY
  if (Object.getPrototypeOf(list) !== Array.prototype) return ODD
  const copied = list.slice() as Json[]
  for (let i = 0; i < copied.length; i++) {
    const item = quickCopy(copied[i], collections, depth)
    if (item === ODD) return ODD
    copied[i] = item as Json
  }
  if (collections) return copied
  loose.set(copied, copied.slice())
  return shared(copied)
}

function quickRecord(
  record: Record<string, unknown>,
  collections: boolean,
  depth: number,
): Value | typeof ODD {
  const type = record['type']
  const forms = typeof type === 'string' ? typed : untyped
  const name = typeof type === 'string' ? type : firstKey(record)
  const form = forms.get(name)
  if (form !== undefined) {
    const filled = fillForm(form, record, collections, depth)
    if (filled !== undefined) return filled === ODD || collections ? filled : shared(filled)
  }
  const given = Object.keys(record)
  const copied: Record<string, Value> = {}
  for (const key of sortKeys(given.slice())) {
    const item = quickCopy(record[key], collections, depth)
    if (item === ODD) return ODD
    copied[key] = item
  }
  if (form === undefined && forms.size < MANY_FORMS) forms.set(name, { given, blank: blankOf(copied) })
  return collections ? copied : shared(copied)
}

/** Records of one type, or with one first key, mostly have the same keys in the same order: those are sorted once. */
interface Form {
  readonly given: readonly string[]
  /** A record with these keys, in canonical order. */
  readonly blank: { readonly [key: string]: Value }
}

const typed = new Map<string, Form>()
const untyped = new Map<string, Form>()
const MANY_FORMS = 1000

function firstKey(record: Record<string, unknown>): string {
  for (const key in record) return key
  return ''
}

/** Numbers stay where there were some: engines then know what to expect. */
function blankOf(record: Record<string, Value>): Record<string, Value> {
  const blank = { ...record }
  for (const key in blank) if (typeof blank[key] === 'object') blank[key] = null
  return blank
}

/** Undefined where the record has another form. */
function fillForm(
  { given, blank }: Form,
  record: Record<string, unknown>,
  collections: boolean,
  depth: number,
): Record<string, Value> | typeof ODD | undefined {
  const copied = { ...blank }
  let at = 0
  for (const key in record) {
    if (key !== given[at++]) return undefined
    const value = record[key]
    const item = typeof value === 'string' ? value : quickCopy(value, collections, depth)
    if (item === ODD) return ODD
    copied[key] = item
  }
  return at === given.length ? copied : undefined
}

/** Sorts in place by code unit. Keys are few, and mostly sorted already. */
function sortKeys(keys: string[]): string[] {
  if (keys.length > 16) return keys.sort()
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i]!
    let at = i
    while (at > 0 && key < keys[at - 1]!) {
      keys[at] = keys[at - 1]!
      at--
    }
    keys[at] = key
  }
  return keys
}

function quickMap(map: Map<unknown, unknown>, depth: number): Value | typeof ODD {
  const entries: { text: string; key: Value; item: Value }[] = []
  for (const [key, item] of map) {
    const keyCopy = quickCopy(key, true, depth)
    const itemCopy = quickCopy(item, true, depth)
    if (keyCopy === ODD || itemCopy === ODD) return ODD
    entries.push({ text: canonicalText(key), key: keyCopy, item: itemCopy })
  }
  entries.sort((a, b) => byText(a.text, b.text))
  const copied = new Map<Value, Value>()
  for (const { key, item } of entries) copied.set(key, item)
  return copied
}

function quickSet(set: Set<unknown>, depth: number): Value | typeof ODD {
  const members: { text: string; member: Value }[] = []
  for (const member of set) {
    const copied = quickCopy(member, true, depth)
    if (copied === ODD) return ODD
    members.push({ text: canonicalText(member), member: copied })
  }
  members.sort((a, b) => byText(a.text, b.text))
  return new Set(members.map(({ member }) => member))
}

function copy(value: unknown, path: string, collections: boolean, above: object[]): Value {
  switch (typeof value) {
    case 'boolean':
    case 'string':
      return value
    case 'number':
      if (!Number.isFinite(value)) throw new ValueProblem(path, String(value), 'keep finite numbers only')
      return value === 0 ? 0 : value
    case 'undefined':
      throw new ValueProblem(path, 'undefined', 'use null for "nothing", or leave the field out')
    case 'function':
      throw new ValueProblem(path, 'a function', 'keep data only; a function cannot be stored or sent')
    case 'symbol':
    case 'bigint':
      throw new ValueProblem(path, `a ${typeof value}`, 'use a string or a number')
    case 'object':
      break
  }
  if (value === null) return null
  if (above.includes(value)) throw new ValueProblem(path, 'a cycle', 'refer to the other part by its name')
  above.push(value)
  try {
    return copyObject(value, path, collections, above)
  } finally {
    above.pop()
  }
}

function copyObject(value: object, path: string, collections: boolean, above: object[]): Value {
  if (Array.isArray(value)) {
    const list: Value[] = []
    for (let i = 0; i < value.length; i++) list.push(copy(value[i], `${path}[${i}]`, collections, above))
    return list
  }
  if (value instanceof Map || value instanceof Set) {
    const kind = value instanceof Map ? 'Map' : 'Set'
    if (!collections)
      throw new ValueProblem(
        path,
        `a ${kind}`,
        'messages and disks hold JSON: use an array or an object instead',
      )
    return value instanceof Map ? copyMap(value, path, above) : copySet(value, path, above)
  }
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    const name = (value as { constructor?: { name?: string } }).constructor?.name ?? 'class'
    const found = name === 'Promise' ? 'a promise' : `a ${name}`
    throw new ValueProblem(path, found, 'keep plain objects, arrays, Maps and Sets')
  }
  const record: Record<string, Value> = {}
  for (const key of Object.keys(value).sort())
    record[key] = copy((value as Record<string, unknown>)[key], `${path}.${key}`, collections, above)
  return record
}

function copyMap(map: Map<unknown, unknown>, path: string, above: object[]): Value {
  const entries = [...map].map(([key, item]) => {
    const text = canonicalText(key)
    return {
      text,
      key: copy(key, `${path} key ${text}`, true, above),
      item: copy(item, `${path}.get(${text})`, true, above),
    }
  })
  entries.sort((a, b) => byText(a.text, b.text))
  return new Map(entries.map(({ key, item }) => [key, item]))
}

function copySet(set: Set<unknown>, path: string, above: object[]): Value {
  const members = [...set].map((member) => {
    const text = canonicalText(member)
    return { text, member: copy(member, `${path} member ${text}`, true, above) }
  })
  members.sort((a, b) => byText(a.text, b.text))
  return new Set(members.map(({ member }) => member))
}
