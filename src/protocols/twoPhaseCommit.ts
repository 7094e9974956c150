/**
 * Two-phase commit with disks, crashes, timeouts and clients: the course's reference (Gray, Notes on Data
 * Base Operating Systems, 1978; Bernstein, Hadzilacos & Goodman, Concurrency Control and Recovery, 7.4).
 *
 * What is on a disk is the truth: a decision exists when the coordinator has forced it, and a Yes vote is a
 * promise because it was forced before it left. Everything in memory can be lost at any time.
 */
import { type Context, defineNode, type NodeDisk, type OperationId } from '../node/node.ts'
import { type Assignment, defineProtocol } from '../world/protocol.ts'
import { atomicCommit, commitLabel, type Decision, someCommit } from './atomicCommit.ts'
import { blockedRows, waitsForEverything } from './blockedRows.ts'
import { effectOnce } from './effectOnce.ts'
import { inDoubtParticipant } from './inDoubtParticipant.ts'
import { noFracturedRead } from './noFracturedRead.ts'

export type ToCoordinator =
  | { readonly type: 'begin'; readonly tx: string; readonly row: string }
  | { readonly type: 'vote'; readonly tx: string; readonly yes: boolean }
  | { readonly type: 'inquire'; readonly tx: string }

export type ToParticipant =
  | { readonly type: 'prepare'; readonly tx: string; readonly row: string }
  | { readonly type: 'decision'; readonly tx: string; readonly decision: Decision }
  | { readonly type: 'read'; readonly row: string }

/** The debatable decisions. A flawed reading of the protocol replaces one of them. */
export interface TwoPhaseCommitRules {
  readonly [name: string]: (...args: never[]) => unknown
  /** Makes the Yes vote durable before it leaves. */
  forceVote(disk: NodeDisk): void
  /** Makes the decision durable before anyone hears of it. */
  forceDecision(disk: NodeDisk): void
  /** Whether these Yes votes are enough. */
  mayCommit(yes: readonly string[], participants: readonly string[]): boolean
  /** What a participant does when it voted Yes and has heard nothing for a while. */
  inDoubt(): 'ask' | Decision
  /** What the coordinator decides of a transaction it has no record of. */
  unknown(): Decision
}

const rules: TwoPhaseCommitRules = {
  forceVote: (disk) => disk.sync(),
  forceDecision: (disk) => disk.sync(),
  mayCommit: (yes, participants) => participants.every((name) => yes.includes(name)),
  inDoubt: () => 'ask',
  unknown: () => 'abort',
}

interface Collecting {
  readonly yes: readonly string[]
  readonly client: string
  readonly op: OperationId | null
}

interface CoordinatorState {
  /** Transactions whose votes are being collected. Lost in a crash, and nothing is lost with them. */
  collecting: Map<string, Collecting>
}

function coordinator(rule: TwoPhaseCommitRules) {
  const decided = (ctx: Context, tx: string) => ctx.disk.read<Decision>(`decision ${tx}`)

  /** Forces the decision, then tells everyone. From the force on there is no way back. */
  function decide(state: CoordinatorState, ctx: Context, tx: string, decision: Decision): void {
    const own = state.collecting.get(tx)
    state.collecting.delete(tx)
    ctx.disarm('votes', tx)
    ctx.disk.write(`decision ${tx}`, decision)
    rule.forceDecision(ctx.disk)
    ctx.output({ type: 'decide', tx, decision })
    ctx.broadcast({ type: 'decision', tx, decision })
    if (own?.op) ctx.reply({ from: own.client, op: own.op }, { type: 'begin_ok', tx, decision })
  }

  return defineNode<CoordinatorState, ToCoordinator>({
    start(ctx) {
      // A crash may have come after a force and before anyone heard of it: what is on the disk is announced again.
      for (const key of ctx.disk.keys()) {
        const tx = key.slice('decision '.length)
        ctx.output({ type: 'decide', tx, decision: ctx.disk.read<Decision>(key) })
      }
      return { collecting: new Map() }
    },
    on: {
      begin(state, { from, op, body: { tx, row } }, ctx) {
        const decision = decided(ctx, tx)
        if (decision !== null) return ctx.reply({ from, op }, { type: 'begin_ok', tx, decision })
        if (state.collecting.has(tx)) return
        state.collecting.set(tx, { yes: [], client: from, op })
        ctx.broadcast({ type: 'prepare', tx, row })
        ctx.arm('votes', Number(ctx.config['patienceMs']), tx)
      },
      vote(state, { from, body: { tx, yes } }, ctx) {
        const decision = decided(ctx, tx)
        if (decision !== null) return ctx.send(from, { type: 'decision', tx, decision })
        const own = state.collecting.get(tx)
        if (own === undefined) return decide(state, ctx, tx, rule.unknown())
        if (!yes) return decide(state, ctx, tx, 'abort')
        const votes = own.yes.includes(from) ? own.yes : [...own.yes, from].sort()
        state.collecting.set(tx, { ...own, yes: votes })
        if (rule.mayCommit(votes, ctx.peers)) decide(state, ctx, tx, 'commit')
      },
      inquire(state, { from, body: { tx } }, ctx) {
        const decision = decided(ctx, tx)
        if (decision !== null) return ctx.send(from, { type: 'decision', tx, decision })
        if (!state.collecting.has(tx)) decide(state, ctx, tx, rule.unknown())
      },
    },
    timers: {
      /** The coordinator never has to wait for ever: before it has decided it may decide to abort. */
      votes: (state, ctx, tx) => decide(state, ctx, String(tx), 'abort'),
    },
  })
}

