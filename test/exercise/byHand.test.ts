/** What a check does with an answer: power that goes in the middle of a handler, and a search on one that reads its clock. */
import { expect, test } from 'vitest'
import { byHand } from '../../src/exercise/byHand.ts'
import { explored } from '../../src/exercise/judged.ts'
import { defineNode } from '../../src/node/node.ts'
import { replay } from '../../src/run/replay.ts'
import { begin } from '../../src/world/apply.ts'
import { type AnyProperty, property } from '../../src/world/property.ts'
import { defineProtocol, makeModel } from '../../src/world/protocol.ts'

const neverLate: AnyProperty = property<{ readonly lateMs: number }>({
  name: 'NeverLate',
  says: 'nobody hears anything after more than 400 ms',
  first: { lateMs: 0 },
  see: (fold, seen) => (seen.kind === 'output' ? { lateMs: Number(seen.body['ms']) } : fold),
  judge: { kind: 'always', broken: ({ lateMs }) => (lateMs > 400 ? `heard after ${lateMs} ms` : null) },
})

const node = defineNode<object, { type: 'write' } | { type: 'read' }>({
  start: () => ({}),
  on: {
    write(_state, message, ctx) {
      ctx.disk.write('it', true)
      ctx.disk.sync()
      ctx.reply(message, { type: 'write_ok' })
    },
    read(_state, _message, ctx) {
      ctx.output({ type: 'heard', ms: ctx.now() })
    },
  },
})

const model = makeModel(
  defineProtocol({
    name: 'clocked',
    source: 'this test',
    says: 'one node',
    cluster: ['n1'],
    rules: {},
    roles: () => ({ node }),
    assign: () => ({ n1: { role: 'node', peers: [], config: {} } }),
    requests: {
      write: { to: 'node', fields: {}, says: 'writes' },
      read: { to: 'node', fields: {}, says: 'reads' },
    },
    properties: [neverLate],
  }),
)

test('power goes after so many of what a handler asks for, and after the last', () => {
  const after = (effects: number) => {
    const run = byHand(model).request('n1', { type: 'write' }).crashDuring({ type: 'write' }, effects)
    return [
      run.world.nodes['n1']!.disk.current.keys['it'] === true,
      run.sent.filter(({ from }) => from === 'n1').length,
      run.world.nodes['n1']!.up,
    ]
  }
  expect([0, 1, 2, 3, 9].map(after)).toEqual([
    [false, 0, false],
    [false, 0, false],
    [true, 0, false],
    [true, 1, false],
    [true, 1, false],
  ])
  expect(() => byHand(model).crashDuring({ type: 'write' }, 0)).toThrow(/no write was on its way/)
})

test('an answer that reads its clock is searched with time, and its story is replayed', () => {
  const run = byHand(model).request('n1', { type: 'read' })
  const { verdicts } = explored(run, { budgets: { timeouts: 1 } })
  const [verdict] = verdicts
  if (verdict?.kind !== 'broken') return expect.unreachable(verdict?.kind)
  expect(verdict.why).toBe('heard after 500 ms')
  expect(verdict.bound.budgets).toContain('2 ticks of 500 ms')
  const { moments, stopped } = replay(model, begin(model).world, verdict.trace)
  expect(stopped).toBeNull()
  expect(moments.at(-1)!.outputs[0]!.body).toEqual({ type: 'heard', ms: 500 })
})

test('time does not pass where nobody looks at it', () => {
  const run = byHand(model).request('n1', { type: 'write' })
  expect(explored(run).verdicts.map(({ kind, bound }) => [kind, bound.budgets])).toEqual([
    ['held', ['3 timeouts']],
  ])
})
