/** Named anomalies, and what a learner is told of each. */
import { describe, expect, test } from 'vitest'
import { operationText } from '../../src/history/history.ts'
import { linearizable } from '../../src/history/linearizable.ts'
import { casRegister, counter, growSet, keyValue, queue, register } from '../../src/history/models.ts'
import { sequential } from '../../src/history/sequential.ts'
import type { HistoryVerdict } from '../../src/history/verdict.ts'
import { tell } from './tell.ts'

function told(verdict: HistoryVerdict): string {
  if (verdict.kind !== 'broken') return verdict.kind
  return [verdict.why, ...verdict.witness.map((o) => `  ${operationText(o)}`)].join('\n')
}

describe('registers', () => {
  test('a stale read is not linearizable, but sequentially consistent', () => {
    const history = tell('c1 write 1', 'c1 write 2', 'c3 read 2', 'c2 read 1')
    expect(told(linearizable(history, register()))).toMatchInlineSnapshot(`
      "c2 reads 1 fits nowhere: after c1 writes 2 the register holds 2; c2 asked after c1 writes 2 had been answered
        c1 writes 2
        c2 reads 1"
    `)
    expect(told(sequential(history, register()))).toBe('held')
  })

  test('a new-old inversion: a read during a write sees it, a later one does not', () => {
    const history = tell('c0 write 0', 'c1 write 1 ...', 'c2 read 1', 'c3 read 0', 'c1 done')
    expect(told(linearizable(history, register()))).toMatchInlineSnapshot(`
      "c3 reads 0 fits nowhere: after c1 writes 1, c2 reads 1 the register holds 1; c3 asked after c2 reads 1 had been answered
        c1 writes 1
        c2 reads 1
        c3 reads 0"
    `)
    expect(
      told(
        linearizable(tell('c0 write 0', 'c1 write 1 ...', 'c2 read 0', 'c3 read 1', 'c1 done'), register()),
      ),
    ).toBe('held')
  })

  test('an unanswered write may take effect late, and only once', () => {
    const late = ['c0 write 0', 'c1 write 1 ...', 'c1 lost', 'c2 read 0', 'c2 read 1']
    expect(told(linearizable(tell(...late), register()))).toBe('held')
    expect(told(linearizable(tell(...late, 'c2 write 2', 'c3 read 1'), register()))).toMatchInlineSnapshot(`
      "c3 reads 1 fits nowhere: after c1 writes 1 (outcome unknown), c2 reads 1, c2 writes 2 the register holds 2; c3 asked after c2 writes 2 had been answered
        c1 writes 1 (outcome unknown)
        c2 reads 1
        c2 writes 2
        c3 reads 1"
    `)
  })

  test('a value nobody wrote', () => {
    expect(told(linearizable(tell('c1 write 1', 'c2 read 9'), register()))).toMatchInlineSnapshot(`
      "c2 reads 9, but nobody wrote what it found
        c2 reads 9"
    `)
  })

  test('one cas too many succeeds', () => {
    const history = tell('c0 write 0', 'c1 cas [0,1] ...', 'c2 cas [0,2] ...', 'c1 done', 'c2 done')
    expect(told(linearizable(history, casRegister()))).toMatchInlineSnapshot(`
      "c2 changes 0 to 2 and c1 changes 0 to 1 fit nowhere: after c0 writes 0, c1 changes 0 to 1 the register holds 1; after c0 writes 0, c2 changes 0 to 2 the register holds 2; c2 asked after c0 writes 0 had been answered
        c0 writes 0
        c1 changes 0 to 1
        c2 changes 0 to 2"
    `)
  })

  test('one client reads new, then old: in no order of programs', () => {
    const history = tell('c1 write 1', 'c1 write 2', 'c2 read 2', 'c2 read 1')
    expect(told(sequential(history, register()))).toMatchInlineSnapshot(`
      "c2 reads 1 fits nowhere: after c1 writes 2, c2 reads 2 the register holds 2
        c1 writes 2
        c2 reads 2
        c2 reads 1"
    `)
  })
})

