/** What clients of a register saw, judged while a search or a run goes on. */
import type { Json } from '../base/canonical.ts'
import type { Operation } from '../base/operation.ts'
import { linearizable } from '../history/linearizable.ts'
import { keyValue, register } from '../history/models.ts'
import { type Call, historyOfClients } from '../history/read.ts'
import type { HistoryVerdict } from '../history/verdict.ts'
import type { Body } from '../node/node.ts'
import { answeredBy, outcomeOf } from '../world/clients.ts'
import { type Observation, property } from '../world/property.ts'

type Clients = { readonly [client: string]: readonly Operation[] }

/**
 * Linearizable: every `put` and `get` takes effect at one moment between its question and its answer
 * (Herlihy & Wing 1990). For protocols with the requests `put {value}` and `get`, answered by `put_ok` and
 * `get_ok {value}`.
 */
export const linearizableRegister = property<Clients>({
  name: 'Linearizable',
  says: 'Linearizable: every read and write takes effect at one moment between its question and its answer',
  first: {},
  see: follow,
  judge: {
    kind: 'always',
    broken: once((clients) => linearizable(historyOfClients(clients, putOrGet), register())),
  },
})

/**
 * The same of a map of registers, with Maelstrom's requests `read {key}`, `write {key, value}` and
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

function putOrGet(request: Json, answer: Json): Call {
  const { type, value = null } = request as { readonly type: string; readonly value?: Json }
  if (type === 'put') return { f: 'write', key: null, value, result: null }
  return {
    f: 'read',
    key: null,
    value: null,
    result: (answer as { readonly value?: Json } | null)?.value ?? null,
  }
}
