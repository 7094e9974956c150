/** The hidden checks of the lease server, in the order of the ladder. */
import { byHand, explored, type HandRun, scenariosOn, simulated } from 'splitbrain'
import { describe, expect, test } from 'vitest'
import { cluster, count, get, granted, lend, lent, protocol, put, read } from './cluster.ts'

scenariosOn(() => [protocol()])

const TERM = 1000

const IN_USE = 'a cache that may still use its lease goes on giving out the old value'

function expectTold(run: HandRun, client: string, when: string): void {
  if (count(run, 'put_ok', client) === 0)
    run.fail(`${client} was not told put_ok ${when}`, 'a write that waits for ever is no write')
}

/** `still` is what the put has to wait for, as the end of a sentence. */
function expectWaits(run: HandRun, client: string, still: string): void {
  if (count(run, 'put_ok', client) > 0) run.fail(`${client} was told put_ok, and ${still}`, IN_USE)
}

describe('one message', () => {
  test('grants what is asked for', {
    meta: {
      rung: 1,
      points: 1,
      section: 'Ask first, or wait',
      expected:
        'asked to fetch, the server sends that cache a grant with the same id, the value null, and useMs',
      why: 'a cache without a lease has to ask for every read',
      hints: [
        'What does a grant carry?',
        'ctx.send(message.from, { type: "grant", id: message.body.id, value, useMs }), with ctx.disk.read("value") for the value: null if nothing is there.',
      ],
    },
  }, () => {
    const run = byHand(cluster()).receive('server', 'a', { type: 'fetch', id: 'x' })
    expect(run).toSend({ from: 'server', to: 'a', type: 'grant', id: 'x', value: null })
    const useMs = run.sent.find(({ body }) => body.type === 'grant')?.body['useMs']
    if (!(typeof useMs === 'number' && useMs > 0)) run.fail(`useMs is ${String(useMs)}, and no time`)
  })

  test('writes where nothing is lent', {
    meta: {
      rung: 1,
      points: 1,
      section: 'Ask first, or wait',
      expected: 'with no lease out, a put is answered put_ok at once, and then read at a cache',
      why: 'nobody has a copy that could become old',
      hints: [
        'What does a write have to wait for, where no cache holds anything?',
        'ctx.disk.write, ctx.disk.sync, and ctx.reply(message, { type: "put_ok" }).',
      ],
    },
  }, () => {
    const run = byHand(cluster()).request('server', put('A').body, 'bob').deliverAll()
    expectTold(run, 'bob', 'where no lease was out')
    if (read(run, 'a', 'ann') !== 'A') run.fail('A was put, and a cache that asks is not granted A')
  })
})

