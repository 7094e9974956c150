/** Arbitrary values for tests, and edits of them such as handlers make. */
import fc from 'fast-check'

const words = fc.constantFrom('a', 'b', 'c', 'type', '1', '10')
const plain = fc.oneof(fc.constantFrom(null, true, false, 0, -0, 1.5), fc.integer(), words)

/** Of few words, so that many are alike. */
export const anyJson = fc.letrec((tie) => ({
  json: fc.oneof(
    { depthSize: 'small' },
    plain,
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(words, tie('json'), { maxKeys: 4 }),
  ),
})).json

/** The same with Maps and Sets. */
export const anyValue = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    plain,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(words, tie('value'), { maxKeys: 4 }),
    fc.array(fc.tuple(words, tie('value')), { maxLength: 3 }).map((entries) => new Map(entries)),
    fc.array(words, { maxLength: 3 }).map((members) => new Set(members)),
  ),
})).value

/** Every object in a value, itself included. */
export function partsOf(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return []
  const inside =
    value instanceof Map ? [...value].flat() : value instanceof Set ? [...value] : Object.values(value)
  return [value, ...inside.flatMap(partsOf)]
}

/** Changes a part of a value where it lies; false where it may not be changed. */
export function edit(part: object, how: number, what: unknown): boolean {
  if (Object.isFrozen(part)) return false
  if (Array.isArray(part)) {
    if (how % 3 === 0) part.push(what)
    else if (how % 3 === 1) part.shift()
    else if (part.length > 0) part[how % part.length] = what
  } else if (part instanceof Map) {
    if (how % 2 === 0) part.set('b', what)
    else part.delete('b')
  } else if (part instanceof Set) {
    if (how % 2 === 0) part.add('b')
    else part.delete('b')
  } else {
    const record = part as Record<string, unknown>
    const keys = Object.keys(record)
    if (how % 3 === 0 || keys.length === 0) record['b'] = what
    else if (how % 3 === 1) delete record[keys[how % keys.length]!]
    else record[keys[how % keys.length]!] = what
  }
  return true
}

/** Everything that can be seen of a value, in the order it is seen. */
export function seen(value: unknown): string {
  if (value instanceof Map) return `Map(${[...value].map(seen)})`
  if (value instanceof Set) return `Set(${[...value].map(seen)})`
  if (Array.isArray(value)) return `[${value.map(seen)}]`
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : JSON.stringify(value)
  return `{${Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${seen(item)}`)}}`
}
