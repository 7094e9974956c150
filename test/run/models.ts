/** Small models for the tests of the drivers, with the cut of each stated. */
import { defineNode } from '../../src/node/node.ts'
import { atomicCommit } from '../../src/protocols/atomicCommit.ts'
import { begin } from '../../src/world/apply.ts'
import { property } from '../../src/world/property.ts'
import { defineProtocol, type Model, makeModel, type Wire } from '../../src/world/protocol.ts'

type ToCoordinator = { readonly type: 'yes' }
type ToParticipant = { readonly type: 'prepare' } | { readonly type: 'commit' }

/** Blocked: everything has come to rest, and a process that is up and voted has not decided. */
const blockedAtRest = property<{ readonly [node: string]: 'voted' | 'decided' }>({
  name: 'BlockedAtRest',
  says: 'at rest, nobody who voted is undecided',
  first: {},
  see(fold, seen) {
    if (seen.kind !== 'output') return fold
    if (seen.body.type === 'vote') return fold[seen.node] ? fold : { ...fold, [seen.node]: 'voted' }
    return seen.body.type === 'decide' ? { ...fold, [seen.node]: 'decided' } : fold
  },
  judge: {
    kind: 'atRest',
    broken: (fold) => Object.keys(fold).find((node) => fold[node] === 'voted') ?? null,
  },
})

/**
 * Two-phase commit without disks or requests: the prepares are in flight in the first world, participants
 * only vote yes, and `doubt` adds a timer that aborts what is in doubt.
 */
export const naiveTwoPhaseCommit = defineProtocol({
  name: 'naive-2pc',
  source: 'test model',
  says: 'two-phase commit with the prepares in flight at the start',
  cluster: ['c', 'p0', 'p1'],
  rules: {},
  params: { doubt: { default: false, says: 'whether a participant in doubt may time out and abort' } },
  roles: () => ({
    coordinator: defineNode<{ yes: Set<string>; done: boolean }, ToCoordinator>({
      start(ctx) {
        ctx.broadcast({ type: 'prepare' })
        return { yes: new Set(), done: false }
      },
      on: {
        yes(state, { from }, ctx) {
          state.yes.add(from)
          if (state.done || state.yes.size < ctx.peers.length) return
          state.done = true
          ctx.output({ type: 'decide', tx: 't', decision: 'commit' })
          ctx.broadcast({ type: 'commit' })
        },
      },
    }),
    participant: defineNode<{ decided: boolean }, ToParticipant>({
      start: () => ({ decided: false }),
      on: {
        prepare(_state, { from }, ctx) {
          ctx.output({ type: 'vote', tx: 't', yes: true })
          ctx.send(from, { type: 'yes' })
          if (ctx.config['doubt']) ctx.arm('doubt', 10)
        },
        commit(state, _message, ctx) {
          if (state.decided) return
          state.decided = true
          ctx.output({ type: 'decide', tx: 't', decision: 'commit' })
        },
      },
      timers: {
        doubt(state, ctx) {
          if (state.decided) return ctx.refuse()
          state.decided = true
          ctx.output({ type: 'decide', tx: 't', decision: 'abort' })
        },
      },
    }),
  }),
  assign: ([c = '', ...participants], params) => ({
    [c]: { role: 'coordinator', peers: participants, config: {} },
    ...Object.fromEntries(
      participants.map((name) => [name, { role: 'participant', peers: [c], config: params }]),
    ),
  }),
  properties: [...atomicCommit(), blockedAtRest],
})

/** A model of a protocol with one request in flight in its first world. */
export function withRequest(model: Model, to: string, body: { readonly type: string }) {
  const first = begin(model).world
  const request = { kind: 'request', client: 'client', to, body } as const
  return { first, request }
}

/**
 * A protocol made of random tables: nodes with few states that answer messages with messages, write, sync,
 * output, arm timers, pick and refuse. It means nothing; the two explorers must agree on it all the same.
 * With `clocks` they also read their clocks and arm timers for longer and shorter.
 */