describe('one scenario', () => {
  test('asks every holder before it writes', {
    meta: {
      rung: 2,
      points: 2,
      section: 'Write, then tell',
      reference: {
        messages: 14,
        syncs: 3,
        how: 'two caches ask and are granted, four messages each with those of their clients; put, two recalls, two approvals and put_ok; a sync for the value, and one for each cache when it starts',
      },
      expected:
        'a and b hold leases; a put sends recall to both, and put_ok only when both have sent approve',
      why: IN_USE,
      hints: [
        'When is the value changed, seen from a cache that holds a lease?',
        'Keep the write. Send recall to each holder. Write when the last of them has approved.',
      ],
    },
  }, () => {
    const run = lent({}, 'a', 'b').request('server', put('A').body, 'bob').deliver({ type: 'put' })
    for (const cache of ['a', 'b'])
      expect(run).toSend({ from: 'server', to: cache, type: 'recall', id: `${cache} 1.1` })
    expectWaits(run, 'bob', 'neither a nor b has approved')
    run.deliver({ type: 'recall', to: 'a' }).deliver({ type: 'approve' })
    expectWaits(run, 'bob', 'b has not approved')
    run.deliverAll()
    expectTold(run, 'bob', 'though all caches have approved')
  })

  test('waits for one term, and no longer', {
    meta: {
      rung: 2,
      points: 2,
      section: 'Ask first, or wait',
      expected:
        'a has a lease and is cut off; 600 ms later b has one too, which it gives up as soon as it is asked by a put: the put is answered when the term of a is over, 1000 ms from its grant, and not before',
      why: 'a cache that is gone must not stop all writes for ever, and one that is only cut off still reads',
      hints: [
        'Which clock decides that a lease is over, and from when does it count?',
        'A timer for each lease, armed when it is granted: ctx.arm("expiry", termMs, id).',
        'Not from the put on: what the write waits for is the end of the lease, however long the write has waited.',
        'Each lease has an end of its own: arming a timer again under the same name and argument moves it.',
      ],
    },
  }, () => {
    const run = lent({}, 'a').cut(['server'], ['a']).wait(600)
    lend(run, 'b').wait(100).request('server', put('A').body, 'bob').wait(200)
    expectWaits(run, 'bob', 'the term of a is not over')
    run.wait(TERM - 850)
    expectTold(run, 'bob', 'a term after the lease was granted')
  })

  test('a second lease of the same cache counts from its own grant', {
    meta: {
      rung: 2,
      points: 1,
      section: 'Ask first, or wait',
      expected:
        'a is granted a lease, 950 ms later the next one; then it is cut off, and a put waits for the end of the second',
      why: 'the end of an old lease says nothing about a new one',
      hints: ['What is a lease known by?', 'By its id, not by the name of its holder.'],
    },
  }, () => {
    const run = lent({}, 'a').wait(950).receive('server', 'a', { type: 'fetch', id: 'a 1.2' })
    run.cut(['server'], ['a']).request('server', put('A').body, 'bob').wait(500)
    expectWaits(run, 'bob', 'the second lease of a is not over')
  })

  test('an approval that comes twice ends one lease', {
    meta: {
      rung: 2,
      points: 1,
      section: 'Ask first, or wait',
      expected:
        'the approval of the first lease is copied; its copy arrives when a holds another lease and a second put waits: that put goes on waiting',
      why: 'the network copies and delays, and an old yes is no yes',
      hints: [
        'Which lease does an approval speak of?',
        'It names its id. Any other lease of that cache goes on.',
      ],
    },
  }, () => {
    const run = lent({}, 'a').request('server', put('A').body, 'bob').deliver({ type: 'put' })
    run.deliver({ type: 'recall' }).duplicate({ type: 'approve' }).deliver({ type: 'approve' })
    run.deliver({ type: 'put_ok' }).request('a', { type: 'get' }, 'ann')
    run.deliver({ type: 'get' }).deliver({ type: 'fetch' }).deliver({ type: 'grant' })
    run.request('server', put('B').body, 'carl').deliver({ type: 'put' }).deliver({ type: 'approve' })
    expectWaits(run, 'carl', 'a has not approved its second lease')
  })

  test('an old question that comes late ends nothing', {
    meta: {
      rung: 2,
      points: 1,
      section: 'Ask first, or wait',
      expected:
        'the first fetch of a is copied; its copy arrives when a has another lease. A put waits until a has given that lease up, or its term is over',
      why: IN_USE,
      hints: [
        'A fetch that comes late: what do you do with the lease that this cache has?',
        'It goes on. You keep one lease more, which nobody uses, and ask for both.',
      ],
    },
  }, () => {
    const run = byHand(cluster()).request('a', { type: 'get' }, 'ann').deliver({ type: 'get' })
    run.duplicate({ type: 'fetch' }).deliver({ type: 'fetch' }).deliver({ type: 'grant' })
    run.request('server', put('A').body, 'bob').deliver({ type: 'put' }).deliver({ type: 'recall' })
    run.deliver({ type: 'approve' }).request('a', { type: 'get' }, 'ann').deliver({ type: 'get' })
    run.deliver({ type: 'fetch', id: 'a 1.2' }).deliver({ type: 'grant', id: 'a 1.2' })
    run.deliver({ type: 'fetch', id: 'a 1.1' }).request('server', put('B').body, 'carl')
    run.deliverAll({ id: 'a 1.2' })
    expectWaits(run, 'carl', 'a has not given up its lease a 1.2')
  })

  test('grants nothing while a write waits', {
    meta: {
      rung: 2,
      points: 2,
      section: 'Who may overtake',
      expected:
        'a holds a lease and a put waits; b and c fetch: they are granted nothing until the put is answered, and then, once each, the new value',
      why: 'where readers may overtake, a busy value is never written again',
      hints: [
        'How long can a write wait, if caches go on asking?',
        'Keep the fetch, as you keep the write; there can be several. Answer them when the last write is done.',
      ],
    },
  }, () => {
    const run = lent({ names: ['server', 'a', 'b', 'c'] }, 'a')
    run.request('server', put('A').body, 'bob').deliver({ type: 'put' })
    for (const cache of ['b', 'c']) {
      run.request(cache, { type: 'get' }, 'ann').deliver({ type: 'get' }).deliver({ type: 'fetch' })
      if (count(run, 'grant', cache) > 0) run.fail(`${cache} was granted a lease while a write was waiting`)
    }
    run.deliverAll()
    expectTold(run, 'bob', 'though a has approved')
    for (const cache of ['b', 'c']) {
      const value = granted(run, cache)
      if (value === undefined) run.fail(`the write is done, and ${cache} is not granted what it asked for`)
      if (value !== 'A')
        run.fail(`A was put before ${cache} was granted its lease, and its copy is ${String(value)}`, IN_USE)
    }
    run.request('server', put('B').body, 'carl').deliverAll()
    for (const cache of ['b', 'c'])
      if (count(run, 'grant', cache) > 1)
        run.fail(
          `${cache} was granted a second lease, and has asked for one`,
          'the next write has to wait for both',
        )
  })

  test('answers every write that waits, in the order in which they came', {
    meta: {
      rung: 2,
      points: 1,
      section: 'Ask first, or wait',
      expected: 'two puts wait for one lease: when it is approved both are answered, and the second is read',
      why: 'each of the two clients waits for an answer',
      hints: ['How many writes can wait?', 'A list, and its order.'],
    },
  }, () => {
    const run = lent({}, 'a')
    run.request('server', put('A').body, 'bob').deliver({ type: 'put' })
    run.request('server', put('B').body, 'carl').deliver({ type: 'put' }).deliverAll()
    for (const client of ['bob', 'carl']) expectTold(run, client, 'though a has approved')
    if (read(run, 'b', 'dora') !== 'B') run.fail('B was put last, and something else is read')
  })

  test('what was answered survives a crash', {
    meta: {
      rung: 2,
      points: 1,
      section: 'The server that forgets',
      expected:
        'a put is answered, the server loses power and comes back: a term later the value can be read',
      why: 'put_ok was a promise',
      hints: ['What does a crash leave?', 'What was synced before put_ok was sent.'],
    },
  }, () => {
    const run = byHand(cluster()).request('server', put('A').body, 'bob').deliver({ type: 'put' })
    run
      .crash('server')
      .restart('server')
      .wait(1.2 * TERM)
    if (read(run, 'a', 'ann') !== 'A') run.fail('bob was told that A is written, and it is gone')
  })

  test('what is not answered yet is shown to nobody', {
    meta: {
      rung: 2,
      points: 1,
      section: 'The server that forgets',
      expected:
        'a holds a lease and a put of A waits for it; the server loses power and comes back, and b asks: it is not granted A while a still reads what was there before',
      why: 'whoever reads at b and then at a would see the new value and then the old one',
      hints: [
        'What is on your disk while a write waits?',
        'The value is for those who ask. Write it when no lease is out any more, and not when it comes.',
      ],
    },
  }, () => {
    const run = lent({}, 'a').request('server', put('A').body, 'bob').deliver({ type: 'put' })
    run.crash('server').restart('server').request('b', { type: 'get' }, 'ann')
    run.deliver({ to: 'b', type: 'get' }).deliver({ from: 'b', type: 'fetch' })
    if (granted(run, 'b') === 'A')
      run.fail('b is granted A, and a still has its lease, and nothing in its copy')
  })

  test('after a restart it waits for what it had lent', {
    meta: {
      rung: 2,
      points: 2,
      section: 'The server that forgets',
      expected:
        'a holds a lease and is cut off; the server loses power, comes back and is asked to put: it waits for a term, and answers then',
      why: 'the holder of the lease does not know that the server was away',
      hints: [
        'The memory is empty. Does that mean that nothing is lent?',
        'In start, where ctx.boot is "restart": no write before a whole term has passed. A timer of its own.',
      ],
    },
  }, () => {
    const run = lent({}, 'a').cut(['server'], ['a']).crash('server').restart('server')
    run.request('server', put('A').body, 'bob').wait(850)
    expectWaits(run, 'bob', 'the lease of a may be in use: no term has gone by since the restart')
    run.wait(400)
    expectTold(run, 'bob', 'a term after the restart')
  })

  test('what it lends while it waits is out as well', {
    meta: {
      rung: 2,
      points: 1,
      section: 'The server that forgets',
      expected:
        'the server comes back; 900 ms later b fetches, and if it is granted a lease it is cut off: a put waits for the end of that lease, and not for the end of the first term only',
      why: IN_USE,
      hints: [
        'The term after the restart is over. Is everything over that was lent in it?',
        'Write when both are so: that term is over, and no lease is out.',
      ],
    },
  }, () => {
    const run = lent({}, 'a').crash('server').restart('server').wait(900)
    run.receive('server', 'b', { type: 'fetch', id: 'b 1.1' })
    if (count(run, 'grant', 'b') === 0) return
    run.cut(['server'], ['a'], ['b']).request('server', put('A').body, 'bob').wait(500)
    expectWaits(run, 'bob', 'the lease of b is not over')
  })

  test('an approval after the restart speaks of one lease', {
    meta: {
      rung: 2,
      points: 1,
      section: 'The server that forgets',
      expected:
        'a holds a lease and is cut off; the server loses power and comes back; b asks, and gives up at once what it may have been granted when a put asks for it: the put goes on waiting for a',
      why: IN_USE,
      hints: [
        'Nothing is lent any more that you know of. And what do you not know of?',
        'Write when both are so: the term after the restart is over, and no lease is out.',
      ],
    },
  }, () => {
    const run = lent({}, 'a').cut(['server'], ['a']).crash('server').restart('server')
    run.request('b', { type: 'get' }, 'ann').deliver({ to: 'b', type: 'get' }).deliver({ type: 'fetch' })
    run.request('server', put('A').body, 'bob').deliverAll()
    expectWaits(run, 'bob', 'a still has the lease of which the server does not know any more')
  })

  test('a lease is as long as two clocks allow', {
    meta: {
      rung: 2,
      points: 2,
      section: 'Whose forty milliseconds?',
      expected:
        'with a term of 1000 ms: a drift of 0.1 allows 818 ms, 0.01 allows 980, and 0 all of it; useMs is never more, and at least nine tenths of that',
      why: 'the clock of the server may be fast and that of the cache slow, at the same time',
      hints: [
        'In true time: how short can a term of the server be, and how long the use of the cache?',
        'termMs / (1 + drift) at least, and useMs / (1 - drift) at most. The second must not be more than the first.',
      ],
    },
  }, () => {
    for (const drift of [0.1, 0.01, 0]) {
      const run = lent({ drift }, 'a')
      const safe = (TERM * (1 - drift)) / (1 + drift)
      const useMs = Number(run.sent.find(({ body }) => body.type === 'grant')?.body['useMs'])
      const told = `with a drift of ${drift} useMs is ${useMs.toFixed(1)}, and ${safe.toFixed(1)} is safe`
      if (useMs > safe) run.fail(told, IN_USE)
      if (!(useMs >= safe * 0.9))
        run.fail(told, 'a lease that is shorter than it could be is asked for more often')
    }
  })
})