describe('maps', () => {
  test('a broken key is shown alone', () => {
    const history = tell('c1 write x=1', 'c1 write y=1', 'c2 read y=1', 'c2 read x=null', 'c2 read y=1')
    expect(told(linearizable(history, keyValue()))).toMatchInlineSnapshot(`
      "c2 reads x=nothing fits nowhere: after c1 writes x=1 the register holds 1; c2 asked after c1 writes x=1 had been answered
        c1 writes x=1
        c2 reads x=nothing"
    `)
  })

  test('each key alone is sequentially consistent, both together are not', () => {
    const history = tell(
      'c1 write x=1 ...',
      'c2 write y=1 ...',
      'c1 done',
      'c2 done',
      'c1 read y=null',
      'c2 read x=null',
    )
    expect(told(sequential(history, keyValue()))).toMatchInlineSnapshot(`
      "c2 reads x=nothing and c1 reads y=nothing fit nowhere: after c1 writes x=1, c1 reads y=nothing, c2 writes y=1 the map holds x=1, y=1; after c2 writes y=1, c2 reads x=nothing, c1 writes x=1 the map holds x=1, y=1
        c1 writes x=1
        c2 writes y=1
        c1 reads y=nothing
        c2 reads x=nothing"
    `)
    for (const key of ['x', 'y'])
      expect(
        sequential(
          history.filter((o) => o.key === key),
          keyValue(),
        ).kind,
      ).toBe('held')
  })
})

describe('queues, sets and counters', () => {
  test('a queue that loses an item', () => {
    const history = tell('c1 enqueue 1', 'c1 enqueue 2', 'c2 dequeue 1', 'c2 dequeue null')
    expect(told(linearizable(history, queue()))).toMatchInlineSnapshot(`
      "c2 dequeues nothing fits nowhere: after c1 enqueues 1, c1 enqueues 2, c2 dequeues 1 the queue holds 2; c2 asked after c2 dequeues 1 had been answered
        c1 enqueues 1
        c1 enqueues 2
        c2 dequeues 1
        c2 dequeues nothing"
    `)
  })

  test('a queue that reorders', () => {
    const history = tell('c1 enqueue 1', 'c1 enqueue 2', 'c2 dequeue 2', 'c2 dequeue 1')
    expect(told(linearizable(history, queue()))).toMatchInlineSnapshot(`
      "c2 dequeues 2 fits nowhere: after c1 enqueues 1 the queue holds 1, or the queue holds 1, 2; c2 asked after c1 enqueues 1 had been answered
        c1 enqueues 1
        c1 enqueues 2
        c2 dequeues 2"
    `)
  })

  test('an item handed out twice', () => {
    const history = tell('c1 enqueue 1', 'c2 dequeue 1 ...', 'c3 dequeue 1', 'c2 done 1')
    expect(told(linearizable(history, queue()))).toMatchInlineSnapshot(`
      "c2 dequeues 1 and c3 dequeues 1 fit nowhere: after c1 enqueues 1, c3 dequeues 1 the queue is empty; after c1 enqueues 1, c2 dequeues 1 the queue is empty; c2 asked after c1 enqueues 1 had been answered
        c1 enqueues 1
        c2 dequeues 1
        c3 dequeues 1"
    `)
  })

  test('a lost update of a counter', () => {
    const history = tell('c1 add 1 ...', 'c2 add 1', 'c1 done', 'c3 read 1')
    expect(told(linearizable(history, counter()))).toMatchInlineSnapshot(`
      "c3 reads 1 fits nowhere: after c2 adds 1, c1 adds 1 the counter stands at 2; c3 asked after c1 adds 1 had been answered
        c1 adds 1
        c2 adds 1
        c3 reads 1"
    `)
    expect(told(linearizable(tell('c1 add 5', 'c2 add -2', 'c3 read 3'), counter()))).toBe('held')
  })

  test('a set that has one member twice', () => {
    expect(linearizable(tell('c1 add 1', 'c2 read [1]'), growSet()).kind).toBe('held')
    expect(linearizable(tell('c1 add 1', 'c2 read [1,1]'), growSet()).kind).toBe('broken')
  })

  test('two reads of a set that each miss what the other saw', () => {
    const history = tell(
      'c1 add 1 ...',
      'c2 add 2 ...',
      'c3 read [1] ...',
      'c4 read [2] ...',
      'c3 done [1]',
      'c4 done [2]',
      'c1 done',
      'c2 done',
    )
    expect(told(linearizable(history, growSet()))).toMatchInlineSnapshot(`
      "c4 reads [2] and c3 reads [1] fit nowhere: after c1 adds 1, c3 reads [1] the set holds 1, or the set holds 1, 2; after c2 adds 2, c4 reads [2] the set holds 2, or the set holds 1, 2
        c1 adds 1
        c2 adds 2
        c3 reads [1]
        c4 reads [2]"
    `)
  })
})