type Phase = 'working' | 'prepared' | Decision

interface ParticipantState {
  phase: Map<string, Phase>
  /** Which transaction holds which row. Only transactions on the same row wait for each other. */
  locks: Map<string, string>
  /** Whom to ask about a transaction in doubt. */
  coordinators: Map<string, string>
  /** Prepares that wait for a row. */
  waiting: { from: string; tx: string; row: string }[]
}

function participant(rule: TwoPhaseCommitRules) {
  function vote(state: ParticipantState, ctx: Context, to: string, tx: string, row: string): void {
    const choice = ctx.config['votes']
    const yes = choice === 'any' ? ctx.pick([true, false]) : choice === 'yes'
    ctx.disarm('patience', tx)
    if (yes) {
      state.phase.set(tx, 'prepared')
      state.locks.set(row, tx)
      ctx.disk.write(`phase ${tx}`, { phase: 'prepared', row, coordinator: to })
      state.coordinators.set(tx, to)
      rule.forceVote(ctx.disk)
    }
    // A No is an abort already: recorded before it is said, so that a crash in between forgets neither.
    if (!yes) decide(state, ctx, tx, 'abort')
    sendVote(ctx, to, tx, yes)
    if (yes) ctx.arm('inquire', inquireMs(ctx), tx)
  }

  function decide(state: ParticipantState, ctx: Context, tx: string, decision: Decision): void {
    const row = [...state.locks].find(([, holder]) => holder === tx)?.[0]
    state.phase.set(tx, decision)
    ctx.disarm('inquire', tx)
    ctx.disk.write(`phase ${tx}`, { phase: decision, row: row ?? null, coordinator: null })
    state.coordinators.delete(tx)
    if (decision === 'commit') ctx.disk.write(`row ${row}`, { tx, times: 1 })
    ctx.disk.sync()
    announce(ctx, tx, decision, row ?? null)
    state.waiting = state.waiting.filter((w) => w.tx !== tx)
    if (row === undefined) return
    state.locks.delete(row)
    const next = state.waiting.findIndex((w) => w.row === row)
    if (next < 0) return
    const [first] = state.waiting.splice(next, 1)
    if (first !== undefined) vote(state, ctx, first.from, first.tx, row)
  }

  /** Work was done for `tx` before the run began. It is in memory only: a crash before the vote loses it. */
  function work(state: ParticipantState, ctx: Context, tx: string): void {
    state.phase.set(tx, 'working')
    if (ctx.boot === 'first') ctx.arm('patience', Number(ctx.config['patienceMs']), tx)
    else giveUp(state, ctx, tx)
  }

  /** Before it has voted a participant has promised nothing: it may abort on its own. */
  function giveUp(state: ParticipantState, ctx: Context, tx: string): void {
    decide(state, ctx, tx, 'abort')
    ctx.output({ type: 'vote', tx, yes: false })
  }

  return defineNode<ParticipantState, ToParticipant>({
    start(ctx) {
      const state: ParticipantState = {
        phase: new Map(),
        locks: new Map(),
        coordinators: new Map(),
        waiting: [],
      }
      for (const [tx, { phase, row, coordinator }] of recorded(ctx)) {
        state.phase.set(tx, phase)
        if (phase === 'commit' || phase === 'abort') announce(ctx, tx, phase, row)
        if (phase !== 'prepared' || row === null || coordinator === null) continue
        state.locks.set(row, tx)
        state.coordinators.set(tx, coordinator)
        ctx.output({ type: 'vote', tx, yes: true })
        ctx.arm('inquire', inquireMs(ctx), tx)
      }
      const open = ctx.config['open']
      if (typeof open === 'string' && !state.phase.has(open)) work(state, ctx, open)
      return state
    },
    on: {
      prepare(state, { from, body: { tx, row } }, ctx) {
        const phase = state.phase.get(tx) ?? 'working'
        if (phase === 'prepared') return sendVote(ctx, from, tx, true)
        if (phase !== 'working') return sendVote(ctx, from, tx, phase === 'commit')
        const holder = state.locks.get(row)
        if (holder === undefined) return vote(state, ctx, from, tx, row)
        ctx.output({ type: 'wait', tx, for: holder })
        if (!state.waiting.some((w) => w.tx === tx)) state.waiting.push({ from, tx, row })
      },
      decision(state, { body: { tx, decision } }, ctx) {
        const phase = state.phase.get(tx)
        if (phase === 'prepared' || (phase !== 'commit' && phase !== 'abort' && decision === 'abort'))
          decide(state, ctx, tx, decision)
      },
      read(_state, message, ctx) {
        const { row } = message.body
        ctx.reply(message, { type: 'read_ok', row, tx: ctx.disk.read<Written>(`row ${row}`)?.tx ?? null })
      },
    },
    timers: {
      inquire(state, ctx, arg) {
        const tx = String(arg)
        const move = rule.inDoubt()
        if (move !== 'ask') return decide(state, ctx, tx, move)
        ctx.send(state.coordinators.get(tx)!, { type: 'inquire', tx })
        ctx.arm('inquire', inquireMs(ctx), tx)
      },
      patience: (state, ctx, tx) => giveUp(state, ctx, String(tx)),
    },
  })
}

