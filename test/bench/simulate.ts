/** simulate against the same handlers called directly: mutable states, no trace, no checks, a heap of what is due. */
import { randomStream } from '../../src/base/random.ts'
import type { Body, Context, OperationId } from '../../src/node/node.ts'
import { REFUSED } from '../../src/node/node.ts'
import { raftLog } from '../../src/protocols/raftLog.ts'
import { DueHeap, type HeapEntry } from '../../src/run/dueHeap.ts'
import { runInPlace } from '../../src/run/runInPlace.ts'
import { type Model, makeModel } from '../../src/world/protocol.ts'
import { type Figures, timed } from './measure.ts'

const MS = 3000
const REQUEST_EVERY_MS = 20
const WARM_UP = Array.from({ length: 20 }, (_, i) => i + 2)
const SEEDS = Array.from({ length: 80 }, (_, i) => i + 101)

type Handler = (state: unknown, a: unknown, b: unknown) => unknown

type Entry = HeapEntry &
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
    // Each is warm before it is measured, and both do the same seeds: events are what handlers were called for.
    for (const seed of WARM_UP) {
      runInPlace(model, { ...options, seed })!.isSameAgain()
      direct(model, seed, requests)
    }
    let steps = 0
    let events = 0
    const [recording, again, bare] = [{ seconds: 0 }, { seconds: 0 }, { seconds: 0, events: 0 }]
    for (const seed of SEEDS) {
      const once = timed(() => runInPlace(model, { ...options, seed })!)
      const { trace } = once.result.run
      steps += trace.length
      events += trace.filter(({ kind }) => kind === 'deliver' || kind === 'fire').length
      recording.seconds += once.seconds
      const twice = timed(() => once.result.isSameAgain())
      if (!twice.result) throw new Error(`seed ${seed}: run again, it went another way`)
      again.seconds += twice.seconds
      const handlers = timed(() => direct(model, seed, requests))
      bare.events += handlers.result
      bare.seconds += handlers.seconds
    }
    const directRate = bare.events / bare.seconds
    const recordedRate = events / recording.seconds
    const wholeRate = events / (recording.seconds + again.seconds)
    return {
      'steps in the traces': steps,
      events,
      'events a second, trace recorded': recordedRate,
      'events a second, and all run again': wholeRate,
      'events a second, handlers called directly': directRate,
      'part of calling directly, trace recorded (>= 0.4)': recordedRate / directRate,
      'part of calling directly, and all run again': wholeRate / directRate,
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
  const armed = new Map<string, Entry>()
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
        dueUs: nowUs + dice.integer(1000, 5000),
        order: order++,
        place: -1,
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
        torn: () => false,
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
        const dueUs = nowUs + dice.integer(min * 1000, max * 1000)
        const known = armed.get(`${name} ${timer}`)
        if (known === undefined) {
          const entry: Entry = { kind: 'timer', node: name, timer, dueUs, order: order++, place: -1 }
          armed.set(`${name} ${timer}`, entry)
          heap.push(entry)
        } else {
          known.dueUs = dueUs
          known.order = order++
          heap.moved(known)
        }
      },
      disarm: (timer) => {
        const known = armed.get(`${name} ${timer}`)
        if (known !== undefined) heap.remove(known)
        armed.delete(`${name} ${timer}`)
      },
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
      dueUs: atMs * 1000,
      order: order++,
      place: -1,
    }),
  )
  let events = 0
  for (let due = heap.pop(); due !== undefined && due.dueUs <= MS * 1000; due = heap.pop()) {
    nowUs = due.dueUs
    if (due.kind === 'timer') {
      const { node, timer } = due
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
