/**
 * Read repair: whoever reads from several replicas sees which of them are behind, and writes to those what is newest
 * (DeCandia et al., Dynamo: Amazon's Highly Available Key-value Store, SOSP 2007, section 5).
 */
import { type Context, defineNode, type OperationId } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import { isLater, type Stamped } from './lastWriterWins.ts'
import { convergence } from './replicaProperties.ts'

const rules = {
  /** A read has found a replica that is behind. */
  behind: (repair: () => void): void => repair(),
}

type Message =
  | { readonly type: 'put'; readonly value: string }
  | { readonly type: 'get' }
  | { readonly type: 'read'; readonly id: string }
  | { readonly type: 'copy'; readonly id: string; readonly copy: Stamped }
  | { readonly type: 'write'; readonly copy: Stamped }

interface Read {
  readonly id: string
  readonly client: string
  readonly op: OperationId | null
  readonly copies: { readonly [node: string]: Stamped }
}

interface State {
  copy: Stamped
  /** What is being read for a client. It stays when the client has its answer: others may answer later. */
  read: Read | null
}

function server(rule: typeof rules) {
  function keep(state: State, copy: Stamped, ctx: Context): void {
    if (!isLater(copy, state.copy)) return
    state.copy = copy
    ctx.disk.write('copy', copy)
    ctx.disk.sync()
    ctx.output({ type: 'holds', value: copy.value, heard: [] })
  }

  /** One more copy is known: the second answers the client, and each may show that somebody is behind. */
  function known(state: State, ctx: Context): void {
    const { read } = state
    if (read === null) return
    const copies = Object.entries(read.copies)
    const newest = copies.map(([, copy]) => copy).reduce((a, b) => (isLater(b, a) ? b : a))
    if (copies.length === 2)
      ctx.reply({ from: read.client, op: read.op }, { type: 'get_ok', value: newest.value })
    for (const [name, copy] of copies)
      if (copies.length > 1 && isLater(newest, copy))
        rule.behind(() =>
          name === ctx.self ? keep(state, newest, ctx) : ctx.send(name, { type: 'write', copy: newest }),
        )
  }

  return defineNode<State, Message>({
    start(ctx) {
      const copy = ctx.disk.read<Stamped>('copy') ?? { value: null, at: 0, by: '' }
      ctx.output({ type: 'holds', value: copy.value, heard: [] })
      return { copy, read: null }
    },
    on: {
      put(state, message, ctx) {
        keep(state, { value: message.body.value, at: state.copy.at + 1, by: ctx.self }, ctx)
        ctx.broadcast({ type: 'write', copy: state.copy })
        ctx.reply(message, { type: 'put_ok' })
      },
      get(state, { from, op }, ctx) {
        const id = `${from}.${op?.n ?? 0}`
        state.read = { id, client: from, op, copies: { [ctx.self]: state.copy } }
        ctx.broadcast({ type: 'read', id })
      },
      read: (state, { from, body: { id } }, ctx) => ctx.send(from, { type: 'copy', id, copy: state.copy }),
      copy(state, { from, body: { id, copy } }, ctx) {
        if (state.read?.id !== id) return
        state.read = { ...state.read, copies: { ...state.read.copies, [from]: copy } }
        known(state, ctx)
      },
      write: (state, { body: { copy } }, ctx) => keep(state, copy, ctx),
    },
  })
}

export const readRepair = defineProtocol({
  name: 'read-repair',
  source:
    "DeCandia et al., Dynamo: Amazon's Highly Available Key-value Store, SOSP 2007, section 5: read repair",
  says: 'replicas that hear of a write once; a read of several brings up those that are behind',
  cluster: ['a', 'b', 'c'],
  rules,
  roles: (rule) => ({ replica: server(rule) }),
  assign: (names) =>
    Object.fromEntries(
      names.map((own) => [
        own,
        { role: 'replica', peers: names.filter((other) => other !== own), config: {} },
      ]),
    ),
  requests: {
    put: { to: 'replica', fields: { value: 'A' }, says: 'writes the value here, and tells the others once' },
    get: { to: 'replica', fields: {}, says: 'asks all replicas; the second copy known answers' },
  },
  properties: [convergence],
  label(body) {
    const copy = body['copy'] as Stamped | undefined
    if (copy !== undefined) return `${body.type} ${String(copy.value ?? 'nothing')}`
    if (body.type === 'holds') return `holds ${String(body['value'] ?? 'nothing')}`
    if (body.type === 'get_ok') return String(body['value'] ?? 'nothing')
    return body.type === 'put' ? `put ${String(body['value'])}` : body.type
  },
  view: (state) => ({ holds: (state as unknown as State).copy.value ?? 'nothing' }),
})
