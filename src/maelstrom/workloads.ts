/** WORKLOADS: what clients ask the nodes of others, what an answer tells, and what it is all judged by (Maelstrom's doc/workloads.md). */
import type { Json } from '../base/canonical.ts'
import { echoed, eventualCounter, eventualSet, uniqueIds } from '../history/convergent.ts'
import { linearizable } from '../history/linearizable.ts'
import { keyValue } from '../history/models.ts'
import type { Call } from '../history/read.ts'
import { newestKey, someKey } from './keys.ts'
import { ERROR, shown, type WireBody } from './message.ts'
import { transactional } from './transactional.ts'
import type { Workload } from './workload.ts'

/** In the end each node has the sum. */
const counter = {
  says: 'in the end each node has the sum of all that was added',
  last: { type: 'read' },
  call(request: WireBody, answer: WireBody | null): Call | string {
    if (request.type === 'add') return { f: 'add', key: null, value: request['delta']!, result: null }
    return field(request, answer, 'value', (result) =>
      typeof result === 'number' || result === null
        ? { f: 'read', key: null, value: null, result }
        : `its "value" is no number: ${shown(result)}`,
    )
  },
  settles: true,
  judge: eventualCounter,
}

export const WORKLOADS: { readonly [name: string]: Workload } = {
  echo: {
    says: 'each answer is what was sent',
    draw: (_dice, i) => ({ type: 'echo', echo: `please echo ${i}` }),
    last: { type: 'echo', echo: 'are you there' },
    call: (request, answer) =>
      field(request, answer, 'echo', (result) => ({ f: 'echo', key: null, value: request['echo']!, result })),
    settles: false,
    judge: echoed,
  },
  'unique-ids': {
    says: 'no id is given twice',
    draw: () => ({ type: 'generate' }),
    last: { type: 'generate' },
    call: (request, answer) =>
      field(request, answer, 'id', (result) => ({ f: 'generate', key: null, value: null, result })),
    settles: false,
    judge: uniqueIds,
  },
  broadcast: {
    says: 'in the end each node has all messages that were acknowledged',
    before: (names) => ({ type: 'topology', topology: grid(names) }),
    draw: (dice, i) => (dice.chance(0.7) ? { type: 'broadcast', message: i } : { type: 'read' }),
    last: { type: 'read' },
    call(request, answer) {
      const value = request['message'] ?? null
      if (request.type === 'broadcast') return { f: 'broadcast', key: null, value, result: null }
      return field(request, answer, 'messages', listed('messages'))
    },
    settles: true,
    judge: eventualSet,
  },
  'g-counter': {
    ...counter,
    draw: (dice) => (dice.chance(0.7) ? { type: 'add', delta: dice.integer(1, 5) } : { type: 'read' }),
  },
  'g-set': {
    says: 'in the end each node has all that was added',
    draw: (dice, i) => (dice.chance(0.7) ? { type: 'add', element: i } : { type: 'read' }),
    last: { type: 'read' },
    call(request, answer) {
      if (request.type === 'add') return { f: 'add', key: null, value: request['element']!, result: null }
      return field(request, answer, 'value', listed('value'))
    },
    settles: true,
    judge: eventualSet,
  },
  'pn-counter': {
    ...counter,
    draw: (dice) => (dice.chance(0.7) ? { type: 'add', delta: dice.integer(-5, 5) } : { type: 'read' }),
  },
  'lin-kv': {
    says: 'reads, writes and compare-and-set on keys are linearizable',
    draw(dice, i) {
      const key = someKey(dice, i)
      const kind = dice.integer(1, 10)
      // What was written long ago must be there as well.
      if (kind === 1) return { type: 'read', key: dice.integer(0, newestKey(i)) }
      if (kind <= 5) return { type: 'read', key }
      if (kind <= 8) return { type: 'write', key, value: i }
      return { type: 'cas', key, from: i - dice.integer(1, 12), to: i }
    },
    last: { type: 'read', key: 0 },
    call(request, answer) {
      const key = `key ${String(request['key'])}`
      if (request.type === 'write') return { f: 'write', key, value: request['value']!, result: null }
      if (request.type === 'cas')
        return { f: 'cas', key, value: [request['from']!, request['to']!], result: null }
      return field(request, answer, 'value', (result) => ({ f: 'read', key, value: null, result }))
    },
    // That there is no such key is what the read has found.
    means: (request, code) =>
      request.type === 'read' && code === ERROR.keyDoesNotExist ? { type: 'read_ok', value: null } : null,
    settles: false,
    oneIsEnough: true,
    judge: (history) =>
      linearizable(history, keyValue(), { maxMegabytes: 256, maxConfigurations: Number.POSITIVE_INFINITY }),
  },
  'txn-list-append': transactional('list-append'),
  'txn-rw-register': transactional('rw-register'),
}

/** The call with a field of the answer; without an answer it is null. */
function field(
  request: WireBody,
  answer: WireBody | null,
  name: string,
  call: (result: Json) => Call | string,
): Call | string {
  if (answer === null) return call(null)
  const result = answer[name]
  return result === undefined ? `${request.type}_ok has no "${name}": ${shown(answer)}` : call(result)
}

/** The result of a read that is a list. */
function listed(name: string): (result: Json) => Call | string {
  return (result) =>
    Array.isArray(result) || result === null
      ? { f: 'read', key: null, value: null, result }
      : `its "${name}" is no list: ${shown(result)}`
}

/** Nodes in rows, each with the neighbours beside, above and below it. */
export function grid(names: readonly string[]): { readonly [name: string]: readonly string[] } {
  const wide = Math.ceil(Math.sqrt(names.length))
  const at = (row: number, column: number): readonly string[] => {
    const name = names[row * wide + column]
    return column < 0 || column >= wide || row < 0 || name === undefined ? [] : [name]
  }
  return Object.fromEntries(
    names.map((name, i) => {
      const [row, column] = [Math.floor(i / wide), i % wide]
      const beside = [...at(row, column - 1), ...at(row, column + 1)]
      return [name, [...beside, ...at(row - 1, column), ...at(row + 1, column)]]
    }),
  )
}
