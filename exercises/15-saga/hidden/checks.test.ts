/** The hidden checks of the saga, in the order of the ladder. */
import { byHand, explored, scenariosOn, simulated } from 'splitbrain'
import { describe, expect, test } from 'vitest'
import { begin, begun, cluster, expectEnded, inEffect, PIVOT, protocols, SAFETY } from './cluster.ts'

scenariosOn(protocols)

describe('one message', () => {
  test('calls the first service', {
    meta: {
      rung: 1,
      points: 1,
      section: 'A trip that works, and one that does not',
      expected: 'asked for the saga t, the orchestrator sends do to s1, and to nobody else yet',
      why: 'a saga goes step by step: a step that nobody needs any more would have to be undone',
      hints: ['Who is first?', 'ctx.peers are the services in the order of the steps.'],
    },
  }, () => {
    const run = begun()
    expect(run).toSend({ from: 'o', to: 's1', type: 'do', saga: 't' })
    expect(run).not.toSend({ from: 'o', to: 's2', type: 'do' })
  })

  test('calls the next when one is done', {
    meta: {
      rung: 1,
      points: 1,
      section: 'A trip that works, and one that does not',
      expected: 's1 answers done: do goes to s2; s2 answers done: do goes to s3',
      why: 'the answer is what moves a saga on',
      hints: [
        'How does the orchestrator know which step was done?',
        'By who answers, and by what it noted when it called.',
      ],
    },
  }, () => {
    const run = begun().deliver({ to: 's1', type: 'do' }).deliver({ from: 's1', type: 'done' })
    expect(run).toSend({ from: 'o', to: 's2', type: 'do', saga: 't' })
    expect(run).not.toSend({ from: 'o', to: 's3', type: 'do' })
    expect(run.deliver({ to: 's2', type: 'do' }).deliver({ from: 's2', type: 'done' })).toSend({
      from: 'o',
      to: 's3',
      type: 'do',
      saga: 't',
    })
  })
})

