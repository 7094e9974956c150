/**
 * A local transaction around a remote call: begin, call, commit if the call was answered, roll back if not.
 * Often called two-phase commit; nobody votes, and no decision is recorded before it is acted upon.
 */
import { type Context, defineNode, type OperationId } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import { agreement, commitLabel, stability } from './atomicCommit.ts'
import { effectOnce } from './effectOnce.ts'

type ToOrders =
  | { readonly type: 'place'; readonly tx: string }
  | { readonly type: 'deducted'; readonly tx: string }
type ToInventory = { readonly type: 'deduct'; readonly tx: string }

interface Orders {
  /** The local transaction that is open while the call is out. */
  open: Map<string, { client: string; op: OperationId | null }>
}

/** The caller: its local transaction commits or rolls back by what the call returned. */
const orders = defineNode<Orders, ToOrders>({
  start(ctx) {
    // The database undoes what was open when the power went.
    for (const key of ctx.disk.keys()) {
      const tx = key.slice('order '.length)
      const committed = ctx.disk.read(key) === 'committed'
      ctx.output({ type: 'decide', tx, decision: committed ? 'commit' : 'abort' })
    }
    return { open: new Map() }
  },
  on: {
    place(state, { from, op, body: { tx } }, ctx) {
      state.open.set(tx, { client: from, op })
      ctx.disk.write(`order ${tx}`, 'open')
      ctx.disk.sync()
      ctx.send(ctx.peers[0]!, { type: 'deduct', tx })
      ctx.arm('deadline', Number(ctx.config['patienceMs']), tx)
    },
    deducted: (state, { body: { tx } }, ctx) => end(state, ctx, tx, 'commit'),
  },
  timers: {
    deadline: (state, ctx, tx) => end(state, ctx, String(tx), 'abort'),
  },
})

function end(state: Orders, ctx: Context, tx: string, decision: 'commit' | 'abort'): void {
  const own = state.open.get(tx)
  if (own === undefined) return
  state.open.delete(tx)
  ctx.disarm('deadline', tx)
  ctx.disk.write(`order ${tx}`, decision === 'commit' ? 'committed' : 'rolled back')
  ctx.disk.sync()
  ctx.output({ type: 'decide', tx, decision })
  if (own.op) ctx.reply({ from: own.client, op: own.op }, { type: 'place_ok', tx, decision })
}

/** The callee: commits at once, on its own, and then answers. */
const inventory = defineNode<{ stock: number }, ToInventory>({
  start(ctx) {
    for (const key of ctx.disk.keys().filter((k) => k.startsWith('deducted ')))
      announce(ctx, key.slice('deducted '.length))
    return { stock: ctx.disk.read<number>('stock') ?? Number(ctx.config['stock']) }
  },
  on: {
    deduct(state, { from, body: { tx } }, ctx) {
      state.stock -= 1
      ctx.disk.write('stock', state.stock)
      ctx.disk.write(`deducted ${tx}`, (ctx.disk.read<number>(`deducted ${tx}`) ?? 0) + 1)
      ctx.disk.sync()
      announce(ctx, tx)
      ctx.send(from, { type: 'deducted', tx })
    },
  },
})

function announce(ctx: Context, tx: string): void {
  ctx.output({ type: 'decide', tx, decision: 'commit' })
  ctx.output({ type: 'effect', id: tx, times: ctx.disk.read<number>(`deducted ${tx}`) ?? 0 })
}

export const dualWrite = defineProtocol({
  name: 'dual-write',
  source:
    'a common pattern without an author; see Bernstein, Hadzilacos & Goodman 1987, section 7.3, for what it lacks',
  says: 'a local transaction around a remote call',
  cluster: ['orders', 'inventory'],
  rules: {},
  roles: () => ({ orders, inventory }),
  params: {
    stock: { default: 10, says: 'what the inventory begins with' },
    patienceMs: { default: 100, says: 'how long the caller waits for the answer' },
  },
  assign(names, params) {
    const [caller, callee, ...more] = names
    if (caller === undefined || callee === undefined || more.length > 0)
      throw new RangeError('dual-write needs two nodes, such as: orders inventory')
    return {
      [caller]: { role: 'orders', peers: [callee], config: { patienceMs: params['patienceMs'] ?? 100 } },
      [callee]: { role: 'inventory', peers: [caller], config: { stock: params['stock'] ?? 10 } },
    }
  },
  requests: {
    place: {
      to: 'orders',
      fields: { tx: 't1' },
      says: 'places an order, which takes one piece from the stock',
    },
  },
  properties: [agreement, stability, effectOnce],
  label: (body) => commitLabel(body) ?? (body.type === 'place_ok' ? String(body['decision']) : body.type),
})
