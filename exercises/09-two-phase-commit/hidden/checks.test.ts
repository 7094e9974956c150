/** The hidden checks of two-phase commit, in the order of the ladder. */
import { byHand, explored, type HandRun, scenariosOn, simulated } from 'splitbrain'
import { describe, expect, test } from 'vitest'
import { begun, called, cluster, hasVoted, protocol, SAFETY } from './cluster.ts'

scenariosOn(() => [protocol()])

const PREPARE = { type: 'prepare', tx: 't1' }
const YES = 0
const NO = 1

/** Every node announces this decision on the transaction. */
function expectAll(run: HandRun, decision: string, tx = 't1', nodes = run.model.cluster.names) {
  for (const node of nodes) expect(run).toAnnounce({ node, type: 'decide', tx, decision })
}

describe('one message', () => {
  test('asks every participant to prepare', {
    meta: {
      rung: 1,
      points: 1,
      section: 'What is missing',
      expected: 'when the client asks for t1, tm sends prepare with tx t1 to rm1, rm2 and rm3',
      why: 'nobody may commit before all have agreed, however many they are',
      hints: [
        'Who takes part in the transaction?',
        'ctx.peers of the coordinator names all participants; ctx.broadcast sends to each of them.',
      ],
    },
  }, () => {
    const run = begun({ participants: 3 }).deliver({ to: 'tm', type: 'begin' })
    for (const to of ['rm1', 'rm2', 'rm3']) expect(run).toSend({ from: 'tm', to, ...PREPARE })
  })

  test('votes yes when it can', {
    meta: {
      rung: 1,
      points: 1,
      section: 'What is missing',
      expected: 'asked to prepare t1, and configured to agree, rm1 announces its yes vote and sends it to tm',
      why: 'a vote that nobody hears cannot be counted, and one that is not announced cannot be judged',
      hints: [
        'What are the two ways in which a vote leaves a participant?',
        'Both are needed: ctx.output({ type: "vote", tx, yes }) and a message with the same fields to whoever asked.',
      ],
    },
  }, () => {
    const run = byHand(cluster()).receive('rm1', 'tm', PREPARE)
    expect(run).toAnnounce({ node: 'rm1', type: 'vote', tx: 't1', yes: true })
    expect(run).toSend({ from: 'rm1', to: 'tm', type: 'vote', tx: 't1', yes: true })
  })

  test('votes no when it must', {
    meta: {
      rung: 1,
      points: 1,
      section: 'What is missing',
      expected: 'asked to prepare t1, and configured to refuse, rm1 announces its no vote and sends it to tm',
      why: 'a participant that cannot commit has to say so; silence only makes the others wait',
      hints: [
        'Where does a participant learn how it is to vote?',
        'ctx.config.votes is "yes", "no" or "any"; for "any" the vote is ctx.pick([true, false]).',
      ],
    },
  }, () => {
    const run = byHand(cluster({ votes: 'no' })).receive('rm1', 'tm', PREPARE)
    expect(run).toAnnounce({ node: 'rm1', type: 'vote', tx: 't1', yes: false })
    expect(run).toSend({ from: 'rm1', to: 'tm', type: 'vote', tx: 't1', yes: false })
  })

  test('votes either way when it is free to', {
    meta: {
      rung: 1,
      points: 1,
      section: 'What is missing',
      expected: 'configured with "any", rm1 votes what ctx.pick([true, false]) gives: once true, once false',
      why: 'a participant that never refuses hides what happens when one does',
      hints: ['What does ctx.pick give you, and do you use all of it?'],
    },
  }, () => {
    for (const [pick, yes] of [true, false].entries()) {
      const run = byHand(cluster({ votes: 'any' })).request('rm1', PREPARE, 'tm')
      run.deliver({ to: 'rm1', ...PREPARE }, pick)
      expect(run).toAnnounce({ node: 'rm1', type: 'vote', tx: 't1', yes })
    }
  })

  test('answers for a transaction it has no record of: abort', {
    meta: {
      rung: 1,
      points: 1,
      expected: 'asked about t9, which it knows nothing of, tm answers with the decision abort',
      why: 'a coordinator without a record may have crashed before it decided; commit would be a guess, and silence would leave the participant in doubt for ever',
      hints: [
        'What can tm be sure of, if there is nothing about t9 on its disk?',
        'It never forced a commit of t9, so nobody can have been told to commit. Which answer is then safe?',
      ],
    },
  }, () => {
    const run = byHand(cluster({ properties: SAFETY }))
      .receive('tm', 'rm1', { type: 'inquire', tx: 't9' })
      .wait(3000)
    expect(run).toSend({ from: 'tm', to: 'rm1', type: 'decision', tx: 't9', decision: 'abort' })
  })
})

