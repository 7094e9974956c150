/** Workloads: what clients ask the nodes of others, what an answer tells, and what it is all judged by (Maelstrom's doc/workloads.md). */
import type { Json } from '../base/canonical.ts'
import type { RandomStream } from '../base/random.ts'
import { echoed, eventualCounter, eventualSet, uniqueIds } from '../history/convergent.ts'
import type { History } from '../history/history.ts'
import { linearizable } from '../history/linearizable.ts'
import { keyValue } from '../history/models.ts'
import type { Call } from '../history/read.ts'
import type { HistoryVerdict } from '../history/verdict.ts'
import { ERROR, shown, type WireBody } from './message.ts'

export interface Workload {
  readonly says: string
  /** What each node is told after `init`, by name. */
  before?(names: readonly string[]): WireBody
  /** The i-th request, from 1. */
  draw(dice: RandomStream, i: number): WireBody
  /** What each node is asked at the end, when everything is healed. */
  readonly last: WireBody
  /** What was asked and told; `answer` is null where there was none. A sentence where the answer is none of these. */
  call(request: WireBody, answer: WireBody | null): Call | string
  /** An error that tells something all the same: the answer that it amounts to. */
  means?(request: WireBody, code: Json): WireBody | null
  /** Whether `judge` needs the last answer of every node, and it may take a while until they are as they must be. */
  readonly settles: boolean
  /** Whether it is enough that one node carries `last` out at the end; the others may refuse it. */
  readonly oneIsEnough?: true
  /** `last` are the answers to `last`, one of each node. */
  judge(history: History, last: History): HistoryVerdict
}

/** Each key is used for so many requests, so that none has a long history. */
const REQUESTS_PER_KEY = 40
const KEYS_AT_ONCE = 3

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
      return field(request, answer, 'messages', (result) =>
        Array.isArray(result) || result === null
          ? { f: 'read', key: null, value: null, result }
          : `its "messages" are no list: ${shown(result)}`,
      )
    },
    settles: true,
    judge: eventualSet,
  },
  'g-counter': {
    says: 'in the end each node has the sum of all that was added',
    draw: (dice) => (dice.chance(0.7) ? { type: 'add', delta: dice.integer(1, 5) } : { type: 'read' }),
    last: { type: 'read' },
    call(request, answer) {
      if (request.type === 'add') return { f: 'add', key: null, value: request['delta']!, result: null }
      return field(request, answer, 'value', (result) =>
        typeof result === 'number' || result === null
          ? { f: 'read', key: null, value: null, result }
          : `its "value" is no number: ${shown(result)}`,
      )
    },
    settles: true,
    judge: eventualCounter,
  },
  'lin-kv': {
    says: 'reads, writes and compare-and-set on keys are linearizable',
    draw(dice, i) {
      const newest = KEYS_AT_ONCE * (1 + Math.floor(i / (REQUESTS_PER_KEY * KEYS_AT_ONCE))) - 1
      const key = `k${newest - dice.integer(0, KEYS_AT_ONCE - 1)}`
      const kind = dice.integer(1, 10)
      // What was written long ago must be there as well.
      if (kind === 1) return { type: 'read', key: `k${dice.integer(0, newest)}` }
      if (kind <= 5) return { type: 'read', key }
      if (kind <= 8) return { type: 'write', key, value: i }
      return { type: 'cas', key, from: i - dice.integer(1, 12), to: i }
    },
    last: { type: 'read', key: 'k0' },
    call(request, answer) {
      const key = String(request['key'])
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
