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

/** A last line that is cut off, as a process leaves it that is killed, is left out. Throws `TraceProblem`. */
export function readTrace(text: string): ServedTrace {
  const lines = text.split('\n')
  // What follows the last newline is empty, or was never finished.
  lines.pop()
  const values = lines.map((line, i) => {
    try {
      return JSON.parse(line) as { readonly [field: string]: Json }
    } catch {
      throw new TraceProblem(`line ${i + 1} is no JSON`)
    }
  })
  const head = values[0] as unknown as TraceHead | undefined
  if (head?.served !== TRACE_SCHEMA)
    throw new TraceProblem(
      head === undefined
        ? 'the trace has no whole line'
        : `this trace is of schema ${String(head.served)}; this program reads schema ${TRACE_SCHEMA}`,
    )
  const { program, settings, node, names } = head
  if (
    typeof program !== 'string' ||
    typeof settings !== 'string' ||
    typeof node !== 'string' ||
    !Array.isArray(names) ||
    !names.includes(node)
  )
    throw new TraceProblem('line 1 does not say which node of which program this was')
  const events = values.slice(1).map((value, i) => {
    if (!isEvent(value)) throw new TraceProblem(`line ${i + 2} is no event of a served node`)
    return value as unknown as TracedEvent
  })
  if (events[0]?.event.kind !== 'start') throw new TraceProblem('a trace begins with the start of its node')
  return { head, events }
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
