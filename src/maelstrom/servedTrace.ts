/** Traces of served nodes: a file of JSON lines, first which node of which program, then each event of its life. */
import type { Json } from '../base/canonical.ts'
import type { TracedEvent } from './server.ts'

export const TRACE_SCHEMA = 1

/** Which node it is the life of, and what it was made from. */
export interface TraceHead {
  readonly served: typeof TRACE_SCHEMA
  /** The name of a protocol, `exercise:` and the id of an exercise, or `file`. */
  readonly program: string
  /** The words after `cluster`: rules and settings. */
  readonly settings: string
  /** Of a file that exports several nodes, which one; null otherwise. */
  readonly role: string | null
  readonly node: string
  readonly names: readonly string[]
}

export interface ServedTrace {
  readonly head: TraceHead
  readonly events: readonly TracedEvent[]
}

/** A file that is no trace: one sentence with its line. */
export class TraceProblem extends Error {
  override readonly name = 'TraceProblem'
}

/** Whether a text begins like a trace. */
export function isTrace(text: string): boolean {
  return /^\s*\{"served":/.test(text)
}

/** Whose trace it is, by its first line alone; null where that was cut off. Throws `TraceProblem`. */
export function headOf(text: string): TraceHead | null {
  const [first] = text.split('\n', 1)
  return first === text ? null : headIn(valueIn(first!, 0))
}

/** A last line that is cut off, as a process leaves it that is killed, is left out. Throws `TraceProblem`. */
export function readTrace(text: string): ServedTrace {
  const lines = text.split('\n')
  // What follows the last newline is empty, or was never finished.
  lines.pop()
  const values = lines.map(valueIn)
  if (values[0] === undefined) throw new TraceProblem('the trace has no whole line')
  const head = headIn(values[0])
  const events = values.slice(1).map((value, i) => {
    if (!isEvent(value)) throw new TraceProblem(`line ${i + 2} is no event of a served node`)
    return value as unknown as TracedEvent
  })
  if (events[0]?.event.kind !== 'start') throw new TraceProblem('a trace begins with the start of its node')
  return { head, events }
}

function valueIn(line: string, i: number): { readonly [field: string]: Json } {
  try {
    return JSON.parse(line)
  } catch {
    throw new TraceProblem(`line ${i + 1} is no JSON`)
  }
}

function headIn(value: { readonly [field: string]: Json }): TraceHead {
  const head = value as unknown as TraceHead
  if (head.served !== TRACE_SCHEMA)
    throw new TraceProblem(
      `this trace is of schema ${String(head.served)}; this program reads schema ${TRACE_SCHEMA}`,
    )
  const { program, settings, node, names } = head
  const isWhole = [program, settings, node].every((field) => typeof field === 'string')
  if (!isWhole || !Array.isArray(names) || !names.includes(node))
    throw new TraceProblem('line 1 does not say which node of which program this was')
  return head
}

function isEvent(value: { readonly [field: string]: unknown }): boolean {
  const { atUs, seed, hash, event, disk } = value as { readonly [field: string]: unknown }
  const { kind, from, body, timer } = (event ?? {}) as { readonly [field: string]: unknown }
  const isWhole =
    (kind === 'start' && isRecord(disk) && isRecord(disk['keys']) && isRecord(disk['logs'])) ||
    (kind === 'receive' && typeof from === 'string' && isRecord(body) && typeof body['type'] === 'string') ||
    (kind === 'timer' && typeof timer === 'string')
  return isWhole && Number.isSafeInteger(atUs) && Number.isSafeInteger(seed) && typeof hash === 'string'
}

function isRecord(value: unknown): value is { readonly [field: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
