/** Reads histories: from clients of a world, and from lists of events such as other tools write. */
import type { Json } from '../base/canonical.ts'
import type { Operation } from '../base/operation.ts'
import { byInvoke, type History, type HistoryOperation, HistoryProblem, operationName } from './history.ts'

/** What an operation asks and tells, without who and when. */
export type Call = Pick<HistoryOperation, 'f' | 'key' | 'value' | 'result'>

/** One line of a history file in the form of Jepsen. `value` of a keyed operation is `[key, value]`. */
export interface HistoryEvent {
  readonly type: 'invoke' | 'ok' | 'fail' | 'info'
  readonly process: string | number
  readonly f: string
  readonly value: Json
}

/**
 * The history of a world's clients. The vectors `after` say which answers came before each question; events
 * are laid out in one sequence with the same order in real time. Throws `HistoryProblem` where no time can
 * have produced them. An operation that is open counts as `info`: it may still take effect.
 *
 * `call` says what a request means; by default requests are Maelstrom's.
 */
export function historyOfClients(
  clients: { readonly [client: string]: readonly Operation[] },
  call: (request: Json, answer: Json) => Call = maelstromCall,
): History {
  const names = Object.keys(clients)
  const answered = new Map(
    names.map((name) => [name, clients[name]!.filter((o) => o.outcome === 'ok' || o.outcome === 'fail')]),
  )
  const asked = names.flatMap((client) =>
    clients[client]!.map((operation) => {
      const own = answered.get(client)!.filter((o) => o.n < operation.n).length
      const before = names.map((name) => (name === client ? own : (operation.after[name] ?? 0)))
      return { operation, before, total: before.reduce((a, b) => a + b, 0) }
    }),
  )
  asked.sort((a, b) => a.total - b.total)

  // Whatever was answered before a question goes between it and the questions asked with fewer answers.
  let time = 0
  const invoke = new Map<Operation, number>()
  const returned = new Map<Operation, number>()
  const known = names.map(() => 0)
  for (const { operation, before } of asked) {
    for (const [i, name] of names.entries()) {
      const list = answered.get(name)!
      if (before[i]! < known[i]! || before[i]! > list.length)
        throw new HistoryProblem(
          `${operation.client}.${operation.n}`,
          `it was asked after ${before[i]} answers to ${name}, but others say ${known[i]} of ${list.length}`,
        )
      for (; known[i]! < before[i]!; known[i]!++) {
        const earlier = list[known[i]!]!
        if (!invoke.has(earlier))
          throw new HistoryProblem(`${earlier.client}.${earlier.n}`, 'it was answered before it was asked')
        returned.set(earlier, time++)
      }
    }
    invoke.set(operation, time++)
  }
  for (const list of answered.values())
    for (const operation of list) if (!returned.has(operation)) returned.set(operation, time++)

  return asked
    .map(({ operation }): HistoryOperation => {
      const outcome = operation.outcome === 'open' ? 'info' : operation.outcome
      return {
        process: operation.client,
        n: operation.n,
        invoke: invoke.get(operation)!,
        return: outcome === 'info' ? null : returned.get(operation)!,
        outcome,
        ...call(operation.request, outcome === 'ok' ? operation.answer : null),
      }
    })
    .sort(byInvoke)
}

/**
 * The history in a list of events, in the order they happened. With `keyed`, values are `[key, value]`.
 * Throws `HistoryProblem` where a process asks twice at once or is answered without having asked; `whereOf` names
 * the place of an event.
 */
export function historyOfEvents(
  events: readonly HistoryEvent[],
  keyed = false,
  whereOf: (place: number) => string = (place) => `event ${place}`,
): History {
  const open = new Map<string, number>()
  const counts = new Map<string, number>()
  const operations: HistoryOperation[] = []
  for (const [place, event] of events.entries()) {
    const process = String(event.process)
    const at = open.get(process)
    if (event.type === 'invoke') {
      if (at !== undefined)
        throw new HistoryProblem(
          whereOf(place),
          `${process} asks before it was told of ${operationName(operations[at]!)}`,
        )
      const n = (counts.get(process) ?? 0) + 1
      counts.set(process, n)
      open.set(process, operations.length)
      const { key, value } = keyedValue(event, keyed, whereOf(place))
      const asked = event.f === 'read' || event.f === 'dequeue' ? null : value
      operations.push({
        process,
        n,
        invoke: place,
        return: null,
        outcome: 'info',
        f: event.f,
        key,
        value: asked,
        result: null,
      })
      continue
    }
    if (at === undefined)
      throw new HistoryProblem(whereOf(place), `${process} is told ${event.type}, but has asked nothing`)
    open.delete(process)
    if (event.type === 'info') continue
    const asked = operations[at]!
    const tells = event.type === 'ok' && (asked.f === 'read' || asked.f === 'dequeue')
    const result = tells ? keyedValue(event, keyed, whereOf(place)).value : null
    operations[at] = { ...asked, return: place, outcome: event.type, result }
  }
  return operations
}

function keyedValue(
  { value }: HistoryEvent,
  keyed: boolean,
  where: string,
): { key: string | null; value: Json } {
  if (!keyed) return { key: null, value }
  if (!Array.isArray(value) || value.length !== 2)
    throw new HistoryProblem(where, `expected [key, value], found ${JSON.stringify(value)}`)
  return { key: typeof value[0] === 'string' ? value[0] : JSON.stringify(value[0]), value: value[1] ?? null }
}

/** The words of key-value stores for the same. */
const SAME: { readonly [type: string]: string } = { put: 'write', get: 'read' }

/**
 * A request in Maelstrom's words: `type` (`put` and `get` are `write` and `read`), `key`, and `value`, `element` or `delta`, or `from` and `to`; the
 * answer's `value` is what came back.
 */
export function maelstromCall(request: Json, answer: Json): Call {
  const body = record(request)
  const key = body['key'] ?? null
  const value =
    body['type'] === 'cas'
      ? [body['from'] ?? null, body['to'] ?? null]
      : (body['value'] ?? body['element'] ?? body['delta'] ?? null)
  return {
    f: SAME[String(body['type'])] ?? String(body['type']),
    key: key === null || typeof key === 'string' ? key : JSON.stringify(key),
    value,
    result: record(answer)['value'] ?? null,
  }
}

function record(value: Json): { readonly [field: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as { readonly [field: string]: Json })
    : {}
}
