/** The hidden checks of the outbox, in the order of the ladder. */
import { byHand, explored, type HandRun, scenariosOn, simulated } from 'splitbrain'
import { describe, expect, test } from 'vitest'
import { cluster, paid, pay, protocol, SAFETY, times } from './cluster.ts'

scenariosOn(() => [protocol()])

const EVENT = { type: 'event', tx: 't1', attempt: 1 }

/** The disk of orders says that it is paid, or that of stock that it was shipped so often. */
const isPaid = { node: 'orders', type: 'decide', tx: 't1' }
const isShipped = { node: 'stock', type: 'effect', id: 't1', times: 1 }

function expectShipped(run: HandRun, tx: string): void {
  if (!run.outputs.some((o) => o.node === 'stock' && o.body.type === 'effect' && o.body['id'] === tx))
    run.fail(
      `${tx} was paid and never shipped; ${run.outputWords()}`,
      'somebody has paid and waits for the goods',
    )
}

describe('one message', () => {
  test('pays, and says so', {
    meta: {
      rung: 1,
      points: 1,
      section: 'A row instead of a message',
      expected: 'asked to pay t1, orders has "paid t1" on its disk, synced, and answers pay_ok with commit',
      why: 'what the client is told has to survive the next loss of power',
      hints: [
        'What makes a write safe?',
        'ctx.disk.write, then ctx.disk.sync, and only then ctx.reply(message, { type: "pay_ok", tx, decision: "commit" }).',
      ],
    },
  }, () => {
    expect(paid()).toAnnounce(isPaid)
    expect(paid()).toSend({ from: 'orders', type: 'pay_ok', tx: 't1', decision: 'commit' })
  })

  test('a refusal leaves no trace', {
    meta: {
      rung: 1,
      points: 1,
      section: 'A row instead of a message',
      expected:
        'where the business says no, nothing is paid, nothing is published in the next 5 s, and the client is told abort',
      why: 'a message cannot be taken back by a rollback: stock would ship what nobody paid for',
      hints: [
        'When is it known that the order is not paid, and what was sent before?',
        'Look at ctx.config.commits first. Nothing leaves orders before that.',
      ],
    },
  }, () => {
    const run = paid({ commits: 'no' }).wait(5000)
    expect(run).toSend({ from: 'orders', type: 'pay_ok', tx: 't1', decision: 'abort' })
    expect(run).not.toSend({ from: 'orders', type: 'publish' })
    expect(run).not.toAnnounce({ node: 'orders', type: 'decide' })
  })

  test('pays or refuses, whichever it is free to', {
    meta: {
      rung: 1,
      points: 1,
      expected:
        'configured with "any", orders does what ctx.pick([true, false]) gives: once it answers commit, once abort',
      why: 'a business that never refuses hides what happens when it does',
      hints: ['What does ctx.pick give you, and do you use all of it?'],
    },
  }, () => {
    for (const [pick, decision] of ['commit', 'abort'].entries()) {
      const run = byHand(cluster({ commits: 'any' })).request('orders', {
        type: 'pay',
        tx: 't1',
        poison: false,
      })
      run.deliver({ to: 'orders', type: 'pay' }, pick)
      expect(run).toSend({ from: 'orders', type: 'pay_ok', tx: 't1', decision })
    }
  })

  test('publishes what was paid', {
    meta: {
      rung: 1,
      points: 1,
      section: 'A row instead of a message',
      reference: {
        messages: 6,
        syncs: 6,
        how: 'one each of pay, pay_ok, publish, published, event and ack; orders forces two writes, the payment with its row and the row that is emptied, stock one, and the broker the other three',
      },
      expected: 'within a second after t1 was paid, orders has sent publish to the broker',
      why: 'an order that stock never hears of is never shipped',
      hints: [
        'Who sends publish, and when?',
        'A timer: ctx.arm("relay", ms) when the order is paid, and its handler publishes.',
      ],
    },
  }, () => {
    expect(paid().wait(1000)).toSend({ from: 'orders', to: 'broker', type: 'publish', tx: 't1' })
  })

  test('ships, and acknowledges', {
    meta: {
      rung: 1,
      points: 1,
      section: 'The other end: the inbox',
      expected:
        'told of t1, stock takes one piece off the shelf, of ten or of as many as it is configured to have, syncs, and sends ack',
      why: 'the broker delivers it again until it is acknowledged, and nothing else meanwhile',
      hints: [
        'What are the two things that stock owes an event?',
        'A piece less on the shelf, and an ack to whoever sent the event.',
      ],
    },
  }, () => {
    for (const pieces of [10, 3]) {
      const run = byHand(cluster({ properties: ['EffectOnce'], pieces })).receive('stock', 'broker', EVENT)
      expect(run).toAnnounce(isShipped)
      expect(run).toSend({ from: 'stock', to: 'broker', type: 'ack', tx: 't1' })
    }
  })
})