describe('one scenario', () => {
  test('commits when all vote yes', {
    meta: {
      rung: 2,
      points: 1,
      section: 'What is missing',
      reference: {
        messages: 11,
        syncs: 7,
        how: 'a prepare, a vote and a decision for each of three, and the two of the client; each participant forces its vote and the decision, and tm the decision',
      },
      expected:
        'three yes votes: all four nodes announce commit, and the client is told begin_ok with commit',
      why: 'without faults and with yes votes only there is no reason to do anything else',
      hints: [
        'Follow one vote: what has to be true when the last one arrives?',
        'Deciding is four things: keep it, announce it, tell the participants, answer the client. And a participant announces a decision it is told.',
      ],
    },
  }, () => {
    const run = begun({ participants: 3 }).wait(3000)
    expectAll(run, 'commit')
    expect(run).toSend({ from: 'tm', to: 'client', type: 'begin_ok', tx: 't1', decision: 'commit' })
  })

  test('aborts when one votes no', {
    meta: {
      rung: 2,
      points: 1,
      section: 'What is missing',
      expected:
        'rm2 votes no, rm1 and rm3 vote yes: tm decides abort as soon as the no arrives, all four nodes announce abort, and the client is told so',
      why: 'one participant that cannot commit is enough: commit means that every one of them can, and nothing that comes later changes that',
      hints: [
        'How many no votes does it take?',
        'One. Two-phase commit counts no majority: that is for another kind of agreement.',
      ],
    },
  }, () => {
    const run = begun({ participants: 3, votes: { rm2: 'no' } }).deliver({ to: 'tm', type: 'begin' })
    run.deliver({ to: 'rm2', ...PREPARE }).deliver({ from: 'rm2', to: 'tm', type: 'vote' })
    expect(run).toAnnounce({ node: 'tm', type: 'decide', tx: 't1', decision: 'abort' })
    run.wait(5000)
    expectAll(run, 'abort')
    expect(run).toSend({ from: 'tm', to: 'client', type: 'begin_ok', tx: 't1', decision: 'abort' })
  })

  test('aborts when a vote does not come', {
    meta: {
      rung: 2,
      points: 1,
      expected:
        'rm3 cannot be reached: within 5 s tm decides abort and says so to the client; when rm3 is back, it does not commit either',
      why: 'before it has decided, the coordinator is free: it may give up waiting, and then a late yes vote changes nothing',
      hints: [
        'What does tm do while it waits, and for how long?',
        'Arm a timer when you send prepare. If it fires before the votes are complete, decide abort.',
        'After that the transaction is decided: a vote that comes later gets the decision as its answer.',
      ],
    },
  }, () => {
    const run = begun({ participants: 3 }).cut(['tm', 'rm1', 'rm2'], ['rm3']).wait(5000)
    expectAll(run, 'abort', 't1', ['tm', 'rm1', 'rm2'])
    expect(run).toSend({ from: 'tm', to: 'client', type: 'begin_ok', tx: 't1', decision: 'abort' })
    run.heal().wait(10_000)
    if (hasVoted(run, 'rm3')) expectAll(run, 'abort')
  })

  test('keeps two transactions apart', {
    meta: {
      rung: 2,
      points: 1,
      expected:
        't1 and t2 run at the same time; rm1 refuses t2 only: t1 commits everywhere and t2 aborts everywhere',
      why: 'votes and decisions belong to one transaction: a yes to one is no yes to another',
      hints: [
        'What in your state would be different if there were two transactions?',
        'Every message carries tx. Keep what you know in a Map by tx, and give timers the tx as their argument.',
      ],
    },
  }, () => {
    const run = begun({ votes: 'any' }).request('tm', { type: 'begin', tx: 't2' }, 'other')
    run.deliver({ to: 'tm', type: 'begin', tx: 't1' }).deliver({ to: 'tm', type: 'begin', tx: 't2' })
    run.deliver({ to: 'rm1', ...PREPARE }, YES).deliver({ to: 'rm2', ...PREPARE, tx: 't2' }, YES)
    run.deliver({ to: 'tm', type: 'vote', tx: 't1' }).deliver({ to: 'tm', type: 'vote', tx: 't2' })
    run.deliver({ to: 'rm2', ...PREPARE }, YES).deliver({ to: 'rm1', ...PREPARE, tx: 't2' }, NO)
    run.deliverAll().wait(10_000)
    for (const tx of ['t1', 't2']) expectAll(run, called(run, tx), tx)
  })

  test('hears everything twice and says the same', {
    meta: {
      rung: 2,
      points: 1,
      expected: 'every message arrives twice: each participant gives one and the same vote, and all commit',
      why: 'networks repeat messages; a vote is a promise and a decision is final, however often one is asked',
      hints: [
        'What does rm1 do when prepare comes a second time?',
        'If it has voted, it knows its vote: send that one again, and do not choose again.',
      ],
    },
  }, () => {
    const run = begun({ votes: 'any' }).deliver({ to: 'tm', type: 'begin' })
    run.duplicate({ to: 'rm1', ...PREPARE }).duplicate({ to: 'rm2', ...PREPARE })
    run.deliver({ to: 'rm1', ...PREPARE }, YES).deliver({ to: 'rm1', ...PREPARE }, NO)
    run.duplicate({ from: 'rm1', to: 'tm', type: 'vote' })
    run.deliver({ from: 'rm1', type: 'vote' }).deliver({ from: 'rm1', type: 'vote' })
    run.deliver({ to: 'rm2', ...PREPARE }, YES).deliver({ to: 'rm2', ...PREPARE }, NO)
    run.deliver({ from: 'rm2', type: 'vote' }).duplicateAll().wait(10_000)
    expectAll(run, 'commit')
  })

  test('a yes vote survives a crash', {
    meta: {
      rung: 2,
      points: 1,
      section: 'A promise is a write',
      expected:
        'rm1 votes yes on t1, loses power and comes back: it still knows its vote, and commits with the others',
      why: 'tm relies on that vote from the moment it is sent; a participant that forgets it can break it',
      hints: [
        'What does rm1 have left after the crash?',
        'Memory is gone, and so is what was written but not synced. What must be on the disk before the vote leaves?',
        'Gray 1978 and Bernstein, Hadzilacos & Goodman, 7.4: the prepared record is forced before the Yes vote is sent. start(ctx) reads it back.',
      ],
    },
  }, () => {
    const run = begun({ votes: 'any' })
      .deliver({ to: 'tm', type: 'begin' })
      .duplicate({ to: 'rm1', ...PREPARE })
    run
      .deliver({ to: 'rm1', ...PREPARE }, YES)
      .crash('rm1')
      .restart('rm1')
    run.deliver({ to: 'rm1', ...PREPARE }, NO).deliver({ to: 'rm2', ...PREPARE }, YES)
    run.deliverAll().wait(10_000)
    expectAll(run, called(run))
  })

  test('waits while it is in doubt', {
    meta: {
      rung: 2,
      points: 1,
      section: 'In doubt',
      expected:
        'rm1 and rm2 voted yes and tm is down: neither decides on its own; when tm is back, both decide alike',
      why: 'tm may have decided either way before it went down; a participant that guesses is wrong in one of the two cases',
      hints: [
        'After a yes vote, which of the two outcomes can rm1 rule out by itself?',
        'Neither. A timer may ask (inquire), but only an answer may decide.',
      ],
    },
  }, () => {
    const run = begun()
      .deliver({ to: 'tm', type: 'begin' })
      .deliver({ to: 'rm1', ...PREPARE })
      .deliver({ to: 'rm2', ...PREPARE })
    run.crash('tm').wait(3000)
    for (const node of ['rm1', 'rm2']) expect(run).not.toAnnounce({ node, type: 'decide', tx: 't1' })
    run.restart('tm').wait(20_000)
    const decided = run.outputs.find((o) => o.node === 'rm1' && o.body.type === 'decide')?.body['decision']
    expectAll(run, String(decided ?? 'abort'), 't1', ['rm1', 'rm2'])
  })

  test('a lost decision arrives after all', {
    meta: {
      rung: 2,
      points: 1,
      section: 'In doubt',
      expected: 'the decision to rm1 is lost once: within 20 s rm1 decides all the same',
      why: 'a participant in doubt holds its locks until it knows; one lost message must not make that for ever',
      hints: [
        'Who notices that rm1 has heard nothing: rm1 or tm?',
        'Either will do: rm1 arms a timer and sends inquire until it is answered, or tm sends the decision again until it is acknowledged.',
      ],
    },
  }, () => {
    const run = begun()
      .deliverAll({ to: 'rm1', type: 'decision' })
      .drop({ to: 'rm1', type: 'decision' })
      .wait(20_000)
    expectAll(run, 'commit')
  })

  test('a decision survives a crash of the coordinator', {
    meta: {
      rung: 2,
      points: 1,
      section: 'A promise is a write',
      expected:
        'tm announces commit, the decision is lost on its way, tm loses power and comes back: all commit',
      why: 'from the moment anyone can have heard of a decision it must hold for ever',
      hints: [
        'tm is back with an empty memory, and a participant asks about t1. Where does the answer come from?',
        'The decision is written and synced before it is announced or sent. Bernstein, Hadzilacos & Goodman, 7.4: that record is the commit point.',
      ],
    },
  }, () => {
    const run = begun().deliverAll({ from: 'tm', type: 'decision' })
    expect(run).toAnnounce({ node: 'tm', type: 'decide', tx: 't1', decision: 'commit' })
    run.drop({ from: 'tm', type: 'decision' }).crash('tm').restart('tm').wait(20_000)
    expectAll(run, 'commit')
  })

  test('goes on collecting votes when it is asked early', {
    meta: {
      rung: 2,
      points: 1,
      section: 'In doubt',
      expected:
        'rm1 has voted yes and asks before rm2 has voted: tm does not decide yet, and then all commit',
      why: 'to be asked is no reason to abort: the vote that is missing may be on its way',
      hints: [
        'What does tm know of t1 at that moment: nothing, or that it is still open?',
        'Only what has neither a record on the disk nor open votes in memory was never begun, or is lost.',
      ],
    },
  }, () => {
    const run = begun()
      .deliver({ to: 'tm', type: 'begin' })
      .deliver({ to: 'rm1', ...PREPARE })
      .deliver({ from: 'rm1', to: 'tm', type: 'vote' })
      .receive('tm', 'rm1', { type: 'inquire', tx: 't1' })
    expect(run).not.toAnnounce({ node: 'tm', type: 'decide', tx: 't1' })
    run.deliverAll().wait(10_000)
    expectAll(run, 'commit')
  })
})

