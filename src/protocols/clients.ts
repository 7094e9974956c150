/** What clients of a register saw, judged while a search or a run goes on: protocols with `put {value}` and `get`, answered by `put_ok` and `get_ok {value}`. */
import type { Operation } from '../base/operation.ts'
import { registerJudges } from '../history/judges.ts'
import { linearizable } from '../history/linearizable.ts'
import { keyValue } from '../history/models.ts'
import { historyOfClients } from '../history/read.ts'
import type { HistoryVerdict } from '../history/verdict.ts'
import type { Body } from '../node/node.ts'
import { answeredBy, outcomeOf } from '../world/clients.ts'
import { type AnyProperty, type Observation, property } from '../world/property.ts'

type Clients = { readonly [client: string]: readonly Operation[] }

/** Every `put` and `get` takes effect at one moment between its question and its answer (Herlihy & Wing 1990). */
export const linearizableRegister = whatClientsSaw(
  'Linearizable',
  'Linearizable: every read and write takes effect at one moment between its question and its answer',
)

/** One order explains all answers and keeps each client's own (Lamport 1979). */
export const sequentialRegister = whatClientsSaw(
  'SequentiallyConsistent',
  'Sequentially consistent: one order of all reads and writes, which keeps that of each client, explains the answers',
)

/** What one client may rely on (Terry and others 1994). Each value must be written at most once. */
export const sessionGuarantees: readonly AnyProperty[] = [
  whatClientsSaw(
    'ReadYourWrites',
    "Read your writes: a client's read sees its own earlier writes, or later ones",
  ),
  whatClientsSaw(
    'MonotonicReads',
    "Monotonic reads: a client's later read does not go back behind its earlier one",
  ),
  whatClientsSaw('MonotonicWrites', "Monotonic writes: a client's writes are seen in its order"),
  whatClientsSaw(
    'WritesFollowReads',
    'Writes follow reads: what a client writes after a read is seen after what it read',
  ),
]

/**
 * Availability as Gilbert and Lynch (2002) have it: every request that a node received is answered in the end, and an
 * error is no answer. Judged where nothing more can happen without a repair. Nodes that crash excuse nothing here.
 */
export const available = property<Clients>({
  name: 'Available',
  says: 'Available: every request gets an answer, without waiting for a repair',
  first: {},
  see: ofRegister,
  judge: {
    kind: 'atRest',
    broken(clients) {
      const open = Object.values(clients)
        .flat()
        .find(({ outcome }) => outcome !== 'ok')
      if (open === undefined) return null
      const { type } = open.request as { readonly type: string }
      const got = open.outcome === 'open' ? 'no answer' : 'an error'
      return `${open.client} asked ${open.to} for ${type} and gets ${got}`
    },
  },
})

/**
 * Linearizable, of a map of registers with Maelstrom's requests `read {key}`, `write {key, value}` and
 * `cas {key, from, to}`. A read that finds no key (error 20) has read nothing; a `cas` that fails has not happened.
 */
export const linearizableMap = property<Clients>({
  name: 'Linearizable',
  says: linearizableRegister.says,
  first: {},
  see: (clients, seen) =>
    follow(clients, seen.kind === 'return' ? { ...seen, body: asRead(clients, seen) } : seen),
  judge: {
    kind: 'always',
    broken: once((clients) => linearizable(historyOfClients(clients), keyValue())),
  },
})

/** Most steps of a run are no client's: the same operations are judged once. */
function once(judge: (clients: Clients) => HistoryVerdict): (clients: Clients) => string | null {
  const judged = new WeakMap<Clients, string | null>()
  return (clients) => {
    const known = judged.get(clients)
    if (known !== undefined) return known
    const verdict = judge(clients)
    const why = verdict.kind === 'broken' ? verdict.why : null
    judged.set(clients, why)
    return why
  }
}

function asRead(clients: Clients, { op, body }: Observation & { kind: 'return' }): Body {
  const asked = clients[op.client]?.find((o) => o.n === op.n)
  const isRead = (asked?.request as { readonly type?: string } | undefined)?.type === 'read'
  return isRead && body.type === 'error' && body['code'] === 20 ? { type: 'read_ok', value: null } : body
}

function whatClientsSaw(name: string, says: string): AnyProperty {
  const judgeOf = registerJudges[name]!
  return property<Clients>({
    name,
    says,
    first: {},
    see: ofRegister,
    judge: {
      kind: 'always',
      broken: once((clients) => judgeOf(historyOfClients(clients))),
    },
  })
}

/** Only `put` and `get` count: whatever else is asked is no client's of a register. */
function ofRegister(clients: Clients, seen: Observation): Clients {
  if (seen.kind === 'invoke' && seen.body.type !== 'put' && seen.body.type !== 'get') return clients
  if (seen.kind === 'return' && !clients[seen.op.client]?.some(({ n }) => n === seen.op.n)) return clients
  return follow(clients, seen)
}

/** The operations of all clients, as their questions and answers are seen. */
function follow(clients: Clients, seen: Observation): Clients {
  if (seen.kind === 'invoke') {
    const { client, n } = seen.op
    const asked: Operation = {
      client,
      n,
      to: seen.to,
      request: seen.body,
      outcome: 'open',
      answer: null,
      after: answeredBy(clients, client),
    }
    return { ...clients, [client]: [...(clients[client] ?? []), asked] }
  }
  if (seen.kind !== 'return') return clients
  const { client, n } = seen.op
  const settle = (o: Operation): Operation =>
    o.n === n ? { ...o, outcome: outcomeOf(seen.body), answer: seen.body } : o
  return { ...clients, [client]: (clients[client] ?? []).map(settle) }
}
