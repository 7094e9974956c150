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

/** A line as a message, or in one sentence why it is none. */
export function readMessage(line: string): WireMessage | string {
  let value: unknown
  try {
    value = JSON.parse(line)
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
  if (typeof body['type'] !== 'string') return `its body has no "type": ${shown(body)}`
  for (const field of ['msg_id', 'in_reply_to'])
    if (body[field] !== undefined && !Number.isSafeInteger(body[field]))
      return `its "${field}" is not an integer: ${shown(body[field])}`
  return { src: src as string, dest: dest as string, body: body as WireBody }
}

/** A message as one line, with the newline at its end. */
export function messageLine({ src, dest, body }: WireMessage): string {
  return `${JSON.stringify({ src, dest, body })}\n`
}

/** The body of an error. */
export function errorBody(code: number, text: string): WireBody {
  return { type: 'error', code, text }
}

/** A value, or the beginning of it. */
export function shown(value: unknown, most = 80): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value)
  return text.length > most ? `${text.slice(0, most - 1)}…` : text
}

function isRecord(value: unknown): value is { readonly [field: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
