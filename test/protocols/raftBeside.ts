/** Small things beside Raft's log, as a lesson to come would add them: batches, reads without an entry, snapshots. Nothing of the log itself is changed. */
import type { Json } from '../../src/base/canonical.ts'
import { type AnyNode, type Context, defineNode } from '../../src/node/node.ts'
import type { ElectionMessage, Last } from '../../src/protocols/raftElectionState.ts'
import {
  askedBy,
  carryOut,
  emptyMap,
  type KeyValueState,
  keyValueMachine,
  type RaftKeyValueRules,
  type Request,
  type RequestMessage,
  raftKeyValue,
} from '../../src/protocols/raftKeyValue.ts'
import {
  type Asked,
  lastOf,
  logName,
  type Machine,
  type ReplicationMessage,
  replication,
  termOf,
} from '../../src/protocols/raftReplication.ts'
import { defineProtocol, type Protocol } from '../../src/world/protocol.ts'

type Message = ElectionMessage | ReplicationMessage | Request

/** The map with another server. */
const mapOf = (name: string, server: (rule: RaftKeyValueRules) => AnyNode): Protocol =>
  defineProtocol({ ...raftKeyValue, name, roles: (rule) => ({ server: server(rule as RaftKeyValueRules) }) })

/** Requests of five milliseconds go into the log together: one write, one round. */
export const batched = mapOf('raft-batched', (rule) => {
  interface State extends KeyValueState {
    batch: Asked[]
  }
  const log = replication<State>(rule, keyValueMachine(rule))
  const collect = (state: State, message: RequestMessage, ctx: Context) => {
    state.batch = [...state.batch, askedBy(message)]
    if (state.batch.length === 1) ctx.arm('batch', 5)
  }
  return defineNode<State, Message>({
    start: (ctx) => ({ ...log.start(ctx), ...emptyMap(), batch: [] }),
    on: { ...log.on, read: collect, write: collect, cas: collect },
    timers: {
      ...log.timers,
      batch(state, ctx) {
        const { batch } = state
        state.batch = []
        log.submit(state, ctx, batch)
      },
    },
  })
})

/**
 * A leader answers a read when a majority has answered messages that it sent after the read came (thesis, section 6.4).
 * `sentAfter` false: answers to earlier messages count as well.
 */
export const readIndexed = (sentAfter = true): Protocol =>
  mapOf('raft-read-index', (rule) => {
    interface Read {
      readonly round: number
      readonly term: number
      readonly index: number
      readonly message: RequestMessage
    }
    interface State extends KeyValueState {
      round: number
      heardIn: Record<string, number>
      reads: readonly Read[]
    }
    const log = replication<State>(rule, {
      ...keyValueMachine<State>(rule),
      stamp: ({ round }) => round,
      answered(state, ctx, from, stamp) {
        const round = sentAfter ? Number(stamp) : state.round
        state.heardIn[from] = Math.max(state.heardIn[from] ?? 0, round)
        serve(state, ctx)
      },
    })
    const submit = (state: State, message: RequestMessage, ctx: Context) =>
      log.submit(state, ctx, [askedBy(message)])

    function serve(state: State, ctx: Context): void {
      const reads = state.reads.filter(({ term }) => term === state.currentTerm && state.role === 'leader')
      const isDue = ({ round, index }: Read) => {
        const heard = Object.keys(state.heardIn).filter((name) => state.heardIn[name]! >= round)
        return log.isMajority(state, ctx, [ctx.self, ...heard]) && state.lastApplied >= index
      }
      state.reads = reads.filter((read) => !isDue(read))
      for (const { message } of reads.filter(isDue)) ctx.reply(message, carryOut(state.map, message.body))
    }

    return defineNode<State, Message>({
      start: (ctx) => ({ ...log.start(ctx), ...emptyMap(), round: 0, heardIn: {}, reads: [] }),
      on: {
        ...log.on,
        write: submit,
        cas: submit,
        read(state, message, ctx) {
          if (state.role !== 'leader') return submit(state, message, ctx)
          if (termOf(state, state.commitIndex) !== state.currentTerm) return ctx.refuse()
          state.round++
          const { round, currentTerm: term, commitIndex: index } = state
          state.reads = [...state.reads, { round, term, index, message }]
          log.send(state, ctx)
        },
      },
      timers: log.timers,
    })
  })

/** What a snapshot holds of the map. */
interface Image {
  readonly map: readonly (readonly [string, Json])[]
  readonly sessions: readonly (readonly [string, Json])[]
}

interface InstallSnapshot extends Last {
  readonly type: 'InstallSnapshot'
  readonly currentTerm: number
  readonly image: Json
}

