/** The hidden checks of the register in two places, in the order of the ladder. */
import { explored, type HandRun, scenariosOn, simulated } from 'splitbrain'
import { describe, expect, test } from 'vitest'
import { ask, cluster, expectTold, fresh, get, healed, protocol, put, told } from './cluster.ts'

scenariosOn(() => [protocol()])

const section = 'The trap'

describe('one message', () => {
  test('takes a put', {
    meta: {
      rung: 1,
      points: 1,
      expected: 'while nothing is cut, a put at n1 and a put at n2 are answered put_ok within a second',
      why: 'a register that takes nothing promises nothing, and is of no use',
      section,
      hints: [
        'When has a put happened?',
        'When the value is where every later read will look for it, or where it will spread from. Then ctx.reply(message, { type: "put_ok" }).',
      ],
    },
  }, () => {
    expectTold(ask(fresh(), 'ann', put('n1', 'A')), 'ann', 'put_ok')
    expectTold(ask(fresh(), 'bob', put('n2', 'B')), 'bob', 'put_ok')
  })

  test('answers a get', {
    meta: {
      rung: 1,
      points: 1,
      expected:
        'while nothing is cut, a get at either server is answered get_ok with null, as nothing was put yet, and with fresh true or false',
      why: 'who reads has to know what the answer is worth',
      section,
      hints: [
        'What does get_ok carry?',
        'ctx.reply(message, { type: "get_ok", value: null, fresh: false }) would be honest.',
      ],
    },
  }, () => {
    for (const node of ['n1', 'n2']) expectTold(ask(fresh(), 'ann', get(node)), 'ann', 'get_ok', null)
  })
})

describe('one scenario', () => {
  test('what was put here is read there', {
    meta: {
      rung: 2,
      points: 1,
      expected:
        'nothing is cut: A is put at n1, a second later both servers answer A; then B is put at n2, and both answer B',
      why: 'otherwise these are two registers',
      section,
      reference: {
        messages: 18,
        syncs: 0,
        how: 'the only copy is at n1, so the three requests at n1 take their question and answer, and the three at n2 another pair between the servers',
      },
      hints: [
        'How does the other server hear of it?',
        'Either it is told what was put, or it asks where the value is.',
      ],
    },
  }, () => {
    const run = ask(fresh(), 'ann', put('n1', 'A'))
    expectTold(ask(run, 'bob', get('n2')), 'bob', 'get_ok', 'A')
    expectTold(ask(run, 'carl', get('n1')), 'carl', 'get_ok', 'A')
    ask(run, 'dora', put('n2', 'B'))
    expectTold(ask(run, 'emil', get('n1')), 'emil', 'get_ok', 'B')
    expectTold(ask(run, 'fay', get('n2')), 'fay', 'get_ok', 'B')
  })

  test('everybody is answered, cut or not', {
    meta: {
      rung: 2,
      points: 1,
      expected:
        'the line is cut; a put and a get at each of the two servers: each is answered within a second, be it by error',
      why: 'to wait for ever is the one answer that helps nobody: the client does not even know that it may ask elsewhere',
      section,
      hints: [
        'What if the other server does not answer?',
        'A timer, armed when you ask the other one, and a handler that answers the client in the end.',
      ],
    },
  }, () => {
    for (const request of [put('n1', 'A'), get('n1'), put('n2', 'B'), get('n2')]) {
      const run = ask(fresh().cut(['n1'], ['n2']), 'ann', request)
      told(run, 'ann')
    }
    // And where the line is cut while it waits.
    const run = fresh().request('n2', { type: 'put', value: 'C' }, 'bob').deliver({ to: 'n2', type: 'put' })
    told(run.cut(['n1'], ['n2']).wait(1000), 'bob')
  })

  test('the trap', {
    meta: {
      rung: 2,
      points: 3,
      expected:
        'the line is cut; a put at one server, and when it was answered put_ok, a get at the other: it is told something old, or nothing, and does not call it fresh',
      why: 'nothing can tell the other server of the put: if it calls its answer fresh it lies in this night or in the one without the put',
      section,
      hints: [
        'What does the server that is asked to get know of the other side?',
        'Only what it has been told. fresh: true needs an answer to a question that was asked after the get came in.',
        'Gilbert and Lynch 2002, Theorem 1: both nights look the same to that server.',
      ],
    },
  }, () => {
    for (const [here, there] of [
      ['n1', 'n2'],
      ['n2', 'n1'],
    ] as const) {
      const run = fresh().cut(['n1'], ['n2'])
      ask(run, 'ann', put(here, 'A'))
      ask(run, 'bob', get(there))
      told(run, 'bob')
      // The same when it had been up to date before.
      const later = ask(fresh(), 'ann', put(here, 'A')).cut(['n1'], ['n2'])
      ask(later, 'carl', put(here, 'B'))
      ask(later, 'bob', get(there))
      told(later, 'bob')
    }
  })

  test('11 is final', {
    meta: {
      rung: 2,
      points: 2,
      expected:
        'a put is under way when the line is cut, at any moment of it: if its client is told 11, nobody ever reads that value, not even after the cut',
      why: 'who is told 11 does it again elsewhere, or tells its user that nothing was changed',
      section,
      hints: [
        'The put has left for the other server, and no answer comes back. Has it happened?',
        'Nobody here can know. The code for that is 0.',
      ],
    },
  }, () => {
    for (const [here, there] of [
      ['n1', 'n2'],
      ['n2', 'n1'],
    ] as const)
      for (let steps = 1; steps <= 6; steps++) {
        const run = fresh().request(here, { type: 'put', value: 'A' }, 'ann')
        for (let i = 0; i < steps && run.world.wire.length > 0; i++) {
          const { from, to, body } = run.world.wire[0]!
          run.deliver({ from, to, type: body.type })
        }
        healed(run.cut(['n1'], ['n2']).wait(1000)).wait(2000)
        for (const [client, node] of [
          ['bob', there],
          ['carl', here],
        ] as const)
          told(ask(run, client, get(node)), client)
      }
  })

  test('several clients at once', {
    meta: {
      rung: 2,
      points: 1,
      expected:
        'four clients ask at the same moment, three of them n2: each is answered within a second, and while nothing is cut nobody by error',
      why: 'clients do not wait for each other, and each of them is told something',
      section,
      hints: [
        'Where do you keep who waits, and is there room for more than one?',
        'A Map, by a name for each request: message.from and message.op tell them apart. A timer takes that name along: ctx.arm(name, ms, id).',
      ],
    },
  }, () => {
    const crowd = (run: HandRun) =>
      run
        .request('n2', { type: 'put', value: 'A' }, 'ann')
        .request('n2', { type: 'get' }, 'bob')
        .request('n2', { type: 'put', value: 'B' }, 'carl')
        .request('n1', { type: 'get' }, 'dora')
        .wait(1000)
    const run = crowd(fresh())
    for (const client of ['ann', 'carl']) expectTold(run, client, 'put_ok')
    for (const client of ['bob', 'dora']) expectTold(run, client, 'get_ok')
    const cut = crowd(fresh().cut(['n1'], ['n2']))
    for (const client of ['ann', 'bob', 'carl', 'dora']) told(cut, client)
  })

  test('after the cut both say the same', {
    meta: {
      rung: 2,
      points: 2,
      expected:
        'during the cut A is put at one server and B at the other, one after the other or at the same moment; two seconds after it, both servers answer a get with the same value, and nobody with error',
      why: 'a cut that is over must not leave two registers behind',
      section: 'What you keep when you let go of C',
      hints: [
        'What was sent into the cut is lost. Who sends it again?',
        'If both sides took something: a rule that gives the same value on both, such as a tag with a count and a name.',
      ],
    },
  }, () => {
    const cut = () => fresh().cut(['n1'], ['n2'])
    const oneByOne = (...puts: readonly ReturnType<typeof put>[]) =>
      puts.reduce((run, one) => ask(run, `writer-of-${one.body.value}`, one), cut())
    const together = cut()
      .request('n2', put('n2', 'A').body, 'ann')
      .request('n1', put('n1', 'B').body, 'bob')
      .wait(1000)
    for (const run of [
      oneByOne(put('n1', 'A'), put('n2', 'B')),
      oneByOne(put('n1', 'A'), put('n2', 'B'), put('n2', 'C')),
      oneByOne(put('n2', 'A'), put('n1', 'B'), put('n2', 'C')),
      together,
    ]) {
      healed(run).wait(2000)
      const values = (['n1', 'n2'] as const).map((node) => {
        const client = `reader-of-${node}`
        ask(run, client, get(node))
        const got = told(run, client)
        if (got.type !== 'get_ok') run.fail(`two seconds after the cut ${node} still answers ${got.type}`)
        return got.value
      })
      if (values[0] !== values[1])
        run.fail(`two seconds after the cut n1 answers ${String(values[0])}, and n2 ${String(values[1])}`)
    }
  })
})