/** For 200 ms, every 10 ms somebody reads at a or b, and every 25 ms somebody writes; a client that is not answered asks no more. */
const busy = [
  ...Array.from({ length: 20 }, (_, n) => ({
    atMs: 10 * n,
    client: `reader${n}`,
    ...get(n % 3 === 0 ? 'b' : 'a'),
  })),
  ...Array.from({ length: 8 }, (_, n) => ({ atMs: 5 + 25 * n, client: `writer${n}`, ...put(`v${n}`) })),
]

describe('chaos', () => {
  test('no read is old, whatever happens', {
    meta: {
      rung: 3,
      points: 2,
      section: 'Whose forty milliseconds?',
      expected:
        'in 40 random runs with many readers and writers, losses, copies, two to six crashes of the server and clocks up to a tenth off, reads and writes are those of a single copy',
      why: 'each of these alone is harmless; it is their meeting that nobody has thought of',
      hints: [
        'Look at the read that is old. Which lease was it, and why did the server think that it was over?',
        'A crash, an old approval, a clock: one of the three.',
      ],
    },
  }, () => {
    expect(
      simulated(() => cluster({ termMs: 60, delayMs: [1, 10] }), {
        runs: 40,
        run: (n) => ({
          untilMs: 400,
          requests: busy,
          maxSteps: 20_000,
          faults: {
            untilMs: 200,
            sparesClients: true,
            loss: n % 3 === 0 ? 0.1 : 0,
            duplicate: 0.1,
            crashes: 2 + 2 * (n % 3),
            mayCrash: ['server'],
            downMs: 5,
            driftPpm: 100_000,
          },
        }),
        faults: ['losses', 'duplicates', 'crashes', 'clocks a tenth off'],
        sometimes: { type: 'read' },
      }),
    ).toHold()
  })
})

