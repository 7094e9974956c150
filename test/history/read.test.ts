/** Histories from clients and from events: the same order in real time, and a clear no to what cannot have been. */
import { describe, expect, test } from 'vitest'
import type { Operation } from '../../src/base/operation.ts'
import { type History, HistoryProblem, operationName } from '../../src/history/history.ts'
import { linearizable } from '../../src/history/linearizable.ts'
import { casRegister, counter, keyValue, queue } from '../../src/history/models.ts'
import { historyOfClients, historyOfEvents, maelstromCall } from '../../src/history/read.ts'
import { RECIPES, randomHistory } from './random.ts'
import { tell } from './tell.ts'

/** The same history as clients of a world keep it. */
function asClients(history: History): Record<string, Operation[]> {
  const clients: Record<string, Operation[]> = {}
  for (const o of history) {
    const answered = history.filter(
      (a) => a.process !== o.process && a.return !== null && a.return < o.invoke,
    )
    const after: Record<string, number> = {}
    for (const { process } of answered) after[process] = (after[process] ?? 0) + 1
    const [from, to] = Array.isArray(o.value) ? o.value : []
    const request = o.f === 'cas' ? { type: 'cas', from: from!, to: to! } : { type: o.f, value: o.value }
    clients[o.process] = [
      ...(clients[o.process] ?? []),
      {
        ...{ client: o.process, n: o.n, to: 's1', request, outcome: o.outcome },
        ...{ answer: o.outcome === 'ok' ? { type: `${o.f}_ok`, value: o.result } : null, after },
      },
    ]
  }
  return clients
}

/** Every pair that is ordered in real time, by name. */
function pairs(history: History): string[] {
  return history
    .flatMap((a) =>
      history
        .filter((b) => a.return !== null && a.return < b.invoke)
        .map((b) => `${operationName(a)} < ${operationName(b)}`),
    )
    .sort()
}

describe('clients of a world', () => {
  test('what was answered before what was asked is kept exactly', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const history = randomHistory({ ...RECIPES.casRegister, operations: 12, clients: 4 }, seed)
      const again = historyOfClients(asClients(history))
      expect(pairs(again), `seed ${seed}`).toEqual(pairs(history))
      expect(linearizable(again, casRegister()).kind).toBe(linearizable(history, casRegister()).kind)
    }
  })

  test('an open request may still take effect', () => {
    const shared = { n: 1, to: 's1', after: {} }
    const history = historyOfClients(
      {
        c1: [
          { ...shared, client: 'c1', request: { type: 'put', value: 'A' }, outcome: 'open', answer: null },
        ],
        c2: [
          {
            ...shared,
            client: 'c2',
            request: { type: 'get' },
            outcome: 'ok',
            answer: { type: 'get_ok', value: 'A' },
          },
        ],
      },
      maelstromCall,
    )
    expect(history.map((o) => o.outcome)).toEqual(['info', 'ok'])
    expect(linearizable(history, casRegister()).kind).toBe('held')
  })

  test('an order that no time can produce is named', () => {
    const ok = { to: 's1', request: { type: 'read' }, outcome: 'ok', answer: { value: null } } as const
    const strange = {
      c1: [{ ...ok, client: 'c1', n: 1, after: { c2: 1 } }],
      c2: [{ ...ok, client: 'c2', n: 1, after: { c1: 1 } }],
    }
    expect(() => historyOfClients(strange)).toThrow(HistoryProblem)
  })
})

describe('lists of events', () => {
  test('who asks twice or is told unasked is named', () => {
    const ask = { type: 'invoke', process: 1, f: 'read', value: null } as const
    expect(() => historyOfEvents([ask, ask])).toThrow('event 1: 1 asks before it was told of 1.1')
    expect(() => historyOfEvents([{ ...ask, type: 'ok' }])).toThrow(
      'event 0: 1 is told ok, but has asked nothing',
    )
    expect(() => historyOfEvents([ask], true)).toThrow('event 0: expected [key, value], found null')
  })
})

describe('operations that a model does not know', () => {
  test.each([
    [() => linearizable(tell('c1 pop'), queue()), 'c1.1: a queue knows enqueue, dequeue, not pop'],
    [() => linearizable(tell('c1 write 1'), keyValue()), 'c1.1: a key-value needs a key with each write'],
    [() => linearizable(tell('c1 cas 1'), casRegister()), 'c1.1: cas takes [from, to]'],
    [() => linearizable(tell('c1 add "a"'), counter()), 'c1.1: a counter adds numbers'],
  ])('%#', (check, message) => {
    expect(check).toThrow(message)
  })
})