/** One transaction or three, while messages are lost and doubled and nodes lose power, also in the middle of a handler. */
const FAULTS_END_MS = 900
const chaos = (n: number) => ({
  untilMs: FAULTS_END_MS + 3000,
  maxSteps: 20_000,
  faults: {
    untilMs: FAULTS_END_MS,
    sparesClients: true,
    loss: 0.05,
    duplicate: 0.12,
    crashInside: 0.25,
    crashes: n % 2,
    downMs: 300,
    partitions: n % 5 === 0 ? 1 : 0,
    partitionMs: 300,
  },
  requests: ['t1', 't2', 't3'].slice(0, n % 3 === 0 ? 1 : 3).map((tx, i) => ({
    atMs: i * 150,
    client: `c${i + 1}`,
    to: 'tm',
    body: { type: 'begin', tx },
  })),
})
/** Mostly willing participants: what is interesting happens around commits. */
const chaosCluster = (properties: readonly string[]) => (n: number) =>
  cluster({
    participants: n % 4 === 1 ? 3 : 2,
    votes: n % 4 === 0 ? 'any' : 'yes',
    properties,
    delayMs: [1, 30],
  })
/** The client's request has reached tm, and every vote is open. */
const asked = () => begun({ votes: 'any' }).deliver({ to: 'tm', type: 'begin' })
const FAULTS = ['loss', 'duplication', 'crashes', 'lost writes', 'partitions']