/** Every two entries a snapshot takes their place; a follower that lacks them gets it whole (thesis, chapter 5). */
export const snapshotted = mapOf('raft-snapshotted', (rule) => {
  type State = KeyValueState
  const map = keyValueMachine<State>(rule)
  const machine: Machine<State> = {
    ...map,
    apply(state, ctx, index, entry) {
      const answer = map.apply(state, ctx, index, entry)
      const image = { map: [...state.map], sessions: [...state.sessions] } as unknown as Json
      if (index >= state.lastIncluded.index + 2) keep(state, ctx, { index, term: entry.term }, image)
      return answer
    },
    behind(state, ctx, to) {
      const { image } = ctx.disk.read<{ image: Json }>('snapshot')!
      ctx.send(to, { type: 'InstallSnapshot', currentTerm: state.currentTerm, ...state.lastIncluded, image })
    },
  }
  const log = replication<State>(rule, machine)
  const submit = (state: State, message: RequestMessage, ctx: Context) =>
    log.submit(state, ctx, [askedBy(message)])

  /** The rest of the log under its new name first, and then the snapshot that points to it. */
  function keep(state: State, ctx: Context, last: Last, image: Json): void {
    const isHere = last.index <= lastOf(state).index && termOf(state, last.index) === last.term
    const rest = isHere ? state.log.slice(last.index - state.lastIncluded.index) : []
    ctx.disk.truncate(logName(last), 0)
    for (const entry of rest) ctx.disk.append(logName(last), entry)
    ctx.disk.sync()
    ctx.disk.write('snapshot', { last: { ...last }, image })
    ctx.disk.sync()
    state.lastIncluded = last
    state.log = rest
  }

  const restored = (image: Json) => {
    const { map: values, sessions } = image as unknown as Image
    return { map: new Map(values), sessions: new Map(sessions) } as unknown as ReturnType<typeof emptyMap>
  }

  return defineNode<State, Message | InstallSnapshot>({
    start(ctx) {
      const kept = ctx.disk.read<{ last: Last; image: Json }>('snapshot')
      return { ...log.start(ctx, kept?.last), ...(kept === null ? emptyMap() : restored(kept.image)) }
    },
    on: {
      ...log.on,
      read: submit,
      write: submit,
      cas: submit,
      InstallSnapshot(state, { from, body: { currentTerm, index, term, image } }, ctx) {
        const success = log.heed(state, ctx, from, currentTerm)
        if (success && index > state.lastApplied) {
          keep(state, ctx, { index, term }, image)
          Object.assign(state, restored(image), { commitIndex: index, lastApplied: index })
        }
        const answered = success ? index : 0
        const answer = { term: state.currentTerm, success, answered, conflict: null }
        ctx.send(from, { type: 'AppendEntriesResult', ...answer })
      },
    },
    timers: log.timers,
  })
})

type MemberMessage =
  | Message
  | { readonly type: 'change'; readonly members: readonly string[] }
  | { readonly type: 'transfer'; readonly to: string }
  | { readonly type: 'TimeoutNow' }

/**
 * The members are those of the latest entry that names them, committed or not; who is none is sent the log all the
 * same. A leader that has left steps down, and one that is asked to hands its office on (thesis, sections 3.10 and 4.1).
 */
export const resized = mapOf('raft-resized', (rule) => {
  type State = KeyValueState
  const map = keyValueMachine<State>(rule)
  const membersIn = (command: Json) => (command as { readonly members?: readonly string[] }).members
  const members = ({ log: entries }: State, ctx: Context) =>
    entries.map(({ command }) => membersIn(command)).findLast((each) => each !== undefined) ??
    [ctx.self, ...ctx.peers].sort().slice(0, 3)
  const log = replication<State>(rule, {
    apply(state, ctx, index, entry) {
      const now = membersIn(entry.command)
      if (now === undefined) return map.apply(state, ctx, index, entry)
      if (state.role === 'leader' && !now.includes(ctx.self)) log.stepDown(state, ctx)
      return { type: 'change_ok' }
    },
    groups: (state, ctx) => [members(state, ctx)],
    learners: (state, ctx) => ctx.peers.filter((name) => !members(state, ctx).includes(name)),
  })
  const submit = (state: State, message: RequestMessage, ctx: Context) =>
    log.submit(state, ctx, [askedBy(message)])
  return defineNode<State, MemberMessage>({
    start: (ctx) => ({ ...log.start(ctx), ...emptyMap() }),
    on: {
      ...log.on,
      read: submit,
      write: submit,
      cas: submit,
      change(state, { from, op, body }, ctx) {
        const isOpen = state.log.slice(state.commitIndex).some(({ command }) => membersIn(command))
        if (isOpen || termOf(state, state.commitIndex) !== state.currentTerm) return ctx.refuse()
        const command = { members: [...body.members] }
        log.submit(state, ctx, [{ client: { from, op }, command }])
      },
      transfer(state, { body }, ctx) {
        if (state.role === 'leader') ctx.send(body.to, { type: 'TimeoutNow' })
      },
      TimeoutNow: (state, _message, ctx) => log.campaign(state, ctx),
    },
    timers: {
      ...log.timers,
      election: (state, ctx) =>
        members(state, ctx).includes(ctx.self) ? log.timers.election(state, ctx) : ctx.refuse(),
    },
  })
})
