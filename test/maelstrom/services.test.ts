/** Maelstrom's services: what each answers, and how old an answer may be. */
import { describe, expect, test } from 'vitest'
import { randomStream } from '../../src/base/random.ts'
import type { HistoryOperation } from '../../src/history/history.ts'
import { linearizable } from '../../src/history/linearizable.ts'
import { keyValue } from '../../src/history/models.ts'
import { sequential } from '../../src/history/sequential.ts'
import { Services } from '../../src/maelstrom/services.ts'

const services = (seed = 1) => new Services(randomStream(seed, 'services'))
const read = (key: unknown) => ({ type: 'read', key: key as string })
const write = (key: unknown, value: unknown) => ({
  type: 'write',
  key: key as string,
  value: value as string,
})
const cas = (key: string, from: unknown, to: unknown, more = {}) => ({
  ...{ type: 'cas', key, from: from as string, to: to as string },
  ...more,
})

// doc/services.md and src/maelstrom/service.clj of Maelstrom.
describe.each(['lin-kv', 'seq-kv', 'lww-kv'])('%s', (name) => {
  /** Of one client that waits for each answer; replicas may not have heard of it, so it asks until they have. */
  const settled = (offered: Services, request: ReturnType<typeof read>, type: string) => {
    for (let i = 0; i < 1000; i++) {
      const answer = offered.answer(name, 'n1', request)
      if (answer.type === type) return answer
    }
    throw new Error(`no ${type}`)
  }

  test('reads what was written; what is not there is error 20', () => {
    const offered = services()
    expect(offered.answer(name, 'n1', read('x'))).toMatchObject({ type: 'error', code: 20 })
    expect(offered.answer(name, 'n1', write('x', [1, { a: null }]))).toEqual({ type: 'write_ok' })
    expect(settled(offered, read('x'), 'read_ok')).toEqual({ type: 'read_ok', value: [1, { a: null }] })
  })

  test('compares and sets, and creates only where it is told to', () => {
    const offered = services()
    expect(offered.answer(name, 'n1', cas('x', 0, 1))).toMatchObject({ type: 'error', code: 20 })
    const creates = { create_if_not_exists: true }
    expect(offered.answer(name, 'n1', cas('x', 0, 1, creates))).toEqual({ type: 'cas_ok' })
    settled(offered, read('x'), 'read_ok')
    expect(settled(offered, cas('x', 7, 2), 'error')).toMatchObject({ type: 'error' })
    expect(settled(offered, cas('x', 1, 2), 'cas_ok')).toEqual({ type: 'cas_ok' })
  })

  test('keys are any JSON, and each is its own', () => {
    const offered = services()
    for (const [i, key] of [1, '1', [1], { a: 1 }, null].entries()) {
      offered.answer(name, 'n1', write(key, `value ${i}`))
      expect(settled(offered, read(key), 'read_ok')).toMatchObject({ value: `value ${i}` })
    }
  })

  test('does not know what it does not know', () => {
    expect(services().answer(name, 'n1', { type: 'delete', key: 'x' })).toMatchObject({ code: 10 })
  })
})

test('lin-kv says what it has where something else was expected', () => {
  const offered = services()
  offered.answer('lin-kv', 'n1', write('x', 1))
  expect(offered.answer('lin-kv', 'n1', cas('x', 7, 2))).toEqual({
    type: 'error',
    code: 22,
    text: '"x" is 1, not 7',
  })
})

test('lin-tso counts up', () => {
  const offered = services()
  expect([1, 2, 3].map(() => offered.answer('lin-tso', 'n1', { type: 'ts' })['ts'])).toEqual([0, 1, 2])
  expect(offered.answer('lin-tso', 'n1', read('x'))).toMatchObject({ code: 10 })
})

test('there are four, and no others', () => {
  const names = ['lin-kv', 'seq-kv', 'lww-kv', 'lin-tso', 'n1', 'constructor', 'toString']
  expect(names.filter((name) => services().isOne(name))).toEqual(names.slice(0, 4))
})

describe('how old an answer may be', () => {
  /** Three clients, one request after the other, on three keys. */
  function history(name: string, seed: number, most = 60): HistoryOperation[] {
    const [offered, dice] = [services(seed), randomStream(seed, 'test')]
    const counts = new Map<string, number>()
    return Array.from({ length: most }, (_, i) => {
      const [client, key] = [`c${dice.integer(1, 3)}`, `k${dice.integer(1, 3)}`]
      const n = (counts.get(client) ?? 0) + 1
      counts.set(client, n)
      const kind = dice.integer(1, 4)
      const value = kind === 3 ? [dice.integer(1, 4), dice.integer(1, 4)] : dice.integer(1, 4)
      const [from = 0, to = 0] = Array.isArray(value) ? value : []
      const request = kind <= 2 ? read(key) : kind === 3 ? cas(key, from, to) : write(key, value)
      const answer = offered.answer(name, client, request)
      const isMissing = kind <= 2 && answer.type === 'error'
      return {
        ...{ process: client, n, invoke: 2 * i, return: 2 * i + 1, key, f: request.type },
        outcome: answer.type === 'error' && !isMissing ? 'fail' : 'ok',
        value: kind <= 2 ? null : value,
        result: kind <= 2 && !isMissing ? answer['value']! : null,
      }
    })
  }
  const limits = { maxMegabytes: 256, maxConfigurations: Number.POSITIVE_INFINITY }
  const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8]
  const kinds = (name: string, judge: (of: HistoryOperation[]) => { readonly kind: string }) =>
    SEEDS.map((seed) => judge(history(name, seed)).kind)

  test('lin-kv: not at all', () => {
    expect(new Set(kinds('lin-kv', (of) => linearizable(of, keyValue(), limits)))).toEqual(new Set(['held']))
  })

  test('seq-kv: older than the newest, in one order in which each client goes forward', () => {
    expect(new Set(kinds('seq-kv', (of) => sequential(of, keyValue(), limits)))).toEqual(new Set(['held']))
    expect(kinds('seq-kv', (of) => linearizable(of, keyValue(), limits))).toContain('broken')
  })

  test('lww-kv: in no order at all', () => {
    expect(kinds('lww-kv', (of) => sequential(of, keyValue(), limits))).toContain('broken')
  })

  test('seq-kv: who changes something sees what was changed before', () => {
    const offered = services()
    for (let i = 0; i < 100; i++) offered.answer('seq-kv', 'n1', write('x', i))
    offered.answer('seq-kv', 'n2', write('mine', 'new'))
    expect(offered.answer('seq-kv', 'n2', read('x'))).toEqual({ type: 'read_ok', value: 99 })
  })

  test('seq-kv: no older than 32 states', () => {
    const offered = services()
    for (let i = 0; i < 100; i++) offered.answer('seq-kv', 'n1', write('x', i))
    const seen = Array.from({ length: 200 }, (_, i) => offered.answer('seq-kv', `c${i}`, read('x'))['value'])
    expect([Math.min(...(seen as number[])), Math.max(...(seen as number[]))]).toEqual([68, 99])
  })

  test('the same seed gives the same answers', () => {
    for (const name of ['seq-kv', 'lww-kv']) expect(history(name, 1)).toEqual(history(name, 1))
  })
})