type Recorded = { readonly phase: Phase; readonly row: string | null; readonly coordinator: string | null }

/** Who last wrote a row, and how often that transaction was applied to it. */
type Written = { readonly tx: string; readonly times: number }

function sendVote(ctx: Context, to: string, tx: string, yes: boolean): void {
  ctx.output({ type: 'vote', tx, yes })
  ctx.send(to, { type: 'vote', tx, yes })
}

/** Tells the outside what is on the disk. Said again after a restart, since a crash may have come before it was said. */
function announce(ctx: Context, tx: string, decision: Decision, row: string | null): void {
  ctx.output({ type: 'decide', tx, decision })
  const times = ctx.disk.read<Written>(`row ${row}`)?.times
  if (decision === 'commit' && times !== undefined) ctx.output({ type: 'effect', id: tx, times })
}

/** What the disk says of each transaction. */
function recorded(ctx: Context): [string, Recorded][] {
  return ctx.disk
    .keys()
    .filter((key) => key.startsWith('phase '))
    .map((key) => [key.slice('phase '.length), ctx.disk.read<Recorded>(key)!])
}

function inquireMs(ctx: Context): number {
  return Number(ctx.config['inquireMs'])
}

export const twoPhaseCommit = defineProtocol({
  name: 'two-phase-commit',
  source:
    'Gray, Notes on Data Base Operating Systems, 1978; Bernstein, Hadzilacos & Goodman 1987, section 7.4',
  says: 'a coordinator collects votes, forces one decision, and tells everyone',
  cluster: ['tm', 'rm1', 'rm2'],
  rules,
  roles: (rule) => ({ coordinator: coordinator(rule), participant: participant(rule) }),
  params: {
    votes: { default: 'yes', says: 'how participants vote: yes, no, or any (every combination is tried)' },
    open: {
      default: null,
      says: 'a transaction the participants have already worked on when the run begins',
    },
    patienceMs: {
      default: 100,
      says: 'how long the coordinator waits for votes, and a participant for the prepare',
    },
    inquireMs: { default: 200, says: 'how often a participant in doubt asks' },
  },
  assign(names, params) {
    const coordinators = names.filter(
      (name, i) => name.startsWith('tm') || (i === 0 && !names.some((n) => n.startsWith('tm'))),
    )
    const participants = names.filter((name) => !coordinators.includes(name))
    if (participants.length === 0)
      throw new RangeError(
        'two-phase-commit needs a coordinator and at least one participant, such as: tm rm1 rm2',
      )
    const { votes = 'yes', open = null, patienceMs = 100, inquireMs = 200 } = params
    const assignment = (name: string): Assignment =>
      coordinators.includes(name)
        ? { role: 'coordinator', peers: participants, config: { patienceMs } }
        : {
            role: 'participant',
            peers: participants.filter((p) => p !== name),
            config: { votes, open, patienceMs, inquireMs },
          }
    return Object.fromEntries(names.map((name) => [name, assignment(name)]))
  },
  requests: {
    begin: {
      to: 'coordinator',
      fields: { tx: 't1', row: 'a' },
      says: 'runs a transaction that changes one row at every participant',
    },
    read: {
      to: 'participant',
      fields: { row: 'a' },
      says: 'reads which transaction last committed on a row',
    },
  },
  properties: [...atomicCommit(), someCommit, effectOnce, noFracturedRead, blockedRows, waitsForEverything],
  situations: [inDoubtParticipant],
  label(body) {
    if (body.type === 'wait') return `${String(body['tx'])} waits for ${String(body['for'])}`
    if (body.type === 'decision' || body.type === 'begin_ok') return String(body['decision'])
    if (body.type === 'read_ok') return body['tx'] === null ? 'nothing' : String(body['tx'])
    return commitLabel(body) ?? body.type
  },
  view(state, role) {
    if (role === 'coordinator') {
      const { collecting } = state as unknown as CoordinatorState
      return { collecting: Object.fromEntries([...collecting].map(([tx, { yes }]) => [tx, yes])) }
    }
    const { phase, locks, waiting } = state as unknown as ParticipantState
    return {
      ...Object.fromEntries(
        [...phase].map(([tx, now]) => [tx, now === 'prepared' ? 'prepared (in doubt)' : now]),
      ),
      ...(locks.size > 0 && { locked: [...locks].map(([row, tx]) => `row ${row} by ${tx}`) }),
      ...(waiting.length > 0 && { waiting: waiting.map((w) => w.tx) }),
    }
  },
})