describe('one scenario', () => {
  test('completes when every step is done', {
    meta: {
      rung: 2,
      points: 1,
      section: 'A trip that works, and one that does not',
      reference: {
        messages: 8,
        syncs: 7,
        how: 'do and done for each of three services, and the two of the client; a note before each call and one at the end are yours, the other three the services make',
      },
      expected:
        'three services, and then five, none refuses: all steps in effect, announced as completed, and the client is told so',
      why: 'without a refusal there is nothing to undo',
      hints: [
        'What happens when the last service answers?',
        'ctx.output and ctx.reply, both with outcome "completed".',
      ],
    },
  }, () => {
    expectEnded(begun({ services: 5 }).deliverAll(), 't', 'completed')
    const run = begun().deliverAll()
    expectEnded(run, 't', 'completed')
    expect(run).toSend({ from: 'o', to: 'client-t', type: 'begin_ok', saga: 't', outcome: 'completed' })
  })

  test('undoes what was done when one refuses', {
    meta: {
      rung: 2,
      points: 1,
      section: 'A trip that works, and one that does not',
      expected:
        's3 refuses (and in other runs s2, or s1): nothing stays in effect, announced as compensated, and the client is told so',
      why: 'steps are committed at once: nobody takes them back but you',
      hints: [
        'Which steps are in effect when step n refuses?',
        'Those before it: the refused one has done nothing. And if there is none before it?',
      ],
    },
  }, () => {
    const first = begun({ refuse: ['s3'] }).deliverAll({ to: 's2', type: 'undo' })
    expect(first).toSend({ from: 'o', to: 's2', type: 'undo' })
    expect(first).not.toSend({ from: 'o', to: 's1', type: 'undo' })
    for (const name of ['s3', 's2', 's1']) {
      const run = begun({ refuse: [name] }).deliverAll()
      expectEnded(run, 't', 'compensated')
      expect(run).toSend({ from: 'o', to: 'client-t', type: 'begin_ok', saga: 't', outcome: 'compensated' })
    }
  })

  test('is not confused by what comes twice or late', {
    meta: {
      rung: 2,
      points: 1,
      section: 'No answer is no answer',
      expected:
        'every answer comes twice, and the second one later: no step is left out, and the saga ends once',
      why: 'an old answer of s1 must not count as one of s2',
      hints: [
        'What does the orchestrator do with a done of s1 while it waits for s2?',
        'Nothing: it compares who answers with whom it has asked.',
      ],
    },
  }, () => {
    const run = begun().deliver({ to: 's1', type: 'do' }).duplicate({ from: 's1', type: 'done' })
    run.deliver({ from: 's1', type: 'done' }).deliver({ from: 's1', type: 'done' })
    expect(run).not.toSend({ from: 'o', to: 's3', type: 'do' })
    run.deliver({ to: 's2', type: 'do' }).duplicateAll().deliverAll()
    expectEnded(run, 't', 'completed')
    if (inEffect(run).length !== 3) run.fail('a step was left out')
  })

  test('asks again for an undo that was lost', {
    meta: {
      rung: 2,
      points: 1,
      section: 'No answer is no answer',
      expected:
        's3 refuses, and the first undo to s2 is lost, or s2 cannot be reached for half a minute: s2 is undone all the same, and then s1',
      why: 'a compensation that does not arrive leaves half a trip in effect',
      hints: [
        'Is the timer armed on the way back, too?',
        'The same timer: on the way back it can only ask again, and it never gives up.',
      ],
    },
  }, () => {
    const turned = () => begun({ refuse: ['s3'] }).deliverAll({ to: 's2', type: 'undo' })
    expectEnded(turned().drop({ type: 'undo' }).wait(20_000), 't', 'compensated')
    const cut = turned().cut(['o', 's1', 's3'], ['s2']).wait(30_000)
    expectEnded(cut.drop({ to: 's2' }).heal().wait(20_000), 't', 'compensated')
  })

  test('does something about an answer that does not come', {
    meta: {
      rung: 2,
      points: 1,
      section: 'No answer is no answer',
      expected:
        's2 cannot be reached for 5 s: within 2 s the orchestrator asks it again or turns round, and when s2 is back the saga ends',
      why: 'a message is lost, and a saga that waits for it waits for ever',
      hints: ['Who notices?', 'A timer, armed with every call: ctx.arm("silence", ms, saga).'],
    },
  }, () => {
    const run = begun().cut(['o', 's1', 's3'], ['s2'])
    run.deliverAll()
    const before = run.sent.length
    run.wait(2100)
    if (run.sent.length === before)
      run.fail('for 2 s nothing came from s2, and the orchestrator did nothing about it')
    run.wait(3000).drop({ to: 's2' }).heal().wait(20_000)
    expectEnded(run, 't')
  })

  test('does not take silence for "it did not happen"', {
    meta: {
      rung: 2,
      points: 2,
      section: 'No answer is no answer',
      expected:
        's2 does its step, and its answers are lost for a while: in the end all steps are in effect, or none',
      why: 'the call may have arrived, or may still arrive: whoever turns round has to undo that step too',
      hints: [
        'What do you know of a step that was asked for and not answered?',
        'Nothing. It may be in effect. What has to be told undo, if you give up?',
        'The silent step itself, first. A service that has not done it notes that, and refuses it later.',
      ],
    },
  }, () => {
    const run = begun().deliverAll({ from: 's2' })
    run.drop({ from: 's2' })
    for (let i = 0; i < 6; i++) run.wait(500).drop({ from: 's2', type: 'done' })
    expectEnded(run.wait(20_000), 't')
  })

  test('goes on after a crash', {
    meta: {
      rung: 2,
      points: 2,
      section: 'The note comes first',
      expected:
        'the orchestrator loses power at any point of a saga, also in the middle of a handler, and comes back: the saga ends, whole or undone, and that is announced',
      why: 'steps are in effect at services that know nothing of the saga: only the orchestrator can finish it',
      hints: [
        'What is left in memory after a crash?',
        'Nothing. So the disk has to say which sagas are under way and how far they are; start(ctx) reads it and goes on.',
        'Write the note and sync before you call: a call that nobody remembers cannot be undone. And whoever notes that it is over may lose power before saying so: start(ctx) says it again.',
      ],
    },
  }, () => {
    for (const refuse of [[], ['s3']])
      for (let steps = 0; steps < 10; steps++) {
        const run = begun({ refuse })
        for (let i = 0; i < steps && run.world.wire.length > 0; i++) {
          const next = run.world.wire[0]!
          run.deliver({ from: next.from, to: next.to, ...next.body })
        }
        expectEnded(run.crash('o').wait(300).drop({ to: 'o' }).restart('o').wait(20_000), 't')
      }
    for (const [refuse, last] of [
      [[], { from: 's3', type: 'done' }],
      [['s2'], { from: 's1', type: 'undone' }],
    ] as const)
      for (let after = 0; after < 8; after++) {
        const run = begun({ refuse }).deliverAll(last).crashDuring(last, after)
        expectEnded(run.restart('o').wait(20_000), 't')
      }
  })

  test('never turns round after the pivot', {
    meta: {
      rung: 2,
      points: 2,
      section: 'A point of no return',
      expected:
        'the pivot is s2: its first answer is lost, and s3 is silent for half a minute; nothing is undone, and the saga completes. The same where it is s1, or s3. If the pivot itself refuses, what came before it is undone',
      why: 'the pivot cannot be undone: to undo what came before it would leave it alone in effect',
      hints: [
        'You do not know whether the pivot has happened. May you undo s1?',
        'No: if it has, there is no way back. From the pivot on, silence only means: ask again.',
      ],
    },
  }, () => {
    const run = begun({ pivot: PIVOT }).deliverAll({ from: 's2' }).drop({ from: 's2' })
    run.cut(['o', 's1', 's2'], ['s3']).wait(30_000).drop({ to: 's3' }).heal().wait(20_000)
    expect(run).not.toSend({ from: 'o', type: 'undo' })
    expectEnded(run, 't', 'completed')
    for (const [pivot, from] of [
      [0, 's1'],
      [2, 's3'],
    ] as const) {
      const silent = begun({ pivot }).deliverAll({ from }).drop({ from }).wait(20_000)
      expect(silent).not.toSend({ from: 'o', type: 'undo' })
      expectEnded(silent, 't', 'completed')
    }
    expectEnded(begun({ pivot: PIVOT, refuse: ['s2'] }).wait(20_000), 't', 'compensated')
  })

  test('keeps two sagas apart', {
    meta: {
      rung: 2,
      points: 1,
      section: 'The note comes first',
      expected:
        'a and b run at the same time with their messages mixed: each ends on its own, and each client is told of its own',
      why: 'an answer belongs to one saga',
      hints: [
        'Which of your fields are of one saga, and which of all?',
        'Everything you note is under the name of a saga, timers too.',
      ],
    },
  }, () => {
    const run = begin(begin(byHand(cluster()), 'a'), 'b')
    run.deliver({ to: 's1', type: 'do', saga: 'b' }).deliver({ from: 's1', type: 'done', saga: 'b' })
    run.deliver({ to: 's2', type: 'do', saga: 'b' }).deliver({ to: 's1', type: 'do', saga: 'a' })
    run.deliverAll()
    for (const saga of ['a', 'b']) {
      expectEnded(run, saga, 'completed')
      expect(run).toSend({ from: 'o', to: `client-${saga}`, type: 'begin_ok', saga, outcome: 'completed' })
    }
  })
})