describe('one scenario', () => {
  test('what was paid is published after a crash', {
    meta: {
      rung: 2,
      points: 2,
      section: 'A row instead of a message',
      expected:
        'orders pays t1, loses power before anything was published, and comes back: t1 is published within a second',
      why: 'between the commit and the message there is always a moment at which the power can go',
      hints: [
        'orders is back with an empty memory. How does it know that the broker has not heard of t1?',
        'Only from its disk. So that has to be written there, and when?',
        'In the same transaction as "paid t1": a row of its own, before the one sync. start(ctx) looks for such rows and arms the timer again.',
      ],
    },
  }, () => {
    const run = paid().drop({ type: 'publish' })
    const before = times(run, 'publish', 't1')
    run.crash('orders').restart('orders')
    if (times(run.wait(1000), 'publish', 't1') === before)
      run.fail('orders came back, t1 is paid, and nothing was published within a second')
  })

  test('publishes until the broker has it', {
    meta: {
      rung: 2,
      points: 1,
      section: 'A row instead of a message',
      expected: 'every publish of the first two seconds is lost: orders sends it again',
      why: 'a message that was sent is not a message that arrived',
      hints: [
        'How does orders know that the broker has it?',
        'By published. Until that comes the row stays, and the timer is armed again.',
      ],
    },
  }, () => {
    const run = paid().cut(['orders'], ['broker', 'stock']).wait(2000)
    run.drop({ type: 'publish' }).heal().wait(2000)
    expectShipped(run, 't1')
  })

  test('stops publishing when the broker has it', {
    meta: {
      rung: 2,
      points: 1,
      section: 'A row instead of a message',
      expected:
        'three seconds after the broker has confirmed t1, and after a restart too, nothing more is published',
      why: 'an outbox that is never emptied grows, and tells the same story for ever',
      hints: [
        'What does published change, and where?',
        'It takes the row away: on the disk, synced, so that a restart does not bring it back.',
      ],
    },
  }, () => {
    const run = paid().wait(1000).deliverAll()
    const before = times(run, 'publish', 't1')
    run.wait(3000).crash('orders').restart('orders').wait(3000)
    if (times(run, 'publish', 't1') > before)
      run.fail(
        `orders published t1 ${times(run, 'publish', 't1') - before} times more after the broker had confirmed it`,
      )
  })

  test('ships once what comes twice', {
    meta: {
      rung: 2,
      points: 1,
      section: 'The other end: the inbox',
      expected:
        'the event of t1 comes six times, and once more after twenty other orders: one piece leaves the shelf for it, and every time stock answers ack',
      why: 'a broker that delivers at least once delivers twice: the ack may be what was lost',
      hints: [
        'How does stock know that it has shipped t1?',
        'It keeps the ids of what it has shipped. A second event changes nothing and is acknowledged again.',
      ],
    },
  }, () => {
    const run = byHand(cluster({ properties: ['EffectOnce'], pieces: 30 }))
    for (let attempt = 1; attempt <= 6; attempt++) run.receive('stock', 'broker', { ...EVENT, attempt })
    expect(run).toAnnounce(isShipped)
    if (times(run, 'ack', 't1') < 6)
      run.fail(
        `the event came six times, and stock acknowledged ${times(run, 'ack', 't1')} times`,
        'if an ack is lost and no other follows, the broker delivers t1 for ever and nothing behind it',
      )
    for (let n = 2; n <= 21; n++) run.receive('stock', 'broker', { ...EVENT, tx: `t${n}` })
    run.receive('stock', 'broker', EVENT)
    if (times(run, 'ack', 't1') < 7)
      run.fail('a copy of the event came after twenty other orders, and stock did not acknowledge it')
  })

  test('remembers across a crash what it has shipped', {
    meta: {
      rung: 2,
      points: 1,
      section: 'The other end: the inbox',
      expected:
        'stock ships t1, its ack is lost, it loses power and comes back; the event comes again: still one piece',
      why: 'memory is gone after a crash, and the broker does not know that the effect is there',
      hints: ['Where are the ids kept?', 'On the disk, beside the shelf.'],
    },
  }, () => {
    const run = byHand(cluster({ properties: ['EffectOnce'] })).receive('stock', 'broker', EVENT)
    run
      .drop({ type: 'ack' })
      .crash('stock')
      .restart('stock')
      .receive('stock', 'broker', { ...EVENT, attempt: 2 })
    expect(run).toAnnounce(isShipped)
    expect(run).toSend({ from: 'stock', type: 'ack', tx: 't1' })
  })

  test('what cannot be shipped goes to the dead letters', {
    meta: {
      rung: 2,
      points: 1,
      section: 'Messages that never succeed',
      expected: 't1 has a closed account: it is rejected after at most five attempts, and never shipped',
      why: 'to acknowledge it would be to lose it without a word; to be silent is to be asked for ever',
      hints: [
        'Which of the answers tells the broker that it can never be done?',
        'reject. It then lies where somebody will look.',
      ],
    },
  }, () => {
    const run = paid({ closed: ['t1'] }).wait(5000)
    expect(run).not.toAnnounce({ node: 'stock', type: 'effect', id: 't1' })
    expect(run).not.toSend({ from: 'stock', type: 'ack', tx: 't1' })
    expect(run).toAnnounce({ node: 'broker', type: 'dead-letter', tx: 't1' })
  })

  test('keeps orders apart', {
    meta: {
      rung: 2,
      points: 1,
      section: 'Messages that never succeed',
      expected:
        't1, t2 and t3 are paid together, t2 has a closed account: t1 and t3 are shipped once each, t2 is rejected. Where two are paid and the broker cannot be reached, each of them is published within a second',
      why: 'one order says nothing about another',
      hints: [
        'What in your state or on your disk belongs to one order, and what to all?',
        'One row in the outbox for each order, one line in the inbox for each. The relay publishes all that is there.',
      ],
    },
  }, () => {
    const run = pay(pay(pay(byHand(cluster({ closed: ['t2'] })), 't1'), 't2', true), 't3').wait(10_000)
    for (const tx of ['t1', 't3']) expectShipped(run, tx)
    expect(run).toAnnounce({ node: 'broker', type: 'dead-letter', tx: 't2' })
    if (run.world.nodes['stock']!.disk.current.keys['shelf'] !== 8)
      run.fail('two orders were shipped from ten pieces, and the shelf does not say 8')
    const cut = pay(pay(byHand(cluster()).cut(['orders'], ['broker', 'stock']), 't1'), 't2').wait(1000)
    for (const tx of ['t1', 't2']) expect(cut).toSend({ from: 'orders', to: 'broker', type: 'publish', tx })
  })
})