const busy = {
  c1: [put('n1', 'A'), get('n2'), put('n2', 'B'), get('n1'), get('n2')],
  c2: [get('n2'), put('n2', 'C'), get('n1'), get('n2'), put('n1', 'D')],
  c3: [get('n1'), get('n2'), get('n1'), get('n2'), get('n1')],
}

describe('chaos', () => {
  test('honest, whenever the line is cut', {
    meta: {
      rung: 3,
      points: 2,
      expected:
        'in 80 random runs with three busy clients and up to three cuts, nothing is called fresh that is not',
      why: 'a cut begins and ends in the middle of things: an answer that was true when it was asked for may be old when it arrives',
      section,
      hints: [
        'Look at the read that was called fresh. When did the server that answered last hear of the other one?',
        'What one server heard a moment ago may be old by now. Ask for each request, and answer with what comes back for that very request.',
      ],
    },
  }, () => {
    expect(
      simulated(() => cluster({ clients: busy, delayMs: [1, 50] }), {
        runs: 80,
        run: (n) => ({
          untilMs: 12_000,
          maxSteps: 20_000,
          faults: { untilMs: 3000, sparesClients: true, partitions: n % 4, partitionMs: 300 },
        }),
        faults: ['partitions'],
        sometimes: { type: 'answered', with: 'get_ok' },
      }),
    ).toHold()
  })
})

describe('every schedule', () => {
  test('honest, in every schedule', {
    meta: {
      rung: 4,
      points: 3,
      expected:
        'a put and two gets, the line cut once at any moment and healed at any other, timers early or late: nothing is called fresh that is not, and 11 is final',
      why: 'the moment at which it goes wrong is a single step wide',
      section,
      hints: [
        'Walk the story. What was known where, when the answer was given?',
        'Which message or timer came earlier than you thought possible?',
      ],
    },
  }, () => {
    expectTold(ask(fresh(), 'ann', put('n2', 'A')), 'ann', 'put_ok')
    for (const clients of [
      { c1: [put('n2', 'A'), get('n1')], c2: [get('n2')] },
      { c1: [put('n1', 'A')], c2: [get('n2'), get('n2')] },
    ])
      expect(
        explored(fresh({ clients }), { budgets: { partitions: 1, timeouts: 2 }, maxWorlds: 300_000 }),
      ).toHold()
  })
})