describe('chaos', () => {
  test('agrees through loss, duplication and crashes', {
    meta: {
      rung: 3,
      points: 2,
      section: 'A promise is a write',
      expected:
        'in 120 random runs nobody decides differently, breaks a vote or tells the client something else',
      why: 'the order of keeping and telling matters at every single place where power can go',
      hints: [
        'Look at the step before the crash in the story: what had been told, and what was on the disk?',
        'Write, sync, and only then output, send or reply: in every handler that promises something.',
      ],
    },
  }, () => {
    expect(
      simulated(chaosCluster(SAFETY), {
        runs: 120,
        run: chaos,
        faults: FAULTS,
        sometimes: { type: 'decide', decision: 'commit' },
        shorter: () => explored(asked(), { budgets: { crashes: 1, timeouts: 1 }, maxWorlds: 100_000 }),
      }),
    ).toHold()
  })

  test('everyone decides once all is repaired', {
    meta: {
      rung: 3,
      points: 1,
      section: 'In doubt',
      expected: 'in 40 random runs every participant that voted has decided 20 s after the last fault',
      why: 'a participant that voted yes holds locks until it decides, and nobody else can release them',
      hints: [
        'The story ends with a participant that waits. What would have to happen for it to go on?',
        'After a restart timers are gone too: start(ctx) has to arm again what was armed for every transaction that is still open.',
      ],
    },
  }, () => {
    // No crashes inside handlers: one between a sync and its output would lose an announcement for good.
    const run = (n: number) => ({
      ...chaos(n),
      untilMs: FAULTS_END_MS + 20_000,
      faults: { ...chaos(n).faults, crashInside: 0, crashes: 3, loss: 0.2 },
    })
    expect(
      simulated(chaosCluster(['AC5']), {
        runs: 40,
        run,
        faults: FAULTS,
        sometimes: { type: 'vote', yes: true },
      }),
    ).toHold()
  })
})

