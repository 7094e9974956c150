/** The replicated map for clients that ask any server: a follower hands a request on to its leader (Ongaro's thesis, section 6.2). */
import type { AnyNode, Body, Context, OperationId } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import type { ElectionState } from './raftElectionState.ts'
import { raftKeyValue } from './raftKeyValue.ts'

interface Received<B = Body> {
  readonly from: string
  readonly op: OperationId | null
  readonly body: B
}

type Handler<B = Body> = (state: ElectionState, message: Received<B>, ctx: Context) => unknown

/** A request on its way to the leader, and whose it is: the leader answers the client itself. */
interface Forward {
  readonly type: 'Forward'
  readonly client: string
  readonly op: { readonly client: string; readonly n: number } | null
  readonly request: Body
}

/** The same server, with `requests` handed on by who does not lead. They are handed on once: who gets one leads, or refuses it. */
function forwarding(server: AnyNode, requests: readonly string[]): AnyNode {
  const own = server.on as { readonly [type: string]: Handler }
  const handOn: Handler = (state, message, ctx) => {
    const { leader, role } = state
    if (role === 'leader' || leader === null || leader === ctx.self)
      return own[message.body.type]!(state, message, ctx)
    const { from: client, op, body: request } = message
    ctx.send(leader, { type: 'Forward', client, op: op && { ...op }, request })
  }
  const take: Handler<Forward> = (state, { body: { client, op, request } }, ctx) =>
    own[request.type]!(state, { from: client, op, body: request }, ctx)
  const asked = Object.fromEntries(requests.map((type) => [type, handOn]))
  return { ...server, on: { ...own, ...asked, Forward: take } }
}

export const raftForwarding = defineProtocol({
  ...raftKeyValue,
  name: 'raft-key-value',
  says: 'raft-kv for clients that ask any server: a follower hands a request on to the leader',
  roles: (rules) =>
    Object.fromEntries(
      Object.entries(raftKeyValue.roles(rules)).map(([role, server]) => [
        role,
        forwarding(server, Object.keys(raftKeyValue.requests ?? {})),
      ]),
    ),
  label(body) {
    if (body.type !== 'Forward') return raftKeyValue.label?.(body) ?? body.type
    return `for ${String(body['client'])}: ${raftKeyValue.label?.(body['request'] as Body) ?? ''}`
  },
})