describe('every schedule', () => {
  const asks = { bob: [put('A'), get('a')] }
  const ready = (termMs: number) => lent({ names: ['server', 'a'], termMs, clients: asks }, 'a')

  test('no read is old, however the clocks run', {
    meta: {
      rung: 4,
      points: 3,
      section: 'Whose forty milliseconds?',
      expected:
        'a has a lease of a term of 400 ms; bob puts A and then reads at a; in every schedule of three ticks of 120 ms, with both clocks up to a tenth fast or slow, he reads A',
      why: 'the moment at which a slow clock still says yes is a few milliseconds wide',
      hints: [
        'Walk the story. What does the clock of the cache say when it answers, and what did yours say when you wrote?',
        'Count the term from the grant, and give out less of it.',
      ],
    },
  }, () => {
    expect(
      explored(ready(400), {
        // 396 ms by a fast clock, so the term is not over; 324 by a slow one, of the 327 that are safe.
        budgets: { ticks: 3, tickMs: 120, timeouts: Number.POSITIVE_INFINITY, drift: [1, 10] },
        maxWorlds: 300_000,
      }),
    ).toHold()
  })

  test('no read is old, wherever the power fails', {
    meta: {
      rung: 4,
      points: 3,
      section: 'The server that forgets',
      expected:
        'the same with a term of 40 ms and clocks that are right: the server loses power once at any moment, also between two lines of a handler, and a message arrives twice',
      why: 'between two lines the server has done one thing and not yet the next',
      hints: [
        'Walk the story to the crash. What had the client been told by then?',
        'First the disk, then put_ok. And after the restart, a term in which nothing is written.',
      ],
    },
  }, () => {
    expect(
      explored(ready(40), {
        budgets: {
          ticks: 2,
          timeouts: Number.POSITIVE_INFINITY,
          crashes: 1,
          mayCrash: ['server'],
          duplicates: 1,
        },
        maxWorlds: 300_000,
      }),
    ).toHold()
  })
})
