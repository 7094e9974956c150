/** Paxos as Lamport cuts it: acceptors, a growing set of messages, and ballots that act on what was said without receiving it (module Paxos). */
import { type Context, defineNode } from '../node/node.ts'
import { defineProtocol } from '../world/protocol.ts'
import { agreement } from './consensus.ts'
import { type Acceptor, type PaxosRules, paxosRules, type Vote } from './paxos.ts'

/** Two decisions that the roles of a real cluster leave no room for. */
export interface PaxosLamportRules extends PaxosRules {
  /** Whether a ballot may send another accept, given the values it has sent: its owner sends one. */
  mayPropose(sent: readonly string[]): boolean
  /** What a crash leaves of an acceptor: everything, since it was forced. */
  survives(acceptor: Readonly<Acceptor>): Acceptor
}

const rules: PaxosLamportRules = {
  ...paxosRules,
  mayPromise: (ballot, promised) => ballot > promised,
  mayPropose: (sent) => sent.length === 0,
  survives: (acceptor) => ({ ...acceptor }),
}

interface State {
  acceptors: Record<string, Acceptor>
  /**
   * Every message ever sent, as words: `1a ballot`, `1b acceptor ballot vballot vval`, `2a ballot value`,
   * `2b acceptor ballot value`. Who acts on one leaves it where it is.
   */
  msgs: Set<string>
}

/** The messages by type, as their fields. */
type Sent = { readonly [type in '1a' | '1b' | '2a' | '2b']: readonly (readonly string[])[] }

/** One action of the module, ready to be taken. */
type Action = (state: State, ctx: Context) => void

/**
 * The whole system is one node, and its one timer picks among the actions that are possible: a ballot sees
 * all promises at once, which no node that receives messages could.
 */
function system(rule: PaxosLamportRules) {
  return defineNode<State, never>({
    start(ctx) {
      ctx.arm('next', 1)
      const names = ctx.config['acceptors'] as string[]
      const fresh = { promised: -1, vballot: -1, vval: null }
      return { acceptors: Object.fromEntries(names.map((name) => [name, fresh])), msgs: new Set() }
    },
    on: {},
    timers: {
      next(state, ctx) {
        const sent = byType(state.msgs)
        const possible = [
          ...prepares(state, ctx),
          ...promises(rule, state, sent),
          ...accepts(rule, state, sent, ctx),
          ...votes(rule, state, sent),
          ...crashes(rule, state),
        ]
        if (possible.length === 0) return ctx.refuse()
        ctx.pick(possible)(state, ctx)
        ctx.arm('next', 1)
      },
    },
  })
}

/** Phase1a. */
function prepares({ msgs }: State, ctx: Context): Action[] {
  const ballots = Array.from({ length: Number(ctx.config['ballots']) }, (_, ballot) => `1a ${ballot}`)
  return ballots.filter((m) => !msgs.has(m)).map((m) => (state) => void state.msgs.add(m))
}

/** Phase1b. */
function promises(rule: PaxosRules, { acceptors }: State, sent: Sent): Action[] {
  return Object.entries(acceptors).flatMap(([name, own]) =>
    sent['1a']
      .map(([ballot]) => Number(ballot))
      .filter((ballot) => rule.mayPromise(ballot, own.promised))
      .map((ballot) => (state: State) => {
        const { vballot, vval } = rule.report(own)
        state.msgs.add(`1b ${name} ${ballot} ${vballot} ${vval ?? '-'}`)
        state.acceptors[name] = { ...own, promised: ballot }
      }),
  )
}

/** Phase2a: for each value that some quorum of promises allows. */
function accepts(rule: PaxosLamportRules, { acceptors }: State, sent: Sent, ctx: Context): Action[] {
  const size = rule.quorum(Object.keys(acceptors).length, 1)
  return sent['1a'].flatMap(([ballot]) => {
    const before = sent['2a'].flatMap(([b, value]) => (b === ballot ? [value!] : []))
    if (!rule.mayPropose(before)) return []
    const quorums = groups(
      sent['1b'].filter(([, b]) => b === ballot),
      size,
    )
    return (ctx.config['values'] as string[])
      .filter((value) => !before.includes(value))
      .filter((value) => quorums.some((quorum) => rule.chooseValue(quorum.flatMap(voteOf), value) === value))
      .map((value) => (state: State) => void state.msgs.add(`2a ${ballot} ${value}`))
  })
}

/** Phase2b; a value is chosen when a quorum has voted for it in one ballot. */
function votes(rule: PaxosRules, { acceptors, msgs }: State, sent: Sent): Action[] {
  const size = rule.quorum(Object.keys(acceptors).length, 2)
  return Object.entries(acceptors).flatMap(([name, { promised }]) =>
    sent['2a']
      .filter(
        ([ballot, value]) =>
          rule.mayAccept(Number(ballot), promised) && !msgs.has(`2b ${name} ${ballot} ${value}`),
      )
      .map(([ballot, value]) => (state: State, ctx: Context) => {
        state.acceptors[name] = { promised: Number(ballot), vballot: Number(ballot), vval: value! }
        state.msgs.add(`2b ${name} ${ballot} ${value}`)
        const same = byType(state.msgs)['2b'].filter(([, b, v]) => b === ballot && v === value)
        if (same.length >= size) ctx.output({ type: 'decide', value: value! })
      }),
  )
}

function crashes(rule: PaxosLamportRules, { acceptors }: State): Action[] {
  return Object.entries(acceptors).flatMap(([name, before]) => {
    const after = rule.survives(before)
    if (after.promised === before.promised && after.vballot === before.vballot) return []
    return [
      (state: State) => {
        state.acceptors[name] = after
      },
    ]
  })
}

function byType(msgs: ReadonlySet<string>): Sent {
  const sent: { [type in keyof Sent]: string[][] } = { '1a': [], '1b': [], '2a': [], '2b': [] }
  for (const message of msgs) {
    const [type, ...fields] = message.split(' ')
    sent[type as keyof Sent].push(fields)
  }
  return sent
}

function voteOf([, , vballot, vval]: readonly string[]): Vote[] {
  return vval === '-' ? [] : [{ vballot: Number(vballot), vval: vval! }]
}

/** Groups of `size` promises by different acceptors. */
function groups(promises: Sent['1b'], size: number): (readonly string[])[][] {
  if (size === 0) return [[]]
  return promises.flatMap((first, i) => {
    const others = promises.slice(i + 1).filter(([from]) => from !== first[0])
    return groups(others, size - 1).map((rest) => [first, ...rest])
  })
}

export const paxosLamport = defineProtocol({
  name: 'paxos-lamport',
  source:
    'Lamport, module Paxos of the TLA+ examples (MCPaxosTiny: ballots 0 and 1, three acceptors, two values)',
  says: 'single-decree Paxos as one machine in which ballots see all messages ever sent',
  cluster: ['spec'],
  rules,
  roles: (rule) => ({ spec: system(rule) }),
  params: {
    acceptors: { default: ['a1', 'a2', 'a3'], says: 'the acceptors' },
    ballots: { default: 2, says: 'how many ballots there are' },
    values: { default: ['A', 'B'], says: 'what a ballot may propose' },
  },
  assign: (names, params) =>
    Object.fromEntries(names.map((name) => [name, { role: 'spec', peers: [], config: params }])),
  properties: [agreement],
})
