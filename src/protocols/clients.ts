/** What clients of a register saw, judged while a search or a run goes on. */
import type { Json } from '../base/canonical.ts'
import type { Operation } from '../base/operation.ts'
import { linearizable } from '../history/linearizable.ts'
import { register } from '../history/models.ts'
import { type Call, historyOfClients } from '../history/read.ts'
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
    broken(clients) {
      const verdict = linearizable(historyOfClients(clients, putOrGet), register())
      return verdict.kind === 'broken' ? verdict.why : null
    },
  },
})

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