describe('every schedule', () => {
  test('agrees in every schedule with one crash', {
    meta: {
      rung: 4,
      points: 3,
      section: 'A promise is a write',
      expected:
        'whatever the order of messages, with a crash at any point and a timer or a repeated message: nobody decides differently',
      why: 'a schedule that is rare happens all the same, at the worst moment',
      hints: [
        'Walk the story step by step: which node knows something there that is not on its disk?',
        'Between any two effects of one handler the power can go. Which two of yours must not be that way round?',
      ],
    },
  }, () => {
    const run = asked()
    expect(run).toSend({ to: 'rm1', ...PREPARE })
    for (const budgets of [
      { crashes: 1, timeouts: 1 },
      { crashes: 1, timeouts: 0, duplicates: 1 },
    ])
      expect(explored(run, { budgets, maxWorlds: 500_000 })).toHold()
  })

  test('commits in every order of the messages', {
    meta: {
      rung: 4,
      points: 1,
      section: 'What is missing',
      expected: 'all vote yes and nothing goes wrong: whichever message arrives first, all commit',
      why: 'the network promises no order between messages from different nodes',
      hints: [
        'Does it matter to your coordinator who votes first?',
        'Remember who has voted, not how many or which was the last.',
      ],
    },
  }, () => {
    for (const run of begun().everyOrder()) expectAll(run, 'commit')
  })
})