const FAULTS_END_MS = 1500
const FAULTS = ['loss', 'duplication', 'crashes', 'lost writes', 'partitions']

describe('chaos', () => {
  test('is whole or undone, whatever happens', {
    meta: {
      rung: 3,
      points: 3,
      section: 'The note comes first',
      expected:
        'in 80 random runs with two sagas each, loss, copies, crashes and partitions: 20 s after the last fault every saga is in effect everywhere or nowhere, and what was said of it is so',
      why: 'the order of noting and calling matters at every single place where power can go',
      hints: [
        'The story ends with half a saga. What had been called, and what was on the disk?',
        'The note first, synced, then the call; and after a restart the same call again.',
      ],
    },
  }, () => {
    expect(
      simulated(
        (n) =>
          cluster({
            refuse: n % 2 === 0 ? [] : [n % 4 === 1 ? 's3' : 's2'],
            pivot: n % 4 === 2 ? PIVOT : 99,
            properties: [...SAFETY, 'AllOrCompensated'],
            delayMs: [1, 40],
          }),
        {
          runs: 80,
          run: (n) => ({
            untilMs: FAULTS_END_MS + 22_000,
            maxSteps: 20_000,
            faults: {
              untilMs: FAULTS_END_MS,
              sparesClients: true,
              loss: 0.1,
              duplicate: 0.15,
              crashInside: 0.15,
              crashes: n % 3,
              downMs: 400,
              partitions: n % 4 === 0 ? 1 : 0,
              partitionMs: 600,
            },
            requests: ['a', 'b'].map((saga, i) => ({
              atMs: i * 100,
              client: `client-${saga}`,
              to: 'o',
              body: { type: 'begin', saga },
            })),
          }),
          faults: FAULTS,
          sometimes: { type: 'saga', outcome: 'completed' },
        },
      ),
    ).toHold()
  })
})

describe('every schedule', () => {
  test('says what is so, in every schedule', {
    meta: {
      rung: 4,
      points: 3,
      section: 'No answer is no answer',
      expected:
        'two services, one crash at any point, a message twice, two timeouts, every order: what is announced is in effect, steps are undone in reverse, and nothing is undone after the pivot',
      why: 'a schedule that is rare happens all the same',
      hints: [
        'Two answers cross. Which of them were you waiting for?',
        'After turning round, an old done is no news; after a restart, neither.',
      ],
    },
  }, () => {
    expect(begun()).toSend({ from: 'o', to: 's1', type: 'do' })
    for (const options of [{}, { refuse: ['s2'] }, { pivot: PIVOT }])
      expect(
        explored(
          byHand(cluster({ services: 2, ...options })).request('o', { type: 'begin', saga: 't' }, 'client-t'),
          { budgets: { crashes: 1, timeouts: 2 }, maxWorlds: 500_000 },
        ),
      ).toHold()
    expect(
      explored(begun({ services: 2 }), { budgets: { duplicates: 1, timeouts: 2 }, maxWorlds: 500_000 }),
    ).toHold()
  })
})
