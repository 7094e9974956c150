/**
 * plain: copies what strangers' code made, without running any of it. Properties are read as they lie: a getter
 * is refused, not called, and so is a proxy.
 */
import { types } from 'node:util'
import { canonicalText, type Value, ValueProblem } from '../base/canonical.ts'
import { grouped } from '../base/verdict.ts'

/** Far deeper and larger than a state is, and soon enough for a machine. */
const MAX_DEPTH = 200
const MAX_PARTS = 200_000

/**
 * A copy of nothing but data: what `canonical` allows, in the order in which it lies. Throws `ValueProblem` with
 * the path of the first part that is something else, lies too deep, or is one part too many.
 */
export function plain(value: unknown, path: string): Value {
  return new Copy(path).of(value)
}

/** A value as text for a person, whatever it is. Runs nothing of it. */
export function textOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value
    case 'function':
      return types.isProxy(value) ? 'something that is not in reach here' : 'a function'
    case 'object':
      break
    default:
      return typeof value === 'bigint' ? `${value}n` : String(value)
  }
  try {
    return canonicalText(plain(value, 'it'))
  } catch (error) {
    if (!(error instanceof ValueProblem)) throw error
    return errorText(value) ?? `an object that is no plain data: ${error.path} is ${error.found}`
  }
}

/** `TypeError: x is not a function` where the value is an error; null where it is none. */
export function errorText(value: unknown): string | null {
  if (types.isProxy(value) || !types.isNativeError(value)) return null
  const name = lyingText(value, 'name') ?? nativeName(value)
  const message = lyingText(value, 'message') ?? ''
  return message === '' ? name : `${name}: ${message}`
}

/** In a locked realm the names of the language's own errors lie behind getters. */
function nativeName(error: object): string {
  const kinds = [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]
  const kind = kinds.find(({ prototype }) => Object.prototype.isPrototypeOf.call(prototype, error))
  return kind?.name ?? 'Error'
}

/** A property that is a text, as it lies on the object or above it. No getter is called. */
export function lyingText(value: object, key: string): string | null {
  for (let at: object | null = value; at !== null; at = Object.getPrototypeOf(at)) {
    if (types.isProxy(at)) return null
    const found = Object.getOwnPropertyDescriptor(at, key)
    if (found !== undefined) return typeof found.value === 'string' ? found.value : null
  }
  return null
}

/** An entry of a Map or a member of a Set, named by its key. */
interface Part {
  readonly of: 'key' | 'get' | 'member'
  readonly key: unknown
}

class Copy {
  private readonly path: (string | number | Part)[] = []
  private readonly above: object[] = []
  private parts = 0

  constructor(private readonly root: string) {}

  of(value: unknown): Value {
    switch (typeof value) {
      case 'boolean':
      case 'string':
      case 'number':
        return value
      case 'undefined':
        return this.refuse('undefined', 'use null for "nothing", or leave the field out')
      case 'function':
        return this.refuse(
          types.isProxy(value) ? 'a proxy' : 'a function',
          'keep data only; a function cannot be stored or sent',
        )
      case 'symbol':
      case 'bigint':
        return this.refuse(`a ${typeof value}`, 'use a string or a number')
      case 'object':
        return value === null ? null : this.object(value)
    }
  }

  private object(value: object): Value {
    if (types.isProxy(value)) return this.refuse('a proxy', 'keep plain objects, arrays, Maps and Sets')
    if (this.above.includes(value)) return this.refuse('a cycle', 'refer to the other part by its name')
    if (this.above.length >= MAX_DEPTH)
      return this.refuseAll(`nested more than ${MAX_DEPTH} levels deep`, 'keep a list of parts instead')
    this.above.push(value)
    const copied = this.inside(value)
    this.above.pop()
    return copied
  }

  private inside(value: object): Value {
    if (Array.isArray(value)) return this.list(value)
    if (types.isMap(value)) return this.map(value)
    if (types.isSet(value)) return this.set(value)
    const prototype: object | null = Object.getPrototypeOf(value)
    if (prototype !== null && !types.isProxy(prototype) && Object.getPrototypeOf(prototype) === null)
      return this.record(value)
    if (prototype === null) return this.record(value)
    return this.refuse(kindOf(value), 'keep plain objects, arrays, Maps and Sets')
  }

  private list(list: object): Value {
    const length = Object.getOwnPropertyDescriptor(list, 'length')!.value as number
    const copied: Value[] = []
    for (let i = 0; i < length; i++) copied.push(this.property(list, i))
    return copied
  }

  private record(record: object): Value {
    const copied: Record<string, Value> = {}
    for (const key of Object.keys(record)) {
      if (key === '__proto__') {
        this.path.push(key)
        this.refuse('a name that is not allowed', 'call the field otherwise')
      }
      copied[key] = this.property(record, key)
    }
    return copied
  }

  private map(map: Map<unknown, unknown>): Value {
    const copied = new Map<Value, Value>()
    // The language's own walk: the object may have been given another.
    Map.prototype.forEach.call(map, (item: unknown, key: unknown) => {
      const keyCopy = this.part({ of: 'key', key }, key)
      copied.set(keyCopy, this.part({ of: 'get', key }, item))
    })
    return copied
  }

  private set(set: Set<unknown>): Value {
    const copied = new Set<Value>()
    Set.prototype.forEach.call(set, (member: unknown) => {
      copied.add(this.part({ of: 'member', key: member }, member))
    })
    return copied
  }

  private property(owner: object, key: string | number): Value {
    const found = Object.getOwnPropertyDescriptor(owner, key)
    this.path.push(key)
    if (found !== undefined && !('value' in found)) return this.refuse('a getter', 'keep the value itself')
    const copied = this.counted(found?.value)
    this.path.pop()
    return copied
  }

  private part(name: Part, value: unknown): Value {
    this.path.push(name)
    const copied = this.counted(value)
    this.path.pop()
    return copied
  }

  private counted(value: unknown): Value {
    if (++this.parts > MAX_PARTS)
      return this.refuseAll(
        `too large, with more than ${grouped(MAX_PARTS)} values`,
        'keep it small: it is copied at every step',
      )
    return this.of(value)
  }

  /** It is the whole that is wrong, not the part where that was found out. */
  private refuseAll(found: string, advice: string): never {
    this.path.length = 0
    return this.refuse(found, advice)
  }

  private refuse(found: string, advice: string): never {
    const path = this.path.map(pathText)
    throw new ValueProblem(this.root + path.join(''), found, advice)
  }
}

function pathText(part: string | number | Part): string {
  if (typeof part === 'number') return `[${part}]`
  if (typeof part === 'string') return `.${part}`
  return part.of === 'get' ? `.get(${textOf(part.key)})` : ` ${part.of} ${textOf(part.key)}`
}

function kindOf(value: object): string {
  if (types.isPromise(value)) return 'a promise'
  const made = Object.getPrototypeOf(value) as object
  const maker = types.isProxy(made) ? undefined : Object.getOwnPropertyDescriptor(made, 'constructor')?.value
  const name = typeof maker === 'function' && !types.isProxy(maker) ? lyingText(maker, 'name') : null
  return `a ${name || 'class'}`
}
