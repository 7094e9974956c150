/** simulate against the same handlers called directly: mutable states, no trace, no checks, a heap of what is due. */
import { randomStream } from '../../src/base/random.ts'
import type { Body, Context, OperationId } from '../../src/node/node.ts'
import { REFUSED } from '../../src/node/node.ts'
import { raftLog } from '../../src/protocols/raftLog.ts'
import { simulate } from '../../src/run/simulate.ts'
import { type Model, makeModel } from '../../src/world/protocol.ts'
import { type Due, DueHeap } from './heap.ts'
import { type Figures, timed } from './measure.ts'

const MS = 3000
const REQUEST_EVERY_MS = 20

type Handler = (state: unknown, a: unknown, b: unknown) => unknown

type Entry = Due &
  (
    | {
        readonly kind: 'message'
        readonly from: string
        readonly to: string
        readonly body: Body
        readonly op: OperationId | null
      }
    | { readonly kind: 'timer'; readonly node: string; readonly timer: string }
  )

export const simulateRows: { readonly [name: string]: () => Figures } = {
  'simulate Raft, five servers under load, full trace': () => {
    const names = ['n1', 'n2', 'n3', 'n4', 'n5']
    const model = { ...makeModel(raftLog, { names, options: { delayMs: [1, 5] } }), properties: [] }
    const requests = names.flatMap((to) =>
      Array.from({ length: MS / REQUEST_EVERY_MS }, (_, i) => ({
        atMs: 500 + i * REQUEST_EVERY_MS,
        client: 'c1',
        to,
        body: { type: 'submit', command: `x${i % 7}` },
      })),
    )
    const options = { requests, untilMs: MS, maxSteps: 1_000_000 }
    simulate(model, { ...options, untilMs: 600 })
    const run = timed(() => simulate(model, { ...options, seed: 2 }))
    direct(model, 1, requests)
    const bare = timed(() => {
      let events = 0
      for (let seed = 2; seed < 12; seed++) events += direct(model, seed, requests)
      return events
    })
    const rate = run.result.trace.length / run.seconds
    const directRate = bare.result / bare.seconds
    return {
      steps: run.result.trace.length,
      'steps a second': rate,
      'events a second, handlers called directly': directRate,
      'part of calling directly (>= 0.4)': rate / directRate,
    }
  },
}

/** Runs the model's handlers with nothing around them; answers how many ran. */
function direct(
  model: Model,
  seed: number,
  requests: readonly { readonly atMs: number; readonly to: string; readonly body: Body }[],
): number {
  const heap = new DueHeap<Entry>()
  const dice = randomStream(seed, 'direct')
  const states = new Map<string, unknown>()
  const contexts = new Map<string, Context>()
  const armed = new Map<string, number>()
  let nowUs = 0
  let order = 0
  for (const name of model.cluster.names) {
    const { peers, config } = model.assignment[name]!
    const keys = new Map<string, unknown>()
    const logs = new Map<string, unknown[]>()
    const post = (to: string, body: Body, op: OperationId | null) =>
      heap.push({
        kind: 'message',
        from: name,
        to,
        body,
        op,
        atUs: nowUs + dice.integer(1000, 5000),
        order: order++,
      })
    contexts.set(name, {
      self: name,
      peers,
      config,
      boot: 'first',
      disk: {
        read: <T>(key: string) => (keys.get(key) ?? null) as T | null,
        write: (key, value) => void keys.set(key, value),
        keys: () => [...keys.keys()].sort(),
        records: <T>(log: string) => (logs.get(log) ?? []) as readonly T[],
        append: (log, record) => {
          const list = logs.get(log)
          if (list === undefined) logs.set(log, [record])
          else list.push(record)
        },
        truncate: (log, length) => void logs.get(log)?.splice(length),
        sync: () => {},
      },
      send: (to, body) => post(to, body, null),
      broadcast: (body) => {
        for (const peer of peers) post(peer, body, null)
      },
      reply: ({ from, op }, body) => post(from, body, op),
      arm: (timer, delay) => {
        const [min, max] = typeof delay === 'number' ? [delay, delay] : delay
        const entry = { atUs: nowUs + dice.integer(min * 1000, max * 1000), order: order++ }
        armed.set(`${name} ${timer}`, entry.order)
        heap.push({ kind: 'timer', node: name, timer, ...entry })
      },
      disarm: (timer) => void armed.delete(`${name} ${timer}`),
      now: () => nowUs / 1000,
      pick: ([first]) => first!,
      sign: () => '',
      verify: () => true,
      output: () => {},
      log: () => {},
      refuse: () => REFUSED,
    })
    states.set(name, model.nodes[name]!.start(contexts.get(name)!))
  }
  requests.forEach(({ atMs, to, body }, i) =>
    heap.push({
      kind: 'message',
      from: 'c1',
      to,
      body,
      op: { client: 'c1', n: i },
      atUs: atMs * 1000,
      order: order++,
    }),
  )
  let events = 0
  for (let due = heap.pop(); due !== undefined && due.atUs <= MS * 1000; due = heap.pop()) {
    nowUs = due.atUs
    if (due.kind === 'timer') {
      const { node, timer } = due
      if (armed.get(`${node} ${timer}`) !== due.order) continue
      armed.delete(`${node} ${timer}`)
      const handler = model.nodes[node]!.timers?.[timer] as Handler
      handler(states.get(node), contexts.get(node), null)
    } else if (states.has(due.to)) {
      const handler = model.nodes[due.to]!.on[due.body.type] as Handler
      handler(states.get(due.to), due, contexts.get(due.to))
    }
    events++
  }
  return events
}