export function randomProtocol(
  dice: {
    integer(min: number, max: number): number
    chance(p: number): boolean
  },
  given?: Wire,
  clocks = false,
): Model {
  const states = dice.integer(2, 3)
  const types = ['a', 'b', 'c'].slice(0, dice.integer(1, 3))
  const rows = new Map<string, readonly number[]>()
  const table = (key: string): readonly number[] => {
    if (!rows.has(key))
      rows.set(
        key,
        Array.from({ length: 8 }, () => dice.integer(0, 5)),
      )
    return rows.get(key)!
  }
  for (let s = 0; s < states; s++)
    for (const event of [...types, 'timer', 'start'])
      for (const role of ['even', 'odd']) table(`${role}/${s}/${event}`)
  const act = (
    role: string,
    state: { s: number; n: number },
    event: string,
    ctx: Parameters<Parameters<typeof defineNode>[0]['start']>[0],
  ) => {
    const [next = 0, send = 0, write = 0, sync = 0, output = 0, arm = 0, pick = 0, refuse = 0] = table(
      `${role}/${state.s}/${event}`,
    )
    if (refuse === 5 && event !== 'start') return ctx.refuse()
    const shift = pick === 5 ? ctx.pick([0, 1]) : 0
    if (write > 3) ctx.disk.write('k', (next + shift) % states)
    if (send > 2 && state.n < 2)
      ctx.send(ctx.peers[send % ctx.peers.length]!, { type: types[write % types.length]! })
    if (sync > 3) ctx.disk.sync()
    if (output > 3) ctx.output({ type: 'decide', tx: 't', decision: output === 4 ? 'commit' : 'abort' })
    if (arm === 5) ctx.arm('timer', clocks ? [4 * write, 40] : 1)
    if (clocks && pick > 2 && ctx.now() > 4 * sync) state.n = 2 - state.n
    if (arm === 4) ctx.disarm('timer')
    if (send > 3 && state.n < 2) ctx.broadcast({ type: types[sync % types.length]! })
    state.n = Math.min(2, state.n + (send > 2 ? 1 : 0))
    state.s = (next + shift) % states
    return undefined
  }
  const role = (name: string) => ({
    start(ctx: Parameters<Parameters<typeof defineNode>[0]['start']>[0]) {
      const state = { s: ctx.disk.read<number>('k') ?? 0, n: 0 }
      if (ctx.boot === 'first') ctx.send(ctx.peers[0]!, { type: types[0]! })
      act(name, state, 'start', ctx)
      return state
    },
    on: Object.fromEntries(
      types.map((type) => [
        type,
        (state: { s: number; n: number }, _m: unknown, ctx: never) => act(name, state, type, ctx),
      ]),
    ),
    timers: { timer: (state: { s: number; n: number }, ctx: never) => act(name, state, 'timer', ctx) },
  })
  const options = {
    wire: given ?? (dice.chance(0.5) ? ('set' as const) : ('bag' as const)),
    refusals: dice.chance(0.5) && given !== 'fifo' ? ('stay' as const) : ('consume' as const),
    unchanged: dice.chance(0.5) ? ('handled' as const) : ('refused' as const),
    disk: (['lose-all', 'prefix', 'subset'] as const)[dice.integer(0, 2)]!,
  }
  const protocol = defineProtocol({
    name: 'random',
    source: 'test model',
    says: 'a random table',
    cluster: ['n1', 'n2', 'n3'].slice(0, dice.integer(2, 3)),
    rules: {},
    roles: () => ({ even: role('even'), odd: role('odd') }),
    assign: (names) =>
      Object.fromEntries(
        names.map((name, i) => [
          name,
          { role: i % 2 === 0 ? 'even' : 'odd', peers: names.filter((n) => n !== name), config: {} },
        ]),
      ),
    corrupt: ({ type }) => types.filter((other) => other !== type).map((other) => ({ type: other })),
    properties: atomicCommit('even').slice(0, 3),
  })
  return makeModel(protocol, { options })
}
