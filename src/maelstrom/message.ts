/** Maelstrom's messages: one JSON object a line with src, dest and body (github.com/jepsen-io/maelstrom, doc/protocol.md). */
import type { Json } from '../base/canonical.ts'

/** The payload: a `type`, for a request a `msg_id`, for an answer the `in_reply_to` of its request. */
export type WireBody = { readonly type: string } & { readonly [field: string]: Json }

export interface WireMessage {
  readonly src: string
  readonly dest: string
  readonly body: WireBody
}

/** The codes of errors that Maelstrom defines (resources/errors.edn). */
export const ERROR = {
  timeout: 0,
  nodeNotFound: 1,
  notSupported: 10,
  temporarilyUnavailable: 11,
  malformedRequest: 12,
  crash: 13,
  abort: 14,
  keyDoesNotExist: 20,
  keyAlreadyExists: 21,
  preconditionFailed: 22,
  txnConflict: 30,
} as const

/** After these the operation may still take effect. So it may after a code that nobody has defined. */
const INDEFINITE: readonly number[] = [ERROR.timeout, ERROR.crash]

/** Whether an error says for certain that the operation never takes effect. */
export function isDefinite(code: Json | undefined): boolean {
  const known: readonly number[] = Object.values(ERROR)
  return typeof code === 'number' && known.includes(code) && !INDEFINITE.includes(code)
}

/** From whom a line is and to whom. Two nodes may say to each other what they like: nothing else is known of the body. */
export interface Envelope {
  readonly src: string
  readonly dest: string
  readonly body: { readonly [field: string]: Json }
}

/**
 * A line with `src`, `dest` and `body`, or in one sentence why it is none. Where it is read `exactly`, integers that no
 * double holds, such as ids of 64 bits, are raw numbers (`digits`); otherwise they are rounded.
 */
export function readEnvelope(line: string, exactly = false): Envelope | string {
  let value: unknown
  try {
    value = exactly && /\d{16}|\d[eE]/.test(line) ? JSON.parse(line, keepDigits) : JSON.parse(line)
  } catch {
    return 'it is no JSON'
  }
  if (!isRecord(value)) return 'a message is a JSON object with "src", "dest" and "body"'
  const { src, dest, body } = value
  for (const [field, name] of [
    ['src', src],
    ['dest', dest],
  ] as const)
    if (typeof name !== 'string') return `its "${field}" is not the name of a node: ${shown(name)}`
  if (!isRecord(body)) return `its "body" is no JSON object: ${shown(body)}`
  return { src: src as string, dest: dest as string, body }
}

/** A line as a message of the protocol, with a type, or in one sentence why it is none. `exactly` as above. */
export function readMessage(line: string, exactly = false): WireMessage | string {
  const deep = depthOf(line)
  if (deep > MOST_DEEP)
    return `its values lie ${deep} deep in each other, and no more than ${MOST_DEEP} are read`
  const envelope = readEnvelope(line, exactly)
  if (typeof envelope === 'string') return envelope
  const { body } = envelope
  if (typeof body['type'] !== 'string') return `its body has no "type": ${shown(body)}`
  for (const field of ['msg_id', 'in_reply_to'])
    if (body[field] !== undefined && !isInteger(body[field]))
      return `its "${field}" is not an integer: ${shown(body[field])}`
  return { ...envelope, body: body as WireBody }
}

/** Deeper than any sensible value. */
const MOST_DEEP = 1000

/** How deep lists and objects lie in each other, as far as a line is JSON. */
function depthOf(line: string): number {
  let [depth, deepest, inText] = [0, 0, false]
  if (line.length < MOST_DEEP) return 0
  for (let i = 0; i < line.length; i++) {
    const char = line[i]
    if (inText && char === '\\') i++
    else if (char === '"') inText = !inText
    else if (inText) continue
    else if (char === '[' || char === '{') deepest = Math.max(deepest, ++depth)
    else if (char === ']' || char === '}') depth--
  }
  return deepest
}

/** What JSON has learnt since: the source of a number, and numbers that keep it (Node 22 and later). */
const EXACT = JSON as unknown as {
  rawJSON(text: string): Json
  isRawJSON(value: unknown): value is { readonly rawJSON: string }
}

/** Reads what a double would round, and what is too large for one, as raw numbers, which are written as they were read. */
const keepDigits = ((_key: string, value: unknown, { source = '' }: { readonly source?: string }) =>
  typeof value === 'number' &&
  (!Number.isFinite(value) || (/^-?\d+$/.test(source) && !Number.isSafeInteger(value)))
    ? EXACT.rawJSON(source)
    : value) as (key: string, value: unknown) => unknown

function isInteger(value: unknown): boolean {
  return Number.isSafeInteger(value) || (EXACT.isRawJSON(value) && /^-?\d+$/.test(value.rawJSON))
}

/** The digits of a raw number in a value; null where none is in it. */
export function rawNumberIn(value: Json): string | null {
  if (typeof value !== 'object' || value === null) return null
  if (EXACT.isRawJSON(value)) return value.rawJSON
  for (const one of Object.values(value)) {
    const found = rawNumberIn(one)
    if (found !== null) return found
  }
  return null
}

/** A value with the digits of each raw number as a text, which can be compared and shown like any other. */
export function digits(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  if (EXACT.isRawJSON(value)) return value.rawJSON
  if (Array.isArray(value)) return value.map(digits)
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, digits(one)]))
}

/** A message as one line, with the newline at its end. */
export function messageLine({ src, dest, body }: WireMessage): string {
  return `${JSON.stringify({ src, dest, body })}\n`
}

/** The body of an error. */
export function errorBody(code: number, text: string): WireBody {
  return { type: 'error', code, text }
}

/** A line as a sentence shows it: as it is where that can be read, otherwise as a JSON text. */
export function lineShown(line: string, most = 120): string {
  const isPlain = /^[{[][^\u0000-\u001f\u007f-\u009f]*$/.test(line)
  return isPlain ? cut(line, most) : shown(line, most)
}

/** A value, or the beginning of it. */
export function shown(value: unknown, most = 80): string {
  let text: string
  try {
    text = value === undefined ? 'nothing' : JSON.stringify(value)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return 'a value that lies too deep in others'
  }
  return cut(text, most)
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}

function isRecord(value: unknown): value is { readonly [field: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
