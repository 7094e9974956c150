/** Clients: what they ask next, what they wait for, and what an answer means to them. Only a client's last operation can be open. */
import type { Json } from '../base/canonical.ts'
import type { Operation, Outcome } from '../base/operation.ts'
import type { Body } from '../node/node.ts'
import type { Parcel } from './choice.ts'
import type { ClientRequest, Model } from './protocol.ts'
import type { World } from './world.ts'

/** What a client asks next; null where its list is at an end or its last request is not answered yet. */
export function nextRequest(model: Model, client: string, asked: readonly Operation[]): ClientRequest | null {
  if (asked.at(-1)?.outcome === 'open') return null
  return model.clients[client]?.[asked.length] ?? null
}

/** How many operations of each client but one have been answered. */
export function answeredBy(
  clients: { readonly [client: string]: readonly Operation[] },
  except: string,
): { readonly [client: string]: number } {
  const counts: Record<string, number> = {}
  for (const name of Object.keys(clients)) {
    if (name === except) continue
    let answered = 0
    for (const { outcome } of clients[name]!) if (outcome === 'ok' || outcome === 'fail') answered++
    if (answered > 0) counts[name] = answered
  }
  return counts
}

/** True where a client waits for this reply. Under `stay` one that nobody waits for is refused, like a message without a handler. */
export function isAwaited(world: Pick<World, 'clients'>, { to, op }: Parcel): boolean {
  const last = world.clients[to]?.at(-1)
  return last !== undefined && last.n === op?.n && last.outcome === 'open'
}

/** Maelstrom's rule: an error is definite, but for codes 0 (timeout) and 13 (crash). */
export function outcomeOf(body: Body): Outcome {
  if (body.type !== 'error') return 'ok'
  const code: Json = body['code'] ?? null
  return code === 0 || code === 13 ? 'info' : 'fail'
}
