/**
 * Presumed nothing: the coordinator logs the start of every transaction, goes on with it after a restart, and
 * repeats each message until it is answered. Participants never ask; they acknowledge.
 */
import { type Context, defineNode, type Json, type OperationId } from 'splitbrain'

type Decision = 'commit' | 'abort'

/** One record of the coordinator's log. */
type Entry = { kind: 'began' | 'ended'; tx: string } | { kind: Decision; tx: string }

type ToCoordinator =
  | { type: 'begin'; tx: string }
  | { type: 'vote'; tx: string; yes: boolean }
  | { type: 'inquire'; tx: string }
  | { type: 'ack'; tx: string }

interface Transaction {
  client: { from: string; op: OperationId | null } | null
  votes: Set<string>
  decision: Decision | null
  acknowledged: Set<string>
}

type CoordinatorState = { transactions: Map<string, Transaction> }

const REPEAT_MS = 150
const PATIENCE_MS = 1000

function fresh(client: Transaction['client']): Transaction {
  return { client, votes: new Set(), decision: null, acknowledged: new Set() }
}

function decide(ctx: Context, tx: string, own: Transaction, decision: Decision): void {
  ctx.disk.append('log', { kind: decision, tx })
  ctx.disk.sync()
  own.decision = decision
  ctx.disarm('patience', tx)
  announce(ctx, tx, own)
}

function announce(ctx: Context, tx: string, own: Transaction): void {
  if (own.decision === null) return
  ctx.output({ type: 'decide', tx, decision: own.decision })
  ctx.broadcast({ type: 'decision', tx, decision: own.decision })
  if (own.client !== null) ctx.reply(own.client, { type: 'begin_ok', tx, decision: own.decision })
  own.client = null
  ctx.arm('repeat', REPEAT_MS, tx)
}

function ask(ctx: Context, tx: string): void {
  ctx.broadcast({ type: 'prepare', tx })
  ctx.arm('repeat', REPEAT_MS, tx)
  ctx.arm('patience', PATIENCE_MS, tx)
}

export const coordinator = defineNode<CoordinatorState, ToCoordinator>({
  start(ctx) {
    const transactions = new Map<string, Transaction>()
    for (const { kind, tx } of ctx.disk.records<Entry>('log')) {
      if (kind === 'began') transactions.set(tx, fresh(null))
      else if (kind === 'ended') transactions.get(tx)!.acknowledged = new Set(ctx.peers)
      else transactions.set(tx, { ...fresh(null), decision: kind })
    }
    for (const [tx, own] of transactions) {
      if (own.decision === null) ask(ctx, tx)
      else if (own.acknowledged.size < ctx.peers.length) announce(ctx, tx, own)
    }
    return { transactions }
  },
  on: {
    begin(state, { from, op, body: { tx } }, ctx) {
      const known = state.transactions.get(tx)
      if (known?.decision) return ctx.reply({ from, op }, { type: 'begin_ok', tx, decision: known.decision })
      if (known !== undefined) {
        known.client = { from, op }
        return
      }
      ctx.disk.append('log', { kind: 'began', tx })
      ctx.disk.sync()
      state.transactions.set(tx, fresh({ from, op }))
      ask(ctx, tx)
    },
    vote(state, { from, body: { tx, yes } }, ctx) {
      const own = state.transactions.get(tx)
      if (own === undefined || own.decision !== null) return
      if (!yes) return decide(ctx, tx, own, 'abort')
      own.votes.add(from)
      if (own.votes.size === ctx.peers.length) decide(ctx, tx, own, 'commit')
    },
    inquire(state, { from, body: { tx } }, ctx) {
      const known = state.transactions.get(tx)
      if (known === undefined) {
        const own = fresh(null)
        state.transactions.set(tx, own)
        return decide(ctx, tx, own, 'abort')
      }
      if (known.decision !== null) ctx.send(from, { type: 'decision', tx, decision: known.decision })
    },
    ack(state, { from, body: { tx } }, ctx) {
      const own = state.transactions.get(tx)
      if (own === undefined || own.decision === null) return
      own.acknowledged.add(from)
      if (own.acknowledged.size < ctx.peers.length) return
      ctx.disk.append('log', { kind: 'ended', tx })
      ctx.disarm('repeat', tx)
    },
  },
  timers: {
    patience(state, ctx, arg: Json) {
      const own = state.transactions.get(String(arg))
      if (own !== undefined && own.decision === null) decide(ctx, String(arg), own, 'abort')
    },
    repeat(state, ctx, arg: Json) {
      const tx = String(arg)
      const own = state.transactions.get(tx)!
      ctx.arm('repeat', REPEAT_MS, tx)
      for (const to of ctx.peers) {
        if (own.decision === null && !own.votes.has(to)) ctx.send(to, { type: 'prepare', tx })
        if (own.decision !== null && !own.acknowledged.has(to))
          ctx.send(to, { type: 'decision', tx, decision: own.decision })
      }
    },
  },
})

type ToParticipant = { type: 'prepare'; tx: string } | { type: 'decision'; tx: string; decision: Decision }

interface Record {
  yes: boolean
  decision: Decision | null
}

export const participant = defineNode<{ records: Map<string, Record> }, ToParticipant>({
  start(ctx) {
    return { records: new Map(ctx.disk.read<[string, Record][]>('records') ?? []) }
  },
  on: {
    prepare(state, { from, body: { tx } }, ctx) {
      let own = state.records.get(tx)
      if (own === undefined) {
        const how = ctx.config['votes']
        own = { yes: how === 'any' ? ctx.pick([true, false]) : how === 'yes', decision: null }
        state.records.set(tx, own)
        ctx.disk.write('records', [...state.records])
        ctx.disk.sync()
      }
      ctx.output({ type: 'vote', tx, yes: own.yes })
      ctx.send(from, { type: 'vote', tx, yes: own.yes })
    },
    decision(state, { from, body: { tx, decision } }, ctx) {
      const own = state.records.get(tx) ?? { yes: false, decision: null }
      if (own.decision === null) {
        state.records.set(tx, { ...own, decision })
        ctx.disk.write('records', [...state.records])
        ctx.disk.sync()
      }
      ctx.output({ type: 'decide', tx, decision: own.decision ?? decision })
      ctx.send(from, { type: 'ack', tx })
    },
  },
})