const FAULTS_END_MS = 1500
const FAULTS = ['loss', 'duplication', 'crashes', 'lost writes', 'partitions']
const chaos = (n: number) => ({
  untilMs: FAULTS_END_MS + 22_000,
  maxSteps: 20_000,
  faults: {
    untilMs: FAULTS_END_MS,
    sparesClients: true,
    loss: 0.1,
    duplicate: 0.15,
    crashInside: 0.2,
    crashes: n % 3,
    downMs: 300,
    partitions: n % 4 === 0 ? 1 : 0,
    partitionMs: 400,
  },
  requests: ['t1', 't2', 't3'].map((tx, i) => ({
    atMs: i * 120,
    client: `client-${tx}`,
    to: 'orders',
    body: { type: 'pay', tx, poison: n % 2 === 0 && tx === 't2' },
  })),
})
const chaosCluster = (properties: readonly string[]) => (n: number) =>
  cluster({
    closed: n % 2 === 0 ? ['t2'] : [],
    commits: n % 3 === 0 ? 'any' : 'yes',
    properties,
    delayMs: [1, 40],
  })

describe('chaos', () => {
  test('loses nothing', {
    meta: {
      rung: 3,
      points: 2,
      section: 'What it adds up to',
      expected:
        'in 100 random runs all that was paid is shipped or rejected 20 s after the last fault, and nothing is held up',
      why: 'a message that is lost is lost silently: nobody will ever ask for it',
      hints: [
        'Whose turn is it at the end of the story, and what is it waiting for?',
        'After a restart timers are gone: start(ctx) has to arm again what rows are waiting for.',
      ],
    },
  }, () => {
    expect(
      simulated(chaosCluster(['NoLostEvent', 'Progress']), {
        runs: 100,
        run: chaos,
        faults: FAULTS,
        sometimes: { type: 'effect' },
      }),
    ).toHold()
  })
})

/** The client has asked, and orders has not heard of it yet. */
const asked = (options: Parameters<typeof cluster>[0] = {}) =>
  byHand(cluster(options)).request('orders', { type: 'pay', tx: 't1', poison: false })

describe('every schedule', () => {
  test('ships what was paid, once, and nothing else, in every schedule', {
    meta: {
      rung: 4,
      points: 3,
      section: 'What it adds up to',
      expected:
        'one crash at any point, one message twice, every order: nothing is shipped twice or unpaid, and the client is told the truth',
      why: 'a schedule that is rare happens all the same',
      hints: [
        'Walk the story: which two facts are on the disk in the one case and only one of them in the other?',
        'Between two syncs there is a moment in which the first is kept and the second is not.',
      ],
    },
  }, () => {
    expect(paid().wait(1000)).toSend({ type: 'publish', tx: 't1' })
    expect(
      explored(asked({ commits: 'any' }), { budgets: { crashes: 1, timeouts: 3 }, maxWorlds: 500_000 }),
    ).toHold()
    expect(
      explored(paid(), { budgets: { crashes: 1, duplicates: 1, timeouts: 3 }, maxWorlds: 500_000 }),
    ).toHold()
    expect(
      simulated(chaosCluster(SAFETY), {
        runs: 60,
        run: chaos,
        faults: FAULTS,
        sometimes: { type: 'effect' },
      }),
    ).toHold()
  })
})
