/** The map whose followers hand requests on: any server can be asked, and no request is handed on twice. */
import { expect, test } from 'vitest'
import { raftForwarding } from '../../src/protocols/raftForwarding.ts'
import { raftKeyValue } from '../../src/protocols/raftKeyValue.ts'
import { simulate } from '../../src/run/simulate.ts'
import { reading, searched } from './stories.ts'

const NAMES = ['n1', 'n2', 'n3']
const write = (value: number) => ({ type: 'write', key: 'x', value })

/** The same requests, one to each server, after the election. */
const askedEverywhere = (protocol: typeof raftForwarding) =>
  simulate(reading(protocol, [], { names: NAMES }), {
    untilMs: 4000,
    requests: NAMES.map((to, i) => ({ atMs: 2000 + 200 * i, client: `c${i}`, to, body: write(i) })),
  })
const answers = ({ last }: ReturnType<typeof simulate>) =>
  Object.values(last.clients).flatMap((asked) => asked.map(({ outcome }) => outcome))

test('every server carries a request out, where without it only the leader does', () => {
  expect(answers(askedEverywhere(raftForwarding))).toEqual(['ok', 'ok', 'ok'])
  expect(answers(askedEverywhere(raftKeyValue)).sort()).toEqual(['info', 'info', 'ok'])
})

/** 30 requests, one every 400 ms, to each server in turn; how many were answered, and in how many terms. */
function steadyClients(heartbeatMs: number, delayMs: number): { answered: number; terms: number } {
  const options = { delayMs: [delayMs, delayMs] } as const
  const model = reading(raftForwarding, [], { names: NAMES, params: { heartbeatMs }, options })
  const requests = Array.from({ length: 30 }, (_, i) => ({
    atMs: 1000 + 400 * i,
    client: `c${i}`,
    to: NAMES[i % 3]!,
    body: write(i),
  }))
  const { clients, nodes } = simulate(model, { untilMs: 13_500, maxSteps: 20_000, requests }).last
  const states = Object.values(nodes).map(({ state }) => state as unknown as { currentTerm: number })
  const answered = Object.values(clients).flatMap((asked) => asked.filter(({ outcome }) => outcome === 'ok'))
  return { answered: answered.length, terms: Math.max(...states.map(({ currentTerm }) => currentTerm)) }
}

test('heartbeats that come too late cost requests, and the more, the longer a message takes', () => {
  const answered = [steadyClients(50, 40), steadyClients(180, 1), steadyClients(180, 40)]
  // Of 30; our own numbers. A new leader is found in a few round trips, so that it is those that count.
  expect(answered.map((run) => run.answered)).toEqual([30, 30, 20])
  expect(answered.map(({ terms }) => terms > 1)).toEqual([false, true, true])
})

test('who does not lead refuses what was handed on to it, and hands it to nobody', () => {
  const model = reading(raftForwarding, [], { names: NAMES })
  const asked: unknown[] = []
  const ask = (...words: unknown[]) => asked.push(words)
  const forward = { type: 'Forward', client: 'c', op: { client: 'c', n: 1 }, request: write(1) }
  const take = model.nodes['n1']!.on['Forward'] as (...args: unknown[]) => unknown
  const ctx = { self: 'n1', send: ask, reply: ask }
  take({ role: 'follower', leader: 'n2' }, { from: 'n3', op: null, body: forward }, ctx)
  expect(asked).toEqual([
    [
      { from: 'c', op: { client: 'c', n: 1 } },
      { type: 'error', code: 0, text: 'the leader is n2' },
    ],
  ])
})

test('its flawed readings are those of the map', () => {
  const clients = {
    c1: [1, 2]
      .map((value) => ({ to: 'n1', body: write(value) }))
      .concat([{ to: 'n1', body: { type: 'read', key: 'x' } as never }]),
  }
  const found = (flaws: string[]) =>
    searched(reading(raftForwarding, flaws, { names: ['n1'], clients }), 'Linearizable', {
      budgets: { timeouts: 1, duplicates: 1 },
    })
  expect([found(['isRepeated=never']), found([])]).toEqual(['broken in 9', 'held'])
})
